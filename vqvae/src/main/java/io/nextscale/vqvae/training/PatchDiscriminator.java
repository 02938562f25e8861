package io.nextscale.vqvae.training;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Conv2d;
import io.nextscale.nn.GroupNorm;
import io.nextscale.nn.Initializer;
import io.nextscale.nn.Layer;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.op.Convolution.Padding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells real images from made ones, patch by patch: images (B,h,w,3) to logits (B,h',w',1), above 0
 * for real. A logit of three layers sees 70×70 pixels.
 *
 * <p>Convolutions of 4×4, {@code layers} of them with stride 2 and two with stride 1, leaky ReLU of
 * slope 0.2 between. Normalisation is over groups of channels, so that it does not depend on the
 * batch, which is small here; the paper normalises over batches.
 *
 * @param first 3 channels to C, stride 2
 * @param blocks to 2C, 4C, 8C, 8C, …; the last with stride 1
 * @param last to one channel
 * @see <a href="https://arxiv.org/abs/1611.07004">Isola et al. 2017, appendix 6.1.2: PatchGAN</a>
 */
public record PatchDiscriminator(Conv2d first, List<Block> blocks, Conv2d last) implements Layer {

  private static final int KERNEL = 4;
  private static final int WIDEST = 8;
  private static final int GROUPS = 32;
  private static final float EPS = 1e-6f;
  private static final float SLOPE = 0.2f;
  private static final double STD = 0.02;

  /**
   * A convolution, then normalisation and leaky ReLU.
   *
   * @param conv 4×4
   * @param norm over at most 32 groups of its channels
   */
  public record Block(Conv2d conv, GroupNorm norm) implements Layer {
    @Override
    public Tensor forward(Tensor x) {
      return leakyRelu(norm.forward(conv.forward(x)));
    }
  }

  /**
   * A discriminator whose parameters have no values yet.
   *
   * @param channels C, after the first convolution; a power of two or a multiple of 32
   * @param layers convolutions of stride 2, at least 1
   */
  public static PatchDiscriminator declared(int channels, int layers) {
    if (channels < 1 || layers < 1) {
      throw new IllegalArgumentException(
          "discriminator: channels and layers of at least 1; got " + channels + ", " + layers);
    }
    List<Block> blocks = new ArrayList<>();
    int inputs = channels;
    for (int i = 1; i <= layers; i++) {
      int outputs = channels * Math.min(1 << Math.min(i, 30), WIDEST);
      Conv2d conv = convolution(inputs, outputs, i < layers ? 2 : 1);
      blocks.add(new Block(conv, GroupNorm.declared(outputs, Math.min(GROUPS, outputs), EPS)));
      inputs = outputs;
    }
    return new PatchDiscriminator(convolution(3, channels, 2), blocks, convolution(inputs, 1, 1));
  }

  private static Conv2d convolution(int inputs, int outputs, int stride) {
    return Conv2d.declared(inputs, outputs, KERNEL, stride, new Padding(1, 1, 1, 1));
  }

  /**
   * A discriminator to begin with: convolutions normal with standard deviation 0.02, normalisations
   * the identity.
   */
  public static PatchDiscriminator initial(int channels, int layers, RandomStream random) {
    PatchDiscriminator discriminator = declared(channels, layers);
    Initializer rule =
        (member, own) -> {
          Shape shape = member.shape();
          return shape.rank() == 4
              ? Tensor.normal(shape, 0, (float) STD, own)
              : member.name().endsWith("norm.weight") ? Tensor.ones(shape) : Tensor.zeros(shape);
        };
    try {
      Parameters parameters = Parameters.of(discriminator);
      parameters.load(Checkpoint.initial(parameters, rule, random), Loading.forTraining());
    } catch (IOException e) { // nothing is read from anywhere
      throw new UncheckedIOException(e);
    }
    return discriminator;
  }

  @Override
  public Tensor forward(Tensor images) {
    Tensor x = leakyRelu(first.forward(images));
    for (Block block : blocks) {
      x = block.forward(x);
    }
    return last.forward(x);
  }

  /** {@code max(x, 0.2 x)}. */
  static Tensor leakyRelu(Tensor x) {
    return x.maximum(x.times(SLOPE));
  }

  /**
   * What the discriminator pays, a scalar: {@code mean max(0, 1 − real) + mean max(0, 1 + made)}.
   *
   * @param real logits of real images
   * @param made logits of made images
   */
  public static Tensor hinge(Tensor real, Tensor made) {
    Tensor ofReal = real.negate().plus(1f).relu().mean();
    Tensor ofMade = made.plus(1f).relu().mean();
    return ofReal.plus(ofMade);
  }

  /** What the maker of images pays, a scalar: {@code −mean made}. */
  public static Tensor hingeOfMaker(Tensor made) {
    return made.mean().negate();
  }
}
