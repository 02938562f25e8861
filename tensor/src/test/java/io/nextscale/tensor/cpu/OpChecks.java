package io.nextscale.tensor.cpu;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.op.Op;
import io.nextscale.tensor.spi.HostBuffer;
import io.nextscale.tensor.spi.Operand;
import java.util.Arrays;

/** Runs operations by the CPU's kernels and by their references. */
final class OpChecks {

  private OpChecks() {}

  static Operand operand(float[] values, int... dims) {
    return new Operand(new HostBuffer.F32(values), Shape.of(dims));
  }

  static Operand operand(int[] values, int... dims) {
    return new Operand(new HostBuffer.I32(values), Shape.of(dims));
  }

  /** Seeded values of a shape. */
  static Operand values(long seed, int... dims) {
    return operand(Samples.values(Shape.of(dims).size(), seed), dims);
  }

  /** The result of the CPU's kernel, in storage that held something else before. */
  static Operand run(Op op, Operand... in) {
    Operand out = result(op, in);
    CpuBackend.INSTANCE.run(op, in, out);
    return out;
  }

  static Operand reference(Op op, Operand... in) {
    Operand out = result(op, in);
    op.reference(in, out);
    return out;
  }

  /** The kernel agrees with the reference up to {@code absolute + relative |expected|}. */
  static void assertAgrees(Op op, double absolute, double relative, Operand... in) {
    float[] expected = reference(op, in).floats();
    double[] doubles = new double[expected.length];
    Arrays.setAll(doubles, i -> expected[i]);
    String what = op + " of " + Arrays.toString(shapes(in));
    Samples.assertClose(run(op, in).floats(), doubles, absolute, relative, what);
  }

  private static Operand result(Op op, Operand... in) {
    Shape shape = op.shape(shapes(in));
    DType type = op.type(Arrays.stream(in).map(o -> o.buffer().type()).toArray(DType[]::new));
    Operand out = new Operand(CpuBackend.INSTANCE.allocate(type, shape), shape);
    switch (out.host()) {
      case HostBuffer.F32(float[] values) -> Arrays.fill(values, 12345f);
      case HostBuffer.I32(int[] values) -> Arrays.fill(values, 12345);
      default -> {}
    }
    return out;
  }

  private static Shape[] shapes(Operand... in) {
    return Arrays.stream(in).map(Operand::shape).toArray(Shape[]::new);
  }
}
