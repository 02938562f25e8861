package io.nextscale.verifiers.layer;

import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.TensorFile;
import java.util.Map;

/**
 * How many heads of attention the two networks of a verifier have: what its tensors do not tell.
 * Published models have heads of 64 channels; files that this project writes say it in their
 * header.
 *
 * @param vision of the network that reads pictures
 * @param text of the network that reads text
 */
public record Heads(int vision, int text) {

  private static final String VISION = "nextscale.vision_heads";
  private static final String TEXT = "nextscale.text_heads";

  /** Channels of a head in all published models. */
  private static final int CHANNELS = 64;

  /** Those of a published model of such widths. */
  public static Heads published(int visionWidth, int textWidth) {
    return new Heads(visionWidth / CHANNELS, textWidth / CHANNELS);
  }

  /**
   * Those that the header of a file tells, else those of a published model of such widths.
   *
   * @throws FileFormatException when the header tells something else than numbers
   */
  public static Heads of(TensorFile file, int visionWidth, int textWidth)
      throws FileFormatException {
    Heads published = published(visionWidth, textWidth);
    return new Heads(told(file, VISION, published.vision()), told(file, TEXT, published.text()));
  }

  private static int told(TensorFile file, String key, int published) throws FileFormatException {
    String text = file.metadata().get(key);
    if (text == null) {
      return published;
    }
    if (!text.matches("[1-9]\\d{0,4}")) {
      throw new FileFormatException(
          file.name(), "a number of heads in the metadata " + key, FileFormatException.quote(text));
    }
    return Integer.parseInt(text);
  }

  /** The text for the header of a file. */
  public Map<String, String> metadata() {
    return Map.of(VISION, Integer.toString(vision), TEXT, Integer.toString(text));
  }
}
