package io.nextscale.vqvae;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Conv2d;
import io.nextscale.nn.Initializer;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Name;
import io.nextscale.nn.Observer;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.TensorFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;

/**
 * The tokenizer: images (B,h,w,3) in [-1, 1] to tokens and back.
 *
 * <pre>{@code
 * VqVae vae = VqVae.load(Path.of("vae_ch160v4096z32.pth"), Scales.forImage(256));
 * TokenPyramid tokens = vae.tokenize(image);
 * Tensor again = vae.reconstruct(tokens);
 * }</pre>
 *
 * <p>Source: FoundationVision/VAR models/vqvae.py @78b9539.
 *
 * @param encoder image to map
 * @param decoder map to image
 * @param quantizer map to tokens and back
 * @param quantConv between encoder and quantizer
 * @param postQuantConv between quantizer and decoder
 * @param config the sizes
 */
public record VqVae(
    Encoder encoder,
    Decoder decoder,
    @Name("quantize") MultiScaleQuantizer quantizer,
    @Name("quant_conv") Conv2d quantConv,
    @Name("post_quant_conv") Conv2d postQuantConv,
    VqVaeConfig config) {

  /**
   * The result of a training pass.
   *
   * @param image (B,h,w,3), not clamped
   * @param loss the quantisation loss, a scalar
   * @param tokens the codes
   */
  public record Output(Tensor image, Tensor loss, TokenPyramid tokens) {}

  /** A tokenizer whose parameters have no values yet. */
  public static VqVae declared(VqVaeConfig config) {
    return new VqVae(
        Encoder.declared(config),
        Decoder.declared(config),
        MultiScaleQuantizer.declared(config),
        Conv2d.declared(config.codeChannels(), config.codeChannels(), 3),
        Conv2d.declared(config.codeChannels(), config.codeChannels(), 3),
        config);
  }

  /**
   * A tokenizer from a file, ready for use: its sizes are those of the tensors in it.
   *
   * @throws IOException when the file cannot be read or is not a tokenizer
   */
  public static VqVae load(Path file, Scales scales) throws IOException {
    try (TensorFile open = TensorFile.open(file)) {
      Checkpoint part = part(Checkpoint.of(open));
      return load(part, VqVaeConfig.of(part, scales), Loading.forInference());
    }
  }

  /** The part of a file that holds a tokenizer, which may be nested in a training checkpoint. */
  public static Checkpoint part(Checkpoint file) throws IOException {
    return file.holding(VqVaeConfig.LANDMARK);
  }

  /**
   * A tokenizer from its part of a checkpoint. Averages of code usage that belong to another number
   * of scales, or are missing, are left at zero.
   */
  public static VqVae load(Checkpoint from, VqVaeConfig config, Loading how) throws IOException {
    VqVae vae = declared(config);
    Shape hits = from.shapes().get(VqVaeConfig.HITS);
    boolean fits = hits != null && hits.equals(vae.quantizer.hits().shape());
    vae.parameters().load(from, fits ? how : how.keeping(VqVaeConfig.HITS));
    return vae;
  }

  /** Its tensors by their names in checkpoints. */
  public Parameters parameters() {
    return Parameters.of(this);
  }

  /**
   * First values for training: convolutions uniform by their number of inputs, as PyTorch's are,
   * normalisations the identity, codes standard normal.
   */
  public static Checkpoint initial(VqVaeConfig config, RandomStream random) {
    Parameters parameters = declared(config).parameters();
    SequencedMap<String, Shape> shapes = parameters.shapes();
    Initializer rule =
        (member, own) -> {
          String name = member.name();
          Shape shape = member.shape();
          if (name.equals(VqVaeConfig.HITS)) {
            return Tensor.zeros(shape);
          }
          if (name.equals(VqVaeConfig.LANDMARK)) {
            return Tensor.normal(shape, 0, 1, own);
          }
          String layer = name.substring(0, name.lastIndexOf('.'));
          Shape weight = shapes.get(layer + ".weight");
          if (weight == null || weight.rank() == 1) { // a normalisation
            return name.endsWith("weight") ? Tensor.ones(shape) : Tensor.zeros(shape);
          }
          return Initializer.uniformByFanIn(shape, weight.size(1, weight.rank()), own);
        };
    return Checkpoint.initial(parameters, rule, random);
  }

  // Images to tokens

  /**
   * The map of images, f: (B,h,w,3) to (B,H,W,Cv). One image at a time, so that memory is that of
   * one.
   */
  public Tensor encode(Tensor images) {
    return oneByOne(images, image -> encode(image, Observer.NONE));
  }

  /** The map of a batch at once; the observer sees {@code encoder.conv_in}, …, {@code encoder}. */
  public Tensor encode(Tensor images, Observer observer) {
    Shape shape = images.shape();
    int unit = config.downsampling();
    if (shape.rank() != 4
        || shape.dim(3) != 3
        || shape.dim(1) % unit != 0
        || shape.dim(2) % unit != 0) {
      throw new ShapeException(
          "encode: images (B, h, w, 3) with h and w multiples of " + unit + "; got " + shape);
    }
    Tensor h = encoder.forward(images, observer.under("encoder"));
    observer.observe("encoder", h);
    return quantConv.forward(h);
  }

  /** The tokens of images. */
  public TokenPyramid tokenize(Tensor images) {
    return quantizer.tokenize(encode(images));
  }

  /** The tokens of images in other scales, which may be oblong. */
  public TokenPyramid tokenize(Tensor images, Scales scales) {
    return quantizer.tokenize(encode(images), scales);
  }

  // Tokens to images

  /**
   * The images of maps f_hat: (B,H,W,Cv) to (B,h,w,3) in [-1, 1]. One at a time, as {@link
   * #encode(Tensor)}.
   */
  public Tensor decode(Tensor fHat) {
    return oneByOne(fHat, one -> decodeUnclamped(one, Observer.NONE).clamp(-1, 1));
  }

  /**
   * The images of a batch at once, not clamped; the observer sees {@code post_quant_conv}, {@code
   * decoder.conv_in}, …
   */
  public Tensor decodeUnclamped(Tensor fHat, Observer observer) {
    Tensor h = postQuantConv.forward(fHat);
    observer.observe("post_quant_conv", h);
    return decoder.forward(h, observer.under("decoder"));
  }

  /** The images of tokens, (B,h,w,3) in [-1, 1]. */
  public Tensor reconstruct(TokenPyramid tokens) {
    return decode(quantizer.sums(tokens).getLast());
  }

  /** The images of the first scale, of the first two, …, of all: S times (B,h,w,3) in [-1, 1]. */
  public List<Tensor> reconstructions(TokenPyramid tokens) {
    List<Tensor> images = new ArrayList<>();
    for (Tensor fHat : quantizer.sums(tokens)) {
      images.add(decode(fHat));
    }
    return images;
  }

  /**
   * Image to image in training, with the quantisation loss; gradients pass the quantizer straight
   * through.
   */
  public Output forward(Tensor images) {
    return forwardMap(encode(images, Observer.NONE));
  }

  /** The same from the map of the images, f (B,H,W,Cv). */
  public Output forwardMap(Tensor f) {
    MultiScaleQuantizer.Quantized q = quantizer.quantize(f);
    return new Output(decodeUnclamped(q.fHat(), Observer.NONE), q.loss(), q.tokens());
  }

  private static Tensor oneByOne(Tensor batch, UnaryOperator<Tensor> one) {
    int count = batch.shape().rank() == 0 ? 0 : batch.shape().dim(0);
    if (count < 2) {
      return one.apply(batch);
    }
    Tensor[] results = new Tensor[count];
    for (int i = 0; i < count; i++) {
      results[i] = one.apply(batch.slice(0, i, i + 1));
    }
    return Tensor.concat(0, results);
  }
}
