package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.Samples.assertClose;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConvolutionGradientsTest {

  /** Sums of some thousand products of order 1: sizes near 100, errors relative to them. */
  private static final double WEIGHT_TOLERANCE = 2e-4;

  /** What {@link WinogradTransforms} promises, of the root mean square. */
  private static final double WINOGRAD_TOLERANCE = 2e-5;

  /** As for the forward convolution. */
  private static final double INPUT_TOLERANCE = 5e-5;

  static Stream<ConvolutionCase> cases() {
    return Stream.concat(
        Convolution2dTest.cases(),
        Stream.of(
            ConvolutionCase.same(2, 8, 20, 70, 3), // dx by Winograd's method
            ConvolutionCase.same(1, 60, 33, 40, 3), // dw in several groups of tiles
            new ConvolutionCase(new ConvolutionShape(2, 8, 10, 64, 20, 3, 3, 1, 2, 0, 0, 3)),
            ConvolutionCase.of(1, 9, 7, 4, 64, 3, 2, 1),
            ConvolutionCase.of(1, 7, 9, 5, 6, 3, 1, 3))); // zeros beyond the kernel
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradientByInputFollowsTheDefinition(ConvolutionCase c) {
    float[] w = c.w();
    float[] dy = c.dy();
    double[] expected = new double[c.x().length];
    c.forEachProduct((y, x, wi) -> expected[x] += (double) dy[y] * w[wi]);
    assertClose(
        input(CpuKernels.ACTIVE, c), expected, INPUT_TOLERANCE, INPUT_TOLERANCE, c.toString());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradientByWeightFollowsTheDefinition(ConvolutionCase c) {
    float[] x = c.x();
    float[] dy = c.dy();
    double[] expected = new double[c.w().length];
    c.forEachProduct((y, xi, w) -> expected[w] += (double) dy[y] * x[xi]);
    double tolerance =
        WinogradWeightGradient.pays(c.shape())
            ? WINOGRAD_TOLERANCE * rootMeanSquare(expected)
            : WEIGHT_TOLERANCE;
    assertClose(weight(CpuKernels.ACTIVE, c), expected, tolerance, WEIGHT_TOLERANCE, c.toString());
  }

  private static double rootMeanSquare(double[] x) {
    return Math.sqrt(Arrays.stream(x).map(v -> v * v).average().orElse(0));
  }

  static float[] input(CpuKernels kernels, ConvolutionCase c) {
    float[] dx = new float[c.x().length];
    Arrays.fill(dx, Float.NaN);
    kernels.convolutionGradients().input(c.shape(), c.dy(), c.w(), dx);
    return dx;
  }

  static float[] weight(CpuKernels kernels, ConvolutionCase c) {
    float[] dw = new float[c.w().length];
    Arrays.fill(dw, Float.NaN);
    kernels.convolutionGradients().weight(c.shape(), c.x(), c.dy(), dw);
    return dw;
  }
}
