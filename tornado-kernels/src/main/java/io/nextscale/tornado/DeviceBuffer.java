package io.nextscale.tornado;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.spi.Buffer;
import org.jspecify.annotations.Nullable;

/** A tensor in the device's memory. It gives its ranges back when nobody refers to it. */
final class DeviceBuffer implements Buffer {

  /** Where {@link #factors} points for all but bytes. */
  static final int ABSENT = -1;

  private final DType type;
  private final int size;
  private final int at;
  private final int factors;
  private final int rows;
  private volatile int @Nullable [] indices;
  private volatile @Nullable Throwable lost;

  /**
   * @param at the first float or word
   * @param factors of bytes, the first of the factors of their rows
   * @param rows the number of factors
   */
  DeviceBuffer(DType type, int size, int at, int factors, int rows) {
    this.type = type;
    this.size = size;
    this.at = at;
    this.factors = factors;
    this.rows = rows;
  }

  @Override
  public DType type() {
    return type;
  }

  @Override
  public int size() {
    return size;
  }

  /**
   * The first float of F32, the first word of the other types.
   *
   * @throws IllegalStateException when the content is missing because a kernel failed
   */
  int at() {
    Throwable why = lost;
    if (why != null) {
      throw new IllegalStateException(
          "tornado: a tensor whose kernels ran; got one that is missing since another call failed: "
              + why.getMessage(),
          why);
    }
    return at;
  }

  /** The content will not come. */
  void lose(Throwable why) {
    lost = why;
  }

  /** The factor of the first row, or {@link #ABSENT}. */
  int factors() {
    return factors;
  }

  /** The number of factors. */
  int rows() {
    return rows;
  }

  /** Words that so many elements of a type other than F32 take. */
  static int words(DType type, int size) {
    int perWord = Integer.BYTES / type.sizeBytes();
    return (int) ((size + perWord - 1L) / perWord);
  }

  /** What indices the host knows to be here, or null. */
  int @Nullable [] indices() {
    return indices;
  }

  void remember(int[] known) {
    indices = known;
  }

  /** The content is about to change. */
  void forget() {
    indices = null;
    lost = null;
  }
}
