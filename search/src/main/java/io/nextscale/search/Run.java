package io.nextscale.search;

import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
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

  private final Stepwise<S> model;
  private final Verifier verifier;
  private final Terms terms;
  private final long began = System.nanoTime();
  private final List<Trial> trials = new ArrayList<>();
  private Spent spent = Spent.NOTHING;
  private Found.End end = Found.End.DONE;
  private boolean cut;
  private @Nullable S best;
  private @Nullable Tensor bestImage;
  private double bestScore = Double.NEGATIVE_INFINITY;
  private int bestTrial = -1;

  Run(Stepwise<S> model, Verifier verifier, Terms terms) {
    this.model = model;
    this.verifier = verifier;
    this.terms = terms;
    if (!terms.budget().affords(Spent.NOTHING, costOfSteps(1, model.steps()).plus(costOfLook()))) {
      throw new IllegalArgumentException(
          "budget: at least what one picture costs, "
              + model.steps()
              + " NFE and 1 image; got "
              + terms.budget());
    }
  }

  /** K, the steps of a picture. */
  public int steps() {
    return model.steps();
  }

  /** A picture of which nothing is decided. */
  public Node<S> begin() {
    return new Node<>(-1, model.begin(), terms.seed());
  }

  /** What random choices of strategies are drawn from; candidates have their own seeds. */
  public RandomStream random() {
    return RandomStream.of(terms.seed()).split("search");
  }

  /** What the steps {@code from} .. {@code to} of one picture cost, both included. */
  public Spent costOfSteps(int from, int to) {
    double flops = 0;
    for (int k = from; k <= to; k++) {
      flops += model.stepFlops(k, 1);
    }
    return new Spent(0, Math.max(0, to - from + 1), flops, 0, 0, 0, 0);
  }

  /** What it costs to look at a complete picture and to score it. */
  public Spent costOfLook() {
    return new Spent(1, 0, 0, model.imageFlops(), 1, 1, 0);
  }

  /** What it costs to score one picture by what is decided of it. */
  public Spent costOfPeek() {
    return terms.latent() == null
        ? new Spent(0, 0, 0, model.imageFlops(), 1, 1, 0)
        : new Spent(0, 0, 0, 0, 0, 1, 0);
  }

  /** Whether the budget has room for a cost. */
  public boolean affords(Spent cost) {
    boolean affords = terms.budget().affords(spent(), cost);
    cut |= !affords;
    return affords;
  }

  /** Whether the search is to end: cancelled, good enough, or out of time. */
  public boolean stopped() {
    if (end == Found.End.DONE && terms.cancelled().getAsBoolean()) {
      end = Found.End.CANCELLED;
    }
    if (end == Found.End.DONE && bestScore >= terms.enough()) {
      end = Found.End.SCORE;
    }
    return end != Found.End.DONE || !affords(Spent.NOTHING);
  }

  /**
   * How many candidates that branch off at a step, are completed and scored, the budget still has
   * room for; 0 where the search is to end.
   *
   * @param wanted the most that the strategy would take
   */
  public int room(int step, int wanted) {
    if (stopped()) {
      return 0;
    }
    Spent cost = costOfSteps(step, model.steps()).plus(costOfLook());
    int room = (int) Math.min(wanted, terms.budget().left(spent(), cost));
    cut |= room < wanted;
    return room;
  }

  /**
   * The same for candidates that go through several steps and are scored as they are after the last
   * of them, so that those of them that survive can still be completed.
   *
   * @param from the first step
   * @param to the last, included
   * @param survivors the most of them that survive
   */
  public int roomToPeek(int from, int to, int survivors, int wanted) {
    Spent each = costOfSteps(from, to).plus(costOfPeek());
    Spent completion = costOfSteps(to + 1, model.steps()).plus(costOfLook());
    int room = stopped() ? 0 : wanted;
    while (room > 0
        && !affords(each.times(room).plus(completion.times(Math.min(room, survivors))))) {
      room--;
    }
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
      seeds.add(terms.seed() + trials.size() + i);
    }
    List<S> pictures = advance(pictures(from), seeds);
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
      long seed = terms.seed() + number;
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
    List<S> pictures = advance(pictures(nodes), nodes.stream().map(Node::seed).toList());
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
    for (int begin = 0; begin < pictures.size(); begin += terms.atOnce()) {
      int to = Math.min(pictures.size(), begin + terms.atOnce());
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
    for (int begin = 0; begin < scores.length; begin += terms.atOnce()) {
      List<Node<S>> batch = nodes.subList(begin, Math.min(scores.length, begin + terms.atOnce()));
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
      tell(batch, images);
    }
    return scores;
  }

  /** Scores nodes by what is decided of them, without completing them. */
  public double[] peek(List<Node<S>> nodes) {
    double[] scores = new double[nodes.size()];
    for (int begin = 0; begin < scores.length; begin += terms.atOnce()) {
      List<Node<S>> batch = nodes.subList(begin, Math.min(scores.length, begin + terms.atOnce()));
      Tensor images = terms.latent() == null ? look(batch) : null;
      double[] own = images == null ? scored(batch) : scored(images);
      for (int i = 0; i < own.length; i++) {
        scores[begin + i] = own[i];
        note(batch.get(i).trial(), own[i], false);
      }
      tell(batch, images);
    }
    return scores;
  }

  private Tensor look(List<Node<S>> nodes) {
    int count = nodes.size();
    spent = spent.plus(new Spent(0, 0, 0, count * model.imageFlops(), count, 0, 0));
    return Workspace.scope(() -> model.images(pictures(nodes)));
  }

  private Tensor maps(List<Node<S>> nodes) {
    return Workspace.scope(() -> model.maps(pictures(nodes)));
  }

  private static <S> List<S> pictures(List<Node<S>> nodes) {
    return nodes.stream().map(Node::picture).toList();
  }

  private double[] scored(Tensor images) {
    return checked(verifier.score(images), images.shape().dim(0));
  }

  private double[] scored(List<Node<S>> nodes) {
    LatentVerifier judge = Objects.requireNonNull(terms.latent());
    return checked(judge.score(maps(nodes)), nodes.size());
  }

  private void tell(List<Node<S>> nodes, @Nullable Tensor images) {
    List<Trial> scored = nodes.stream().map(node -> trials.get(node.trial())).toList();
    terms.watcher().scored(scored, images, spent(), bestScore);
  }

  private double[] checked(double[] scores, int count) {
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
    return kept(order.subList(0, Math.min(count, order.size())).stream().map(nodes::get).toList());
  }

  /** Nodes that differ: one of each of {@code count} clusters of their maps, in their order. */
  public List<Node<S>> keepDifferent(List<Node<S>> nodes, int count) {
    Tensor maps = maps(nodes);
    float[][] rows = new float[nodes.size()][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = maps.slice(0, i, i + 1).toArray();
    }
    return kept(Clusters.representatives(rows, count).stream().map(nodes::get).toList());
  }

  /** Notes that the search goes on from nodes. */
  List<Node<S>> kept(List<Node<S>> nodes) {
    for (Node<S> node : nodes) {
      Trial t = trials.get(node.trial());
      trials.set(
          t.number(),
          new Trial(t.number(), t.parent(), t.step(), t.seed(), t.score(), t.complete(), true));
    }
    return nodes;
  }

  /**
   * Completes what a strategy ends with. Where the search is to end and there is a picture already,
   * nothing more is spent; where there is none yet, the first node alone is completed.
   */
  public void conclude(List<Node<S>> nodes) {
    if (stopped()) {
      if (best == null) {
        Node<S> first = nodes.getFirst();
        finish(first.trial() < 0 ? branch(List.of(first)) : List.of(first));
      }
    } else {
      finish(nodes.getFirst().trial() < 0 ? branch(nodes) : nodes);
    }
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
