package io.nextscale.training.inference;

import io.nextscale.search.RandomSearch;
import io.nextscale.search.Search;
import io.nextscale.search.Spent;
import io.nextscale.search.Stepwise;
import io.nextscale.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The pictures of one random search with what all verifiers say of them. The best of the first n of
 * them is what a random search of n pictures finds, so that one pool holds the searches of all
 * verifiers and budgets.
 */
final class Pool {

  private final List<Map<String, Double>> scores = new ArrayList<>();
  private final List<Tensor> images = new ArrayList<>();
  private final Map<Integer, Double> truth = new HashMap<>();
  private final Map<String, Double> verifierSeconds = new LinkedHashMap<>();
  private double drawingSeconds;
  private final Judge judge;
  private final int steps;
  private final Rehearsal rehearsal;

  private Pool(Judge judge, int steps, Rehearsal rehearsal) {
    this.judge = judge;
    this.steps = steps;
    this.rehearsal = rehearsal;
  }

  /** Draws pictures and lets all verifiers score them. */
  static <S> Pool of(Stepwise<S> model, Judge judge, int pictures, long seed, int atOnce) {
    Pool pool = new Pool(judge, model.steps(), new Rehearsal(model));
    Map<String, Double> before = new LinkedHashMap<>();
    judge.verifiers().forEach((name, verifier) -> before.put(name, verifier.seconds()));
    double[] aside = {0};
    double total =
        new Search<>(
                model,
                drawn -> {
                  long begin = System.nanoTime();
                  pool.add(drawn);
                  aside[0] += (System.nanoTime() - begin) / 1e9;
                  return new double[drawn.shape().dim(0)];
                })
            .seed(seed)
            .atOnce(atOnce)
            .run(new RandomSearch(pictures))
            .spent()
            .seconds();
    pool.drawingSeconds = total - aside[0];
    judge
        .verifiers()
        .forEach((name, verifier) ->
            pool.verifierSeconds.put(name, verifier.seconds() - before.getOrDefault(name, 0.0)));
    return pool;
  }

  private void add(Tensor drawn) {
    Map<String, double[]> all = new LinkedHashMap<>();
    judge.verifiers().forEach((name, verifier) -> all.put(name, verifier.score(drawn)));
    for (int i = 0; i < drawn.shape().dim(0); i++) {
      int row = i;
      Map<String, Double> own = new LinkedHashMap<>();
      all.forEach((name, values) -> own.put(name, values[row]));
      scores.add(own);
      images.add(drawn.slice(0, i, i + 1));
    }
  }

  /** The time it took to draw them. */
  double drawingSeconds() {
    return drawingSeconds;
  }

  /** How many pictures there are. */
  int size() {
    return images.size();
  }

  /**
   * What a random search of a verifier finds within a budget of NFE.
   *
   * @throws IllegalArgumentException when the budget has room for none or for more than there are
   */
  Point within(long budget, String verifier) {
    int count = Math.toIntExact(budget / steps);
    if (count < 1 || count > size()) {
      throw new IllegalArgumentException(
          "pool: 1 to " + size() + " pictures; got a budget for " + count);
    }
    int best = 0;
    for (int i = 1; i < count; i++) {
      best = score(i, verifier) > score(best, verifier) ? i : best;
    }
    Spent spent = rehearsal.of(new RandomSearch(count));
    double share = (double) count / size();
    double seconds = share * (drawingSeconds + verifierSeconds.getOrDefault(verifier, Double.NaN));
    return new Point(
        budget,
        truth.computeIfAbsent(best, i -> judge.truth(images.get(i))[0]), // few are ever asked for
        scores.get(best),
        new Spent(
            spent.images(),
            spent.evaluations(),
            spent.modelFlops(),
            spent.imageFlops(),
            spent.decodes(),
            spent.verified(),
            seconds));
  }

  private double score(int picture, String verifier) {
    return scores.get(picture).getOrDefault(verifier, Double.NaN);
  }
}
