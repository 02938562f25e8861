package io.nextscale.training.inference;

import io.nextscale.shapes.Task;
import io.nextscale.training.inference.Difference.Verdict;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/** The questions of the paper, and the answers that an {@link InferenceReport} gives. */
final class InferenceClaims {

  /** As good as another search: at most so much worse. */
  private static final double MARGIN = 0.02;

  /** The gain that is asked of beams, and the most pictures that they may look at. */
  private static final double GAIN = 0.15;

  private static final int IMAGES = 195;

  /** The share of right pictures whose price is told. */
  private static final double SHARE = 0.9;

  private final InferenceReport report;
  private final Markdown text;
  private final Bootstrap bootstrap;

  InferenceClaims(InferenceReport report, Markdown text) {
    this.report = report;
    this.text = text;
    this.bootstrap = report.bootstrap();
  }

  /** Writes a section. */
  void write() {
    text.say("\n## The claims, one by one\n");
    text.say(
        "An answer is yes or no where the 95 %% interval of the difference leaves the other out,"
            + " else it is not distinguishable. Differences are of the same captions, in points of"
            + " a hundred. Where budgets do not meet, a cost between two budgets is had by spending"
            + " the larger one with the chance that makes the mean cost right.\n");
    againstRandom();
    againstOthers();
    prices();
    pruning();
    gains();
    hacking();
  }

  /**
   * Two kinds of search at the same cost.
   *
   * @param at the cost
   * @param difference of the first less the second
   */
  private record Compared(double at, Difference difference) {}

  /**
   * Compares at what the first costs, or where the second never costs so much, at its largest; null
   * where one of them begins beyond that.
   */
  private @Nullable Compared compared(Curve one, Curve other, Cost cost, double spent) {
    double at = Math.min(spent, other.most(cost));
    if (at < one.least(cost) || at < other.least(cost)) {
      return null;
    }
    return new Compared(at, Difference.of(one.truth(cost, at), other.truth(cost, at), bootstrap));
  }

