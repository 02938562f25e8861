package io.nextscale.vqvae.training;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;

/**
 * How alike images are, by their pixels. Images are (B,h,w,3) in [-1, 1]; both measures are of
 * values in [0, 1], in double precision, one number per image.
 */
public final class ImageSimilarity {

  private static final int WINDOW = 11;
  private static final double SIGMA = 1.5;
  private static final double C1 = 0.01 * 0.01;
  private static final double C2 = 0.03 * 0.03;

  private ImageSimilarity() {}

  /** {@code 10 log₁₀ (1 / mean (a − b)²)} in decibels; infinite for equal images. */
  public static double[] psnr(Tensor a, Tensor b) {
    require("psnr", a, b, 1);
    double[] decibels = new double[a.shape().dim(0)];
    float[] x = a.toArray();
    float[] y = b.toArray();
    int size = decibels.length == 0 ? 0 : x.length / decibels.length;
    for (int image = 0; image < decibels.length; image++) {
      double sum = 0;
      for (int i = image * size; i < (image + 1) * size; i++) {
        double difference = (x[i] - (double) y[i]) / 2;
        sum += difference * difference;
      }
      decibels[image] = 10 * StrictMath.log10(size / sum);
    }
    return decibels;
  }

  /**
   * Structural similarity: with means μ, variances σ² and covariance σ_ab in a window around each
   * pixel, the mean over windows and channels of
   *
   * <pre>{@code (2 μa μb + c₁)(2 σab + c₂) / ((μa² + μb² + c₁)(σa² + σb² + c₂))}</pre>
   *
   * <p>Windows are 11×11, Gaussian with σ 1.5, and lie inside the image; {@code c₁ = 0.01²}, {@code
   * c₂ = 0.03²}.
   *
   * @param a of at least 11×11 pixels
   * @param b of the same shape
   * @return 1 for equal images
   * @see <a href="https://doi.org/10.1109/TIP.2003.819861">Wang et al. 2004, section III.B</a>
   */
  public static double[] ssim(Tensor a, Tensor b) {
    require("ssim", a, b, WINDOW);
    Shape shape = a.shape();
    double[] similarity = new double[shape.dim(0)];
    for (int image = 0; image < similarity.length; image++) {
      double sum = 0;
      for (int channel = 0; channel < 3; channel++) {
        sum += ssim(plane(a, image, channel), plane(b, image, channel));
      }
      similarity[image] = sum / 3;
    }
    return similarity;
  }

  private static double ssim(double[][] x, double[][] y) {
    double[][] meanX = blurred(x);
    double[][] meanY = blurred(y);
    double[][] xx = blurred(product(x, x));
    double[][] yy = blurred(product(y, y));
    double[][] xy = blurred(product(x, y));
    double sum = 0;
    for (int i = 0; i < meanX.length; i++) {
      for (int j = 0; j < meanX[i].length; j++) {
        double mx = meanX[i][j];
        double my = meanY[i][j];
        double covariance = xy[i][j] - mx * my;
        double variances = xx[i][j] - mx * mx + yy[i][j] - my * my;
        sum +=
            (2 * mx * my + C1)
                * (2 * covariance + C2)
                / ((mx * mx + my * my + C1) * (variances + C2));
      }
    }
    return sum / ((double) meanX.length * meanX[0].length);
  }

  /** One channel of one image in [0, 1]. */
  private static double[][] plane(Tensor images, int image, int channel) {
    int rows = images.shape().dim(1);
    int columns = images.shape().dim(2);
    float[] values = images.slice(0, image, image + 1).toArray();
    double[][] plane = new double[rows][columns];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        plane[i][j] = (values[(i * columns + j) * 3 + channel] + 1.0) / 2;
      }
    }
    return plane;
  }

  private static double[][] product(double[][] x, double[][] y) {
    double[][] product = new double[x.length][x[0].length];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < x[i].length; j++) {
        product[i][j] = x[i][j] * y[i][j];
      }
    }
    return product;
  }

  /** The means of all windows inside: 10 rows and columns fewer. */
  private static double[][] blurred(double[][] x) {
    return transposed(blurredRows(transposed(blurredRows(x))));
  }

  private static double[][] blurredRows(double[][] x) {
    double[] weights = gaussian();
    double[][] blurred = new double[x.length][x[0].length - WINDOW + 1];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < blurred[i].length; j++) {
        for (int k = 0; k < WINDOW; k++) {
          blurred[i][j] += weights[k] * x[i][j + k];
        }
      }
    }
    return blurred;
  }

  private static double[][] transposed(double[][] x) {
    double[][] transposed = new double[x[0].length][x.length];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < x[i].length; j++) {
        transposed[j][i] = x[i][j];
      }
    }
    return transposed;
  }

  private static double[] gaussian() {
    double[] weights = new double[WINDOW];
    double sum = 0;
    for (int k = 0; k < WINDOW; k++) {
      double distance = k - WINDOW / 2;
      weights[k] = StrictMath.exp(-distance * distance / (2 * SIGMA * SIGMA));
      sum += weights[k];
    }
    for (int k = 0; k < WINDOW; k++) {
      weights[k] /= sum;
    }
    return weights;
  }

  private static void require(String what, Tensor a, Tensor b, int smallest) {
    Shape shape = a.shape();
    boolean fits = shape.rank() == 4 && shape.dim(3) == 3 && shape.equals(b.shape());
    if (!fits || shape.dim(1) < smallest || shape.dim(2) < smallest) {
      throw new ShapeException(
          what, "two batches (B, h, w, 3) of " + smallest + " pixels or more", shape, b.shape());
    }
  }
}
