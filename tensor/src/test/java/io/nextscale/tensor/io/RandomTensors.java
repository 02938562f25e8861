package io.nextscale.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.spi.HostBuffer;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Tensors of any type and shape, with any bits: NaNs, infinities and negative zeros included. */
final class RandomTensors {

  private static final List<DType> TYPES = List.of(DType.values());

  private RandomTensors() {}

  static Tensor next(Random random) {
    return next(random, TYPES.get(random.nextInt(TYPES.size())));
  }

  static Tensor next(Random random, DType type) {
    int[] extents = new int[type == DType.I8 ? 1 + random.nextInt(3) : random.nextInt(5)];
    for (int i = 0; i < extents.length; i++) {
      extents[i] = random.nextInt(10) == 0 ? 0 : 1 + random.nextInt(9);
    }
    Shape shape = Shape.of(extents);
    int size = shape.size();
    return Tensor.of(
        shape,
        switch (type) {
          case F32 -> new HostBuffer.F32(floats(random, size));
          case BF16 -> new HostBuffer.BF16(shorts(random, size));
          case F16 -> new HostBuffer.F16(shorts(random, size));
          case I32 -> new HostBuffer.I32(random.ints(size).toArray());
          case I8 -> {
            byte[] values = new byte[size];
            random.nextBytes(values);
            yield new HostBuffer.I8(values, floats(random, shape.dim(0)));
          }
        });
  }

  private static float[] floats(Random random, int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = Float.intBitsToFloat(random.nextInt());
    }
    return values;
  }

  private static short[] shorts(Random random, int size) {
    short[] values = new short[size];
    for (int i = 0; i < size; i++) {
      values[i] = (short) random.nextInt();
    }
    return values;
  }

  /** Compares shape, type and every bit. */
  static void assertSameBits(Tensor actual, @Nullable Tensor expected) {
    assertThat(expected).isNotNull();
    assertThat(actual.shape()).isEqualTo(expected.shape());
    switch (expected.buffer()) {
      case HostBuffer.F32(float[] x) ->
          assertThat(bits(((HostBuffer.F32) actual.buffer()).values())).isEqualTo(bits(x));
      case HostBuffer.BF16(short[] x) ->
          assertThat(((HostBuffer.BF16) actual.buffer()).bits()).isEqualTo(x);
      case HostBuffer.F16(short[] x) ->
          assertThat(((HostBuffer.F16) actual.buffer()).bits()).isEqualTo(x);
      case HostBuffer.I32(int[] x) ->
          assertThat(((HostBuffer.I32) actual.buffer()).values()).isEqualTo(x);
      case HostBuffer.I8(byte[] x, float[] scale) -> {
        HostBuffer.I8 buffer = (HostBuffer.I8) actual.buffer();
        assertThat(buffer.values()).isEqualTo(x);
        assertThat(bits(buffer.rowScale())).isEqualTo(bits(scale));
      }
      default -> throw new AssertionError(expected);
    }
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }
}
