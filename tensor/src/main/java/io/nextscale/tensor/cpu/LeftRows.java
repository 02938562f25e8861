package io.nextscale.tensor.cpu;

/**
 * Rows of a left operand that lie in an array, not necessarily next to one another, and each in
 * blocks: how a matrix and the receptive fields of a convolution look to {@link PanelProduct}.
 *
 * <p>Row r begins at {@code first + (r / run) * runStride + (r % run) * stride}; its elements come
 * in blocks of {@code depth}, each {@code blockStride} after the one before; the last may be
 * shorter.
 *
 * @param k elements of a row
 * @param depth elements of a block, at least 1
 */
record LeftRows(
    float[] values,
    int first,
    int run,
    int stride,
    int runStride,
    int k,
    int depth,
    int blockStride) {

  /** The rows of a matrix (…,K), in blocks of {@code depth}. */
  static LeftRows matrix(float[] values, int first, int k, int depth) {
    return new LeftRows(values, first, Integer.MAX_VALUE, k, 0, k, depth, depth);
  }
}
