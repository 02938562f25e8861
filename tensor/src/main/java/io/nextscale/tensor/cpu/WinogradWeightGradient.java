package io.nextscale.tensor.cpu;

import java.util.Arrays;

/**
 * The gradient of a 3x3 convolution of stride 1 by its weight, in the domain of {@link
 * WinogradConvolution}: from {@code y = Aᵀ [(G w) ⊙ (Bᵀ x)]} follows {@code dw = Gᵀ [(A dy) ⊙ (Bᵀ
 * x)]}, in two dimensions 36 products per tile of 4x4 outputs instead of 144. The sums over tiles
 * are taken before the last transform: each of the 36 coefficients is one matrix product with the
 * tiles as its inner extent.
 *
 * <p>Tiles are worked on in groups whose coefficients fit into the cache. Sums run over images,
 * rows of tiles and tiles of a row in this order.
 */
final class WinogradWeightGradient {

  /** Coefficients of a tile. */
  private static final int SIZE = 36;

  /** Output channels below which the transforms cost more than they save. */
  private static final int LEAST_OUTPUTS = 16;

  /** Coefficients of the tiles of a group, 2 MB. */
  private static final int GROUP_SIZE = 1 << 19;

  /** Fewest tiles of a group: sums rest in memory in between. */
  private static final int LEAST_GROUP = 64;

  /** Tiles of a chunk of the transforms. */
  private static final int TILES = 8;

  private final Tiles tiles;
  private final WinogradTransforms transforms;
  private final WinogradConvolution forward;

  WinogradWeightGradient(Tiles tiles, WinogradTransforms transforms, WinogradConvolution forward) {
    this.tiles = tiles;
    this.transforms = transforms;
    this.forward = forward;
  }

  /** Whether the gradient can be taken so, and is quicker. */
  static boolean pays(ConvolutionShape s) {
    return WinogradConvolution.pays(s) && s.outputs() >= LEAST_OUTPUTS;
  }

  /**
   * Writes dw (O,C,3,3).
   *
   * @param s the sizes of the forward convolution
   * @param x (B,h,w,C)
   * @param dy (B,h',w',O)
   */
  void run(ConvolutionShape s, float[] x, float[] dy, float[] dw) {
    PanelGrid grid = PanelGrid.of(s.channels(), tiles);
    int padded = grid.paddedColumns();
    int outputs = s.outputs();
    int count = WinogradConvolution.tiles(s);
    int fitting = Math.max(LEAST_GROUP, GROUP_SIZE / (SIZE * (padded + outputs)));
    int group = Math.min(count, fitting | 1); // odd: coefficients meet different cache sets
    float[] v = Scratch.TRANSFORMED.floats(SIZE * group * padded); // (36, group, padded)
    float[] e = Scratch.TRANSFORMED_GRADIENTS.floats(SIZE * group * outputs); // (36, group, O)
    float[] sums = Scratch.PRODUCTS.floats(SIZE * outputs * padded); // (36, O, padded)
    if (padded > s.channels()) {
      Arrays.fill(v, 0, SIZE * group * padded, 0f);
    }
    for (int first = 0; first < count; first += group) {
      int start = first;
      int n = Math.min(group, count - first);
      Parallel.forRange(
          n,
          TILES,
          (from, to) -> {
            for (int t = from; t < to; t++) {
              forward.transformInput(s, x, start + t, v, t * padded, group * padded);
              transformGradient(s, dy, start + t, e, t * outputs, group * outputs);
            }
          });
      Parallel.forRange(
          SIZE * grid.count(),
          1,
          (from, to) -> {
            for (int chunk = from; chunk < to; chunk++) {
              int i = chunk / grid.count();
              multiply(outputs, n, e, v, i * group, grid, chunk % grid.count(), sums, i, start > 0);
            }
          });
    }
    Parallel.forRange(
        outputs,
        4,
        (from, to) -> {
          for (int o = from; o < to; o++) {
            transformSums(s, o, sums, padded, dw);
          }
        });
  }

  /** {@code sums[i] (O, stride) += eᵀ (O, n) v (n, stride)}: coefficient i, panel p. */
  private void multiply(
      int outputs,
      int n,
      float[] e,
      float[] v,
      int row,
      PanelGrid grid,
      int p,
      float[] sums,
      int i,
      boolean add) {
    int padded = grid.paddedColumns();
    int column = p * grid.width();
    int groups = (outputs + Tiles.ROWS - 1) / Tiles.ROWS;
    for (int group = 0; group < groups; group++) {
      int o = outputs * group / groups;
      int height = outputs * (group + 1) / groups - o;
      tiles.multiply(
          height,
          grid.stride(p),
          n,
          e,
          row * outputs + o,
          1,
          outputs,
          v,
          row * padded + column,
          padded,
          sums,
          (i * outputs + o) * padded + column,
          padded,
          add);
    }
  }

  /** Coefficients of tile t of dy, O of them each {@code step} from e0. */
  private void transformGradient(
      ConvolutionShape s, float[] dy, int t, float[] e, int e0, int step) {
    int size = WinogradConvolution.TILE;
    int outputs = s.outputs();
    int row = WinogradConvolution.row(s, t);
    int column = WinogradConvolution.column(s, t);
    int b = WinogradConvolution.image(s, t);
    float[] window = dy;
    int first = ((b * s.rows() + row) * s.columns() + column) * outputs;
    int rowStep = s.columns() * outputs;
    if (row + size > s.rows() || column + size > s.columns()) {
      window = Scratch.MAP.floats(size * size * outputs);
      Arrays.fill(window, 0, size * size * outputs, 0f);
      int length = Math.min(size, s.columns() - column) * outputs;
      for (int i = 0; i < size && row + i < s.rows(); i++) {
        System.arraycopy(dy, first + i * rowStep, window, i * size * outputs, length);
      }
      first = 0;
      rowStep = size * outputs;
    }
    int block = WinogradConvolution.CHANNELS_AT_ONCE;
    float[] half = Scratch.WINDOW.floats(24 * block); // (6, 4, block)
    for (int o = 0; o < outputs; o += block) {
      int n = Math.min(block, outputs - o);
      for (int j = 0; j < 4; j++) {
        int from = first + j * outputs + o;
        transforms.outputGradient(window, from, rowStep, half, j * block, 4 * block, n);
      }
      for (int i = 0; i < 6; i++) {
        transforms.outputGradient(half, 4 * i * block, block, e, e0 + 6 * i * step + o, step, n);
      }
    }
  }

  /** The weights of output o from sums (36, O, padded). */
  private void transformSums(ConvolutionShape s, int o, float[] sums, int padded, float[] dw) {
    int channels = s.channels();
    int block = WinogradConvolution.CHANNELS_AT_ONCE;
    int step = s.outputs() * padded;
    float[] half = Scratch.WINDOW.floats(27 * block); // (3, 6, block), then (9, block)
    int cells = 18 * block;
    for (int c = 0; c < channels; c += block) {
      int n = Math.min(block, channels - c);
      for (int j = 0; j < 6; j++) {
        int from = j * step + o * padded + c;
        transforms.weightGradient(sums, from, 6 * step, half, j * block, 6 * block, n);
      }
      for (int i = 0; i < 3; i++) {
        transforms.weightGradient(
            half, 6 * i * block, block, half, cells + 3 * i * block, block, n);
      }
      Transpose.copy(half, cells, block, 9, n, dw, (o * channels + c) * 9, 9);
    }
  }
}
