package io.nextscale.tensor.cpu;

import org.jspecify.annotations.Nullable;

/**
 * 3x3 convolution of stride 1 by Winograd's F(4x4, 3x3): the map is cut into tiles of 4x4 outputs;
 * input tiles (6x6) and weights are transformed, each of the 36 coefficients is a matrix product
 * over channels, and its results are transformed back. See {@link WinogradTransforms}.
 *
 * <p>Transformed weights are four times as large as the weights. They are made anew in each call,
 * from panels in the weight's own type: once for the whole map where there are many tiles to use
 * them; or, where there are few tiles, a part at a time that stays in the cache, which is quicker
 * than reading transformed weights from memory. Both ways give the same bits.
 *
 * <p>An input that is infinite or NaN spoils all outputs of its tiles, not only those it reaches.
 */
final class WinogradConvolution {

  /** Coefficients of a tile. */
  private static final int SIZE = 36;

  /** Outputs of a tile in each direction. */
  static final int TILE = 4;

  /** Inputs of a tile in each direction. */
  private static final int WINDOW = 6;

  /**
   * Channels below which transforms cost more than they save, and tiles are too small to be quick.
   */
  private static final int LEAST_CHANNELS = 32;

  /** Tiles whose coefficients go through the products together. */
  private static final int TILES_AT_ONCE = 24;

  /** Tiles of a group where weights are transformed part by part. */
  private static final int GROUP = 64;

  /** Channels of such a part: 64 outputs of it are 1.2 MB. */
  private static final int PART = 128;

  /** At most as many transformed weights, 16 MB, are made for a whole map. */
  private static final int MOST_WEIGHTS = 1 << 22;

  /** Fewest tiles that repay transforming all weights beforehand. */
  private static final int MANY_TILES = 128;

  /**
   * Channels that go through both passes of a transform before the next, to stay in the L1 cache.
   */
  static final int CHANNELS_AT_ONCE = 128;

  private final Tiles tiles;
  private final WinogradTransforms transforms;

  WinogradConvolution(Tiles tiles, WinogradTransforms transforms) {
    this.tiles = tiles;
    this.transforms = transforms;
  }

  /**
   * Whether the convolution can be done so, and is quicker; depends on the sizes of one image only.
   */
  static boolean pays(ConvolutionShape s) {
    long products = 36L * tileRows(s) * tileColumns(s);
    long directly = 9L * s.rows() * s.columns();
    return s.kernelHeight() == 3
        && s.kernelWidth() == 3
        && s.stride() == 1
        && s.channels() >= LEAST_CHANNELS
        && 4 * products <= 3 * directly;
  }

  /** The number of tiles of all images. */
  static int tiles(ConvolutionShape s) {
    return s.batch() * tileRows(s) * tileColumns(s);
  }

  /** The image of tile t. */
  static int image(ConvolutionShape s, int t) {
    return t / tileColumns(s) / tileRows(s);
  }

  /** The first row of y in tile t. */
  static int row(ConvolutionShape s, int t) {
    return t / tileColumns(s) % tileRows(s) * TILE;
  }

  /** The first column of y in tile t. */
  static int column(ConvolutionShape s, int t) {
    return t % tileColumns(s) * TILE;
  }

  private static int tileRows(ConvolutionShape s) {
    return (s.rows() + TILE - 1) / TILE;
  }

  private static int tileColumns(ConvolutionShape s) {
    return (s.columns() + TILE - 1) / TILE;
  }

  /**
   * Writes y.
   *
   * @param x (B,h,w,C)
   * @param w packed with nine cells
   * @param epilogue bias and residual
   * @param y (B,h',w',O), not an array that is read
   */
  void run(ConvolutionShape s, float[] x, PackedWeight w, Epilogue epilogue, float[] y) {
    int count = tiles(s);
    long weights = (long) SIZE * s.channels() * w.grid().paddedColumns();
    Call call = new Call(s, x, w, new Columns.Packed(w, tiles).scale(), epilogue, y);
    if (count >= MANY_TILES && weights <= MOST_WEIGHTS) {
      weightsFirst(call, count, (int) weights);
    } else {
      for (int first = 0; first < count; first += GROUP) {
        weightsByParts(call, first, Math.min(GROUP, count - first));
      }
    }
  }

