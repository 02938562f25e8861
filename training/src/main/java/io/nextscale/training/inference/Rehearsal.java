package io.nextscale.training.inference;

import io.nextscale.search.Noisy;
import io.nextscale.search.Search;
import io.nextscale.search.Spent;
import io.nextscale.search.Stepwise;
import io.nextscale.search.Strategy;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A model that computes nothing but costs what another one does, to know what a search will cost
 * before it begins. Steps, pictures and scores are exact; operations are exact but for those that
 * depend on which candidates survive.
 */
final class Rehearsal implements Noisy<Rehearsal.Blank> {

  /** A picture of nothing. */
  static final class Blank {
    private final int decided;

    private Blank(int decided) {
      this.decided = decided;
    }
  }

  private final int steps;
  private final double[] stepFlops;
  private final double imageFlops;
  private final boolean noisy;

  /** Of a model. */
  Rehearsal(Stepwise<?> model) {
    steps = model.steps();
    stepFlops = new double[steps + 1];
    for (int k = 1; k <= steps; k++) {
      stepFlops[k] = model.stepFlops(k, 1);
    }
    imageFlops = model.imageFlops();
    noisy = model instanceof Noisy<?>;
  }

  /** What a search costs. */
  Spent of(Strategy strategy) {
    return new Search<>(this, images -> new double[images.shape().dim(0)])
        .atOnce(Integer.MAX_VALUE)
        .run(strategy)
        .spent();
  }

  @Override
  public int steps() {
    return steps;
  }

  @Override
  public Blank begin() {
    return new Blank(0);
  }

  @Override
  public int decided(Blank picture) {
    return picture.decided;
  }

  @Override
  public List<Blank> step(List<Blank> pictures, List<Long> seeds) {
    List<Blank> further = new ArrayList<>();
    pictures.forEach(picture -> further.add(new Blank(picture.decided + 1)));
    return further;
  }

  @Override
  public Tensor images(List<Blank> pictures) {
    return Tensor.zeros(Shape.of(pictures.size(), 1, 1, 3));
  }

  @Override
  public double stepFlops(int step, int pictures) {
    return stepFlops[step] * pictures;
  }

  /** Pictures that begin with noise share nothing at their first step. */
  @Override
  public double stepFlops(List<Blank> pictures) {
    return noisy && pictures.getFirst().decided == 0
        ? stepFlops(1, pictures.size())
        : Noisy.super.stepFlops(pictures);
  }

  @Override
  public double imageFlops() {
    return imageFlops;
  }

  @Override
  public Blank near(Blank picture, double cosine, long seed) {
    return new Blank(0);
  }

  @Override
  public Blank back(Blank picture, int count, long seed) {
    return new Blank(picture.decided - count);
  }
}
