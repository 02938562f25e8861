package io.nextscale.var;

import io.nextscale.nn.Constant;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.vqvae.Scales;

/**
 * Queries and keys that turn with their places, so that their products tell how far two tokens lie
 * from each other, whatever their grids are.
 *
 * <p>The D channels of a head make D/2 pairs (j, j + D/2); the first half of the pairs turns with
 * the vertical place of a token, the other with the horizontal one. With u = (i + 1/2)/p · P the
 * place of row or column i of p, in cells of the last grid of P, the n = D/4 pairs of an axis turn
 * by
 *
 * <pre>{@code
 * φⱼ = π u · 16^(−j/(n−1)),  j = 0 .. n − 1        (a, b) ← (a cos φ − b sin φ, a sin φ + b cos φ)
 * }</pre>
 *
 * <p>so that the quickest comes round every two cells, the slowest every 32. Pieces of a caption
 * have one place t = 0, 1, …, by which all pairs turn: u = t and n = D/2.
 *
 * <p>Source: Su et al. 2021, <a href="https://arxiv.org/abs/2104.09864">RoFormer</a>; over two axes
 * as Heo et al. 2024, <a href="https://arxiv.org/abs/2403.13298">Rotary Position Embedding for
 * Vision Transformer</a>; places that all grids share as in Han et al. 2024, <a
 * href="https://arxiv.org/abs/2412.04431">Infinity</a>.
 *
 * @param cos (1,l,1,D/2)
 * @param sin (1,l,1,D/2)
 */
public record Rotation(Tensor cos, Tensor sin) {

  private static final double SLOWEST = 16;

  /** The cosines, then the sines, of all tokens: (2,L,D/2). */
  static Constant constant(Scales scales, int headWidth) {
    Shape shape = Shape.of(2, scales.length(), headWidth / 2);
    Tensor table = Tensor.of(shape, table(scales, headWidth));
    return new Constant(shape, DType.F32, () -> table);
  }

  /** The same for the pieces of a caption: (2,T,D/2). */
  static Constant constant(int pieces, int headWidth) {
    int pairs = headWidth / 2;
    Shape shape = Shape.of(2, pieces, pairs);
    float[] table = new float[shape.size()];
    for (int t = 0; t < pieces; t++) {
      for (int j = 0; j < pairs; j++) {
        set(table, t * pairs + j, t * speed(j, pairs));
      }
    }
    Tensor values = Tensor.of(shape, table);
    return new Constant(shape, DType.F32, () -> values);
  }

  /** The angle per cell of pair j of n. */
  private static double speed(int j, int n) {
    return Math.PI * StrictMath.pow(SLOWEST, -j / Math.max(1.0, n - 1));
  }

  private static void set(float[] table, int at, double angle) {
    table[at] = (float) StrictMath.cos(angle);
    table[table.length / 2 + at] = (float) StrictMath.sin(angle);
  }

  private static float[] table(Scales scales, int headWidth) {
    int pairs = headWidth / 2;
    int perAxis = pairs / 2;
    double cells = scales.last().height();
    float[] table = new float[2 * scales.length() * pairs];
    for (int s = 0; s < scales.count(); s++) {
      int side = scales.size(s).height();
      for (int i = 0; i < scales.tokens(s); i++) {
        for (int pair = 0; pair < pairs; pair++) {
          int place = pair < perAxis ? i / side : i % side;
          double u = (place + 0.5) / side * cells;
          set(table, (scales.begin(s) + i) * pairs + pair, u * speed(pair % perAxis, perAxis));
        }
      }
    }
    return table;
  }

  /** The rotation of some tokens of the {@linkplain #constant table} of all. */
  static Rotation of(Tensor table, int from, int to) {
    Tensor some = table.slice(1, from, to); // (2,l,D/2)
    int length = to - from;
    return new Rotation(
        some.slice(0, 0, 1).reshape(1, length, 1, -1),
        some.slice(0, 1, 2).reshape(1, length, 1, -1));
  }

  /** The vectors (R,l,H,D), turned. */
  Tensor turn(Tensor x) {
    int half = x.shape().dim(3) / 2;
    Tensor a = x.slice(3, 0, half); // (R,l,H,D/2)
    Tensor b = x.slice(3, half, 2 * half);
    return Tensor.concat(
        3, a.times(cos).minus(b.times(sin)), a.times(sin).plus(b.times(cos))); // (R,l,H,D)
  }
}
