package io.nextscale.cli;

import io.nextscale.cli.terminal.ProgressBar;
import io.nextscale.cli.terminal.Verbosity;
import io.nextscale.training.Plan;
import io.nextscale.training.Progress;
import io.nextscale.training.ProgressListener;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** Shows a training: a bar on a terminal, elsewhere a line now and then. */
final class TrainingProgress implements ProgressListener, AutoCloseable {

  private static final long BETWEEN_LINES_NANOS = 30_000_000_000L;

  private final PrintWriter out;
  private final Verbosity verbosity;
  private final Plan plan;
  private @Nullable ProgressBar bar;
  private long told = System.nanoTime();

  TrainingProgress(PrintWriter out, Verbosity verbosity, Plan plan) {
    this.out = out;
    this.verbosity = verbosity;
    this.plan = plan;
  }

  @Override
  public void iterated(Progress progress) {
    if (verbosity.showsProgress()) {
      if (bar == null) {
        bar =
            ProgressBar.count(out, true, "train", progress.completed(), plan.iterations(), "steps");
      }
      String speed =
          String.format(
              Locale.ROOT,
              progress.imagesPerSecond() < 10 ? "%.2f" : "%.0f",
              progress.imagesPerSecond());
      bar.to(
          progress.completed(),
          String.format(Locale.ROOT, "loss %.4f, %s images/s", progress.loss(), speed));
    } else if (System.nanoTime() - told > BETWEEN_LINES_NANOS
        || progress.completed() == plan.iterations()) {
      told = System.nanoTime();
      verbosity.tell(progress.line());
    }
  }

  @Override
  public void message(String line) {
    if (verbosity.quiet()) {
      return;
    }
    if (bar == null) {
      verbosity.tell(line);
    } else {
      bar.message(line);
    }
  }

  @Override
  public void evaluated(int completed, SequencedMap<String, Double> metrics) {
    List<String> numbers = new ArrayList<>();
    metrics.forEach((name, value) -> {
      if (!name.contains(".")) { // scales and tasks one by one are in metrics.jsonl
        numbers.add(name + " " + number(value));
      }
    });
    if (!numbers.isEmpty()) {
      message("after %d: %s".formatted(completed, String.join(", ", numbers)));
    }
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, Math.abs(value) < 10 ? "%.4f" : "%.2f", value);
  }

  @Override
  public void wrote(Path file) {
    if (verbosity.verbose()) {
      message("wrote " + file);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
