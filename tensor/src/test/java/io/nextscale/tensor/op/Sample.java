package io.nextscale.tensor.op;

import io.nextscale.tensor.Backends;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.spi.HostBuffer;
import io.nextscale.tensor.spi.Operand;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One call of an operation, and what the contract test expects of it.
 *
 * @param op what is called
 * @param in the operands
 * @param result the shape of the result
 * @param agreement how near kernels come to the reference
 * @param smooth whether central differences of step 1e-2 show the derivative; false for kinks,
 *     steps and large samples
 * @param batched the operands whose first axis counts images that are treated independently; none
 *     when there is no such axis
 */
record Sample(
    Op op,
    List<Tensor> in,
    Shape result,
    Agreement agreement,
    boolean smooth,
    List<Integer> batched) {

  static Sample of(Op op, Tensor... in) {
    return new Sample(op, List.of(in), in[0].shape(), Agreement.EXACT, true, List.of());
  }

  Sample gives(int... dims) {
    return new Sample(op, in, Shape.of(dims), agreement, smooth, batched);
  }

  Sample within(Agreement other) {
    return new Sample(op, in, result, other, smooth, batched);
  }

  /** Not differentiated: at a kink, a step function, or large. */
  Sample notSmooth() {
    return new Sample(op, in, result, agreement, false, batched);
  }

  /** Image 0 of the operands gives image 0 of the result. */
  Sample batchedOver(Integer... operands) {
    return new Sample(op, in, result, agreement, smooth, List.of(operands));
  }

  Shape[] shapes() {
    return in.stream().map(Tensor::shape).toArray(Shape[]::new);
  }

  DType[] types() {
    return in.stream().map(Tensor::dtype).toArray(DType[]::new);
  }

  Operand[] operands() {
    return in.stream().map(t -> new Operand(t.buffer(), t.shape())).toArray(Operand[]::new);
  }

  /** Whether operand 1 is a weight that backends may rearrange beforehand. */
  boolean takesWeight() {
    return op instanceof MatrixProduct.Linear || op instanceof Convolution.Conv2d;
  }

  /** The operands with the weight rearranged for its kernel. */
  Operand[] preparedOperands() {
    Operand[] operands = operands();
    Operand weight = operands[1];
    operands[1] =
        new Operand(Backends.cpu().prepare(weight.buffer(), weight.shape()), weight.shape());
    return operands;
  }

  /** For the result, with a bit pattern in every element that no operation computes. */
  Operand poisoned() {
    return poisoned(op.type(types()), op.shape(shapes()));
  }

  static Operand poisoned(DType type, Shape shape) {
    int size = shape.size();
    HostBuffer buffer =
        switch (type) {
          case F32 -> {
            float[] values = new float[size];
            Arrays.fill(values, Float.intBitsToFloat(POISON));
            yield new HostBuffer.F32(values);
          }
          case I32 -> {
            int[] values = new int[size];
            Arrays.fill(values, POISON);
            yield new HostBuffer.I32(values);
          }
          case BF16 -> new HostBuffer.BF16(poisonedShorts(size));
          case F16 -> new HostBuffer.F16(poisonedShorts(size));
          case I8 -> {
            byte[] values = new byte[size];
            Arrays.fill(values, (byte) POISON);
            float[] scales = new float[shape.rank() == 0 ? 1 : shape.dim(0)];
            Arrays.fill(scales, Float.intBitsToFloat(POISON));
            yield new HostBuffer.I8(values, scales);
          }
        };
    return new Operand(buffer, shape);
  }

  /** A quiet NaN as float; −128 as byte, which quantisation to ±127 does not use. */
  static final int POISON = 0x7fc0dd80;

  private static short[] poisonedShorts(int size) {
    short[] values = new short[size];
    Arrays.fill(values, (short) POISON);
    return values;
  }

  /** The stored bits, element by element, all NaNs alike except the poison. */
  static int[] bits(HostBuffer buffer) {
    return switch (buffer) {
      case HostBuffer.F32(float[] values) -> {
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
          int raw = Float.floatToRawIntBits(values[i]);
          bits[i] = raw == POISON ? raw : Float.floatToIntBits(values[i]);
        }
        yield bits;
      }
      case HostBuffer.I32(int[] values) -> values.clone();
      case HostBuffer.BF16(short[] values) -> ints(values);
      case HostBuffer.F16(short[] values) -> ints(values);
      case HostBuffer.I8(byte[] values, float[] scales) -> {
        int[] bits = new int[values.length + scales.length];
        for (int i = 0; i < values.length; i++) {
          bits[i] = values[i];
        }
        for (int i = 0; i < scales.length; i++) {
          bits[values.length + i] = Float.floatToRawIntBits(scales[i]);
        }
        yield bits;
      }
      case HostBuffer.Packed packed -> bits(packed.unpacked());
    };
  }

  private static int[] ints(short[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = values[i];
    }
    return bits;
  }

  /** What an element of this type looks like before it is written. */
  static int poisonBits(DType type) {
    return switch (type) {
      case F32, I32 -> POISON;
      case BF16, F16 -> (short) POISON;
      case I8 -> (byte) POISON;
    };
  }

  @Override
  public String toString() {
    return in.stream()
        .map(t -> t.dtype() + " " + t.shape())
        .collect(Collectors.joining(", ", op + " of ", ""));
  }
}
