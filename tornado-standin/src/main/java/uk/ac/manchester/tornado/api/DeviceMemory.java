package uk.ac.manchester.tornado.api;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import uk.ac.manchester.tornado.api.exceptions.TornadoOutOfMemoryException;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** What a plan holds on the device. */
final class DeviceMemory {

  private static final String LIMIT = "tornado.device.memory";

  private final long limitBytes = bytes(System.getProperty(LIMIT, "4GB"));
  private long usedBytes;

  /** The graph that was executed last, and what it left. */
  private String last = "none";

  private Map<TornadoNativeArray, TornadoNativeArray> left = Map.of();

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

  /** What a graph leaves for the next one; the arrays of earlier graphs are out of reach then. */
  void leave(String graph, Map<TornadoNativeArray, TornadoNativeArray> arrays) {
    last = graph;
    left = arrays;
  }

  TornadoNativeArray left(TornadoNativeArray host, String by) {
    TornadoNativeArray device = left.get(host);
    if (device == null) {
      throw new TornadoRuntimeException(
          "graph "
              + by
              + ": an array that the graph before it left on the device; got one that "
              + last
              + " does not have");
    }
    return device;
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
