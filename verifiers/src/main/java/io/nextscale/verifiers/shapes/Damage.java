package io.nextscale.verifiers.shapes;

import io.nextscale.shapes.Scene;
import io.nextscale.tensor.RandomStream;

/**
 * What can be wrong with a picture, whatever it shows. The strength goes from 0, nothing, to 1,
 * hardly to be recognised.
 */
public enum Damage {
  /** Soft: up to twelve rounds of the filter 1-2-1 in both directions. */
  BLUR {
    @Override
    void apply(float[] pixels, double strength, RandomStream random) {
      for (int round = 0; round < Math.ceil(ROUNDS * strength); round++) {
        soften(pixels, 3);
        soften(pixels, 3 * SIDE);
      }
    }
  },
  /** Grainy: normal noise of deviation up to 0.3. */
  NOISE {
    @Override
    void apply(float[] pixels, double strength, RandomStream random) {
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] += (float) (GRAIN * strength * random.nextGaussian());
      }
    }
  },
  /** In blocks of 8 x 8, as JPEG does it: the cosine transform of each, coarsely rounded. */
  BLOCKS {
    @Override
    void apply(float[] pixels, double strength, RandomStream random) {
      for (int y = 0; y < SIDE; y += Cosines.BLOCK) {
        for (int x = 0; x < SIDE; x += Cosines.BLOCK) {
          for (int c = 0; c < 3; c++) {
            Cosines.round(pixels, 3 * (y * SIDE + x) + c, 3, 3 * SIDE, STEP * strength);
          }
        }
      }
    }
  },
  /** Torn: bands of rows are shifted sideways, by up to 12 pixels. */
  TEAR {
    @Override
    void apply(float[] pixels, double strength, RandomStream random) {
      float[] before = pixels.clone();
      int most = (int) Math.ceil(SHIFT * strength);
      for (int y = 0; y < SIDE; ) {
        int end = Math.min(SIDE, y + 3 + random.nextInt(8));
        int shift = random.nextInt(2 * most + 1) - most;
        for (; y < end; y++) {
          for (int x = 0; x < SIDE; x++) {
            int from = Math.clamp(x + shift, 0, SIDE - 1);
            System.arraycopy(before, 3 * (y * SIDE + from), pixels, 3 * (y * SIDE + x), 3);
          }
        }
      }
    }
  },
  /** Washed out: colours come near to the mean grey of the picture. */
  FADE {
    @Override
    void apply(float[] pixels, double strength, RandomStream random) {
      float grey = 0;
      for (float value : pixels) {
        grey += value / pixels.length;
      }
      float part = (float) (FADED * strength);
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] += part * (grey - pixels[i]);
      }
    }
  },
  /** Smeared: cells of 8 x 8 are mixed with a neighbour, as by a tokenizer with wrong codes. */
  SMEAR {
    @Override
    void apply(float[] pixels, double strength, RandomStream random) {
      float[] before = pixels.clone();
      int cells = SIDE / CELL;
      for (int y = 0; y < cells; y++) {
        for (int x = 0; x < cells; x++) {
          boolean hit = random.nextDouble() < strength;
          int fromY = Math.clamp(y + random.nextInt(3) - 1, 0, cells - 1);
          int fromX = Math.clamp(x + random.nextInt(3) - 1, 0, cells - 1);
          float part = 0.3f + 0.7f * random.nextFloat();
          if (hit) {
            mix(before, fromX, fromY, pixels, x, y, part);
          }
        }
      }
    }
  };

  private static final int SIDE = Scene.SIDE;
  private static final int CELL = 8;
  private static final int ROUNDS = 12;
  private static final double GRAIN = 0.3;
  private static final double STEP = 0.4;
  private static final int SHIFT = 12;
  private static final double FADED = 0.9;

  /** Damages pixels in place, which may leave [0, 1]. */
  abstract void apply(float[] pixels, double strength, RandomStream random);

  /**
   * A damaged picture.
   *
   * @param picture ({@link Scene#SIDE}, {@link Scene#SIDE}, 3) in [0, 1]
   * @param strength 0 to 1
   * @return another array, in [0, 1]
   */
  public float[] of(float[] picture, double strength, RandomStream random) {
    if (!(strength >= 0 && strength <= 1) || picture.length != SIDE * SIDE * 3) {
      throw new IllegalArgumentException(
          "damage: a strength of 0 to 1 and %d values; got %s and %d"
              .formatted(SIDE * SIDE * 3, strength, picture.length));
    }
    float[] pixels = picture.clone();
    if (strength > 0) {
      apply(pixels, strength, random);
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = Math.clamp(pixels[i], 0f, 1f);
      }
    }
    return pixels;
  }

  /** {@code (x₋ + 2x + x₊) / 4} with neighbours at a distance; the edge is its own neighbour. */
  private static void soften(float[] pixels, int distance) {
    float[] before = pixels.clone();
    boolean rows = distance > 3;
    for (int i = 0; i < pixels.length; i++) {
      int place = rows ? i / (3 * SIDE) : i / 3 % SIDE;
      float less = place == 0 ? before[i] : before[i - distance];
      float more = place == SIDE - 1 ? before[i] : before[i + distance];
      pixels[i] = (less + 2 * before[i] + more) / 4;
    }
  }

  private static void mix(
      float[] from, int fromX, int fromY, float[] to, int toX, int toY, float part) {
    for (int y = 0; y < CELL; y++) {
      for (int i = 0; i < 3 * CELL; i++) {
        int at = 3 * ((toY * CELL + y) * SIDE + toX * CELL) + i;
        float other = from[3 * ((fromY * CELL + y) * SIDE + fromX * CELL) + i];
        to[at] += part * (other - to[at]);
      }
    }
  }
}
