package io.nextscale.verifiers.shapes;

import io.nextscale.tensor.RandomStream;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.Scales.Size;

/**
 * What can be wrong with the tokens of a picture: some are those of another picture. Decoded, they
 * look like the mistakes of a model of tokens. The strength goes from 0, nothing, to 1, hardly
 * anything is left.
 */
public enum TokenFault {
  /** Single tokens come from anywhere in the other picture's grid of the same scale. */
  STRAY {
    @Override
    void apply(int[] own, int[] other, Scales scales, double strength, RandomStream random) {
      for (int s = 0; s < scales.count(); s++) {
        int begin = scales.begin(s);
        int tokens = scales.tokens(s);
        for (int i = begin; i < begin + tokens; i++) {
          int from = begin + random.nextInt(tokens);
          if (random.nextDouble() < strength) {
            own[i] = other[from];
          }
        }
      }
    }
  },
  /** A rectangle shows the other picture, at all scales alike. */
  REGION {
    @Override
    void apply(int[] own, int[] other, Scales scales, double strength, RandomStream random) {
      double side = Math.sqrt(strength);
      double top = (1 - side) * random.nextDouble();
      double left = (1 - side) * random.nextDouble();
      for (int s = 0; s < scales.count(); s++) {
        Size size = scales.size(s);
        for (int i = 0; i < size.tokens(); i++) {
          double y = (i / size.width() + 0.5) / size.height();
          double x = (i % size.width() + 0.5) / size.width();
          if (y > top && y < top + side && x > left && x < left + side) {
            own[scales.begin(s) + i] = other[scales.begin(s) + i];
          }
        }
      }
    }
  },
  /** The coarse grids are the own ones, the fine ones the other picture's; or the reverse. */
  SCALES {
    @Override
    void apply(int[] own, int[] other, Scales scales, double strength, RandomStream random) {
      int count = (int) Math.round(strength * scales.count());
      boolean fine = random.nextInt(2) == 0;
      int from = fine ? scales.begin(scales.count() - count) : 0;
      int to = fine ? scales.length() : scales.begin(count);
      System.arraycopy(other, from, own, from, to - from);
    }
  };

  /** Replaces tokens in place. */
  abstract void apply(int[] own, int[] other, Scales scales, double strength, RandomStream random);

  /**
   * Faulty tokens.
   *
   * @param own the tokens of a picture, coarse to fine
   * @param other those of another
   * @param strength 0 to 1
   * @return another array
   */
  public int[] of(int[] own, int[] other, Scales scales, double strength, RandomStream random) {
    if (!(strength >= 0 && strength <= 1)
        || own.length != scales.length()
        || other.length != scales.length()) {
      throw new IllegalArgumentException(
          "token fault: a strength of 0 to 1 and %d tokens each; got %s, %d and %d"
              .formatted(scales.length(), strength, own.length, other.length));
    }
    int[] tokens = own.clone();
    if (strength > 0) {
      apply(tokens, other, scales, strength, random);
    }
    return tokens;
  }
}
