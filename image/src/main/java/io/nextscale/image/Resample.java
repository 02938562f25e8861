package io.nextscale.image;

import java.util.Arrays;

/**
 * Resizing with antialiasing, byte for byte as Pillow does it.
 *
 * <p>Output pixel {@code i} of a pass lies at {@code c = (i + 1/2) s} of the input, with {@code s =
 * input extent / output extent}, and is the weighted mean of the pixels around it:
 *
 * <pre>{@code
 * w_j = f((j - c + 1/2) / max(s, 1)) / Σ,   |j - c| within the support of f times max(s, 1)
 * }</pre>
 *
 * <p>so that shrinking widens the filter instead of skipping pixels. Rows are resized first,
 * columns second; the values between the passes are 8-bit again, and weights are fixed-point
 * numbers with 22 bits after the point. Both are part of the result, therefore done here in the
 * same way.
 *
 * <p>Source: Pillow src/libImaging/Resample.c (precompute_coeffs, normalize_coeffs_8bpc,
 * ImagingResampleHorizontal_8bpc, ImagingResampleVertical_8bpc).
 */
public final class Resample {

  /** Filter kernels {@code f}, by their names in Pillow. */
  public enum Filter {
    /** {@code 1 - |x|} for {@code |x| < 1}. */
    BILINEAR(1),
    /** The cubic convolution of Keys (1981) with {@code a = -1/2}. */
    BICUBIC(2),
    /** {@code sinc(x) sinc(x / 3)} for {@code |x| < 3}, with {@code sinc(x) = sin(πx) / πx}. */
    LANCZOS(3);

    /** {@code f} is zero beyond this distance. */
    final double support;

    Filter(double support) {
      this.support = support;
    }

    double weight(double x) {
      return switch (this) {
        case BILINEAR -> Math.max(0, 1 - Math.abs(x));
        case BICUBIC -> {
          double a = -0.5;
          double d = Math.abs(x);
          if (d < 1) {
            yield ((a + 2) * d - (a + 3)) * d * d + 1;
          }
          yield d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
        }
        case LANCZOS -> -3 <= x && x < 3 ? sinc(x) * sinc(x / 3) : 0;
      };
    }

    private static double sinc(double x) {
      double angle = x * Math.PI;
      return x == 0 ? 1 : StrictMath.sin(angle) / angle;
    }
  }

  /**
   * Bits after the point of a weight: an 8-bit value times a weight and its sums fit in 32 bits.
   */
  private static final int PRECISION_BITS = 32 - 8 - 2;

  /** One half of the last place that is kept. */
  private static final int HALF = 1 << (PRECISION_BITS - 1);

  private Resample() {}

  /**
   * The image at {@code width x height} pixels.
   *
   * @throws IllegalArgumentException when the extents are out of {@link RgbImage}'s range
   */
  public static RgbImage resize(RgbImage image, int width, int height, Filter filter) {
    RgbImage.checkExtents("resize", width, height);
    RgbImage narrowed = image;
    if (width != image.width()) {
      RgbImage.checkExtents("resize, after its first pass", width, image.height());
      narrowed = horizontally(image, width, filter); // (h,w',3)
    }
    return height == image.height() ? narrowed : vertically(narrowed, height, filter); // (h',w',3)
  }

  /**
   * The image with its shorter edge at {@code size} pixels and the longer one at {@code size * long
   * / short}, fraction dropped; unchanged when the shorter edge has that size already.
   *
   * <p>Source: torchvision transforms.functional.resize with one number.
   *
   * @throws IllegalArgumentException when a side would leave {@link RgbImage}'s range
   */
  public static RgbImage shorterEdge(RgbImage image, int size, Filter filter) {
    int w = image.width();
    int h = image.height();
    long longer = (long) ((double) ((long) size * Math.max(w, h)) / Math.min(w, h));
    int other = (int) Math.min(longer, Integer.MAX_VALUE);
    return w <= h ? resize(image, size, other, filter) : resize(image, other, size, filter);
  }

  private static RgbImage horizontally(RgbImage image, int width, Filter filter) {
    Weights weights = Weights.of(image.width(), width, filter);
    int h = image.height();
    byte[] in = image.bytes();
    byte[] out = new byte[3 * h * width];
    for (int y = 0; y < h; y++) {
      int row = 3 * y * image.width();
      int o = 3 * y * width;
      for (int i = 0; i < width; i++, o += 3) {
        int red = HALF;
        int green = HALF;
        int blue = HALF;
        int p = row + 3 * weights.first[i];
        int k = i * weights.stride;
        for (int end = k + weights.count[i]; k < end; k++, p += 3) {
          int weight = weights.fixed[k];
          red += (in[p] & 0xff) * weight;
          green += (in[p + 1] & 0xff) * weight;
          blue += (in[p + 2] & 0xff) * weight;
        }
        out[o] = clip8(red);
        out[o + 1] = clip8(green);
        out[o + 2] = clip8(blue);
      }
    }
    return RgbImage.adopt(out, h, width);
  }

  private static RgbImage vertically(RgbImage image, int height, Filter filter) {
    Weights weights = Weights.of(image.height(), height, filter);
    int rowBytes = 3 * image.width();
    byte[] in = image.bytes();
    byte[] out = new byte[height * rowBytes];
    int[] sum = new int[rowBytes];
    for (int i = 0; i < height; i++) {
      Arrays.fill(sum, HALF);
      for (int j = 0; j < weights.count[i]; j++) {
        int weight = weights.fixed[i * weights.stride + j];
        int row = (weights.first[i] + j) * rowBytes;
        for (int x = 0; x < rowBytes; x++) {
          sum[x] += (in[row + x] & 0xff) * weight;
        }
      }
      for (int x = 0; x < rowBytes; x++) {
        out[i * rowBytes + x] = clip8(sum[x]);
      }
    }
    return RgbImage.adopt(out, height, image.width());
  }

  private static byte clip8(int fixed) {
    return (byte) Math.clamp(fixed >> PRECISION_BITS, 0, 255);
  }

  /**
   * The weights of one pass: output pixel {@code i} reads {@code count[i]} input pixels from {@code
   * first[i]} on, with weights {@code fixed[i * stride ..]}.
   */
  private record Weights(int[] first, int[] count, int[] fixed, int stride) {

    static Weights of(int from, int to, Filter filter) {
      double scale = (double) from / to;
      double widening = Math.max(scale, 1);
      double support = filter.support * widening;
      int stride = (int) Math.ceil(support) * 2 + 1;
      int[] first = new int[to];
      int[] count = new int[to];
      int[] fixed = new int[to * stride];
      double[] weight = new double[stride];
      for (int i = 0; i < to; i++) {
        double centre = (i + 0.5) * scale;
        first[i] = Math.max((int) (centre - support + 0.5), 0);
        count[i] = Math.min((int) (centre + support + 0.5), from) - first[i];
        double total = 0;
        for (int j = 0; j < count[i]; j++) {
          weight[j] = filter.weight((j + first[i] - centre + 0.5) * (1 / widening));
          total += weight[j];
        }
        for (int j = 0; j < count[i]; j++) {
          double normal = total == 0 ? weight[j] : weight[j] / total;
          double scaled = normal * (1 << PRECISION_BITS);
          fixed[i * stride + j] = (int) (scaled < 0 ? scaled - 0.5 : scaled + 0.5);
        }
      }
      return new Weights(first, count, fixed, stride);
    }
  }
}
