package io.nextscale.training.inference;

import io.nextscale.search.Spent;
import io.nextscale.shapes.Task;
import io.nextscale.tensor.io.Json;
import io.nextscale.training.experiment.Interval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;

/** An {@link InferenceReport} in words and tables. Every answer is computed from the data. */
final class InferenceText {

  /** The name of the verifier that knows the truth. */
  static final String ORACLE = "checker";

  private final InferenceReport report;
  private final Bootstrap bootstrap;
  private final Markdown text = new Markdown();

  InferenceText(InferenceReport report) {
    this.report = report;
    this.bootstrap = report.bootstrap();
  }

  /**
   * The document.
   *
   * @param figures the names of its pictures
   * @param memory a section on the memory of forks, or nothing
   */
  String markdown(Collection<String> figures, String memory) {
    text.say("# Search at inference time: what was found\n");
    setting();
    for (String verifier : report.verifiers()) {
      for (InferenceReport.Model model : report.models()) {
        List<Curve> curves = report.curves(model.name(), verifier);
        if (!curves.isEmpty()) {
          text.say("\n## %s, pictures chosen by %s\n", model.name(), verifier);
          byBudget(curves);
          byTask(model.name(), verifier, curves);
          costs(curves);
        }
      }
    }
    new InferenceClaims(report, text).write();
    if (!memory.isEmpty()) {
      text.say("\n%s", memory);
    }
    text.say("\n## Curves\n");
    figures.forEach(name -> text.say("![%s](%s)\n", name.replace(".png", ""), name));
    return text.toString();
  }

  private void setting() {
    Map<Task, Integer> perTask = new EnumMap<>(Task.class);
    report.captions().forEach(caption -> perTask.merge(Caption.task(caption), 1, Integer::sum));
    text.say(
        "%,d held-out captions (%s), the same for all. Right: what the exact checker of the shapes"
            + " world says of the picture that a search chose. Intervals: bootstrap over captions"
            + " within tasks, %,d times, 95 %%. The verifier %s is the truth itself, an upper bound"
            + " and not a method.\n",
        report.captions().size(),
        String.join(
            ", ",
            Arrays.stream(Task.values())
                .map(task -> perTask.getOrDefault(task, 0) + " " + task.words())
                .toList()),
        Bootstrap.RESAMPLES,
        ORACLE);
    text.say("Settings: `%s`\n", report.settings().write());
    text.say("| Model | Kind | Parameters | Settings |\n|---|---|---:|---|");
    for (InferenceReport.Model model : report.models()) {
      Json settings = model.settings();
      text.say(
          "| %s | %s | %,d | `%s` |",
          model.name(), model.family(), model.parameters(), settings.write());
    }
  }

  private void byBudget(List<Curve> curves) {
    List<Long> budgets =
        curves.stream()
            .flatMap(curve -> curve.levels().stream().map(Curve.Level::budget))
            .distinct()
            .sorted()
            .toList();
    text.say(
        "Right, %% of all captions, by budget in NFE:\n\n| |%s\n|---|%s",
        Markdown.row(
            budgets.stream().map(budget -> String.format(Locale.ROOT, "%,d", budget)).toList()),
        "---:|".repeat(budgets.size()));
    for (Curve curve : curves) {
      List<String> cells = new ArrayList<>();
      for (long budget : budgets) {
        cells.add(
            curve.levels().stream()
                .filter(level -> level.budget() == budget)
                .map(level -> share(level.truth(), i -> true))
                .findFirst()
                .orElse(""));
      }
      text.say("| %s |%s", curve.method().title(), Markdown.row(cells));
    }
  }

  private void byTask(String model, String verifier, List<Curve> curves) {
    text.say(
        "\nRight, %% by task, at the largest budget of each:\n\n| |%s all |\n|---|%s---:|",
        Markdown.row(Arrays.stream(Task.values()).map(Task::words).toList()),
        "---:|".repeat(Task.values().length));
    Curve random = report.curve(model, Method.RANDOM, verifier);
    Curve.Level single = random == null ? null : random.single();
    if (single != null) {
      text.say("| no search |%s", Markdown.row(tasks(single.truth())));
    }
    for (Curve curve : curves) {
      text.say("| %s |%s", curve.method().title(), Markdown.row(tasks(curve.last().truth())));
    }
    text.say("\nWhat all verifiers say of these pictures, in the mean:\n");
    List<String> names = scored(curves);
    text.say("| | right |%s\n|---|---:|%s", Markdown.row(names), "---:|".repeat(names.size()));
    if (single != null) {
      text.say(
          "| no search | %s |%s",
          share(single.truth(), i -> true), Markdown.row(scores(single, names)));
    }
    for (Curve curve : curves) {
      text.say(
          "| %s | %s |%s",
          curve.method().title(),
          share(curve.last().truth(), i -> true),
          Markdown.row(scores(curve.last(), names)));
    }
  }

  private static List<String> scored(List<Curve> curves) {
    return curves.getFirst().last().points().getFirst().scores().keySet().stream()
        .sorted()
        .toList();
  }

  private List<String> scores(Curve.Level level, List<String> names) {
    return names.stream()
        .map(name -> {
          double[] scores = level.scores(name);
          Interval interval = bootstrap.mean(scores);
          return String.format(
              Locale.ROOT,
              "%.3f [%.3f, %.3f]",
              Bootstrap.average(scores, i -> true),
              interval.low(),
              interval.high());
        })
        .toList();
  }

  private List<String> tasks(double... truth) {
    List<String> cells = new ArrayList<>();
    for (Task task : Task.values()) {
      cells.add(share(truth, report.of(task)));
    }
    cells.add(share(truth, i -> true));
    return cells;
  }

  /** A percentage with its interval. */
  private String share(double[] truth, IntPredicate counts) {
    double mean = Bootstrap.average(truth, counts);
    if (Double.isNaN(mean)) {
      return "";
    }
    Interval interval = bootstrap.mean(truth, counts);
    return String.format(
        Locale.ROOT, "%.1f [%.1f, %.1f]", 100 * mean, 100 * interval.low(), 100 * interval.high());
  }

  private void costs(List<Curve> curves) {
    text.say(
        "\n"
            + "What a search costs at the largest budget, in the mean:\n\n"
            + "| | Images | NFE | GFLOP, model | GFLOP, decoder | Decodes | Verifier calls |"
            + " Seconds |\n"
            + "|---|%s",
        "---:|".repeat(7));
    for (Curve curve : curves) {
      Spent sum = curve.last().spent();
      double count = curve.captions().size();
      text.say(
          "| %s | %.1f | %.1f | %.1f | %.1f | %.1f | %.1f | %.2f |",
          curve.method().title(),
          sum.images() / count,
          sum.evaluations() / count,
          sum.modelFlops() / count / 1e9,
          sum.imageFlops() / count / 1e9,
          sum.decodes() / count,
          sum.verified() / count,
          sum.seconds() / count);
    }
  }
}
