package io.nextscale.baselines.diffusion;

import io.nextscale.nn.Checkpoint;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.var.TextConfig;
import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The sizes of a diffusion transformer.
 *
 * @param side of the maps, a multiple of the patch
 * @param channels of the maps, C
 * @param patch the side of the square of positions that is one token, p
 * @param depth blocks
 * @param width channels of a token, W, a multiple of 4
 * @param heads a divisor of the width
 * @param classes labels 0 .. classes − 1; the label {@code classes} stands for none; 0 where
 *     captions are the condition
 * @param choosesVariance whether variances are predicted beside the noise
 * @param text the encoder of captions; null where labels are the condition
 */
public record DitConfig(
    int side,
    int channels,
    int patch,
    int depth,
    int width,
    int heads,
    int classes,
    boolean choosesVariance,
    @Nullable TextConfig text) {

  /** Only a diffusion transformer has a tensor of this name. */
  static final String LANDMARK = "x_embedder.proj.weight";

  private static final String KIND = "a diffusion transformer";
  private static final String PLACES = "pos_embed";
  private static final String LABELS = "y_embedder.embedding_table.weight";
  private static final String FINAL = "final_layer.linear.weight";
  private static final Pattern NAME = Pattern.compile("DiT-(S|B|L|XL)/([248])");

  /** Checks the ranges. */
  public DitConfig {
    boolean positive =
        side > 0
            && channels > 0
            && patch > 0
            && depth > 0
            && width > 0
            && heads > 0
            && (text == null ? classes > 0 : classes == 0);
    if (!positive || side % patch != 0 || width % 4 != 0 || width % heads != 0) {
      throw new IllegalArgumentException(
          "diffusion transformer: positive sizes, a side that the patch divides and a width that 4"
              + " and the heads divide; got side, channels, patch, depth, width, heads, classes "
              + List.of(side, channels, patch, depth, width, heads, classes)
              + (text == null ? "" : " — text takes the place of classes, which are 0 then"));
    }
  }

  /**
   * A published transformer: {@code DiT-S/2}, {@code DiT-B/4}, {@code DiT-L/2}, {@code DiT-XL/2}, …
   * for ImageNet classes and maps of 4 channels, choosing variances.
   *
   * @param side of the maps, 32 for images of 256 pixels
   * @throws IllegalArgumentException for any other name
   */
  public static DitConfig named(String name, int side) {
    Matcher parts = NAME.matcher(name);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "diffusion transformer: DiT-S, B, L or XL and a patch of 2, 4 or 8, such as DiT-XL/2; got "
              + name);
    }
    int patch = Integer.parseInt(parts.group(2));
    return switch (parts.group(1)) {
      case "S" -> published(side, patch, 12, 384, 6);
      case "B" -> published(side, patch, 12, 768, 12);
      case "L" -> published(side, patch, 24, 1024, 16);
      default -> published(side, patch, 28, 1152, 16);
    };
  }

  private static DitConfig published(int side, int patch, int depth, int width, int heads) {
    return new DitConfig(side, 4, patch, depth, width, heads, 1000, true, null);
  }

  /** The same with captions for labels. */
  public DitConfig withText(TextConfig captions) {
    return new DitConfig(side, channels, patch, depth, width, heads, 0, choosesVariance, captions);
  }

  /** Tokens of a map, L. */
  public int length() {
    return side / patch * (side / patch);
  }

  /** Channels of a prediction. */
  public int outputs() {
    return choosesVariance ? 2 * channels : channels;
  }

  /**
   * The configuration of a checkpoint, from names and extents.
   *
   * @param from the transformer's part of a file, see {@link Checkpoint#holding}
   * @param heads which no tensor tells; null: those of the published transformer of this width
   * @throws FileFormatException when it is no diffusion transformer
   */
  public static DitConfig of(Checkpoint from, @Nullable Integer heads) throws IOException {
    Shape patches = from.shape(KIND, LANDMARK, 4);
    int patch = patches.dim(2);
    int width = patches.dim(0);
    int channels = patches.dim(1);
    int tokens = from.shape(KIND, PLACES, 3).dim(1);
    int outputs = from.shape(KIND, FINAL, 2).dim(0) / (patch * patch);
    int depth = from.count("blocks.", ".attn.qkv.weight");
    TextConfig text = TextConfig.of(from);
    try {
      return new DitConfig(
          (int) Math.round(Math.sqrt(tokens)) * patch,
          channels,
          patch,
          depth,
          width,
          heads == null ? publishedHeads(width) : heads,
          text == null ? from.shape(KIND, LABELS, 2).dim(0) - 1 : 0,
          outputs != channels,
          text);
    } catch (IllegalArgumentException e) {
      throw new FileFormatException(
          from.source(), "the parts of a diffusion transformer", String.valueOf(e.getMessage()));
    }
  }

  private static int publishedHeads(int width) {
    return switch (width) {
      case 384 -> 6;
      case 768 -> 12;
      case 1024, 1152 -> 16;
      default ->
          throw new IllegalArgumentException(
              "width " + width + ", that of no published transformer — give the heads");
    };
  }
}
