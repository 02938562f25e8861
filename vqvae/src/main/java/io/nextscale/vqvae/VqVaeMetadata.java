package io.nextscale.vqvae;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.TensorFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What the tensors of a tokenizer do not tell, in the header of its file, so that it is loaded
 * without being told: the sides of its grids and the constants of the quantizer.
 */
public final class VqVaeMetadata {

  private static final String SCALES = "nextscale.scales";
  private static final String PHI_RATIO = "nextscale.phi_ratio";
  private static final String BETA = "nextscale.beta";
  private static final String COSINE = "nextscale.cosine";
  private static final String THRIFT = "nextscale.thrift";

  private static final int MOST_SCALES = 1000;

  private VqVaeMetadata() {}

  /** The text for the header of a file. */
  public static Map<String, String> of(VqVaeConfig config) {
    Map<String, String> header = new LinkedHashMap<>();
    header.put(SCALES, write(config.scales()));
    header.put(PHI_RATIO, Float.toString(config.phiRatio()));
    header.put(BETA, Float.toString(config.beta()));
    header.put(COSINE, Boolean.toString(config.cosine()));
    header.put(THRIFT, Float.toString(config.thrift()));
    return header;
  }

  /** Whether the header of a file holds such text. */
  public static boolean in(TensorFile file) {
    return file.metadata().containsKey(SCALES);
  }

  /**
   * The configuration of a tokenizer in a file: sizes from its tensors, the rest from its header.
   *
   * @throws FileFormatException when it is no tokenizer, or its header does not tell the grids
   */
  public static VqVaeConfig config(TensorFile file) throws IOException {
    Checkpoint part = VqVae.part(Checkpoint.of(file));
    VqVaeConfig sizes = VqVaeConfig.of(part, scales(file));
    Map<String, String> header = file.metadata();
    try {
      return new VqVaeConfig(
          sizes.channels(),
          sizes.multipliers(),
          sizes.blocks(),
          sizes.vocabulary(),
          sizes.codeChannels(),
          sizes.scales(),
          sizes.phis(),
          Float.parseFloat(header.getOrDefault(PHI_RATIO, "" + sizes.phiRatio())),
          Float.parseFloat(header.getOrDefault(BETA, "" + sizes.beta())),
          Boolean.parseBoolean(header.getOrDefault(COSINE, "" + sizes.cosine())),
          sizes.patch(),
          sizes.plain(),
          Float.parseFloat(header.getOrDefault(THRIFT, "" + sizes.thrift())),
          sizes.places());
    } catch (IllegalArgumentException e) { // also what is no number
      throw new FileFormatException(
          file.name(),
          "numbers in %s, %s and %s".formatted(PHI_RATIO, BETA, THRIFT),
          FileFormatException.quote(
              header.get(PHI_RATIO) + ", " + header.get(BETA) + ", " + header.get(THRIFT)));
    }
  }

  /**
   * A tokenizer from a file that tells its grids.
   *
   * @throws IOException when the file cannot be read or is no such tokenizer
   */
  public static VqVae load(Path path, Loading how) throws IOException {
    try (TensorFile file = TensorFile.open(path)) {
      return VqVae.load(VqVae.part(Checkpoint.of(file)), config(file), how);
    }
  }

  private static String write(Scales scales) {
    return scales.sizes().stream().map(Scales.Size::toString).collect(Collectors.joining(","));
  }

  /**
   * The grids in the header of a file.
   *
   * @throws FileFormatException when there are none
   */
  public static Scales scales(TensorFile file) throws FileFormatException {
    String text = file.metadata().getOrDefault(SCALES, "");
    String[] grids = text.split(",", MOST_SCALES + 1);
    if (grids.length <= MOST_SCALES
        && Arrays.stream(grids).allMatch(grid -> grid.matches("[1-9]\\d{0,3}x[1-9]\\d{0,3}"))) {
      return new Scales(
          Arrays.stream(grids)
              .map(grid -> grid.split("x", 2))
              .map(sides -> new Scales.Size(Integer.parseInt(sides[0]), Integer.parseInt(sides[1])))
              .toList());
    }
    throw new FileFormatException(
        file.name(),
        "the grids of its tokens in the metadata " + SCALES + ", such as 1x1,2x2",
        text.isEmpty() ? "none" : FileFormatException.quote(text),
        "a tokenizer that 'nextscale train tokenizer' made has them");
  }
}
