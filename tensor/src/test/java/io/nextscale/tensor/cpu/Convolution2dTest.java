package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.Samples.assertClose;
import static io.nextscale.tensor.cpu.Samples.assertSameBits;
import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.spi.HostBuffer;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class Convolution2dTest {

  /** Sums of up to 600 products, outputs of order 1. */
  private static final double DIRECT_TOLERANCE = 5e-6;

  /** What {@link WinogradTransforms} promises, for outputs whose root mean square is near 1.3. */
  private static final double WINOGRAD_TOLERANCE = 2.5e-5;

  static Stream<ConvolutionCase> cases() {
    return Stream.of(
        ConvolutionCase.same(1, 5, 3, 7, 3),
        ConvolutionCase.same(2, 9, 31, 32, 3),
        ConvolutionCase.same(2, 7, 20, 70, 1),
        ConvolutionCase.same(1, 6, 5, 64, 5),
        ConvolutionCase.same(3, 1, 64, 10, 3),
        ConvolutionCase.same(1, 120, 2, 5, 3),
        ConvolutionCase.of(2, 11, 8, 4, 33, 3, 2, 1),
        ConvolutionCase.of(1, 9, 9, 3, 8, 4, 3, 0),
        ConvolutionCase.of(1, 8, 6, 40, 40, 2, 1, 0),
        ConvolutionCase.of(1, 4, 4, 6, 9, 1, 2, 0),
        new ConvolutionCase(new ConvolutionShape(2, 8, 10, 16, 20, 3, 3, 2, 0, 0, 1, 1)),
        new ConvolutionCase(new ConvolutionShape(1, 3, 4, 2, 3, 2, 3, 1, 2, 5, 0, 1)),
        // windows beside the map
        new ConvolutionCase(new ConvolutionShape(2, 2, 1, 3, 4, 2, 2, 5, 1, 10, 0, 0)),
        new ConvolutionCase(new ConvolutionShape(2, 2, 1, 3, 4, 2, 2, 1, 7, 0, 6, 9)),
        // by Winograd's method
        ConvolutionCase.same(2, 9, 32, 32, 3),
        new ConvolutionCase(new ConvolutionShape(2, 3, 4, 64, 5, 3, 3, 1, 9, 10, 8, 11)),
        ConvolutionCase.same(1, 3, 64, 5, 3),
        ConvolutionCase.same(2, 9, 64, 70, 3),
        ConvolutionCase.same(1, 16, 100, 33, 3),
        ConvolutionCase.same(1, 48, 67, 3, 3),
        ConvolutionCase.of(1, 10, 15, 64, 16, 3, 1, 0),
        new ConvolutionCase(new ConvolutionShape(1, 8, 10, 64, 20, 3, 3, 1, 2, 0, 0, 3)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void followsTheDefinition(ConvolutionCase c) {
    double tolerance = WinogradConvolution.pays(c.shape()) ? WINOGRAD_TOLERANCE : DIRECT_TOLERANCE;
    HostBuffer w = new HostBuffer.F32(c.w());
    double[] expected = c.expected();
    float[] plain = c.run(CpuKernels.ACTIVE, w, Epilogue.NONE);
    assertClose(plain, expected, tolerance, tolerance, c.toString());
    float[] bias = c.bias();
    float[] residual = c.residual();
    for (int i = 0; i < plain.length; i++) {
      plain[i] = plain[i] + bias[i % bias.length] + residual[i];
    }
    assertSameBits(
        c.run(CpuKernels.ACTIVE, pack(c, w), Epilogue.bias(bias).withResidual(residual)),
        plain,
        "bias and residual");
  }

  @Test
  void theCasesTryBothMethods() {
    assertThat(cases().filter(c -> WinogradConvolution.pays(c.shape())).count()).isEqualTo(8);
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F32", "BF16", "F16", "I8"})
  void weightsOfAnyTypeEqualTheirWidenedForm(DType type) {
    for (ConvolutionCase c :
        new ConvolutionCase[] {
          ConvolutionCase.same(1, 5, 20, 40, 3),
          ConvolutionCase.same(1, 12, 64, 40, 3),
          ConvolutionCase.same(1, 4, 10, 40, 1)
        }) {
      int outputs = c.shape().outputs();
      HostBuffer w = Samples.weight(type, outputs, outputs * c.shape().depth(), 7);
      float[] values = w.toFloats();
      float[] scale = null;
      if (w instanceof HostBuffer.I8 i8) { // sums of integers, scaled once
        scale = i8.rowScale();
        for (int i = 0; i < values.length; i++) {
          values[i] = i8.values()[i];
        }
      }
      float[] expected = c.run(CpuKernels.ACTIVE, new HostBuffer.F32(values), Epilogue.NONE);
      for (int i = 0; scale != null && i < expected.length; i++) {
        expected[i] *= scale[i % outputs];
      }
      assertSameBits(c.run(CpuKernels.ACTIVE, w, Epilogue.NONE), expected, type + " " + c);
      assertSameBits(c.run(CpuKernels.ACTIVE, pack(c, w), Epilogue.NONE), expected, type + " " + c);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F32", "BF16", "F16", "I8"})
  void packedWeightsUnpackExactly(DType type) {
    ConvolutionCase c = ConvolutionCase.same(1, 4, 13, 70, 3);
    HostBuffer w = Samples.weight(type, 70, 70 * 13 * 9, 7);
    PackedWeight packed = pack(c, w);
    assertThat(packed.type()).isEqualTo(type);
    assertSameBits(packed.toFloats(), w.toFloats(), type.toString());
  }

  /** 100 tiles alone, 300 together: weights are transformed by parts, and beforehand. */
  @Test
  void anImageHasTheSameBitsInAnyBatch() {
    for (int channels : new int[] {12, 64}) {
      ConvolutionCase all = ConvolutionCase.same(3, 40, channels, 9, 3);
      ConvolutionCase one = ConvolutionCase.same(1, 40, channels, 9, 3);
      HostBuffer w = new HostBuffer.F32(all.w());
      float[] expected = all.run(CpuKernels.ACTIVE, w, Epilogue.NONE);
      int inputs = all.x().length / 3;
      int outputs = expected.length / 3;
      for (int b = 0; b < 3; b++) {
        float[] x = Arrays.copyOfRange(all.x(), b * inputs, (b + 1) * inputs);
        float[] y = new float[outputs];
        CpuKernels.ACTIVE.convolution().run(one.shape(), x, w, Epilogue.NONE, y);
        assertSameBits(
            y, Arrays.copyOfRange(expected, b * outputs, (b + 1) * outputs), "image " + b);
      }
    }
  }

  private static PackedWeight pack(ConvolutionCase c, HostBuffer w) {
    ConvolutionShape s = c.shape();
    return CpuKernels.ACTIVE.convolution().pack(s.outputs(), s.channels(), s.cells(), w);
  }
}
