package uk.ac.manchester.tornado.api.types.arrays;

import java.lang.foreign.MemorySegment;

/** An array that tasks take: of its own content on the host, and of another on the device. */
public abstract sealed class TornadoNativeArray permits FloatArray, IntArray {

  /** The number of elements. */
  public abstract int getSize();

  /** The elements on the host. */
  public abstract MemorySegment getSegment();

  /** Bytes of the elements. */
  public abstract long getNumBytesOfSegment();

  /** Bytes per element. */
  public abstract int getElementSize();
}
