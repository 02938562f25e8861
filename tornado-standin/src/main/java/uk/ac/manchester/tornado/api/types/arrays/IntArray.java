package uk.ac.manchester.tornado.api.types.arrays;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** An array of ints; new ones hold a number that is no index. */
public final class IntArray extends TornadoNativeArray {

  private final int[] values;

  private IntArray(int[] values) {
    this.values = values;
  }

  /** An array of unspecified content. */
  public IntArray(int numberOfElements) {
    this(new int[numberOfElements]);
    Arrays.fill(values, Poison.BITS);
  }

  /** A copy of an array on the heap. */
  public static IntArray fromArray(int[] values) {
    return new IntArray(values.clone());
  }

  /** An array of these elements. */
  public static IntArray fromElements(int... values) {
    return fromArray(values);
  }

  /** A copy on the heap. */
  public int[] toHeapArray() {
    return values.clone();
  }

  public void set(int index, int value) {
    values[index] = value;
  }

  public int get(int index) {
    return values[index];
  }

  /** Sets all elements. */
  public void init(int value) {
    Arrays.fill(values, value);
  }

  @Override
  public int getSize() {
    return values.length;
  }

  @Override
  public MemorySegment getSegment() {
    return MemorySegment.ofArray(values);
  }

  @Override
  public long getNumBytesOfSegment() {
    return (long) values.length * Integer.BYTES;
  }

  @Override
  public int getElementSize() {
    return Integer.BYTES;
  }
}
