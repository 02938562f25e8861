package io.nextscale.vqvae;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.GroupNorm;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.io.FileFormatException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The sizes of a tokenizer.
 *
 * @param channels width of the networks at full resolution; a multiple of 32 after multiplication,
 *     unless {@link #plain}
 * @param multipliers of the width per level; between levels the resolution halves
 * @param blocks residual blocks per level of the encoder; the decoder has one more
 * @param vocabulary codes, V
 * @param codeChannels channels of a code, Cv
 * @param scales the grids
 * @param phis how many φ there are: 0 one per scale, 1 one for all, else a few that scales share
 * @param phiRatio the share of the convolution in φ; its sign is ignored, 0: no φ
 * @param beta the weight of the encoder's part in the loss
 * @param cosine whether the nearest code is that of the largest cosine rather than of the smallest
 *     distance
 * @param patch the side of the square of pixels that is one position at full resolution; 1 in the
 *     published tokenizer. With more, the networks never see single pixels, which costs detail and
 *     saves most of the time: see {@code docs/tokenizer-training.md}
 * @param plain whether the networks are residual blocks alone, without normalisation and attention.
 *     Group normalisation takes the brightness and the colour of large areas out of narrow
 *     networks, which then learn them last
 * @param thrift what the code lengths of tokens count beside distances, see {@link
 *     MultiScaleQuantizer#tokenize}; 0, as published: nothing
 * @param places whether a learned map is added in the middle of both networks, which tells them
 *     where a position is. Without it, as published, the codes of a 1x1 grid cannot tell where
 *     anything is: they are the same everywhere, and so is what convolutions make of them
 */
public record VqVaeConfig(
    int channels,
    List<Integer> multipliers,
    int blocks,
    int vocabulary,
    int codeChannels,
    Scales scales,
    int phis,
    float phiRatio,
    float beta,
    boolean cosine,
    int patch,
    boolean plain,
    float thrift,
    boolean places) {

  /** Only a tokenizer has a tensor of this name. */
  static final String LANDMARK = "quantize.embedding.weight";

  static final String HITS = "quantize.ema_vocab_hit_SV";

  private static final String KIND = "a tokenizer";
  private static final int PIXEL = 3; // channels of a pixel
  private static final int GROUPS = 32;
  private static final float EPS = 1e-6f;

  /** Checks the ranges. */
  public VqVaeConfig {
    multipliers = List.copyOf(multipliers);
    boolean positive =
        channels > 0
            && blocks > 0
            && vocabulary > 0
            && codeChannels > 0
            && phis >= 0
            && patch > 0
            && !multipliers.isEmpty()
            && multipliers.stream().allMatch(m -> m > 0);
    if (!positive) {
      throw new IllegalArgumentException(
          "tokenizer: positive channels, multipliers, blocks, vocabulary, code channels and patch; got "
              + List.of(channels, multipliers, blocks, vocabulary, codeChannels, phis, patch));
    }
    if (!(thrift >= 0 && thrift < Float.POSITIVE_INFINITY) || (thrift > 0 && cosine)) {
      throw new IllegalArgumentException(
          "tokenizer: a thrift of at least 0, and 0 where nearest means the largest cosine; got "
              + thrift);
    }
  }

  /** Networks as published: without patches, with normalisation and attention. */
  public VqVaeConfig(
      int channels,
      List<Integer> multipliers,
      int blocks,
      int vocabulary,
      int codeChannels,
      Scales scales,
      int phis,
      float phiRatio,
      float beta,
      boolean cosine) {
    this(
        channels,
        multipliers,
        blocks,
        vocabulary,
        codeChannels,
        scales,
        phis,
        phiRatio,
        beta,
        cosine,
        1,
        false,
        0,
        false);
  }

  /** The published tokenizer, {@code vae_ch160v4096z32}, for images of 256 pixels. */
  public static VqVaeConfig published() {
    return new VqVaeConfig(
        160, List.of(1, 1, 2, 2, 4), 2, 4096, 32, Scales.forImage(256), 4, 0.5f, 0.25f, false);
  }

  /** The same tokenizer with another thrift. */
  public VqVaeConfig withThrift(float other) {
    return new VqVaeConfig(
        channels,
        multipliers,
        blocks,
        vocabulary,
        codeChannels,
        scales,
        phis,
        phiRatio,
        beta,
        cosine,
        patch,
        plain,
        other,
        places);
  }

  /** The same tokenizer with other scales. */
  public VqVaeConfig withScales(Scales other) {
    return new VqVaeConfig(
        channels,
        multipliers,
        blocks,
        vocabulary,
        codeChannels,
        other,
        phis,
        phiRatio,
        beta,
        cosine,
        patch,
        plain,
        thrift,
        places);
  }

  /**
   * The configuration of a checkpoint, from names and extents. What these do not tell is as
   * published: {@link #phiRatio}, {@link #beta}, {@link #cosine}, {@link #thrift}.
   *
   * @param from the tokenizer's part of a file, see {@link Checkpoint#holding}
   * @param scales the grids, which no tensor tells
   * @throws FileFormatException when it is no tokenizer
   */
  public static VqVaeConfig of(Checkpoint from, Scales scales) throws IOException {
    VqVaeConfig published = published();
    Shape codebook = from.shape(KIND, LANDMARK, 2);
    Shape first = from.shape(KIND, "encoder.conv_in.weight", 4);
    int channels = first.dim(0);
    int side = (int) Math.round(Math.sqrt(first.dim(1) / (double) PIXEL));
    if (first.dim(1) != PIXEL * side * side) {
      throw new FileFormatException(
          from.source(),
          "a first convolution of 3·p² channels, p the side of a patch",
          first.dim(1) + " channels");
    }
    List<Integer> multipliers = new ArrayList<>();
    for (int i = 0; from.has("encoder.down." + i + ".block.0.conv1.weight"); i++) {
      int outputs = from.shape(KIND, "encoder.down." + i + ".block.0.conv1.weight", 4).dim(0);
      if (channels == 0 || outputs % channels != 0) {
        throw new FileFormatException(
            from.source(),
            "levels whose channels are multiples of " + channels,
            outputs + " on level " + i);
      }
      multipliers.add(outputs / channels);
    }
    String phi = "quantize.quant_resi.";
    boolean shared = from.has(phi + "qresi.weight");
    boolean perScale = from.has(phi + "0.weight");
    int partly = from.count(phi + "qresi_ls.", ".weight");
    boolean none = !shared && !perScale && partly == 0;
    int blocks = from.count("encoder.down.0.block.", ".conv1.weight");
    try {
      return new VqVaeConfig(
          channels,
          multipliers,
          blocks,
          codebook.dim(0),
          codebook.dim(1),
          scales,
          shared ? 1 : perScale ? 0 : none ? published.phis : partly,
          none ? 0 : published.phiRatio,
          published.beta,
          published.cosine,
          side,
          !from.has("encoder.norm_out.weight"),
          published.thrift,
          from.has("decoder.mid.position"));
    } catch (IllegalArgumentException e) {
      throw new FileFormatException(
          from.source(), "the parts of a tokenizer", String.valueOf(e.getMessage()));
    }
  }

  /** Resolutions. */
  public int levels() {
    return multipliers.size();
  }

  /** The width on a level. */
  public int channels(int level) {
    return channels * multipliers.get(level);
  }

  /** How many times smaller than the image the map is. */
  public int downsampling() {
    return patch << (levels() - 1);
  }

  /** The channels of a patch of pixels, 3·p². */
  int patchChannels() {
    return PIXEL * patch * patch;
  }

  /** The rows of an image whose map has the size of the last scale. */
  public int imageHeight() {
    return scales.last().height() * downsampling();
  }

  /** The columns of an image whose map has the size of the last scale. */
  public int imageWidth() {
    return scales.last().width() * downsampling();
  }

  static GroupNorm norm(int channels) {
    return GroupNorm.declared(channels, GROUPS, EPS);
  }
}
