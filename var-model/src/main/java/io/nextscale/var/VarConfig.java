package io.nextscale.var;

import io.nextscale.nn.Checkpoint;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.vqvae.Scales;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sizes of a transformer.
 *
 * @param depth blocks
 * @param width channels, C
 * @param heads a divisor of the width
 * @param classes labels 0 .. classes − 1; the label {@code classes} stands for none; 0 where
 *     captions are the condition
 * @param codeChannels channels of a code, Cv
 * @param vocabulary codes, V
 * @param scales the grids, square
 * @param sharedCondition whether one linear layer serves the conditions of all blocks
 * @param unitAttention whether queries and keys are brought to length 1, with a learned scale per
 *     head; else products are scaled by {@code 1/4 · D^−1/2}
 * @param text the encoder of captions; null where labels are the condition
 * @param neighbours whether a token also reads what surrounds its place in its grid, by a 3×3
 *     convolution beside the linear embedding
 * @param rotary whether queries and keys are turned by their places, see {@link Rotation}
 * @param serial how many of the first scales are predicted token by token, row by row, each token
 *     knowing those before it; tokens of the others are predicted at once
 */
public record VarConfig(
    int depth,
    int width,
    int heads,
    int classes,
    int codeChannels,
    int vocabulary,
    Scales scales,
    boolean sharedCondition,
    boolean unitAttention,
    @Nullable TextConfig text,
    boolean neighbours,
    boolean rotary,
    int serial) {

  /** Only a transformer has a tensor of this name. */
  static final String LANDMARK = "pos_1LC";

  private static final String KIND = "a transformer";
  private static final String LEVELS = "lvl_1L";
  private static final String NEIGHBOURS = "neighbour_embed.weight";
  private static final String ROTATION = "rope_2LD";
  private static final String SERIAL = "serial_1L";
  private static final int[] PUBLISHED_SIZES = {256, 512, 1024};

  /** Checks the ranges. */
  public VarConfig {
    boolean positive =
        depth > 0
            && width > 0
            && heads > 0
            && (text == null ? classes > 0 : classes == 0)
            && codeChannels > 0
            && vocabulary > 0
            && width % heads == 0;
    if (!positive) {
      throw new IllegalArgumentException(
          "transformer: positive sizes and a width that the heads divide; got depth "
              + depth
              + ", width "
              + width
              + ", heads "
              + heads
              + ", classes "
              + classes
              + ", code channels "
              + codeChannels
              + ", vocabulary "
              + vocabulary
              + (text == null ? "" : " — text takes the place of classes, which are 0 then"));
    }
    if (!scales.square()) {
      throw new IllegalArgumentException("transformer: square scales; got " + scales);
    }
    if (serial < 0 || serial > scales.count() || (serial > 0 && scales.tokens(0) != 1)) {
      throw new IllegalArgumentException(
          "transformer: 0 to "
              + scales.count()
              + " serial scales, the first of one token where there are some; got "
              + serial
              + " of "
              + scales);
    }
    if (rotary && width / heads % 4 != 0) {
      throw new IllegalArgumentException(
          "transformer: heads of a multiple of 4 channels, where they turn with the place; got "
              + width / heads
              + " — choose other heads, or leave rotary out");
    }
  }

  /** A transformer whose condition is a label. */
  public VarConfig(
      int depth,
      int width,
      int heads,
      int classes,
      int codeChannels,
      int vocabulary,
      Scales scales,
      boolean sharedCondition,
      boolean unitAttention) {
    this(
        depth,
        width,
        heads,
        classes,
        codeChannels,
        vocabulary,
        scales,
        sharedCondition,
        unitAttention,
        null,
        false,
        false,
        0);
  }

  /**
   * The published transformer of a depth: width 64 per block, as many heads as blocks, ImageNet
   * classes; depth 36 is for images of 512 pixels and shares its condition, others are for 256.
   */
  public static VarConfig depth(int depth) {
    boolean large = depth == 36;
    return new VarConfig(
        depth, 64 * depth, depth, 1000, 32, 4096, Scales.forImage(large ? 512 : 256), large, true);
  }

  /** The same transformer with other scales. */
  public VarConfig withScales(Scales other) {
    return new VarConfig(
        depth,
        width,
        heads,
        classes,
        codeChannels,
        vocabulary,
        other,
        sharedCondition,
        unitAttention,
        text,
        neighbours,
        rotary,
        serial);
  }

  /** The same transformer with captions for labels. */
  public VarConfig withText(TextConfig captions) {
    return new VarConfig(
        depth,
        width,
        heads,
        0,
        codeChannels,
        vocabulary,
        scales,
        sharedCondition,
        unitAttention,
        captions,
        neighbours,
        rotary,
        serial);
  }

  /** The same transformer with, or without, a sense of what lies beside what. */
  public VarConfig withLocality(boolean neighbours, boolean rotary) {
    return new VarConfig(
        depth,
        width,
        heads,
        classes,
        codeChannels,
        vocabulary,
        scales,
        sharedCondition,
        unitAttention,
        text,
        neighbours,
        rotary,
        serial);
  }

  /** The same transformer with other scales predicted token by token. */
  public VarConfig withSerial(int serial) {
    return new VarConfig(
        depth,
        width,
        heads,
        classes,
        codeChannels,
        vocabulary,
        scales,
        sharedCondition,
        unitAttention,
        text,
        neighbours,
        rotary,
        serial);
  }

  /**
   * The configuration of a checkpoint, from names and extents. The grids come from the table of
   * levels that official files hold, else they are published ones of this length.
   *
   * @param from the transformer's part of a file, see {@link Checkpoint#holding}
   * @throws FileFormatException when it is no transformer, or its grids cannot be told
   */
  public static VarConfig of(Checkpoint from) throws IOException {
    return of(from, null, null);
  }

  /**
   * The same where the caller knows what a file may not tell.
   *
   * @param scales the grids, or null to find out
   * @param heads the heads, or null: those of the learned scales, else as many as blocks
   */
  public static VarConfig of(Checkpoint from, @Nullable Scales scales, @Nullable Integer heads)
      throws IOException {
    Shape words = from.shape(KIND, "word_embed.weight", 2);
    Shape places = from.shape(KIND, LANDMARK, 3);
    int depth = from.count("blocks.", ".attn.mat_qkv.weight");
    String learned = "blocks.0.attn.scale_mul_1H11";
    Shape headScales = from.has(learned) ? from.shape(KIND, learned, 4) : null;
    try {
      TextConfig text = TextConfig.of(from);
      Scales grids = scales == null ? scales(from, places.dim(1)) : scales;
      return new VarConfig(
          depth,
          words.dim(0),
          headScales != null ? headScales.dim(1) : heads == null ? depth : heads,
          text == null ? from.shape(KIND, "class_emb.weight", 2).dim(0) - 1 : 0,
          words.dim(1),
          from.shape(KIND, "head.weight", 2).dim(0),
          grids,
          from.has("shared_ada_lin.1.weight"),
          headScales != null,
          text,
          from.has(NEIGHBOURS),
          from.has(ROTATION),
          from.has(SERIAL) ? serial(from, grids) : 0);
    } catch (IllegalArgumentException e) {
      throw new FileFormatException(
          from.source(), "the parts of a transformer", String.valueOf(e.getMessage()));
    }
  }

  private static Scales scales(Checkpoint from, int length) throws IOException {
    Shape levels = from.shapes().get(LEVELS);
    if (levels != null && levels.size() == length) {
      return scales(from.source(), from.tensor(LEVELS).toArray());
    }
    for (int pixels : PUBLISHED_SIZES) {
      if (Scales.forImage(pixels).length() == length) {
        return Scales.forImage(pixels);
      }
    }
    throw new FileFormatException(
        from.source(),
        "a tensor " + LEVELS + ", or " + List.of(680, 2240, 9451) + " positions",
        length + " positions",
        "give the sides of the grids");
  }

  /** The sides of the grids from the level of each token: 0, 1, 1, 1, 1, 2, … */
  private static Scales scales(String source, float[] levels) throws FileFormatException {
    int[] sides = new int[levels.length == 0 ? 0 : (int) levels[levels.length - 1] + 1];
    int token = 0;
    for (int s = 0; s < sides.length; s++) {
      int begin = token;
      while (token < levels.length && levels[token] == s) {
        token++;
      }
      sides[s] = (int) Math.round(Math.sqrt(token - begin));
      if (sides[s] == 0 || sides[s] * sides[s] != token - begin) {
        throw new FileFormatException(
            source, LEVELS + " with square grids", token - begin + " tokens of level " + s);
      }
    }
    if (sides.length == 0 || token != levels.length) {
      throw new FileFormatException(source, LEVELS + " in ascending order", "another order");
    }
    return Scales.of(sides);
  }

  /** How many scales are serial: those of the tokens that are marked with 1. */
  private static int serial(Checkpoint from, Scales scales) throws IOException {
    float[] marks = from.tensor(SERIAL).toArray();
    int tokens = 0;
    while (tokens < marks.length && marks[tokens] == 1) {
      tokens++;
    }
    int serial = 0;
    while (serial < scales.count() && scales.end(serial) <= tokens) {
      serial++;
    }
    return serial; // loading compares the marks of all tokens
  }

  /** Channels of a head, D. */
  public int headWidth() {
    return width / heads;
  }

  /** The label that stands for no class. */
  public int noClass() {
    return classes;
  }

  /**
   * A condition as this transformer takes it: the label {@code classes} is that of no class.
   *
   * @param operation for messages
   * @throws IllegalArgumentException when it is of another kind or out of range
   */
  Condition checked(String operation, Condition condition) {
    return condition.checked(operation, classes, text);
  }
}
