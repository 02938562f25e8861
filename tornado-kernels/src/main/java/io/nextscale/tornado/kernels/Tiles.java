package io.nextscale.tornado.kernels;

/**
 * The inner part of every product: a group of {@link Groups#WIDE} items multiplies two panels of
 * local memory, and each item keeps {@value #SUMS} sums of the 64x64 tile in registers.
 *
 * <p>Item t = 16·ty + tx has rows ty, ty + 16, … and columns tx, tx + 16, … of the tile: the items
 * that run together read neighbouring words of one panel and the same word of the other.
 *
 * <p>Panels are read and written in the kernels themselves, because TornadoVM 5.2 addresses local
 * arrays that come as an argument wrongly; private arrays it knows everywhere.
 */
public final class Tiles {

  /** Rows and columns of a tile. */
  public static final int TILE = 64;

  /** How much of the inner extent is in local memory at a time. */
  static final int INNER = 32;

  /** Words from one inner index to the next; odd, so that the banks of local memory differ. */
  static final int PITCH = TILE + 1;

  /** Words of a panel. */
  static final int PANEL = INNER * PITCH;

  /** Items along each side of a tile. */
  static final int SIDE = 16;

  /** Rows, and columns, of an item. */
  static final int OWN = TILE / SIDE;

  /** Sums of an item. */
  static final int SUMS = OWN * OWN;

  private Tiles() {}

  /** {@code sums += a bᵀ} for one inner index: a of an item's rows, b of its columns. */
  static void accumulate(float[] sums, float[] a, float[] b) {
    for (int i = 0; i < OWN; i++) {
      for (int j = 0; j < OWN; j++) {
        sums[OWN * i + j] += a[i] * b[j];
      }
    }
  }
}
