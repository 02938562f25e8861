package io.nextscale.bench;

import io.nextscale.bench.compare.Comparison;
import io.nextscale.bench.compare.Rounds;
import io.nextscale.bench.compare.Task;
import io.nextscale.cli.DeviceMemory;
import io.nextscale.cli.Failures;
import io.nextscale.tensor.Backends;
import io.nextscale.tensor.spi.Backend;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Compares devices in one process and prints a table. */
@Command(
    name = "nextscale bench",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description =
        "Compare devices: results against the CPU, then times. Without --devices, JMH takes over.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class DevicesBench implements Callable<Integer> {

  static final String FLAG = "--devices";

  /** A turn lasts at least so long. */
  private static final long SAMPLE_NANOS = 20_000_000;

  private static final double NANOS = 1e9;

  @Spec private CommandSpec spec;

  @Option(
      names = FLAG,
      required = true,
      split = ",",
      paramLabel = "NAME",
      description = "What to compare: cpu, gpu, auto, or names from 'nextscale devices'.")
  private List<String> names;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "TASK",
      description = "Tasks whose names begin so (default: all).")
  private List<String> only = List.of();

  @Option(names = "--full", description = "One image of a random model of depth 16 as well.")
  private boolean full;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Turns of each device in each task (default: ${DEFAULT-VALUE}).")
  private int rounds = 15;

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      description = "How long each device runs a task before that (default: ${DEFAULT-VALUE}).")
  private double warmUp = 3;

  @Mixin private DeviceMemory memory;

  @Option(
      names = "--gpu-products",
      paramLabel = "HOW",
      description = "Matrix products on a device: auto, own, f32, tf32, bf16, f16 (default: auto).")
  private void setProducts(String how) {
    System.setProperty("io.nextscale.gpu.products", how); // read when a device is opened
  }

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FOLDER",
      description = "Where to write devices.md, .csv, .json and .png.")
  private @Nullable Path folder;

  /** Whether arguments ask for this and not for JMH. */
  static boolean isMeant(String... args) {
    return Arrays.stream(args).anyMatch(arg -> arg.equals(FLAG) || arg.startsWith(FLAG + "="));
  }

  static CommandLine commandLine() {
    Failures failures = new Failures();
    return new CommandLine(new DevicesBench())
        .setExecutionExceptionHandler(failures)
        .setParameterExceptionHandler(failures);
  }

  @Override
  public Integer call() throws IOException {
    Rounds measured =
        new Rounds(rounds, (long) (warmUp * NANOS), SAMPLE_NANOS, System::nanoTime, System::gc);
    chosen(Map.of()); // unknown names are refused before a device is opened
    SequencedMap<String, Backend> devices = open();
    Map<String, Backend> known = new LinkedHashMap<>(devices);
    known.put(Rounds.REFERENCE, Backends.cpu());
    List<String> order = List.copyOf(devices.keySet());
    PrintWriter err = spec.commandLine().getErr();
    List<Comparison.Row> rows = new ArrayList<>();
    for (Task task : chosen(known)) {
      err.println(task.name());
      err.flush();
      rows.add(new Comparison.Row(task, measured.measure(task, order)));
    }
    Comparison all = new Comparison(Environment.here(), described(devices), rounds, rows);
    devices.values().forEach(Backend::close);
    PrintWriter out = spec.commandLine().getOut();
    out.print(all.markdown());
    if (folder != null) {
      all.write(folder).forEach(out::println);
    }
    out.flush();
    return 0;
  }

  private List<Task> chosen(Map<String, Backend> devices) {
    List<Task> all = new DeviceTasks(devices).all(full);
    for (String name : only) {
      if (all.stream().noneMatch(task -> task.name().startsWith(name))) {
        throw new IllegalArgumentException(
            "--only: one of %s; got %s%s"
                .formatted(
                    String.join(", ", all.stream().map(Task::name).toList()),
                    name,
                    full ? "" : " — d16 image needs --full"));
      }
    }
    return all.stream()
        .filter(task -> only.isEmpty() || only.stream().anyMatch(task.name()::startsWith))
        .toList();
  }

  /** The devices that were asked for, by their own names. */
  private SequencedMap<String, Backend> open() {
    SequencedMap<String, Backend> devices = new LinkedHashMap<>();
    for (String name : names) {
      Backend backend;
      try {
        backend = Backends.open(name);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            String.valueOf(e.getMessage()).replaceFirst("^device:", FLAG + ":"), e);
      }
      if (devices.putIfAbsent(backend.name(), backend) != null) {
        throw new IllegalArgumentException(
            FLAG + ": different devices; got " + backend.name() + " twice, once as " + name);
      }
    }
    return devices;
  }

  private static List<Comparison.Device> described(SequencedMap<String, Backend> devices) {
    List<Comparison.Device> all = new ArrayList<>();
    devices.forEach((name, backend) -> {
      Peak peak = Peak.of(backend);
      all.add(new Comparison.Device(name, backend.describe(), peak.flops(), peak.by()));
    });
    return all;
  }
}
