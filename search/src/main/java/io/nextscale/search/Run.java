package io.nextscale.search;

import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A search under way: what strategies are written with. It counts what everything costs and keeps
 * the best complete picture.
 */
public final class Run<S> {

  /**
   * A picture under way, as a strategy sees it.
   *
   * @param trial the number of its candidate, −1 before any
   * @param picture what is decided
   * @param seed what the candidate draws from
   */
  public record Node<S>(int trial, S picture, long seed) {}

  /** A complete picture that is looked at and scored, but for the operations. */
  private static final Spent LOOK = new Spent(1, 0, 0, 0, 1, 1, 0);

  private final Stepwise<S> model;
  private final Verifier verifier;
  private final Budget budget;
  private final long firstSeed;
  private final int atOnce;
  private final double enough;
  private final BooleanSupplier cancelled;
  private final long began = System.nanoTime();
  private final List<Trial> trials = new ArrayList<>();
  private Spent spent = Spent.NOTHING;
  private Found.End end = Found.End.DONE;
  private boolean cut;
  private @Nullable S best;
  private @Nullable Tensor bestImage;
  private double bestScore = Double.NEGATIVE_INFINITY;
  private int bestTrial = -1;

  Run(
      Stepwise<S> model,
      Verifier verifier,
      Budget budget,
      long firstSeed,
      int atOnce,
      double enough,
      BooleanSupplier cancelled) {
    this.model = model;
    this.verifier = verifier;
    this.budget = budget;
    this.firstSeed = firstSeed;
    this.atOnce = atOnce;
    this.enough = enough;
    this.cancelled = cancelled;
    Spent one = completion(1).plus(LOOK);
    if (budget.left(Spent.NOTHING, withImage(one)) < 1) {
      throw new IllegalArgumentException(
          "budget: at least what one picture costs, "
              + model.steps()
              + " NFE and 1 image; got "
              + budget);
    }
  }

  private Spent withImage(Spent steps) {
    return steps.plus(new Spent(0, 0, 0, model.imageFlops(), 0, 0, 0));
  }

  /** K, the steps of a picture. */
  public int steps() {
    return model.steps();
  }

  /** A picture of which nothing is decided. */
  public Node<S> begin() {
    return new Node<>(-1, model.begin(), firstSeed);
  }

  /** What it costs to take a picture from step {@code from} (included) to its end. */
  private Spent completion(int from) {
    return between(from, model.steps());
  }

  private Spent between(int from, int to) {
    double flops = 0;
    for (int k = from; k <= to; k++) {
      flops += model.stepFlops(k, 1);
    }
    return new Spent(0, Math.max(0, to - from + 1), flops, 0, 0, 0, 0);
  }

  /**
   * How many candidates that branch off at a step, are completed and scored, the budget still has
   * room for; 0 where the search is to end.
   *
   * @param wanted the most that the strategy would take
   */
  public int room(int step, int wanted) {
    return room(withImage(completion(step).plus(LOOK)), wanted);
  }

  /** The same for candidates that are scored as they are after a step, without a roll-out. */
  public int roomToPeek(int step, int wanted) {
    return roomToPeek(step, step, 0, wanted);
  }

  /**
   * The same for candidates that go through several steps and are scored as they are after the last
   * of them, where some are to be completed later.
   *
   * @param from the first step
   * @param to the last, included
   * @param survivors how many are to be completed
   */
  public int roomToPeek(int from, int to, int survivors, int wanted) {
    Spent look = new Spent(0, 0, 0, model.imageFlops(), 1, 1, 0);
    Spent later = Spent.NOTHING;
    for (int i = 0; i < survivors; i++) {
      later = later.plus(withImage(completion(to + 1).plus(LOOK)));
    }
    return room(between(from, to).plus(look), wanted, later);
  }

  private int room(Spent cost, int wanted) {
    return room(cost, wanted, Spent.NOTHING);
  }

  private int room(Spent cost, int wanted, Spent later) {
    if (end != Found.End.DONE) {
      return 0;
    }
    if (cancelled.getAsBoolean()) {
      end = Found.End.CANCELLED;
      return 0;
    }
    if (bestScore >= enough) {
      end = Found.End.SCORE;
      return 0;
    }
    int room = (int) Math.min(wanted, budget.left(spent().plus(later), cost));
    cut |= room < wanted;
    return room;
  }

  /** What has been spent until now. */
  public Spent spent() {
    double seconds = (System.nanoTime() - began) / 1e9;
    return new Spent(
        spent.images(),
        spent.evaluations(),
        spent.modelFlops(),
        spent.imageFlops(),
        spent.decodes(),
        spent.verified(),
        seconds);
  }

  /**
   * New candidates, each one step further than the node that it branches off.
   *
   * @param from a node for each, of the same step; one may be there several times
   */
  public List<Node<S>> branch(List<Node<S>> from) {
    List<Long> seeds = new ArrayList<>();
    for (int i = 0; i < from.size(); i++) {
      seeds.add(firstSeed + trials.size() + i);
    }
    List<S> pictures = advance(from.stream().map(Node::picture).toList(), seeds);
    List<Node<S>> nodes = new ArrayList<>();
    for (int i = 0; i < from.size(); i++) {
      int step = model.decided(pictures.get(i));
      int number = trials.size();
      trials.add(
          new Trial(number, from.get(i).trial(), step, seeds.get(i), Double.NaN, false, false));
      nodes.add(new Node<>(number, pictures.get(i), seeds.get(i)));
    }
    return nodes;
  }

