package uk.ac.manchester.tornado.api;

import java.lang.foreign.MemorySegment;
import uk.ac.manchester.tornado.api.exceptions.TornadoOutOfMemoryException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** What a plan holds on the device. */
final class DeviceMemory {

  private static final String LIMIT = "tornado.device.memory";

  private final long limitBytes = bytes(System.getProperty(LIMIT, "4GB"));
  private long usedBytes;

  /** Memory of the size of an array, poisoned. */
  TornadoNativeArray allocate(TornadoNativeArray host) {
    usedBytes += host.getNumBytesOfSegment();
    if (usedBytes > limitBytes) {
      throw new TornadoOutOfMemoryException(
          "device memory: at most " + limitBytes + " bytes of -D" + LIMIT + "; got " + usedBytes);
    }
    return switch (host) {
      case FloatArray floats -> new FloatArray(floats.getSize());
      case IntArray ints -> new IntArray(ints.getSize());
    };
  }

  static void copy(TornadoNativeArray from, TornadoNativeArray to, long offset, long bytes) {
    MemorySegment.copy(from.getSegment(), offset, to.getSegment(), offset, bytes);
  }

  private static long bytes(String text) {
    String digits = text.replaceAll("[A-Z]+$", "");
    int unit =
        switch (text.substring(digits.length())) {
          case "KB" -> 10;
          case "MB" -> 20;
          case "GB" -> 30;
          default -> 0;
        };
    return Long.parseLong(digits) << unit;
  }
}
