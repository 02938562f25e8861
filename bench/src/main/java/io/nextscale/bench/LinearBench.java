package io.nextscale.bench;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.op.MatrixProduct.Activation;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.annotations.Param;

/**
 * Linear layers {@code y = x Wᵀ + b} of VAR-d16 (C = 1024), with as many rows as a scale has
 * tokens, for one image with guidance: 2 at the first scale, 512 at the last. With {@code +gelu}
 * the activation is part of the kernel, as it is in the transformer.
 */
public class LinearBench extends KernelBench {

  /** Which layer. */
  @Param({"d16.qkv", "d16.proj", "d16.fc1", "d16.fc1+gelu", "d16.fc2"})
  public String layer = "";

  /** Rows: twice the square of 1, 2, 3, 4, 5, 6, 8, 10, 13 or 16. */
  @Param({"2", "18", "72", "200", "512"})
  public String rows = "";

  /** How weights are stored. */
  @Param({"f32", "bf16"})
  public String weights = "";

  /** The largest derivative of GELU; its own roundings are a few ulp of numbers below 8. */
  private static final double STEEPEST = 1.13;

  private Tensor x = Tensor.scalar(0);
  private Tensor plain = Tensor.scalar(0);
  private Tensor weight = Tensor.scalar(0);
  private Tensor bias = Tensor.scalar(0);

  private int m() {
    return Integer.parseInt(rows);
  }

  /** Outputs and inputs. */
  private int[] nk() {
    return switch (layer) {
      case "d16.qkv" -> new int[] {3072, 1024};
      case "d16.proj" -> new int[] {1024, 1024};
      case "d16.fc1", "d16.fc1+gelu", "d16.head" -> new int[] {4096, 1024};
      case "d16.fc2" -> new int[] {1024, 4096};
      default ->
          throw new IllegalArgumentException(
              "layer: one of d16.qkv, d16.proj, d16.fc1, d16.fc1+gelu, d16.fc2, d16.head; got "
                  + layer);
    };
  }

  @Override
  void prepare() {
    int n = nk()[0];
    int k = nk()[1];
    RandomStream random = RandomStream.of(20260101);
    x = Tensor.normal(Shape.of(m(), k), 0, 1, random);
    plain =
        Tensor.normal(Shape.of(n, k), 0, 0.02f, random)
            .to(DType.valueOf(weights.toUpperCase(Locale.ROOT)));
    bias = Tensor.normal(Shape.of(n), 0, 0.02f, random);
    weight = plain.prepared();
  }

  private Activation activation() {
    return layer.endsWith("+gelu") ? Activation.GELU : Activation.NONE;
  }

  @Override
  List<Tensor> inputs() {
    return List.of(x);
  }

  @Override
  Tensor run() {
    return x.linear(weight, bias, activation(), null, null);
  }

  @Override
  double flops() {
    return 2.0 * m() * nk()[0] * nk()[1];
  }

  /** One output of every row. */
  @Override
  void check(float[] y) {
    int n = nk()[0];
    int k = nk()[1];
    float[] xs = x.toArray();
    float[] ws = plain.to(DType.F32).toArray();
    float[] bs = bias.toArray();
    for (int i = 0; i < m(); i++) {
      int j = (int) ((long) i * 2_654_435_761L % n);
      double sum = bs[j];
      double magnitude = Math.abs(bs[j]);
      for (int l = 0; l < k; l++) {
        double product = (double) xs[i * k + l] * ws[j * k + l];
        sum += product;
        magnitude += Math.abs(product);
      }
      // K roundings of half an ulp each, of partial sums no larger than the sum of magnitudes
      double bound = k * 0x1p-24 * magnitude;
      boolean gelu = activation() == Activation.GELU;
      requireClose(
          layer + " y[" + i + "," + j + "]",
          y[i * n + j],
          gelu ? gelu(sum) : sum,
          gelu ? STEEPEST * bound + 0x1p-20 : bound);
    }
  }

  private static double gelu(double x) {
    return x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
  }
}
