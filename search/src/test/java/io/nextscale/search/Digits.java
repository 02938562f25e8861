package io.nextscale.search;

import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * A model whose picture is a row of digits, one drawn per step: the best of all pictures is known.
 *
 * @param steps how many digits
 */
record Digits(int steps, List<Integer> distinct) implements Stepwise<Digits.Picture> {

  /** The digits so far. */
  record Picture(List<Integer> digits) {}

  Digits(int steps) {
    this(steps, new ArrayList<>());
  }

  /** The share of nines. */
  static final Verifier NINES =
      images -> {
        int count = images.shape().dim(0);
        double[] scores = new double[count];
        float[] values = images.toArray();
        int each = values.length / count;
        for (int i = 0; i < values.length; i++) {
          scores[i / each] += values[i] == 0.9f ? 1 : 0;
        }
        for (int i = 0; i < count; i++) {
          scores[i] /= each;
        }
        return scores;
      };

  @Override
  public Picture begin() {
    return new Picture(List.of());
  }

  @Override
  public int decided(Picture picture) {
    return picture.digits().size();
  }

  @Override
  public List<Picture> step(List<Picture> pictures, List<Long> seeds) {
    Set<Picture> different = Collections.newSetFromMap(new IdentityHashMap<>());
    different.addAll(pictures);
    distinct.add(different.size());
    List<Picture> longer = new ArrayList<>();
    for (int i = 0; i < pictures.size(); i++) {
      List<Integer> digits = new ArrayList<>(pictures.get(i).digits());
      digits.add(RandomStream.of(seeds.get(i)).split(digits.size()).nextInt(10));
      longer.add(new Picture(Collections.unmodifiableList(digits)));
    }
    return longer;
  }

  @Override
  public Tensor images(List<Picture> pictures) {
    float[] values = new float[pictures.size() * steps * 3];
    for (int i = 0; i < values.length; i++) {
      List<Integer> digits = pictures.get(i / (steps * 3)).digits();
      int at = i / 3 % steps;
      values[i] = at < digits.size() ? digits.get(at) / 10f : 0;
    }
    return Tensor.of(Shape.of(pictures.size(), 1, steps, 3), values);
  }

  @Override
  public double stepFlops(int step, int pictures) {
    return 100.0 * step * pictures;
  }

  @Override
  public double imageFlops() {
    return 7;
  }
}
