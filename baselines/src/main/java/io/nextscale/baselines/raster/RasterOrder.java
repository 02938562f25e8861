package io.nextscale.baselines.raster;

import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.var.Reading;
import io.nextscale.var.VarConfig;
import io.nextscale.vqvae.MultiScaleQuantizer;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.TokenPyramid;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeConfig;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * The tokens of a single grid, row by row, each read as the code of the one before it.
 *
 * <p>To a {@link io.nextscale.var.Var} the L cells of the grid are L scales of one token. It then
 * sees all tokens before its own, knows its place, and predicts the next code: a transformer of
 * next tokens, with the blocks, the condition, the loss and the cache of the one that it is
 * compared with. What a scale reads is not what the scales before make of the map but the code of
 * the token before.
 *
 * <p>A tokenizer of several scales puts into its last grid only what the others have left over:
 * these tokens alone are no picture. So the tokenizer here has one grid, of the same codes: train
 * one with a single side under {@code --scales}, or take the last grid of another with {@link
 * #lastGrid}, which costs quality, since its codes have not learnt to say everything at once.
 *
 * @param tokenizer of one square grid
 */
public record RasterOrder(VqVae tokenizer) implements Reading {

  /** What the header of a file says of a transformer of this order. */
  public static final Map<String, String> METADATA = Map.of("nextscale.order", "raster");

  /** Whether the header of a file says that its transformer is of this order. */
  public static boolean in(TensorFile file) {
    return file.metadata().entrySet().containsAll(METADATA.entrySet());
  }

  /** Checks the grid. */
  public RasterOrder {
    Scales scales = tokenizer.config().scales();
    if (scales.count() != 1 || !scales.square()) {
      throw new IllegalArgumentException(
          "raster: a tokenizer of one square grid; got "
              + scales
              + " — train one with --scales "
              + scales.last().height()
              + ", or take the last grid alone");
    }
  }

  /** A tokenizer's networks and codes, the same in memory, with its last grid alone. */
  public static VqVae lastGrid(VqVae tokenizer) {
    Scales grid = new Scales(List.of(tokenizer.config().scales().last()));
    MultiScaleQuantizer all = tokenizer.quantizer();
    MultiScaleQuantizer one =
        new MultiScaleQuantizer(
            new Parameter(Tensor.zeros(Shape.of(1, tokenizer.config().vocabulary()))),
            all.phis(),
            all.codebook(),
            grid,
            all.metric(),
            all.beta(),
            0);
    return new VqVae(
        tokenizer.encoder(),
        tokenizer.decoder(),
        one,
        tokenizer.quantConv(),
        tokenizer.postQuantConv(),
        tokenizer.config().withScales(grid));
  }

  /** L, the tokens of an image. */
  public int length() {
    return grid().length();
  }

  private Scales grid() {
    return tokenizer.config().scales();
  }

  /** As many scales as there are tokens, of one token each. */
  public Scales scales() {
    return new Scales(Collections.nCopies(length(), new Scales.Size(1, 1)));
  }

  /** A transformer for this order, of the sizes of another. */
  public VarConfig config(VarConfig sizes) {
    return sizes.withSerial(0).withLocality(false, false).withScales(scales());
  }

  /**
   * Checks that a transformer is one of this order.
   *
   * @throws IllegalArgumentException when it is not
   */
  void require(VarConfig config) {
    VqVaeConfig ours = tokenizer.config();
    if (!config.scales().equals(scales())
        || config.vocabulary() != ours.vocabulary()
        || config.codeChannels() != ours.codeChannels()) {
      throw new IllegalArgumentException(
          "raster: a transformer of %d scales of one token, %d codes of %d channels; got %d scales, %d codes of %d channels"
              .formatted(
                  length(),
                  ours.vocabulary(),
                  ours.codeChannels(),
                  config.scales().count(),
                  config.vocabulary(),
                  config.codeChannels()));
    }
  }

  @Override
  public TokenPyramid tokenize(Tensor images) {
    return TokenPyramid.of(scales(), tokenizer.tokenize(images).sequence().toInts());
  }

  @Override
  public Tensor teacherInput(TokenPyramid tokens, int count) {
    return codes(tokens.sequence()).slice(1, 0, count - 1); // (B,count−1,Cv)
  }

  /** The tokens themselves: a cell has its own code, whatever the cells before have. */
  @Override
  public TokenPyramid corrections(TokenPyramid tokens, TokenPyramid fed) {
    return tokens;
  }

  /** The codes of tokens, I32 (B,l) to (B,l,Cv). */
  Tensor codes(Tensor ids) {
    return tokenizer.quantizer().codebook().forward(ids);
  }

  /**
   * The images of tokens, (B,h,w,3) in [0, 1]; cells that are not decided yet are codes of zeros.
   *
   * @param ids the first tokens of each image, I32 (B,l), or none of them: l = 0
   * @param count B
   */
  public Tensor images(Tensor ids, int count) {
    MultiScaleQuantizer quantizer = tokenizer.quantizer();
    int decided = ids.shape().size() / count;
    int channels = tokenizer.config().codeChannels();
    Tensor rest = Tensor.zeros(Shape.of(count, length() - decided, channels));
    Tensor codes =
        decided == 0
            ? rest
            : decided == length() ? codes(ids) : Tensor.concat(1, codes(ids), rest); // (B,L,Cv)
    Scales.Size size = grid().last();
    Tensor map = codes.reshape(count, size.height(), size.width(), channels);
    Tensor fHat = quantizer.sums(List.of(map), grid()).getLast();
    return tokenizer.decode(fHat).plus(1).times(0.5f);
  }
}
