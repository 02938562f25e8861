package io.nextscale.cli;

import io.nextscale.image.Png;
import io.nextscale.image.PngText;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a picture was made, as text inside it: {@code parameters}, a line in the style that image
 * tools share, and {@code nextscale}, the same as JSON, from which {@code generate --from} makes it
 * again.
 */
record Recipe(Map<String, Object> values) {

  static final String KEYWORD = "nextscale";

  static final String VERSION = "0.1.0";

  Recipe {
    values = new LinkedHashMap<>(values);
  }

  /** The texts to store in a PNG. */
  List<PngText> texts() {
    return List.of(
        new PngText("parameters", parameters()),
        new PngText("Software", "nextscale " + VERSION),
        new PngText(KEYWORD, Json.of(values).write()));
  }

  private String parameters() {
    StringBuilder text = new StringBuilder();
    values.forEach((name, value) ->
        text.append(text.isEmpty() ? "" : ", ").append(label(name)).append(": ").append(value));
    return text.toString();
  }

  private static String label(String name) {
    return switch (name) {
      case "seed" -> "Seed";
      case "size" -> "Size";
      case "model" -> "Model";
      case "cfg_scale" -> "CFG scale";
      case "top_k" -> "Top k";
      case "top_p" -> "Top p";
      case "class" -> "Class";
      case "class_name" -> "Class name";
      case "caption" -> "Prompt";
      default -> name;
    };
  }

  /**
   * The recipe inside a picture.
   *
   * @throws FileFormatException when there is none
   */
  static Json.Obj read(Path png) throws IOException {
    if (!Files.isRegularFile(png)) {
      throw new UsageException(
          "--from: a picture made by nextscale; got "
              + png
              + ", which is no file — check the path");
    }
    Optional<String> text = Png.text(Png.texts(png), KEYWORD);
    if (text.isPresent()
        && Json.parse(png.getFileName() + ": " + KEYWORD, text.get()) instanceof Json.Obj recipe) {
      return recipe;
    }
    throw new FileFormatException(
        String.valueOf(png.getFileName()),
        "a picture made by nextscale, with its settings inside",
        "none of them",
        "give the settings as options instead of --from");
  }

  /** The text as JSON where it is JSON. */
  static Object jsonOrText(PngText text) {
    if (text.keyword().equals(KEYWORD)) {
      try {
        return Json.parse(KEYWORD, text.text());
      } catch (FileFormatException e) {
        return text.text();
      }
    }
    return text.text();
  }
}