  /** The operands of one convolution. */
  private record Call(
      ConvolutionShape s,
      float[] x,
      PackedWeight w,
      float @Nullable [] scale,
      Epilogue epilogue,
      float[] y) {}

  /** All weights are transformed; then threads take blocks of tiles. */
  private void weightsFirst(Call call, int count, int size) {
    int channels = call.s.channels();
    PanelGrid grid = call.w.grid();
    float[] u = Scratch.TRANSFORMED_WEIGHTS.floats(size); // per panel (36, C, stride)
    int parts = (channels + PART - 1) / PART;
    Parallel.forRange(
        grid.count() * parts,
        1,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            int p = i / parts;
            int c = i % parts * PART;
            int u0 = SIZE * channels * p * grid.width();
            int most = Math.min(PART, channels - c);
            transformWeights(
                call, p, c, most, u, u0 + c * grid.stride(p), channels * grid.stride(p));
          }
        });
    Parallel.forRange(
        count,
        TILES_AT_ONCE,
        (from, to) -> {
          int n = to - from;
          float[] v = Scratch.TRANSFORMED.floats(SIZE * n * channels); // (tiles, 36, C)
          for (int t = from; t < to; t++) {
            transformInput(call.s, call.x, t, v, (t - from) * SIZE * channels, channels);
          }
          float[] m = Scratch.PRODUCTS.floats(SIZE * n * grid.width()); // (tiles, 36, stride)
          for (int p = 0; p < grid.count(); p++) {
            int u0 = SIZE * channels * p * grid.width();
            multiply(n, channels, channels, v, 0, u, u0, grid.stride(p), m, false);
            for (int t = from; t < to; t++) {
              transformOutput(call, t, p, m, t - from);
            }
          }
        });
  }

  /** Tiles {@code first .. first + n}: all are transformed; then threads take panels of outputs. */
  private void weightsByParts(Call call, int first, int n) {
    int channels = call.s.channels();
    PanelGrid grid = call.w.grid();
    float[] v = Scratch.TRANSFORMED.floats(SIZE * n * channels); // (tiles, 36, C)
    Parallel.forRange(
        n,
        1,
        (from, to) -> {
          for (int t = from; t < to; t++) {
            transformInput(call.s, call.x, first + t, v, t * SIZE * channels, channels);
          }
        });
    Parallel.forRange(
        grid.count(),
        1,
        (from, to) -> {
          for (int p = from; p < to; p++) {
            int stride = grid.stride(p);
            float[] m = Scratch.PRODUCTS.floats(SIZE * n * stride); // (tiles, 36, stride)
            float[] u = Scratch.PANEL.floats(SIZE * PART * stride); // (36, part of C, stride)
            for (int c = 0; c < channels; c += PART) {
              int depth = Math.min(PART, channels - c);
              transformWeights(call, p, c, depth, u, 0, depth * stride);
              multiply(n, channels, depth, v, c, u, 0, stride, m, c > 0);
            }
            for (int t = 0; t < n; t++) {
              transformOutput(call, first + t, p, m, t);
            }
          }
        });
  }

  /**
   * {@code m[·][i] (n, stride) = v[·][i] (n, depth) u[i] (depth, stride)} for each coefficient i.
   *
   * @param v (n, 36, channels), of which {@code depth} from v0 take part
   */
  private void multiply(
      int n,
      int channels,
      int depth,
      float[] v,
      int v0,
      float[] u,
      int u0,
      int stride,
      float[] m,
      boolean add) {
    int groups = (n + Tiles.ROWS - 1) / Tiles.ROWS;
    for (int i = 0; i < SIZE; i++) {
      int panel = u0 + i * depth * stride;
      for (int group = 0; group < groups; group++) {
        int row = n * group / groups;
        int height = n * (group + 1) / groups - row;
        int a0 = v0 + (row * SIZE + i) * channels;
        int c0 = (row * SIZE + i) * stride;
        tiles.multiply(
            height,
            stride,
            depth,
            v,
            a0,
            SIZE * channels,
            1,
            u,
            panel,
            stride,
            m,
            c0,
            SIZE * stride,
            add);
      }
    }
  }

  /**
   * Coefficients of the weights of panel p, channels {@code c .. c + count}.
   *
   * @param u coefficient i of channel c + j at {@code u0 + i uStep + j stride}
   */
  private void transformWeights(Call call, int p, int c, int count, float[] u, int u0, int uStep) {
    int channels = call.s.channels();
    int stride = call.w.grid().stride(p);
    int n = count * stride;
    float[] g = Scratch.ROWS.floats(9 * n); // (3, 3, channels, stride)
    for (int cell = 0; cell < 9; cell++) {
      int from = call.w.start(p, cell * channels + c);
      Columns.widen(tiles, call.w.panels(), from, g, cell * n, n);
    }
    int block = CHANNELS_AT_ONCE;
    float[] half = Scratch.WINDOW.floats(18 * block); // (6, 3, block)
    for (int j = 0; j < n; j += block) {
      int size = Math.min(block, n - j);
      for (int column = 0; column < 3; column++) {
        transforms.weight(g, column * n + j, 3 * n, half, column * block, 3 * block, size);
      }
      for (int row = 0; row < 6; row++) {
        transforms.weight(half, 3 * row * block, block, u, u0 + 6 * row * uStep + j, uStep, size);
      }
    }
  }

  /** Coefficients of tile t of x, C of them each {@code step} from v0. */
  void transformInput(ConvolutionShape s, float[] x, int t, float[] v, int v0, int step) {
    int channels = s.channels();
    int column = column(s, t) - s.left();
    int row = row(s, t) - s.top();
    int b = image(s, t);
    float[] window = x;
    int first = ((b * s.height() + row) * s.width() + column) * channels;
    int rowStep = s.width() * channels;
    boolean inside =
        row >= 0 && column >= 0 && row + WINDOW <= s.height() && column + WINDOW <= s.width();
    if (!inside) {
      window = Scratch.MAP.floats(SIZE * channels);
      s.copyWindow(x, b, row, column, WINDOW, WINDOW, window, 0);
      first = 0;
      rowStep = WINDOW * channels;
    }
    int block = CHANNELS_AT_ONCE;
    float[] half = Scratch.WINDOW.floats(SIZE * block); // (6, 6, block)
    for (int c = 0; c < channels; c += block) {
      int n = Math.min(block, channels - c);
      for (int j = 0; j < 6; j++) {
        int from = first + j * channels + c;
        transforms.input(window, from, rowStep, half, j * block, 6 * block, n);
      }
      for (int i = 0; i < 6; i++) {
        transforms.input(half, 6 * i * block, block, v, v0 + 6 * i * step + c, step, n);
      }
    }
  }

  /**
   * The outputs of tile t, panel p, from products (36, stride), the {@code at}-th such block of m.
   */
  private void transformOutput(Call call, int t, int p, float[] m, int at) {
    ConvolutionShape s = call.s;
    PanelGrid grid = call.w.grid();
    int stride = grid.stride(p);
    int width = grid.columns(p);
    float[] half = Scratch.WINDOW.floats(24 * stride); // (4, 6, stride)
    for (int j = 0; j < 6; j++) {
      transforms.output(
          m, (at * SIZE + j) * stride, 6 * stride, half, j * stride, 6 * stride, width);
    }
    int column = column(s, t);
    int row = row(s, t);
    int b = image(s, t);
    int outputs = s.outputs();
    int columns = Math.min(TILE, s.columns() - column);
    float[] edge = Scratch.EDGE.floats(TILE * stride);
    for (int i = 0; i < TILE && row + i < s.rows(); i++) {
      int cell = (b * s.rows() + row + i) * s.columns() + column;
      int y0 = cell * outputs + p * grid.width();
      if (columns == TILE) {
        transforms.output(half, 6 * i * stride, stride, call.y, y0, outputs, width);
      } else {
        transforms.output(half, 6 * i * stride, stride, edge, 0, stride, width);
        for (int j = 0; j < columns; j++) {
          System.arraycopy(edge, j * stride, call.y, y0 + j * outputs, width);
        }
      }
      if (call.scale != null || !call.epilogue.isNone()) {
        tiles.finish(
            call.epilogue, call.scale, columns, width, cell, p * grid.width(), outputs, call.y);
      }
    }
  }
}
