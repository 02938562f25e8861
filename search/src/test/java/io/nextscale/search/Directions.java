package io.nextscale.search;

import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A model whose picture is a direction in space: noise that steps leave as it is, so that the best
 * of all pictures is known. A step back turns it a little.
 *
 * @param steps how many
 * @param size numbers of a direction
 */
record Directions(int steps, int size) implements Noisy<Directions.Picture> {

  /** A unit vector. */
  record Picture(int decided, List<Double> vector) {}

  /** The cosine to the first axis, at most 1. */
  static final Verifier FIRST_AXIS =
      images -> {
        int count = images.shape().dim(0);
        float[] values = images.toArray();
        double[] scores = new double[count];
        for (int i = 0; i < count; i++) {
          scores[i] = values[i * (values.length / count)];
        }
        return scores;
      };

  @Override
  public Picture begin() {
    return new Picture(0, List.of());
  }

  @Override
  public int decided(Picture picture) {
    return picture.decided();
  }

  @Override
  public List<Picture> step(List<Picture> pictures, List<Long> seeds) {
    List<Picture> further = new ArrayList<>();
    for (int i = 0; i < pictures.size(); i++) {
      Picture before = pictures.get(i);
      List<Double> vector = before.vector().isEmpty() ? drawn(seeds.get(i)) : before.vector();
      further.add(new Picture(before.decided() + 1, vector));
    }
    return further;
  }

  private List<Double> drawn(long seed) {
    RandomStream random = RandomStream.of(seed);
    List<Double> vector = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      vector.add(random.nextGaussian());
    }
    return unit(vector);
  }

  private static List<Double> unit(List<Double> vector) {
    double length = Math.sqrt(vector.stream().mapToDouble(x -> x * x).sum());
    return vector.stream().map(x -> x / length).toList();
  }

  @Override
  public Picture near(Picture picture, double cosine, long seed) {
    List<Double> other = drawn(seed);
    List<Double> vector = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      double own = picture.vector().get(i);
      vector.add(cosine * own + Math.sqrt(1 - cosine * cosine) * other.get(i));
    }
    return new Picture(0, unit(vector));
  }

  @Override
  public Picture back(Picture picture, int steps, long seed) {
    return new Picture(picture.decided() - steps, near(picture, 0.9, seed).vector());
  }

  @Override
  public Tensor images(List<Picture> pictures) {
    float[] values = new float[pictures.size() * size * 3];
    for (int i = 0; i < values.length; i++) {
      values[i] = pictures.get(i / (size * 3)).vector().get(i / 3 % size).floatValue();
    }
    return Tensor.of(Shape.of(pictures.size(), 1, size, 3), values);
  }

  @Override
  public double stepFlops(int step, int pictures) {
    return 10.0 * pictures;
  }

  @Override
  public double imageFlops() {
    return 3;
  }
}
