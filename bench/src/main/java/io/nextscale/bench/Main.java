package io.nextscale.bench;

import io.nextscale.tensor.Backends;
import java.io.IOException;
import java.lang.reflect.Field;
import java.util.Collection;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/**
 * Runs the benchmarks of this module under JMH and says on what they ran. Arguments are JMH's: a
 * pattern of benchmark names, {@code -p layer=...}, {@code -rf json}, {@code -l} for the list.
 *
 * <p>At the end a table compares kernels with the peak of the processor, measured before and after.
 *
 * <p>With {@code --devices} no JMH runs: {@link DevicesBench} compares devices in this process.
 */
public final class Main {

  private Main() {}

  /** Prints the environment, hands over to JMH, and prints the table. */
  public static void main(String[] args)
      throws IOException, RunnerException, CommandLineOptionException {
    if (DevicesBench.isMeant(args)) {
      System.exit(DevicesBench.commandLine().execute(args));
    }
    Environment.here().forEach((name, value) -> System.out.printf("# %s: %s%n", name, value));
    System.out.printf("# cpu: %s%n", Backends.cpu().describe());
    CommandLineOptions options = new CommandLineOptions(args);
    if (options.shouldHelp() || options.shouldList() || options.shouldListWithParams()) {
      org.openjdk.jmh.Main.main(args);
      return;
    }
    double before = Backends.cpu().measurePeak();
    Collection<RunResult> results = new Runner(options).run();
    double after = Backends.cpu().measurePeak();
    table(results, before, after);
  }

  private static void table(Collection<RunResult> results, double before, double after) {
    System.out.printf(
        "%npeak of fma on registers: %.0f GFLOP/s before, %.0f after%n%n",
        before / 1e9, after / 1e9);
    System.out.printf("%-16s %-40s %14s %10s %8s%n", "kernel", "", "µs", "GFLOP/s", "of peak");
    for (RunResult run : results) {
      BenchmarkParams params = run.getParams();
      String name = params.getBenchmark();
      String type = name.substring(0, name.lastIndexOf('.'));
      KernelBench bench = kernel(type, params);
      if (bench == null) {
        continue;
      }
      Result<?> time = run.getPrimaryResult();
      double rate = bench.flops() / (time.getScore() * 1e-6);
      System.out.printf(
          "%-16s %-40s %8.0f ±%4.0f %10.0f %7.0f%%%n",
          type.substring(type.lastIndexOf('.') + 1).replace("Bench", ""),
          words(params),
          time.getScore(),
          time.getScoreError(),
          rate / 1e9,
          100 * rate / Math.max(before, after));
    }
  }

  /** The benchmark with its parameters set; null for one that is no kernel. */
  private static @Nullable KernelBench kernel(String type, BenchmarkParams params) {
    try {
      Class<?> found = Class.forName(type);
      if (!KernelBench.class.isAssignableFrom(found)) {
        return null;
      }
      Object bench = found.getConstructor().newInstance();
      for (Field field : found.getFields()) {
        if (field.isAnnotationPresent(Param.class)) {
          field.set(bench, params.getParam(field.getName()));
        }
      }
      return (KernelBench) bench;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("bench: a class JMH has just run; got " + type, e);
    }
  }

  private static String words(BenchmarkParams params) {
    StringBuilder words = new StringBuilder();
    for (String key : params.getParamsKeys()) {
      words.append(words.isEmpty() ? "" : " ").append(params.getParam(key));
    }
    return words.toString();
  }
}