  /**
   * New candidates that come from nodes in another way than by a step, such as by other noise.
   *
   * @param from a node for each; one may be there several times
   * @param way the new picture, from that of a node and the candidate's seed
   */
  public List<Node<S>> vary(List<Node<S>> from, BiFunction<S, Long, S> way) {
    List<Node<S>> nodes = new ArrayList<>();
    for (Node<S> node : from) {
      int number = trials.size();
      long seed = firstSeed + number;
      S picture = way.apply(node.picture(), seed);
      int step = model.decided(picture) + 1;
      trials.add(new Trial(number, node.trial(), step, seed, Double.NaN, false, false));
      nodes.add(new Node<>(number, picture, seed));
    }
    return nodes;
  }

  /**
   * The model as one that makes pictures out of noise.
   *
   * @param search what needs it, for messages
   * @throws IllegalArgumentException when it is none
   */
  public Noisy<S> noisy(String search) {
    if (model instanceof Noisy<S> noisy) {
      return noisy;
    }
    throw new IllegalArgumentException(
        search
            + ": a model that makes pictures out of noise, such as diffusion; got "
            + model.getClass().getSimpleName());
  }

  /** Nodes one step further, each with its own seed: not new candidates. */
  public List<Node<S>> goOn(List<Node<S>> nodes) {
    List<S> pictures =
        advance(
            nodes.stream().map(Node::picture).toList(), nodes.stream().map(Node::seed).toList());
    List<Node<S>> further = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      Node<S> node = nodes.get(i);
      further.add(new Node<>(node.trial(), pictures.get(i), node.seed()));
    }
    return further;
  }

  /** One step, in batches; what forks share counts once per batch. */
  private List<S> advance(List<S> pictures, List<Long> seeds) {
    List<S> further = new ArrayList<>();
    for (int begin = 0; begin < pictures.size(); begin += atOnce) {
      int to = Math.min(pictures.size(), begin + atOnce);
      List<S> batch = pictures.subList(begin, to);
      spent = spent.plus(new Spent(0, batch.size(), model.stepFlops(batch), 0, 0, 0, 0));
      further.addAll(model.step(batch, seeds.subList(begin, to)));
    }
    return further;
  }

  /**
   * Completes nodes, each from its own seed, and scores the pictures; the best is kept.
   *
   * @return the score of each
   */
  public double[] finish(List<Node<S>> nodes) {
    double[] scores = new double[nodes.size()];
    for (int begin = 0; begin < scores.length; begin += atOnce) {
      List<Node<S>> batch = nodes.subList(begin, Math.min(scores.length, begin + atOnce));
      while (model.decided(batch.getFirst().picture()) < model.steps()) {
        batch = goOn(batch);
      }
      Tensor images = look(batch);
      double[] own = scored(images);
      spent = spent.plus(new Spent(own.length, 0, 0, 0, 0, 0, 0));
      for (int i = 0; i < own.length; i++) {
        scores[begin + i] = own[i];
        note(batch.get(i).trial(), own[i], true);
        if (own[i] > bestScore) {
          bestScore = own[i];
          best = batch.get(i).picture();
          bestImage = images.slice(0, i, i + 1);
          bestTrial = batch.get(i).trial();
        }
      }
    }
    return scores;
  }

  /** Scores nodes by what is decided of them, without completing them. */
  public double[] peek(List<Node<S>> nodes) {
    double[] scores = new double[nodes.size()];
    for (int begin = 0; begin < scores.length; begin += atOnce) {
      List<Node<S>> batch = nodes.subList(begin, Math.min(scores.length, begin + atOnce));
      double[] own = scored(look(batch));
      for (int i = 0; i < own.length; i++) {
        scores[begin + i] = own[i];
        note(batch.get(i).trial(), own[i], false);
      }
    }
    return scores;
  }

  private Tensor look(List<Node<S>> nodes) {
    int count = nodes.size();
    spent = spent.plus(new Spent(0, 0, 0, count * model.imageFlops(), count, 0, 0));
    List<S> pictures = nodes.stream().map(Node::picture).toList();
    return Workspace.scope(() -> model.images(pictures));
  }

  private double[] scored(Tensor images) {
    double[] scores = verifier.score(images);
    int count = images.shape().dim(0);
    if (scores.length != count) {
      throw new IllegalStateException(
          "verifier: a score for each of " + count + " pictures; got " + scores.length);
    }
    for (double score : scores) {
      if (!Double.isFinite(score)) {
        throw new IllegalStateException("verifier: finite scores; got " + score);
      }
    }
    spent = spent.plus(new Spent(0, 0, 0, 0, 0, count, 0));
    return scores;
  }

  private void note(int number, double score, boolean complete) {
    Trial t = trials.get(number);
    trials.set(
        number, new Trial(number, t.parent(), t.step(), t.seed(), score, complete, t.kept()));
  }

  /**
   * The nodes of the highest scores, the highest first; of equal ones those that came first. The
   * search goes on from them.
   */
  public List<Node<S>> keep(List<Node<S>> nodes, double[] scores, int count) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < scores.length; i++) {
      order.add(i);
    }
    order.sort(Comparator.comparingDouble(i -> -scores[i]));
    List<Node<S>> kept = new ArrayList<>();
    for (int i : order.subList(0, Math.min(count, order.size()))) {
      Node<S> node = nodes.get(i);
      kept.add(node);
      Trial t = trials.get(node.trial());
      trials.set(
          t.number(),
          new Trial(t.number(), t.parent(), t.step(), t.seed(), t.score(), t.complete(), true));
    }
    return kept;
  }

  Found<S> found() {
    if (best == null || bestImage == null) {
      throw new IllegalStateException("search: a strategy that completes a picture; got none");
    }
    return new Found<>(
        best,
        bestScore,
        bestImage,
        bestTrial,
        List.copyOf(trials),
        spent(),
        end == Found.End.DONE && cut ? Found.End.BUDGET : end);
  }
}
