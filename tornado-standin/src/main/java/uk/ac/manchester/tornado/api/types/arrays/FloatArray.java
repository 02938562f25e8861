package uk.ac.manchester.tornado.api.types.arrays;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** An array of floats; new ones hold NaN. */
public final class FloatArray extends TornadoNativeArray {

  private final float[] values;

  private FloatArray(float[] values) {
    this.values = values;
  }

  /** An array of unspecified content. */
  public FloatArray(int numberOfElements) {
    this(new float[numberOfElements]);
    Arrays.fill(values, Float.intBitsToFloat(Poison.BITS));
  }

  /** A copy of an array on the heap. */
  public static FloatArray fromArray(float[] values) {
    return new FloatArray(values.clone());
  }

  /** An array of these elements. */
  public static FloatArray fromElements(float... values) {
    return fromArray(values);
  }

  /** A copy on the heap. */
  public float[] toHeapArray() {
    return values.clone();
  }

  public void set(int index, float value) {
    values[index] = value;
  }

  public float get(int index) {
    return values[index];
  }

  /** Sets all elements. */
  public void init(float value) {
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
    return (long) values.length * Float.BYTES;
  }

  @Override
  public int getElementSize() {
    return Float.BYTES;
  }
}
