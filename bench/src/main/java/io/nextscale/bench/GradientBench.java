package io.nextscale.bench;

import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.op.Attention;
import io.nextscale.tensor.op.Convolution;
import io.nextscale.tensor.op.Convolution.Padding;
import java.util.Arrays;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/**
 * Kernels of training: the products of a linear layer's gradients over the 680 tokens of two
 * images, the gradients of block-causal attention over them, and those of a convolution of the
 * tokenizer.
 */
public class GradientBench extends KernelBench {

  private static final int TOKENS = 680;
  private static final int[] SIDES = {1, 2, 3, 4, 5, 6, 8, 10, 13, 16};
  private static final Padding PADDING = Padding.same(3);

  /** Errors of sums of random terms, relative to the root of the sum of their squares. */
  private static final double BOUND = 1e-4;

  /** Step of a difference quotient: its error is some 1e-4 of the derivative. */
  private static final float STEP = 1e-2f;

  private static final double QUOTIENT_BOUND = 5e-3;

  /** Which. */
  @Param({"d16.qkv.dx", "d16.qkv.dw", "d16.attention", "conv160@64.dx", "conv160@64.dw"})
  public String gradient = "";

  private Tensor dy = Tensor.scalar(0);
  private Tensor other = Tensor.scalar(0);
  private Tensor k = Tensor.scalar(0);
  private Tensor v = Tensor.scalar(0);
  private Tensor visible = Tensor.scalar(0);

  @Override
  void prepare() {
    RandomStream random = RandomStream.of(20260104);
    Shape dyShape =
        switch (gradient) {
          case "d16.qkv.dx", "d16.qkv.dw" -> Shape.of(2 * TOKENS, 3072);
          case "d16.attention" -> Shape.of(2, TOKENS, 16, 64);
          case "conv160@64.dx", "conv160@64.dw" -> Shape.of(1, 64, 64, 160);
          default ->
              throw new IllegalArgumentException(
                  "gradient: d16.qkv.dx, d16.qkv.dw, d16.attention, conv160@64.dx or"
                      + " conv160@64.dw; got "
                      + gradient);
        };
    Shape otherShape =
        switch (gradient) {
          case "d16.qkv.dx" -> Shape.of(3072, 1024);
          case "d16.qkv.dw" -> Shape.of(2 * TOKENS, 1024);
          case "conv160@64.dx" -> Shape.of(160, 160, 3, 3);
          default -> dyShape;
        };
    dy = Tensor.normal(dyShape, 0, 1, random);
    other = Tensor.normal(otherShape, 0, 1, random);
    k = Tensor.normal(otherShape, 0, 1, random);
    v = Tensor.normal(otherShape, 0, 1, random);
    visible = Tensor.ofInts(Shape.of(TOKENS), blockCausal());
  }

  private static int[] blockCausal() {
    int[] visible = new int[TOKENS];
    int end = 0;
    for (int side : SIDES) {
      Arrays.fill(visible, end, end + side * side, end + side * side);
      end += side * side;
    }
    return visible;
  }

  @Override
  List<Tensor> inputs() {
    return List.of(dy, other);
  }

  @Override
  Tensor run() {
    return switch (gradient) {
      case "d16.qkv.dx" -> dy.matmul(other);
      case "d16.qkv.dw" -> dy.matmul(other, true, false);
      case "d16.attention" ->
          Tensor.apply(new Attention.ScaledDotProductGrad(0.125f, true), other, k, v, dy, visible);
      case "conv160@64.dx" ->
          Tensor.apply(new Convolution.Conv2dGradInput(1, PADDING, 64, 64), dy, other);
      default -> Tensor.apply(new Convolution.Conv2dGradWeight(1, PADDING, 3, 3), other, dy);
    };
  }

  @Override
  double flops() {
    return switch (gradient) {
      case "d16.qkv.dx", "d16.qkv.dw" -> 2.0 * 2 * TOKENS * 3072 * 1024;
      case "d16.attention" -> {
        double pairs = 0;
        for (int n : blockCausal()) {
          pairs += n;
        }
        yield 5 * 2.0 * pairs * 2 * 16 * 64; // scores, dP, dq, dk, dv
      }
      default -> 18.0 * 64 * 64 * 160 * 160;
    };
  }

  /**
   * A gradient g of {@code dy · f(x)} says how it changes with x: {@code g · p = dy · (df/dx) p}
   * for any direction p. Where f is linear in x, {@code (df/dx) p = f(p)}.
   */
  @Override
  void check(float[] g) {
    RandomStream random = RandomStream.of(7);
    boolean byWeight = gradient.endsWith(".dw");
    if (gradient.equals("d16.attention")) {
      Tensor p = Tensor.normal(other.shape(), 0, 1, random);
      float[] dq = Arrays.copyOf(g, p.shape().size());
      double up = dot(dy, attention(other.plus(p.times(STEP))));
      double down = dot(dy, attention(other.minus(p.times(STEP))));
      double expected = (up - down) / (2 * STEP);
      requireClose(gradient, (float) dot(dq, p), expected, QUOTIENT_BOUND * Math.abs(expected));
      return;
    }
    boolean linear = gradient.startsWith("d16");
    Tensor p;
    Tensor fp;
    if (linear) {
      p = Tensor.normal(byWeight ? Shape.of(3072, 1024) : Shape.of(2 * TOKENS, 1024), 0, 1, random);
      fp = byWeight ? other.linear(p, null) : p.linear(other, null);
    } else {
      p = Tensor.normal(byWeight ? Shape.of(160, 160, 3, 3) : dy.shape(), 0, 1, random);
      fp =
          byWeight
              ? other.conv2d(p, null, 1, PADDING, null)
              : p.conv2d(other, null, 1, PADDING, null);
    }
    double size = Math.sqrt(dot(dy, dy) * dot(fp, fp) / dy.shape().size());
    requireClose(gradient, (float) dot(g, p), dot(dy, fp), BOUND * size);
  }

  private Tensor attention(Tensor q) {
    return q.attention(List.of(k), List.of(v), visible, 0.125f);
  }

  private static double dot(Tensor x, Tensor y) {
    return dot(x.toArray(), y);
  }

  private static double dot(float[] x, Tensor y) {
    float[] ys = y.toArray();
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += (double) x[i] * ys[i];
    }
    return sum;
  }
}
