package uk.ac.manchester.tornado.api;

import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** A part of an array, in elements: all from the offset on unless a size is given. */
public class DataRange {

  private final TornadoNativeArray array;
  private long offset;
  private long size;

  public DataRange(TornadoNativeArray array) {
    this.array = array;
    this.size = array.getSize();
  }

  /** From this element on. */
  public DataRange withOffset(long offset) {
    this.offset = offset;
    return this;
  }

  /** So many elements. */
  public DataRange withSize(long size) {
    this.size = size;
    return this;
  }

  TornadoNativeArray array() {
    return array;
  }

  long offsetBytes() {
    return offset * array.getElementSize();
  }

  long sizeBytes() {
    if (offset < 0 || size < 0 || offset + size > array.getSize()) {
      throw new TornadoRuntimeException(
          "data range: a part of "
              + array.getSize()
              + " elements; got "
              + size
              + " from "
              + offset
              + " on");
    }
    return size * array.getElementSize();
  }
}
