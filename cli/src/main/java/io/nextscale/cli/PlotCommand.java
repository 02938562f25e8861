package io.nextscale.cli;

import io.nextscale.cli.terminal.Verbosity;
import io.nextscale.image.Png;
import io.nextscale.image.RgbImage;
import io.nextscale.training.Learner;
import io.nextscale.training.LossCurve;
import io.nextscale.training.MetricsLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Draws what runs wrote down. */
@Command(
    name = "plot",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = "Draw the loss, or another number, of one or several runs over their steps.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class PlotCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "RUN", arity = "1..*", description = "Folders of runs.")
  private List<Path> runs;

  @Option(
      names = "--metric",
      paramLabel = "NAME",
      description = "The number to draw, as metrics.jsonl calls it (default: loss).")
  private String metric = Learner.LOSS;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "PNG",
      description = "The picture (default: loss.png).")
  private Path output = Path.of("loss.png");

  @Mixin private Verbosity verbosity;

  @Override
  public Integer call() throws IOException {
    Path file = new OutputNames(output, 1).path(0);
    SequencedMap<String, List<MetricsLog.Row>> rows = new LinkedHashMap<>();
    SequencedSet<String> known = new TreeSet<>();
    for (Path run : runs) {
      List<MetricsLog.Row> own = rows(run);
      for (MetricsLog.Row row : own) {
        known.addAll(row.metrics().keySet());
        known.addAll(row.evaluation().keySet());
      }
      String name = String.valueOf(run.toAbsolutePath().normalize().getFileName());
      rows.put(rows.containsKey(name) ? run.toString() : name, own);
    }
    if (!known.contains(metric)) {
      throw new UsageException(
          "--metric: one of %s; got %s".formatted(String.join(", ", known), metric));
    }
    RgbImage chart = LossCurve.of(String.join(", ", rows.keySet()), metric, rows);
    Png.write(file, chart, List.of());
    spec.commandLine().getOut().println(file);
    spec.commandLine().getOut().flush();
    return 0;
  }

  private static List<MetricsLog.Row> rows(Path run) throws IOException {
    Path file = run.resolve("metrics.jsonl");
    if (!Files.isRegularFile(file)) {
      throw new UsageException(
          "plot: the folder of a run, with its metrics.jsonl; got %s — train one".formatted(run));
    }
    List<MetricsLog.Row> rows = MetricsLog.read(file);
    if (rows.isEmpty()) {
      throw new UsageException("plot: a run with at least one step; got none in " + run);
    }
    return rows;
  }
}
