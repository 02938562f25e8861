package io.nextscale.baselines.raster;

import io.nextscale.baselines.raster.RasterGenerator.Picture;
import io.nextscale.search.Stepwise;
import io.nextscale.tensor.Flops;
import io.nextscale.tensor.Tensor;
import io.nextscale.var.Condition;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Raster-order generation as searches see it: a step is a forward pass, which decides a token. */
public final class RasterStepwise implements Stepwise<Picture> {

  private final RasterGenerator generator;
  private final Condition condition;
  private double @Nullable [] flops;

  /**
   * Pictures of a condition.
   *
   * @param condition of one row
   */
  public RasterStepwise(RasterGenerator generator, Condition condition) {
    this.generator = generator;
    this.condition = condition;
  }

  @Override
  public int steps() {
    return generator.order().length();
  }

  @Override
  public Picture begin() {
    return generator.begin(condition);
  }

  @Override
  public int decided(Picture picture) {
    return picture.tokens().size();
  }

  @Override
  public List<Picture> step(List<Picture> pictures, List<Long> seeds) {
    return generator.next(pictures, seeds);
  }

  @Override
  public Tensor images(List<Picture> pictures) {
    return generator.images(pictures);
  }

  @Override
  public double stepFlops(int step, int pictures) {
    return pictures * flops()[step];
  }

  @Override
  public double imageFlops() {
    return flops()[0];
  }

  /** Of each step from 1, and under 0 of making a picture visible: counted on one picture. */
  private double[] flops() {
    double[] known = flops;
    if (known == null) {
      known = new double[steps() + 1];
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
