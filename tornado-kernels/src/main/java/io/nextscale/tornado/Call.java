package io.nextscale.tornado;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.op.Op;
import io.nextscale.tensor.spi.HostBuffer;
import io.nextscale.tensor.spi.Operand;
import io.nextscale.tornado.kernels.Storage;
import java.util.List;

/**
 * One operation on its way to the device.
 *
 * @param op what is computed
 * @param in the operands
 * @param out the result
 * @param scratch what only this call needs
 */
record Call(
    Device device,
    TornadoBackend backend,
    Op op,
    Operand[] in,
    Operand out,
    List<DeviceBuffer> scratch) {

  /** The first float or word of operand i. */
  int at(int i) {
    return buffer(in[i]).at();
  }

  /** The first float or word of operand i, or −1 when it is not given. */
  int at(int i, boolean given) {
    return given ? at(i) : DeviceBuffer.ABSENT;
  }

  /** The first float or word of the result. */
  int result() {
    return buffer(out).at();
  }

  Shape shape(int i) {
    return in[i].shape();
  }

  /** The number of elements of the result. */
  int size() {
    return out.shape().size();
  }

  private static DeviceBuffer buffer(Operand operand) {
    return (DeviceBuffer) operand.buffer();
  }

  /** How operand i is stored, as kernels say it. */
  int format(int i) {
    return switch (in[i].buffer().type()) {
      case F32 -> Storage.F32;
      case BF16 -> Storage.BF16;
      case F16 -> Storage.F16;
      case I8 -> Storage.I8;
      case I32 ->
          throw new IllegalArgumentException(op.name() + ": real numbers; got I32 " + shape(i));
    };
  }

  /** The factors of operand i, or −1. */
  int factors(int i) {
    return buffer(in[i]).factors();
  }

  /** The indices of operand i. */
  int[] indices(int i) {
    return ((HostBuffer.I32) backend.download(in[i].buffer())).values();
  }

  /** The host knows the result, which is indices. */
  void remember(int[] result) {
    buffer(out).remember(result);
  }

  /** Floats that only this call needs; they stay as long as the call. */
  DeviceBuffer scratch(int size) {
    return scratch(DType.F32, size);
  }

  /** Memory of another type, likewise. */
  DeviceBuffer scratch(DType type, int size) {
    DeviceBuffer buffer = device.allocate(type, size, 0);
    scratch.add(buffer);
    return buffer;
  }

  void run(Kernel kernel, int groups, int... args) {
    run(kernel, groups, new float[0], args);
  }

  void run(Kernel kernel, int groups, float number, int... args) {
    run(kernel, groups, new float[] {number}, args);
  }

  /** Runs a kernel, in no groups where there is nothing to do. */
  void run(Kernel kernel, int groups, float[] numbers, int... args) {
    if (groups > 0) {
      device.run(new Launch(this, kernel, groups, numbers, args));
    }
  }

  /** Runs a kernel that has one item per element. */
  void runEach(Kernel kernel, int elements, int... args) {
    runEach(kernel, elements, new float[0], args);
  }

  void runEach(Kernel kernel, int elements, float[] numbers, int... args) {
    run(kernel, Device.groups(elements), numbers, args);
  }

  /** For what the kernels do not do. */
  UnsupportedOperationException beyond(String limit, Object got) {
    return new UnsupportedOperationException(
        op.name()
            + ": "
            + limit
            + " on "
            + backend.name()
            + "; got "
            + got
            + " — run with --device cpu");
  }
}
