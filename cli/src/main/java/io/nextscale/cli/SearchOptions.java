package io.nextscale.cli;

import io.nextscale.search.Beam;
import io.nextscale.search.Budget;
import io.nextscale.search.Halving;
import io.nextscale.search.Look;
import io.nextscale.search.Paths;
import io.nextscale.search.Plan;
import io.nextscale.search.RandomSearch;
import io.nextscale.search.Resampling;
import io.nextscale.search.Strategy;
import io.nextscale.search.ZeroOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which ways a search tries, and what it may spend. */
public final class SearchOptions {

  /** The strategies by name. */
  enum Kind {
    /** The best of independent pictures. */
    random,
    /** A beam of width 1. */
    greedy,
    /** Beam search. */
    beam,
    /** The better half goes on. */
    halving,
    /** Pictures are drawn by their scores. */
    resampling,
    /** Other noise near the best. */
    zero_order("zero-order"),
    /** A little back towards noise, and further forward. */
    paths;

    private final String word;

    Kind() {
      word = name();
    }

    Kind(String word) {
      this.word = word;
    }

    @Override
    public String toString() {
      return word;
    }
  }

  @Option(
      names = "--strategy",
      paramLabel = "NAME",
      description =
          "random: the best of independent pictures; beam: at every step the best of several ways"
              + " on; greedy: the same of width 1; halving: the better half of partial pictures"
              + " goes on; resampling: partial pictures are drawn by their scores; for diffusion"
              + " zero-order: noise near that of the best; paths: some steps back to noise and"
              + " further forward (default: beam).")
  private Kind strategy = Kind.beam;

  @Option(
      names = "--width",
      paramLabel = "W",
      description = "beam, paths: branches that survive each step (default: 3).")
  private @Nullable Integer width;

  @Option(
      names = "--candidates",
      paramLabel = "N",
      description =
          "beam, greedy: ways on from each branch at each step (default: 5); paths: samples of"
              + " each (default: 5); zero-order: neighbours (default: 4); random: pictures (default:"
              + " until the budget is spent, or 16); others: pictures that are begun (default:"
              + " 16).")
  private @Nullable Integer candidates;

  @Option(
      names = "--plan",
      paramLabel = "PLAN",
      description =
          "beam, greedy: how candidates are spread over steps: uniform, front (most at first),"
              + " back (most at last), or a number for each step such as 8,4,2 (default:"
              + " uniform).")
  private @Nullable String plan;

  @Option(
      names = "--branch-steps",
      paramLabel = "M",
      description =
          "beam, greedy: branch at the first M steps only (default: all). A step is a forward pass:"
              + " a scale, one token of a serial scale or of raster order, or one step of"
              + " diffusion.")
  private @Nullable Integer branchSteps;

  @Option(
      names = "--partial",
      description =
          "beam, greedy: score what is decided so far, instead of completing each candidate.")
  private boolean partial;

  @Option(
      names = "--halve-from",
      paramLabel = "K",
      description = "halving: the step after which it begins (default: 3).")
  private @Nullable Integer halveFrom;

  @Option(
      names = "--lambda",
      paramLabel = "X",
      description = "resampling: how much scores count (default: 10).")
  private @Nullable Double lambda;

