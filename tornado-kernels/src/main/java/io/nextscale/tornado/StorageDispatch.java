package io.nextscale.tornado;

import io.nextscale.tensor.DType;
import io.nextscale.tornado.kernels.Storage;

/** Numbers from one way of storing them to another. */
final class StorageDispatch {

  private StorageDispatch() {}

  /**
   * To floats.
   *
   * @param factors of bytes, the first of their rows' factors, or −1 to leave them out
   * @param row elements that share a factor
   */
  static void widen(Call call, int format, int from, int factors, int to, int size, int row) {
    call.runEach(Kernel.WIDEN, size, format, from, factors, to, size, row);
  }

  /** Floats to 16 bits, the nearest, even ones on ties. */
  static void narrow(Call call, int format, int from, int to, int size) {
    int bits = call.scratch(DType.I32, size).at();
    call.runEach(Kernel.BITS, size, from, bits, size);
    int words = DeviceBuffer.words(DType.BF16, size);
    call.runEach(Kernel.NARROW, words, format, bits, to, size);
  }

  /** A type as kernels say it, of those that {@link #narrow} makes. */
  static int format(DType type) {
    return type == DType.BF16 ? Storage.BF16 : Storage.F16;
  }
}
