package io.nextscale.cli.parity;

import io.nextscale.tensor.Backends;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code nextscale parity DIR}: checks this library against numbers that PyTorch computed.
 *
 * <p>Exit codes: 0 when every comparison is within its tolerance, 1 when one is not, 2 when the
 * folder or an argument cannot be used.
 */
@Command(
    name = "parity",
    mixinStandardHelpOptions = true,
    description = "Check this library against numbers that PyTorch computed.",
    footer = {
      "",
      "Prints a line for each comparison: the verdict, the largest error, the tolerance (both as a",
      "share of the largest golden number where the tolerance says 'of max', of each golden number",
      "where it says 'rel'), and what was compared. Then what was not checked and why.",
      "",
      "Exit codes: 0 all within tolerance, 1 a failure, 2 the folder or an argument is unusable."
    })
public final class ParityCommand implements Callable<Integer> {

  private static final int FAILED = 1;
  private static final int UNUSABLE = 2;
  private static final int MOST_THREADS = 1024;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "A folder with a manifest.json and golden data.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path directory;

  @Option(
      names = "--filter",
      paramLabel = "GLOB",
      description = "Only files whose path matches, such as 'vae/*' or '*.csv'.")
  private @Nullable String filter;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Also write all comparisons to a JSON file.")
  private @Nullable Path json;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      defaultValue = "cpu",
      description = "Where to compute: cpu, gpu, auto, or a name from 'nextscale devices'.")
  private String device = "cpu";

  @Option(
      names = "--gpu-memory",
      paramLabel = "SIZE",
      description = "What tensors may take on a device, such as 8g (default: 2g).")
  private @Nullable String memory;

  @Option(
      names = "--gpu-products",
      paramLabel = "HOW",
      description = "Matrix products on a device: auto, own, f32, tf32, bf16, f16 (default: auto).")
  private @Nullable String products;

  @Option(
      names = {"-t", "--threads"},
      paramLabel = "N",
      description = "Threads of the CPU kernels (default: one per processor).")
  private @Nullable Integer threads;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    if (threads != null) {
      if (threads < 1 || threads > MOST_THREADS) {
        err.println("parity: --threads 1 to " + MOST_THREADS + "; got " + threads);
        return UNUSABLE;
      }
      System.setProperty("io.nextscale.threads", threads.toString()); // read when kernels load
    }
    if (memory != null) {
      System.setProperty("io.nextscale.gpu.memory", memory); // read when a device is opened
    }
    if (products != null) {
      System.setProperty("io.nextscale.gpu.products", products); // likewise
    }
    try {
      Backends.setStandard(Backends.open(device));
    } catch (IllegalArgumentException e) {
      err.println("parity: --" + e.getMessage());
      return UNUSABLE;
    }
    long start = System.nanoTime();
    GoldenFolder golden;
    Findings findings;
    try {
      golden = GoldenFolder.open(directory);
      Parity parity = new Parity(golden, filter);
      out.printf("%-7s %9s  %-12s %s%n", "verdict", "error", "tolerance", "what");
      findings = parity.run(row -> print(out, row));
      if (findings.rows().isEmpty()) {
        throw new FileFormatException(
            "parity: files to check; got none that "
                + (filter == null ? "a check knows" : "match --filter " + filter));
      }
    } catch (IOException e) {
      err.println(e.getMessage());
      return UNUSABLE;
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    summarize(out, golden, findings, seconds);
    if (json != null) {
      try {
        Files.writeString(json, report(golden, findings, seconds).writeIndented() + "\n");
      } catch (IOException e) {
        err.println("parity: --json " + json + " to be writable; got " + e.getMessage());
        return UNUSABLE;
      }
    }
    return findings.failures() > 0 ? FAILED : 0;
  }

  private static void print(PrintWriter out, Findings.Row row) {
    String error = Double.isNaN(row.error()) ? "-" : Findings.brief(row.error());
    String tolerance = row.tolerance() == null ? "-" : row.tolerance().toString();
    String verdict = row.passed() ? "ok" : "FAIL";
    out.printf("%-7s %9s  %-12s %s%n", verdict, error, tolerance, row.what());
    if (!row.passed()) {
      out.println("        " + row.remark());
    }
    out.flush();
  }

  private static void summarize(
      PrintWriter out, GoldenFolder golden, Findings findings, double seconds) {
    if (!findings.notChecked().isEmpty()) {
      out.println();
      out.println("not checked:");
      findings.notChecked().forEach((what, why) -> out.println("  " + what + ": " + why));
    }
    if (findings.failures() > 0) {
      out.println();
      out.println("failed:");
      for (Findings.Row row : findings.rows()) {
        if (!row.passed()) {
          out.println("  " + row.what() + ": " + row.remark());
        }
      }
    }
    out.println();
    out.printf(
        Locale.ROOT,
        "%d comparisons, %d failed; of %d files %d compared, %d read as inputs; %d not checked; %.1f s%n",
        findings.rows().size(),
        findings.failures(),
        golden.files().size(),
        findings.compared().stream().filter(golden::has).count(),
        findings.inputs().size(),
        findings.notChecked().size(),
        seconds);
    out.flush();
  }

  private static Json report(GoldenFolder golden, Findings findings, double seconds) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Findings.Row row : findings.rows()) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("file", row.file());
      line.put("item", row.item());
      line.put("passed", row.passed());
      if (Double.isFinite(row.error())) {
        line.put("error", row.error());
      }
      if (row.tolerance() != null) {
        line.put("tolerance", row.tolerance().toString());
      }
      line.put("remark", row.remark());
      rows.add(line);
    }
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("passed", findings.failures() == 0);
    report.put("comparisons", findings.rows().size());
    report.put("failures", findings.failures());
    report.put("files", golden.files().size());
    report.put("inputs", List.copyOf(findings.inputs()));
    report.put("notChecked", findings.notChecked());
    report.put("seconds", seconds);
    report.put("rows", rows);
    return Json.of(report);
  }
}
