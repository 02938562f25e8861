package io.nextscale.training.inference;

import io.nextscale.search.Spent;
import io.nextscale.shapes.Task;
import io.nextscale.tensor.io.Json;
import io.nextscale.training.experiment.Interval;
import io.nextscale.training.inference.Difference.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** An {@link InferenceReport} in words and tables. Every answer is computed from the data. */
final class InferenceText {

  /** The name of the verifier that knows the truth. */
  static final String ORACLE = "checker";

  /** As good as another search: at most so much worse. */
  private static final double MARGIN = 0.02;

  /** The gain that is asked of beams, and the most pictures that they may look at. */
  private static final double GAIN = 0.15;

  private static final int IMAGES = 195;

  private final InferenceReport report;
  private final Bootstrap bootstrap;
  private final StringBuilder text = new StringBuilder();

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
    say("# Search at inference time: what was found\n");
    setting();
    for (String verifier : report.verifiers()) {
      for (InferenceReport.Model model : report.models()) {
        List<Curve> curves = report.curves(model.name(), verifier);
        if (!curves.isEmpty()) {
          say("\n## %s, pictures chosen by %s\n", model.name(), verifier);
          byBudget(curves);
          byTask(model.name(), verifier, curves);
          costs(curves);
        }
      }
    }
    say("\n## The claims, one by one\n");
    say(
        "An answer is yes or no where the 95 %% interval of the difference leaves the other out,"
            + " else it is not distinguishable. Differences are of the same captions, in points of"
            + " a hundred. Where budgets do not meet, a cost between two budgets is had by spending"
            + " the larger one with the chance that makes the mean cost right.\n");
    againstRandom();
    againstDiffusion();
    pruning();
    gains();
    hacking();
    if (!memory.isEmpty()) {
      say("\n%s", memory);
    }
    say("\n## Curves\n");
    figures.forEach(name -> say("![%s](%s)\n", name.replace(".png", ""), name));
    return text.toString();
  }

  private void say(String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private void setting() {
    Map<Task, Integer> perTask = new EnumMap<>(Task.class);
    report.captions().forEach(caption -> perTask.merge(Caption.task(caption), 1, Integer::sum));
    say(
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
    say("Settings: `%s`\n", report.settings().write());
    say("| Model | Kind | Parameters | Settings |\n|---|---|---:|---|");
    for (InferenceReport.Model model : report.models()) {
      Json settings = model.settings();
      say(
          "| %s | %s | %,d | `%s` |",
          model.name(), model.family(), model.parameters(), settings.write());
    }
  }

  // Tables

  private void byBudget(List<Curve> curves) {
    List<Long> budgets =
        curves.stream()
            .flatMap(curve -> curve.levels().stream().map(Curve.Level::budget))
            .distinct()
            .sorted()
            .toList();
    say(
        "Right, %% of all captions, by budget in NFE:\n\n| |%s\n|---|%s",
        row(budgets.stream().map(budget -> String.format(Locale.ROOT, "%,d", budget)).toList()),
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
      say("| %s |%s", curve.method().title(), row(cells));
    }
  }

  private void byTask(String model, String verifier, List<Curve> curves) {
    say(
        "\nRight, %% by task, at the largest budget of each:\n\n| |%s all |\n|---|%s---:|",
        row(Arrays.stream(Task.values()).map(Task::words).toList()),
        "---:|".repeat(Task.values().length));
    Curve random = report.curve(model, Method.RANDOM, verifier);
    Curve.Level single = random == null ? null : random.single();
    if (single != null) {
      say("| no search |%s", row(tasks(single.truth())));
    }
    for (Curve curve : curves) {
      say("| %s |%s", curve.method().title(), row(tasks(curve.last().truth())));
    }
    say("\nWhat all verifiers say of these pictures, in the mean:\n");
    List<String> names = scored(curves);
    say("| | right |%s\n|---|---:|%s", row(names), "---:|".repeat(names.size()));
    if (single != null) {
      say("| no search | %s |%s", share(single.truth(), i -> true), row(scores(single, names)));
    }
    for (Curve curve : curves) {
      say(
          "| %s | %s |%s",
          curve.method().title(),
          share(curve.last().truth(), i -> true),
          row(scores(curve.last(), names)));
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
      cells.add(share(truth, of(task)));
    }
    cells.add(share(truth, i -> true));
    return cells;
  }

  private IntPredicate of(Task task) {
    return i -> Caption.task(report.captions().get(i)) == task;
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
    say(
        "\n"
            + "What a search costs at the largest budget, in the mean:\n\n"
            + "| | Images | NFE | GFLOP, model | GFLOP, decoder | Decodes | Verifier calls |"
            + " Seconds |\n"
            + "|---|%s",
        "---:|".repeat(7));
    for (Curve curve : curves) {
      Spent sum = curve.last().spent();
      double count = curve.captions().size();
      say(
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

  private static String row(List<String> cells) {
    StringBuilder row = new StringBuilder();
    cells.forEach(cell -> row.append(' ').append(cell).append(" |"));
    return row.toString();
  }

  // Claims

  /**
   * Two kinds of search at the same cost.
   *
   * @param at the cost
   * @param difference of the first less the second
   */
  record Compared(double at, Difference difference) {}

  /**
   * Compares at what the first costs, or where the second never costs so much, at its largest; null
   * where one of them begins beyond that.
   */
  @Nullable Compared compared(Curve one, Curve other, Cost cost, double spent) {
    double at = Math.min(spent, other.most(cost));
    if (at < one.least(cost) || at < other.least(cost)) {
      return null;
    }
    return new Compared(at, Difference.of(one.truth(cost, at), other.truth(cost, at), bootstrap));
  }

  private void againstRandom() {
    say("### Does it beat random search?\n");
    for (Cost cost : Cost.values()) {
      say(
          "At equal %s:\n\n"
              + "| Model | Verifier | | Budgets where yes / no / not distinguishable | At the"
              + " largest cost of both | Points | Answer |\n"
              + "|---|---|---|---|---:|---:|---|",
          cost.word());
      for (Curve curve : report.curves()) {
        Curve random = report.curve(curve.generator(), Method.RANDOM, curve.verifier());
        if (random != null && curve.method().selects()) {
          againstRandom(curve, random, cost);
        }
      }
      say("");
    }
  }

  private void againstRandom(Curve curve, Curve random, Cost cost) {
    Map<Verdict, Integer> answers = new EnumMap<>(Verdict.class);
    for (Curve.Level level : curve.levels()) {
      Compared one = compared(curve, random, cost, level.cost(cost));
      if (one != null) {
        answers.merge(one.difference().exceeds(0), 1, Integer::sum);
      }
    }
    say(
        "| %s | %s | %s | %d / %d / %d |%s",
        curve.generator(),
        curve.verifier(),
        curve.method().title(),
        answers.getOrDefault(Verdict.YES, 0),
        answers.getOrDefault(Verdict.NO, 0),
        answers.getOrDefault(Verdict.UNCLEAR, 0),
        answer(compared(curve, random, cost, curve.most(cost)), 0));
  }

  /** Cells with cost, difference and answer. */
  private static String answer(@Nullable Compared compared, double least) {
    return compared == null
        ? " | | not comparable: their costs do not meet |"
        : String.format(
            Locale.ROOT,
            " %.4g | %s | %s |",
            compared.at(),
            compared.difference().points(),
            compared.difference().exceeds(least).words());
  }

  /** The kind of search whose largest budget finds most, or null. */
  static @Nullable Curve best(InferenceReport report, String model, String verifier) {
    return report.curves(model, verifier).stream()
        .max(Comparator.comparingDouble(c -> c.last().right()))
        .orElse(null);
  }

  private void againstDiffusion() {
    List<InferenceReport.Model> ours = family("next-scale");
    List<InferenceReport.Model> others =
        report.models().stream().filter(model -> !ours.contains(model)).toList();
    if (ours.isEmpty() || others.isEmpty()) {
      return;
    }
    say(
        "### Does next-scale prediction with search beat the other models with search?\n\n"
            + "The best kind of search of each at its largest budget, which is chosen on the same"
            + " captions.\n");
    say(
        "| | against | Parameters | Verifier | At equal | At the largest cost of both | Points |"
            + " Answer |\n"
            + "|---|---|---:|---|---|---:|---:|---|");
    for (InferenceReport.Model one : ours) {
      for (InferenceReport.Model other : others) {
        for (String verifier : report.verifiers()) {
          Curve own = best(report, one.name(), verifier);
          Curve theirs = best(report, other.name(), verifier);
          if (own != null && theirs != null) {
            for (Cost cost : Cost.values()) {
              say(
                  "| %s, %s | %s, %s | x %.2f | %s | %s |%s",
                  one.name(),
                  own.method().title(),
                  other.name(),
                  theirs.method().title(),
                  (double) other.parameters() / one.parameters(),
                  verifier,
                  cost.word(),
                  answer(compared(own, theirs, cost, own.most(cost)), 0));
            }
          }
        }
      }
    }
    say("");
  }

  private List<InferenceReport.Model> family(String word) {
    return report.models().stream().filter(model -> model.family().startsWith(word)).toList();
  }

  private void pruning() {
    say(
        "### Where does early pruning pay?\n\n"
            + "Is a search with half of the operations of the beam as good as the beam, that is, at"
            + " most %.0f points worse?\n",
        100 * MARGIN);
    say(
        "| Model | Verifier | | GFLOP | GFLOP of the beam | Points | Answer |\n"
            + "|---|---|---|---:|---:|---:|---|");
    List<String> pays = new ArrayList<>();
    for (Curve curve : report.curves()) {
      Curve beam = report.curve(curve.generator(), Method.BEAM, curve.verifier());
      if (beam == null || !curve.method().prunes()) {
        continue;
      }
      double half = beam.most(Cost.FLOPS) / 2;
      String start =
          "| %s | %s | %s |".formatted(curve.generator(), curve.verifier(), curve.method().title());
      if (half < curve.least(Cost.FLOPS)) {
        say("%s | | | not comparable: its smallest budget costs more |", start);
        continue;
      }
      Difference difference =
          Difference.of(curve.truth(Cost.FLOPS, half), beam.last().truth(), bootstrap);
      Verdict verdict = difference.exceeds(-MARGIN);
      say(
          "%s %.4g | %.4g | %s | %s |",
          start,
          Math.min(half, curve.most(Cost.FLOPS)) / 1e9,
          beam.most(Cost.FLOPS) / 1e9,
          difference.points(),
          verdict.words());
      if (verdict == Verdict.YES) {
        pays.add(
            "%s (%s, %s)".formatted(curve.method().title(), curve.generator(), curve.verifier()));
      }
    }
    say(
        pays.isEmpty()
            ? "\n"
                + "No kind of pruning was shown to be as good as the beam with half of its"
                + " operations.\n"
            : "\nAs good as the beam with half of its operations: "
                + String.join("; ", pays)
                + ".\n");
  }

  private void gains() {
    say(
        "### Do position and colour attribution gain %.0f points from beams with a learned"
            + " verifier, within %d pictures?\n",
        100 * GAIN, IMAGES);
    say("| Model | Verifier | Task | Images | Points | Answer |\n|---|---|---|---:|---:|---|");
    int asked = 0;
    for (Curve curve : report.curves()) {
      Curve random = report.curve(curve.generator(), Method.RANDOM, curve.verifier());
      Curve.Level single = random == null ? null : random.single();
      Curve.Level level = curve.within(IMAGES);
      if (curve.method() != Method.BEAM
          || curve.verifier().equals(ORACLE)
          || single == null
          || level == null) {
        continue;
      }
      for (Task task : List.of(Task.POSITION, Task.COLOUR_ATTRIBUTION)) {
        Difference gain = Difference.of(level.truth(), single.truth(), bootstrap, of(task));
        say(
            "| %s | %s | %s | %d | %s | %s |",
            curve.generator(),
            curve.verifier(),
            task.words(),
            level.points().getFirst().spent().images(),
            gain.points(),
            gain.exceeds(GAIN).words());
        asked++;
      }
    }
    say(asked == 0 ? "\nNot asked: no beam with a learned verifier was run.\n" : "");
  }

  private void hacking() {
    say(
        "### Is the verifier deceived?\n\n"
            + "Yes where its score rises and the truth falls, no where both rise, up to the largest"
            + " budget: from no search, and from the budget at which most pictures are right, if"
            + " that is a smaller one. It is chosen by the same captions, which makes a fall look"
            + " larger than it is.\n");
    say(
        "| Model | Verifier | | From | Score of the verifier | Points of the truth | Answer |\n"
            + "|---|---|---|---|---:|---:|---|");
    int asked = 0;
    for (Curve curve : report.curves()) {
      if (curve.verifier().equals(ORACLE)) {
        continue;
      }
      Curve random = report.curve(curve.generator(), Method.RANDOM, curve.verifier());
      Curve.Level single = random == null ? null : random.single();
      if (single != null) {
        hacking(curve, "no search", single);
        asked++;
      }
      Curve.Level best = curve.best();
      if (!best.equals(curve.last()) && !best.equals(single)) {
        hacking(curve, String.format(Locale.ROOT, "%,d NFE", best.budget()), best);
        asked++;
      }
    }
    say(asked == 0 ? "\nNot asked: no learned verifier was used." : "");
  }

  private void hacking(Curve curve, String from, Curve.Level level) {
    Difference score =
        Difference.of(
            curve.last().scores(curve.verifier()), level.scores(curve.verifier()), bootstrap);
    Difference truth = Difference.of(curve.last().truth(), level.truth(), bootstrap);
    say(
        "| %s | %s | %s | %s | %s | %s | %s |",
        curve.generator(),
        curve.verifier(),
        curve.method().title(),
        from,
        score.plain(),
        truth.points(),
        deceived(score, truth).words());
  }

  /** Whether a verifier's score rose while the truth fell. */
  static Verdict deceived(Difference score, Difference truth) {
    if (score.exceeds(0) != Verdict.YES) {
      return Verdict.UNCLEAR;
    }
    return switch (truth.exceeds(0)) {
      case YES -> Verdict.NO;
      case NO -> Verdict.YES;
      case UNCLEAR -> Verdict.UNCLEAR;
    };
  }
}
