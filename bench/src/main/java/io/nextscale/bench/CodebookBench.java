package io.nextscale.bench;

import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.op.Lookup.Metric;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/**
 * The nearest of 4096 codes of 32 channels: what the published quantizer asks for each cell of a
 * scale.
 */
public class CodebookBench extends KernelBench {

  private static final int CODES = 4096;
  private static final int CHANNELS = 32;

  /** Squared distances are near 64; their float32 sums are some ulps off. */
  private static final double BOUND = 1e-4;

  /** How many vectors: 256 are those of the last scale. */
  @Param({"1", "256"})
  public String vectors = "";

  private Tensor z = Tensor.scalar(0);
  private Tensor codes = Tensor.scalar(0);

  private int m() {
    return Integer.parseInt(vectors);
  }

  @Override
  void prepare() {
    RandomStream random = RandomStream.of(20260106);
    z = Tensor.normal(Shape.of(m(), CHANNELS), 0, 1, random);
    codes = Tensor.normal(Shape.of(CODES, CHANNELS), 0, 1, random);
  }

  @Override
  List<Tensor> inputs() {
    return List.of(z);
  }

  @Override
  Tensor run() {
    return z.nearest(codes, Metric.EUCLIDEAN);
  }

  /** Those of the products z · code, of which distances are made. */
  @Override
  double flops() {
    return 2.0 * m() * CODES * CHANNELS;
  }

  /** No code is nearer to a vector than the one found, but for roundings. */
  @Override
  void check(float[] y) {
    float[] zs = z.toArray();
    float[] cs = codes.toArray();
    for (int i = 0; i < m(); i++) {
      double nearest = Double.POSITIVE_INFINITY;
      for (int j = 0; j < CODES; j++) {
        nearest = Math.min(nearest, distance(zs, i, cs, j));
      }
      requireClose(
          "codebook z[" + i + "]", (float) distance(zs, i, cs, (int) y[i]), nearest, BOUND);
    }
  }

  private static double distance(float[] z, int i, float[] codes, int j) {
    double sum = 0;
    for (int c = 0; c < CHANNELS; c++) {
      double d = (double) z[i * CHANNELS + c] - codes[j * CHANNELS + c];
      sum += d * d;
    }
    return sum;
  }
}
