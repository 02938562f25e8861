package io.nextscale.cli.parity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Runs all checks over a folder. */
final class Parity {

  private final GoldenFolder golden;
  private final @Nullable String filter;

  /**
   * A run over a folder.
   *
   * @param filter which files, see {@link Findings}; null: all
   */
  Parity(GoldenFolder golden, @Nullable String filter) {
    this.golden = golden;
    this.filter = filter;
  }

  /** Runs every check that has a wanted file and shows each row as it comes. */
  Findings run(Consumer<Findings.Row> listener) throws IOException {
    Findings findings = new Findings(golden, filter, listener);
    for (Check check : checks()) {
      List<String> files = golden.files().stream().filter(check::reads).toList();
      if (files.stream().anyMatch(findings::matches)) {
        run(check, findings);
        for (String file : files) {
          if (findings.wanted(file) && !touched(file, findings)) {
            findings.notChecked(file, "the check '" + check.name() + "' does not cover it");
          }
        }
      }
    }
    for (String file : golden.files()) {
      boolean aboutFolder = file.equals(GoldenFolder.MANIFEST) || file.endsWith("README.md");
      if (!aboutFolder && findings.wanted(file) && !touched(file, findings)) {
        findings.notChecked(file, "no check knows a file of this name");
      }
    }
    reportMissing(findings);
    return findings;
  }

  private static boolean touched(String file, Findings findings) {
    return findings.compared().contains(file) || findings.inputs().contains(file);
  }

  /** An error ends a check, not the run: it is a failure of the file that was read last. */
  private void run(Check check, Findings findings) {
    golden.forgetLastRead();
    String remark;
    try {
      check.run(golden, findings);
      return;
    } catch (UncheckedIOException e) {
      Throwable cause = e.getCause();
      remark = String.valueOf(cause == null ? e : cause.getMessage());
    } catch (IOException | IllegalArgumentException e) { // ShapeException is one of these
      remark = String.valueOf(e.getMessage());
    } catch (RuntimeException e) {
      remark = e.toString();
    } catch (OutOfMemoryError e) {
      long megabytes = Runtime.getRuntime().maxMemory() >> 20;
      remark = "more memory than the Java heap of " + megabytes + " MB — raise it with -Xmx";
    }
    String file = golden.lastRead().isEmpty() ? check.name() : golden.lastRead();
    findings.add(new Findings.Row(file, "(" + check.name() + ")", Double.NaN, null, false, remark));
  }

  /** Weights may be left out, as they can be made again; any other missing file is a failure. */
  private void reportMissing(Findings findings) {
    for (String path : golden.listed()) {
      if (golden.has(path) || !findings.matches(path)) {
        continue;
      }
      if (path.startsWith("weights/") && !path.endsWith(".csv")) {
        findings.notChecked(
            path, "listed, not in the folder; the weights were made from the table");
      } else {
        String remark = "listed in manifest.json, not in the folder";
        findings.add(new Findings.Row(path, "", Double.NaN, null, false, remark));
      }
    }
  }

  /** The checks in the order in which they run: parts first, then what is made of them. */
  private List<Check> checks() throws IOException {
    List<Check> checks = new ArrayList<>();
    checks.add(new TorchRandomCheck());
    checks.add(InterpolationCheck.check());
    checks.add(ConvolutionCheck.check());
    checks.add(NormalizationCheck.check());
    checks.add(CrossEntropyCheck.check());
    checks.add(TopKTopPCheck.check());
    checks.add(GumbelCheck.check());
    checks.add(SelfAttentionCheck.check());
    checks.add(BlockCheck.check());
    checks.add(TokenizerBlocksCheck.check());
    checks.add(QuantizerCheck.check());
    checks.add(QuantizerCheck.phiIndex());
    checks.add(new OptimizerCheck());
    checks.add(new ScheduleCheck());
    checks.add(new PickleCheck());
    checks.add(new PreprocessingCheck());
    Models models = new Models(golden);
    checks.add(new NamesCheck(models));
    checks.add(new WeightsCheck(models));
    checks.add(new TokenizerCheck(models));
    checks.add(new OfficialStructureCheck(models));
    checks.add(new TokenizerTrainingCheck(models));
    for (String variant : models.transformers()) {
      checks.add(new GenerationCheck(models, variant));
      checks.add(new SampledGenerationCheck(models, variant));
      checks.add(new EditingCheck(models, variant));
      checks.add(new TransformerCheck(models, variant));
      checks.add(new TrainerCheck(models, variant));
    }
    return checks;
  }
}
