package io.nextscale.data;

import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What precomputed tokens are tokens of. It is written into every file of them, so that a model is
 * never trained on the tokens of another tokenizer.
 *
 * @param tokenizer SHA-256 of the tokenizer's file, 64 hexadecimal digits: {@link #fingerprint}
 * @param scales the grids of a picture, coarse to fine: {@code 1x1, 2x2, 3x3}
 * @param vocabulary how many tokens there are, V; tokens are 0 .. V − 1
 * @param source the pictures: {@link PictureSource#describe}
 * @param preprocess how they came to the size of the tokenizer: {@link Preprocess#toString}
 * @param classes the names of the classes by label, none when pictures have no labels
 */
public record TokenSet(
    String tokenizer,
    String scales,
    int vocabulary,
    String source,
    String preprocess,
    List<String> classes) {

  /** What a file of tokens calls itself. */
  private static final String FORMAT = "nextscale tokens 1";

  private static final Pattern FINGERPRINT = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern GRID = Pattern.compile("([1-9][0-9]{0,3})x([1-9][0-9]{0,3})");
  private static final int MOST_SCALES = 1000;

  /** The most tokens of a picture. */
  static final int MOST_TOKENS = 1 << 24;

  /** Checks the form of each part. */
  public TokenSet {
    classes = List.copyOf(classes);
    if (!FINGERPRINT.matcher(tokenizer).matches() || vocabulary < 1) {
      throw new IllegalArgumentException(
          "tokens: 64 hexadecimal digits of a tokenizer and a vocabulary of at least 1; got "
              + FileFormatException.quote(tokenizer)
              + " and "
              + vocabulary);
    }
    tokensOf(scales);
  }

  /** How many tokens a picture has, L: the sum over the scales. */
  public int length() {
    return tokensOf(scales);
  }

  private static int tokensOf(String scales) {
    String[] grids = scales.split(", ", MOST_SCALES + 1);
    long tokens = 0;
    for (String grid : grids) {
      Matcher sides = GRID.matcher(grid);
      if (!sides.matches()) {
        throw new IllegalArgumentException(
            "tokens: scales such as 1x1, 2x2; got " + FileFormatException.quote(scales));
      }
      tokens += Long.parseLong(sides.group(1)) * Integer.parseInt(sides.group(2));
    }
    if (tokens > MOST_TOKENS) {
      throw new IllegalArgumentException(
          "tokens: at most " + MOST_TOKENS + " of a picture; got " + tokens);
    }
    return (int) tokens;
  }

  /** SHA-256 of a file, as 64 hexadecimal digits. */
  public static String fingerprint(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] block = new byte[1 << 16];
      for (int n = in.read(block); n >= 0; n = in.read(block)) {
        digest.update(block, 0, n);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has SHA-256
    }
  }

  /** As the text that the header of a file holds. */
  SequencedMap<String, String> metadata() {
    SequencedMap<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", FORMAT);
    metadata.put("tokenizer", tokenizer);
    metadata.put("scales", scales);
    metadata.put("vocabulary", vocabulary + "");
    metadata.put("source", source);
    metadata.put("preprocess", preprocess);
    metadata.put("classes", Json.of(classes).write());
    return metadata;
  }

  /**
   * What {@link #metadata} wrote.
   *
   * @throws FileFormatException when it is anything else
   */
  static TokenSet of(String file, Map<String, String> metadata) throws FileFormatException {
    if (!FORMAT.equals(metadata.get("format"))) {
      throw new FileFormatException(
          file,
          "tokens that 'nextscale tokenize' wrote, format '" + FORMAT + "'",
          FileFormatException.quote(String.valueOf(metadata.get("format"))),
          "tokenize the pictures again");
    }
    try {
      return new TokenSet(
          text(file, metadata, "tokenizer"),
          text(file, metadata, "scales"),
          Integer.parseInt(text(file, metadata, "vocabulary")),
          text(file, metadata, "source"),
          text(file, metadata, "preprocess"),
          texts(file, Json.parse(file, text(file, metadata, "classes"))));
    } catch (IllegalArgumentException e) { // also a vocabulary that is no number
      throw new FileFormatException(
          file,
          "a description of tokens",
          FileFormatException.quote(String.valueOf(e.getMessage())));
    }
  }

  private static String text(String file, Map<String, String> metadata, String name)
      throws FileFormatException {
    String value = metadata.get(name);
    if (value == null) {
      throw new FileFormatException(file, "metadata '" + name + "'", "none", "tokenize again");
    }
    return value;
  }

  /** The items of a JSON array of texts. */
  static List<String> texts(String file, Json json) throws FileFormatException {
    List<String> texts = new ArrayList<>();
    if (json instanceof Json.Arr(List<Json> items)) {
      for (Json item : items) {
        if (item instanceof Json.Str(String text)) {
          texts.add(text);
        }
      }
      if (texts.size() == items.size()) {
        return texts;
      }
    }
    throw new FileFormatException(
        file, "a list of texts", FileFormatException.quote(json.write()), "tokenize again");
  }
}