  private void againstRandom() {
    text.say("### Does it beat random search?\n");
    for (Cost cost : Cost.values()) {
      text.say(
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
      text.say("");
    }
  }

  private void againstRandom(Curve curve, Curve random, Cost cost) {
    text.say(
        "| %s | %s | %s | %s |%s",
        curve.generator(),
        curve.verifier(),
        curve.method().title(),
        answers(curve, random, cost),
        answer(compared(curve, random, cost, curve.most(cost)), 0));
  }

  /** How often which answer is given, of the budgets of the first. */
  private String answers(Curve one, Curve other, Cost cost) {
    Map<Verdict, Integer> answers = new EnumMap<>(Verdict.class);
    for (Curve.Level level : one.levels()) {
      Compared compared = compared(one, other, cost, level.cost(cost));
      if (compared != null) {
        answers.merge(compared.difference().exceeds(0), 1, Integer::sum);
      }
    }
    return "%d / %d / %d"
        .formatted(
            answers.getOrDefault(Verdict.YES, 0),
            answers.getOrDefault(Verdict.NO, 0),
            answers.getOrDefault(Verdict.UNCLEAR, 0));
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

  private void againstOthers() {
    List<InferenceReport.Model> ours = family("next-scale");
    List<InferenceReport.Model> others =
        report.models().stream().filter(model -> !ours.contains(model)).toList();
    if (ours.isEmpty() || others.isEmpty()) {
      return;
    }
    text.say(
        "### Does next-scale prediction with search beat the other models with search?\n\n"
            + "Random search of both; where another kind of search finds more at the largest budget"
            + " of a model, also the best kind of each, which is chosen on the same captions.\n");
    for (Cost cost : Cost.values()) {
      text.say(
          "At equal %s:\n\n"
              + "| | against | Parameters | Verifier | Costs where yes / no / not distinguishable |"
              + " At the smallest cost of both | Points | Answer | At the largest | Points | Answer"
              + " |\n"
              + "|---|---|---:|---|---|---:|---:|---|---:|---:|---|",
          cost.word());
      for (InferenceReport.Model one : ours) {
        for (InferenceReport.Model other : others) {
          for (String verifier : report.verifiers()) {
            againstOther(one, other, verifier, cost);
          }
        }
      }
      text.say("");
    }
  }

  /** A kind of search of each of two models. */
  private record Pair(@Nullable Curve own, @Nullable Curve theirs) {}

  private void againstOther(
      InferenceReport.Model one, InferenceReport.Model other, String verifier, Cost cost) {
    SequencedSet<Pair> pairs = new LinkedHashSet<>();
    pairs.add(
        new Pair(
            report.curve(one.name(), Method.RANDOM, verifier),
            report.curve(other.name(), Method.RANDOM, verifier)));
    pairs.add(new Pair(report.best(one.name(), verifier), report.best(other.name(), verifier)));
    for (Pair pair : pairs) {
      Curve own = pair.own();
      Curve theirs = pair.theirs();
      if (own != null && theirs != null) {
        double least = Math.max(own.least(cost), theirs.least(cost));
        text.say(
            "| %s, %s | %s, %s | x %.2f | %s | %s |%s%s",
            one.name(),
            own.method().title(),
            other.name(),
            theirs.method().title(),
            (double) other.parameters() / one.parameters(),
            verifier,
            answers(own, theirs, cost),
            answer(compared(own, theirs, cost, least), 0),
            answer(compared(own, theirs, cost, own.most(cost)), 0));
      }
    }
  }

  private List<InferenceReport.Model> family(String word) {
    return report.models().stream().filter(model -> model.family().startsWith(word)).toList();
  }

  private void prices() {
    text.say(
        "### What does it cost until %.0f %% are right?\n\n"
            + "Where the straight line between budgets gets there first.\n\n"
            + "| Model | Verifier | | NFE | GFLOP | Seconds |\n|---|---|---|---:|---:|---:|",
        100 * SHARE);
    for (Curve curve : report.curves()) {
      OptionalDouble flops = curve.price(Cost.FLOPS, SHARE);
      text.say(
          "| %s | %s | %s | %s | %s | %s |",
          curve.generator(),
          curve.verifier(),
          curve.method().title(),
          price(curve.price(Cost.NFE, SHARE), "%.0f"),
          price(flops.isPresent() ? OptionalDouble.of(flops.getAsDouble() / 1e9) : flops, "%.1f"),
          price(curve.price(Cost.SECONDS, SHARE), "%.3f"));
    }
    text.say("");
  }

  private static String price(OptionalDouble price, String format) {
    return price.isPresent() ? String.format(Locale.ROOT, format, price.getAsDouble()) : "never";
  }

  private void pruning() {
    text.say(
        "### Where does early pruning pay?\n\n"
            + "Is a search with half of the operations of the beam as good as the beam, that is, at"
            + " most %.0f points worse?\n",
        100 * MARGIN);
    text.say(
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
        text.say("%s | | | not comparable: its smallest budget costs more |", start);
        continue;
      }
      Difference difference =
          Difference.of(curve.truth(Cost.FLOPS, half), beam.last().truth(), bootstrap);
      Verdict verdict = difference.exceeds(-MARGIN);
      text.say(
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
    text.say(
        pays.isEmpty()
            ? "\n"
                + "No kind of pruning was shown to be as good as the beam with half of its"
                + " operations.\n"
            : "\nAs good as the beam with half of its operations: "
                + String.join("; ", pays)
                + ".\n");
  }

  private void gains() {
    text.say(
        "### Do position and colour attribution gain %.0f points from beams with a learned"
            + " verifier, within %d pictures?\n",
        100 * GAIN, IMAGES);
    text.say("| Model | Verifier | Task | Images | Points | Answer |\n|---|---|---|---:|---:|---|");
    int asked = 0;
    for (Curve curve : report.curves()) {
      Curve random = report.curve(curve.generator(), Method.RANDOM, curve.verifier());
      Curve.Level single = random == null ? null : random.single();
      Curve.Level level = curve.within(IMAGES);
      if (curve.method() != Method.BEAM
          || curve.verifier().equals(InferenceText.ORACLE)
          || single == null
          || level == null) {
        continue;
      }
      for (Task task : List.of(Task.POSITION, Task.COLOUR_ATTRIBUTION)) {
        Difference gain = Difference.of(level.truth(), single.truth(), bootstrap, report.of(task));
        text.say(
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
    text.say(asked == 0 ? "\nNot asked: no beam with a learned verifier was run.\n" : "");
  }

  private void hacking() {
    text.say(
        "### Is the verifier deceived?\n\n"
            + "Yes where its score rises and the truth falls, no where both rise, up to the largest"
            + " budget: from no search, and from the budget at which most pictures are right, if"
            + " that is a smaller one. It is chosen by the same captions, which makes a fall look"
            + " larger than it is.\n");
    text.say(
        "| Model | Verifier | | From | Score of the verifier | Points of the truth | Answer |\n"
            + "|---|---|---|---|---:|---:|---|");
    int asked = 0;
    for (Curve curve : report.curves()) {
      if (curve.verifier().equals(InferenceText.ORACLE)) {
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
    text.say(asked == 0 ? "\nNot asked: no learned verifier was used." : "");
  }

  private void hacking(Curve curve, String from, Curve.Level level) {
    Difference score =
        Difference.of(
            curve.last().scores(curve.verifier()), level.scores(curve.verifier()), bootstrap);
    Difference truth = Difference.of(curve.last().truth(), level.truth(), bootstrap);
    text.say(
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
