package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.Samples.assertSameBits;
import static io.nextscale.tensor.cpu.Samples.assertSameBitsForAnyThreadCount;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.spi.HostBuffer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConvolutionBitsTest {

  static Stream<ConvolutionCase> cases() {
    return Stream.of(
        ConvolutionCase.same(2, 9, 7, 35, 3),
        ConvolutionCase.of(1, 13, 17, 20, 5, 3, 2, 1),
        ConvolutionCase.same(1, 5, 33, 17, 1),
        ConvolutionCase.same(2, 9, 70, 35, 3),
        ConvolutionCase.same(1, 47, 64, 5, 3),
        ConvolutionCase.same(1, 60, 33, 40, 3)); // several groups of tiles in the weight gradient
  }

  @ParameterizedTest
  @MethodSource("cases")
  void convolutionHasTheBitsOfTheScalarKernelsOnAnyNumberOfThreads(ConvolutionCase c) {
    int outputs = c.shape().outputs();
    HostBuffer w = Samples.weight(DType.BF16, outputs, outputs * c.shape().depth(), 7);
    Epilogue epilogue = Epilogue.bias(c.bias()).withResidual(c.residual());
    assertSameBits(
        c.run(CpuKernels.ACTIVE, w, epilogue),
        c.run(CpuKernels.scalar(), w, epilogue),
        c.toString());
    assertSameBitsForAnyThreadCount(() -> c.run(CpuKernels.ACTIVE, w, epilogue), c.toString());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradientsHaveTheBitsOfTheScalarKernelsOnAnyNumberOfThreads(ConvolutionCase c) {
    assertSameBits(
        ConvolutionGradientsTest.input(CpuKernels.ACTIVE, c),
        ConvolutionGradientsTest.input(CpuKernels.scalar(), c),
        "dx of " + c);
    assertSameBits(
        ConvolutionGradientsTest.weight(CpuKernels.ACTIVE, c),
        ConvolutionGradientsTest.weight(CpuKernels.scalar(), c),
        "dw of " + c);
    assertSameBitsForAnyThreadCount(
        () -> ConvolutionGradientsTest.input(CpuKernels.ACTIVE, c), "dx of " + c);
    assertSameBitsForAnyThreadCount(
        () -> ConvolutionGradientsTest.weight(CpuKernels.ACTIVE, c), "dw of " + c);
  }

  @Test
  void winogradTransformsHaveTheBitsOfTheScalarOnes() {
    if (!CpuInfo.VECTOR) {
      return; // the scalar ones run
    }
    WinogradTransforms vector = new VectorWinogradTransforms();
    WinogradTransforms scalar = new ScalarWinogradTransforms();
    for (int n : Samples.LENGTHS) {
      float[] x = Samples.values(6 * n + 5, n);
      float[][] y = new float[10][6 * n + 5];
      vector.input(x, 3, n, y[0], 2, n, n);
      scalar.input(x, 3, n, y[1], 2, n, n);
      vector.weight(x, 3, n, y[2], 2, n, n);
      scalar.weight(x, 3, n, y[3], 2, n, n);
      vector.output(x, 3, n, y[4], 2, n, n);
      scalar.output(x, 3, n, y[5], 2, n, n);
      vector.outputGradient(x, 3, n, y[6], 2, n, n);
      scalar.outputGradient(x, 3, n, y[7], 2, n, n);
      vector.weightGradient(x, 3, n, y[8], 2, n, n);
      scalar.weightGradient(x, 3, n, y[9], 2, n, n);
      assertSameBits(y[0], y[1], "input, n " + n);
      assertSameBits(y[2], y[3], "weight, n " + n);
      assertSameBits(y[4], y[5], "output, n " + n);
      assertSameBits(y[6], y[7], "gradient of output, n " + n);
      assertSameBits(y[8], y[9], "gradient of weight, n " + n);
    }
  }
}
