package io.nextscale.tensor.cpu;

/**
 * Arrays that a kernel uses only while it runs, kept by each thread for its next use.
 *
 * <p>Their content is whatever was left there. Kernels that call one another must not share a
 * constant.
 */
final class Scratch {
  /** A block of a panel of the right operand: {@link Gemm}. */
  static final Scratch PANEL = new Scratch();

  /** Rows of a weight while it is packed: {@link Gemm}. */
  static final Scratch ROWS = new Scratch();

  /** A tile of the product where the matrix ends within a panel: {@link Gemm}. */
  static final Scratch EDGE = new Scratch();

  /** The keys of a head as columns: {@link HeadLayout}. */
  static final Scratch KEYS = new Scratch();

  /** The values of a head as rows: {@link HeadLayout}. */
  static final Scratch VALUES = new Scratch();

  /** A block of queries, scaled: {@link HeadLayout}. */
  static final Scratch QUERIES = new Scratch();

  /** Scores of a block of queries, then their exponentials: attention. */
  static final Scratch SCORES = new Scratch();

  /** Sums over tokens for a few queries: attention. */
  static final Scratch SUMS = new Scratch();

  /** The values of a head as columns: {@link AttentionBackward}. */
  static final Scratch VALUE_COLUMNS = new Scratch();

  /** Gradients of the results of a block of queries: {@link AttentionBackward}. */
  static final Scratch OUTPUT_GRADIENTS = new Scratch();

  /** Gradients of the scores of a block of queries: {@link AttentionBackward}. */
  static final Scratch SCORE_GRADIENTS = new Scratch();

  /** Gradients of the keys of a head: {@link AttentionBackward}. */
  static final Scratch KEY_GRADIENTS = new Scratch();

  /** Gradients of the values of a head: {@link AttentionBackward}. */
  static final Scratch VALUE_GRADIENTS = new Scratch();

  /** A left operand, transposed: gradients. */
  static final Scratch TURNED = new Scratch();

  /** A part of a map with zeros around it: convolutions. */
  static final Scratch MAP = new Scratch();

  /** A tile between the two passes of a transform: {@link WinogradConvolution}. */
  static final Scratch WINDOW = new Scratch();

  /** Coefficients of tiles: {@link WinogradConvolution}. */
  static final Scratch TRANSFORMED = new Scratch();

  /** Coefficients of tiles of a gradient: {@link WinogradWeightGradient}. */
  static final Scratch TRANSFORMED_GRADIENTS = new Scratch();

  /** Coefficients of weights: {@link WinogradConvolution}. */
  static final Scratch TRANSFORMED_WEIGHTS = new Scratch();

  /** Products of coefficients: {@link WinogradConvolution}. */
  static final Scratch PRODUCTS = new Scratch();

  /** Larger arrays are made for each use and left to the garbage collector. */
  private static final int LARGEST_KEPT = 1 << 22;

  private final ThreadLocal<float[]> kept = ThreadLocal.withInitial(() -> new float[0]);

  private Scratch() {}

  /** An array of at least {@code size} floats of arbitrary content. */
  float[] floats(int size) {
    if (size > LARGEST_KEPT) {
      return new float[size];
    }
    float[] array = kept.get();
    if (array.length < size) {
      array = new float[size];
      kept.set(array);
    }
    return array;
  }
}
