package io.nextscale.baselines.raster;

import io.nextscale.baselines.raster.RasterGenerator.Picture;
import io.nextscale.search.Stepwise;
import io.nextscale.tensor.Flops;
import io.nextscale.tensor.Tensor;
import io.nextscale.var.Condition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Raster-order generation as searches see it: a step is a token, or several, such as a row. */
public final class RasterStepwise implements Stepwise<Picture> {

  private final RasterGenerator generator;
  private final Condition condition;
  private final int tokens;
  private double @Nullable [] flops;

  /**
   * Pictures of a condition.
   *
   * @param condition of one row
   * @param tokens of a step, a divisor of the tokens of an image: 1, or the side of the grid
   */
  public RasterStepwise(RasterGenerator generator, Condition condition, int tokens) {
    int length = generator.order().length();
    if (tokens < 1 || length % tokens != 0) {
      throw new IllegalArgumentException(
          "raster: steps of a divisor of " + length + " tokens; got " + tokens);
    }
    this.generator = generator;
    this.condition = condition;
    this.tokens = tokens;
  }

  @Override
  public int steps() {
    return generator.order().length() / tokens;
  }

  @Override
  public Picture begin() {
    return generator.begin(condition);
  }

  @Override
  public int decided(Picture picture) {
    return picture.tokens().size() / tokens;
  }

  @Override
  public List<Picture> step(List<Picture> pictures, List<Long> seeds) {
    List<Picture> longer = pictures;
    for (int i = 0; i < tokens; i++) {
      longer = generator.next(longer, seeds);
    }
    return longer;
  }

  @Override
  public Tensor images(List<Picture> pictures) {
    return generator.images(pictures);
  }

  @Override
  public double stepFlops(int step, int pictures) {
    return pictures * (first(step) + others(step));
  }

  /** Forks share the pass for the first token of a step; then they are pictures of their own. */
  @Override
  public double stepFlops(List<Picture> pictures) {
    Set<Picture> distinct = Collections.newSetFromMap(new IdentityHashMap<>());
    distinct.addAll(pictures);
    int step = decided(pictures.getFirst()) + 1;
    return distinct.size() * first(step) + pictures.size() * others(step);
  }

  private double first(int step) {
    return flops()[(step - 1) * tokens + 1];
  }

  private double others(int step) {
    double sum = 0;
    for (int i = (step - 1) * tokens + 1; i < step * tokens; i++) {
      sum += flops()[i + 1];
    }
    return sum;
  }

  @Override
  public double imageFlops() {
    return flops()[0];
  }

  /** Of each token from 1, and under 0 of making a picture visible: counted on one picture. */
  private double[] flops() {
    double[] known = flops;
    if (known == null) {
      known = new double[generator.order().length() + 1];
      List<Picture> picture = new ArrayList<>(List.of(begin()));
      for (int i = 1; i < known.length; i++) {
        known[i] =
            Flops.of(() -> {
              picture.set(0, generator.next(List.of(picture.getFirst()), List.of(0L)).getFirst());
              return Tensor.scalar(0);
            });
      }
      known[0] = Flops.of(() -> images(picture));
      flops = known;
    }
    return known;
  }
}
