package io.nextscale.baselines.diffusion;

import io.nextscale.search.Noisy;
import io.nextscale.tensor.Flops;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Diffusion as searches see it: a step takes away noise. A picture that is not complete looks like
 * what the denoiser takes it to become.
 */
public final class DiffusionStepwise implements Noisy<DiffusionStepwise.Picture> {

  /**
   * A picture under way.
   *
   * @param decided steps that were made
   * @param noise what it began with, (1,h,w,C); null where its first step is to draw it
   * @param map after these steps
   * @param original what it is to become, as the denoiser saw it at the last step; null before any
   */
  public record Picture(
      int decided, @Nullable Tensor noise, @Nullable Tensor map, @Nullable Tensor original) {}

  private static final Picture NOTHING = new Picture(0, null, null, null);

  private final DiffusionSampling sampling;
  private double @Nullable [] flops;

  /** Pictures of what the denoiser knows. */
  public DiffusionStepwise(DiffusionSampling sampling) {
    this.sampling = sampling;
  }

  @Override
  public int steps() {
    return sampling.steps();
  }

  @Override
  public Picture begin() {
    return NOTHING;
  }

  @Override
  public int decided(Picture picture) {
    return picture.decided();
  }

  @Override
  public List<Picture> step(List<Picture> pictures, List<Long> seeds) {
    int k = pictures.getFirst().decided() + 1;
    Map<Picture, Integer> rows = new IdentityHashMap<>();
    List<Tensor> distinct = new ArrayList<>();
    List<Picture> begun = new ArrayList<>();
    int[] from = new int[pictures.size()];
    for (int i = 0; i < from.length; i++) {
      Picture picture = pictures.get(i);
      if (picture.map() == null) {
        Tensor noise = sampling.noise(seeds.subList(i, i + 1));
        picture = new Picture(0, noise, noise, null);
      }
      begun.add(picture);
      Tensor map = required(picture.map());
      from[i] =
          rows.computeIfAbsent(
              picture,
              _ -> {
                distinct.add(map);
                return distinct.size() - 1;
              });
    }
    Tensor predictions = sampling.predict(k, Tensor.concat(0, distinct.toArray(Tensor[]::new)));
    List<Picture> further = new ArrayList<>();
    for (int i = 0; i < from.length; i++) {
      Picture picture = begun.get(i);
      Tensor prediction = predictions.slice(0, from[i], from[i] + 1);
      Sampler.Step step =
          sampling.step(k, required(picture.map()), prediction, seeds.subList(i, i + 1));
      further.add(new Picture(k, picture.noise(), step.map(), step.original()));
    }
    return further;
  }

  private static Tensor required(@Nullable Tensor map) {
    if (map == null) {
      throw new IllegalArgumentException("diffusion: a picture that has begun; got none");
    }
    return map;
  }

  /**
   * {@inheritDoc}
   *
   * <p>The new noise is {@code ‖n‖ (c n/‖n‖ + √(1−c²) v)} for noise n, cosine c and a unit vector v
   * drawn at right angles to n.
   */
  @Override
  public Picture near(Picture picture, double cosine, long seed) {
    Tensor own = required(picture.noise());
    float[] n = own.toArray();
    float[] v = sampling.noise(List.of(seed), "near", 0).toArray();
    double square = product(n, n);
    double along = product(n, v) / square;
    for (int i = 0; i < v.length; i++) {
      v[i] -= (float) (along * n[i]);
    }
    double across = Math.sqrt((1 - cosine * cosine) * square / product(v, v));
    float[] near = new float[n.length];
    for (int i = 0; i < near.length; i++) {
      near[i] = (float) (cosine * n[i] + across * v[i]);
    }
    Tensor noise = Tensor.of(own.shape(), near);
    return new Picture(0, noise, noise, null);
  }

  private static double product(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  @Override
  public Picture back(Picture picture, int steps, long seed) {
    int left = picture.decided() - steps;
    if (steps < 1 || left < 0) {
      throw new IllegalArgumentException(
          "diffusion: 1 to " + picture.decided() + " steps back; got " + steps);
    }
    int at = steps() - 1 - picture.decided(); // the step of the process that the map is after
    Tensor noise = sampling.noise(List.of(seed), "back", left);
    Tensor map = sampling.process().noisedFurther(required(picture.map()), at, at + steps, noise);
    return new Picture(left, picture.noise(), map, picture.original());
  }

  @Override
  public Tensor images(List<Picture> pictures) {
    int side = sampling.space().side();
    Tensor nothing = Tensor.zeros(Shape.of(1, side, side, sampling.space().channels()));
    Tensor[] maps =
        pictures.stream()
            .map(p -> p.original() == null ? nothing : p.original())
            .toArray(Tensor[]::new);
    return sampling.pictures(Tensor.concat(0, maps));
  }

  /** All steps cost the same. */
  @Override
  public double stepFlops(int step, int pictures) {
    return pictures * flops()[1];
  }

  /** Pictures that have drawn no noise yet share nothing. */
  @Override
  public double stepFlops(List<Picture> pictures) {
    Map<Picture, Boolean> distinct = new IdentityHashMap<>();
    int count = 0;
    for (Picture picture : pictures) {
      if (picture.map() == null || distinct.put(picture, true) == null) {
        count++;
      }
    }
    return stepFlops(pictures.getFirst().decided() + 1, count);
  }

  @Override
  public double imageFlops() {
    return flops()[0];
  }

  /** Under 1 of a step of a picture, under 0 of making it visible: counted on one picture. */
  private double[] flops() {
    double[] known = flops;
    if (known == null) {
      Tensor noise = sampling.noise(List.of(0L));
      known =
          new double[] {
            Flops.of(() -> sampling.pictures(noise)), Flops.of(() -> sampling.predict(1, noise))
          };
      flops = known;
    }
    return known;
  }
}