  @Option(
      names = "--cosine",
      paramLabel = "X",
      description = "zero-order: how near neighbours are, -1 to 1 (default: 0.95).")
  private @Nullable Double cosine;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description =
          "zero-order: how often the best moves (default: until the budget is spent, or 8).")
  private @Nullable Integer rounds;

  @Option(
      names = "--path-steps",
      paramLabel = "S,B,F",
      description =
          "paths: steps before the search, then back towards noise and forward again (default:"
              + " 12,4,8, for 30 steps).")
  private @Nullable String pathSteps;

  @Option(
      names = "--budget",
      paramLabel = "LIMITS",
      description =
          "What may be spent, with commas: nfe (steps of single pictures), images, flops,"
              + " verified, seconds; such as nfe=1365 or images=195,seconds=60 (default: no"
              + " limit).")
  private @Nullable String budget;

  @Option(
      names = "--enough",
      paramLabel = "SCORE",
      description = "End with the first picture of this score (default: never).")
  private @Nullable Double enough;

  /** The strategy that was asked for. */
  Strategy strategy() {
    boolean beams = strategy == Kind.beam || strategy == Kind.greedy;
    refuse("--width", width, strategy == Kind.beam || strategy == Kind.paths);
    refuse("--plan", plan, beams);
    refuse("--branch-steps", branchSteps, beams);
    refuse("--partial", partial ? "" : null, beams);
    refuse("--halve-from", halveFrom, strategy == Kind.halving);
    refuse("--lambda", lambda, strategy == Kind.resampling);
    refuse("--cosine", cosine, strategy == Kind.zero_order);
    refuse("--rounds", rounds, strategy == Kind.zero_order);
    refuse("--path-steps", pathSteps, strategy == Kind.paths);
    int count = atLeastOne("--candidates", candidates, usually());
    return switch (strategy) {
      case random -> new RandomSearch(count);
      case greedy -> new Beam(1, plan(count), look());
      case beam -> new Beam(atLeastOne("--width", width, 3), plan(count), look());
      case halving -> new Halving(count, atLeastOne("--halve-from", halveFrom, 3));
      case resampling -> new Resampling(count, weight());
      case zero_order -> zeroOrder(count);
      case paths -> paths(count);
    };
  }

  /** Candidates where no flag says how many. */
  private int usually() {
    return switch (strategy) {
      case beam, greedy, paths -> 5;
      case zero_order -> 4;
      case random -> budget == null ? 16 : RandomSearch.ALL;
      default -> 16;
    };
  }

  private ZeroOrder zeroOrder(int neighbours) {
    double near = cosine == null ? 0.95 : cosine;
    if (!(near >= -1 && near <= 1)) {
      throw new UsageException("--cosine: from -1 to 1; got " + cosine);
    }
    int usual = budget == null ? 8 : ZeroOrder.ALL;
    return new ZeroOrder(neighbours, near, atLeastOne("--rounds", rounds, usual));
  }

  private Paths paths(int samples) {
    String text = pathSteps == null ? "12,4,8" : pathSteps;
    if (!text.matches("\\d{1,6},\\d{1,6},\\d{1,6}")) {
      throw new UsageException("--path-steps: three numbers of steps, such as 12,4,8; got " + text);
    }
    String[] steps = text.split(",", -1);
    try {
      return new Paths(
          atLeastOne("--width", width, 3),
          samples,
          Integer.parseInt(steps[0]),
          Integer.parseInt(steps[1]),
          Integer.parseInt(steps[2]));
    } catch (IllegalArgumentException e) { // steps that lead nowhere
      throw new UsageException("--path-steps", e);
    }
  }

  private Look look() {
    return partial ? Look.PARTIAL : Look.ROLL_OUT;
  }

  private double weight() {
    double weight = lambda == null ? 10 : lambda;
    if (!(weight > 0) || Double.isInfinite(weight)) {
      throw new UsageException("--lambda: a number greater than 0; got " + lambda);
    }
    return weight;
  }

  private Plan plan(int count) {
    if (branchSteps != null) {
      if (plan != null) {
        throw new UsageException(
            "--branch-steps: candidates at the first steps only, which --plan says for itself;"
                + " got both — leave one out");
      }
      return new Plan.First(count, atLeastOne("--branch-steps", branchSteps, 1));
    }
    String name = plan == null ? "uniform" : plan;
    return switch (name) {
      case "uniform" -> new Plan.Uniform(count);
      case "front" -> new Plan.Front(count);
      case "back" -> new Plan.Back(count);
      default -> given(name);
    };
  }

  private Plan given(String text) {
    if (candidates != null) {
      throw new UsageException(
          "--candidates: one number for all steps, where --plan gives one for each; got both"
              + " — leave it out");
    }
    List<Integer> each = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      if (!part.strip().matches("\\d{1,6}")) {
        throw unclear(text);
      }
      each.add(Integer.parseInt(part.strip()));
    }
    if (each.getFirst() == 0) {
      throw unclear(text);
    }
    return new Plan.Given(each);
  }

  private static UsageException unclear(String text) {
    return new UsageException(
        "--plan: uniform, front, back or a number of candidates for each step, the first at least"
            + " 1, such as 8,4,2; got "
            + text);
  }

  private void refuse(String flag, @Nullable Object given, boolean fits) {
    if (given != null && !fits) {
      throw new UsageException(
          "%s: for another strategy than %s; got both — leave it out".formatted(flag, strategy));
    }
  }

  private static int atLeastOne(String flag, @Nullable Integer given, int usual) {
    if (given != null && given < 1) {
      throw new UsageException(flag + ": at least 1; got " + given);
    }
    return given == null ? usual : given;
  }

  /** The limits. */
  Budget budget() {
    if (budget == null) {
      return Budget.UNLIMITED;
    }
    try {
      return Budget.parse(budget);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--" + e.getMessage());
    }
  }

  /** The score that ends the search. */
  double enough() {
    if (enough != null && Double.isNaN(enough)) {
      throw new UsageException("--enough: a number; got NaN");
    }
    return enough == null ? Double.POSITIVE_INFINITY : enough;
  }

  /** The settings, for a recipe. */
  Map<String, Object> describe() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("strategy", strategy().describe());
    if (budget != null) {
      values.put("budget", budget);
    }
    if (enough != null) {
      values.put("enough", enough);
    }
    return values;
  }
}
