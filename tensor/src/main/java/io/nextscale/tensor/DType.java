package io.nextscale.tensor;

/**
 * How the elements of a tensor are stored.
 *
 * <p>Arithmetic is done in {@link #F32}. The 16- and 8-bit types only store weights: operations
 * that take weights widen them panel by panel. {@link #I32} holds indices.
 */
public enum DType {
  /** IEEE 754 binary32. */
  F32(4),
  /** The upper half of a binary32: 8 bits of exponent, 7 of fraction. */
  BF16(2),
  /** IEEE 754 binary16: 5 bits of exponent, 10 of fraction. */
  F16(2),
  /** Signed bytes with one F32 factor per row (per index of the first axis). */
  I8(1),
  /** Signed integers: token ids, class labels, indices. */
  I32(4);

  private final int sizeBytes;

  DType(int sizeBytes) {
    this.sizeBytes = sizeBytes;
  }

  /** Bytes per element, the row factors of {@link #I8} not counted. */
  public int sizeBytes() {
    return sizeBytes;
  }

  /** Whether elements stand for real numbers rather than indices. */
  public boolean isReal() {
    return this != I32;
  }
}
