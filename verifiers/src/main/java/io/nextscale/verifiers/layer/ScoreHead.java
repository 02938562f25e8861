package io.nextscale.verifiers.layer;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Layer;
import io.nextscale.nn.Linear;
import io.nextscale.nn.Name;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;

/**
 * Five linear layers that make one number of a vector, x (…,C) to (…,1), with nothing between them:
 * both published heads of this form were trained without activations, with dropout alone, so that
 * in use they are one affine map.
 *
 * <p>Source: christophschuhmann/improved-aesthetic-predictor simple_inference.py, MLP @6934dd8;
 * THUDM/ImageReward ImageReward/ImageReward.py, MLP @c1392c6.
 *
 * @param first C to 1,024 channels in the published heads
 * @param second to 128
 * @param third to 64
 * @param fourth to 16
 * @param last to 1
 */
public record ScoreHead(
    @Name("layers.0") Linear first,
    @Name("layers.2") Linear second,
    @Name("layers.4") Linear third,
    @Name("layers.6") Linear fourth,
    @Name("layers.7") Linear last)
    implements Layer {

  /** The widths inside, in order. */
  public record Widths(int first, int second, int third, int fourth) {

    /** Those of both published heads. */
    public static final Widths PUBLISHED = new Widths(1024, 128, 64, 16);

    /**
     * Those of a head in a checkpoint.
     *
     * @param prefix what stands before its names, {@code mlp.}
     * @throws FileFormatException when there is none
     */
    public static Widths of(Checkpoint from, String prefix) throws FileFormatException {
      return new Widths(
          width(from, prefix + "layers.0.weight"),
          width(from, prefix + "layers.2.weight"),
          width(from, prefix + "layers.4.weight"),
          width(from, prefix + "layers.6.weight"));
    }

    private static int width(Checkpoint from, String name) throws FileFormatException {
      return Extents.of(from, name, 2).dim(0);
    }
  }

  /**
   * A head whose parameters have no values yet.
   *
   * @param inputs C
   */
  public static ScoreHead declared(int inputs, Widths widths) {
    return new ScoreHead(
        Linear.declared(inputs, widths.first(), true),
        Linear.declared(widths.first(), widths.second(), true),
        Linear.declared(widths.second(), widths.third(), true),
        Linear.declared(widths.third(), widths.fourth(), true),
        Linear.declared(widths.fourth(), 1, true));
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor wide = second.forward(first.forward(x));
    return last.forward(fourth.forward(third.forward(wide)));
  }
}
