package io.nextscale.var;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.Json;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.var.text.WordPieces;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the tensors of a transformer do not tell, in the header of its file, so that it is loaded
 * without being told.
 *
 * @param heads of attention
 * @param pieces the vocabulary of its captions; null where labels are the condition
 * @param classes the names of its labels, perhaps none
 * @param tokenizer SHA-256 of the file of the tokenizer whose tokens it learnt, 64 hexadecimal
 *     digits; empty when it is not known
 */
public record VarMetadata(
    int heads, @Nullable WordPieces pieces, List<String> classes, String tokenizer) {

  private static final String HEADS = "nextscale.heads";
  private static final String CLASSES = "nextscale.classes";
  private static final String TOKENIZER = "nextscale.tokenizer.sha256";

  /** Copies the names. */
  public VarMetadata {
    classes = List.copyOf(classes);
  }

  /** The text for the header of a file. */
  public Map<String, String> text() {
    Map<String, String> header = new LinkedHashMap<>();
    header.put(HEADS, Integer.toString(heads));
    header.put(TOKENIZER, tokenizer);
    if (pieces != null) {
      header.put(WordPieces.METADATA, pieces.write());
    }
    if (!classes.isEmpty()) {
      header.put(CLASSES, Json.of(classes).write());
    }
    return header;
  }

  /** Whether the header of a file holds such text. */
  public static boolean in(TensorFile file) {
    return file.metadata().containsKey(HEADS);
  }

  /**
   * What the header of a file holds.
   *
   * @throws FileFormatException when there is none, or it is damaged
   */
  public static VarMetadata of(TensorFile file) throws FileFormatException {
    Map<String, String> header = file.metadata();
    String heads = header.getOrDefault(HEADS, "");
    if (!heads.matches("[1-9]\\d{0,4}")) {
      throw new FileFormatException(
          file.name(),
          "the number of heads in the metadata " + HEADS,
          heads.isEmpty() ? "none" : FileFormatException.quote(heads),
          "a transformer that 'nextscale train var' made has it");
    }
    List<String> classes = new ArrayList<>();
    String source = file.name() + ", " + CLASSES;
    if (Json.parse(source, header.getOrDefault(CLASSES, "[]")) instanceof Json.Arr(var names)) {
      for (Json name : names) {
        classes.add(name instanceof Json.Str(String text) ? text : name.write());
      }
    }
    return new VarMetadata(
        Integer.parseInt(heads),
        header.containsKey(WordPieces.METADATA) ? WordPieces.of(file) : null,
        classes,
        tokenizer(file));
  }

  /** SHA-256 of the tokenizer that the header of a file names; empty when it names none. */
  public static String tokenizer(TensorFile file) {
    return file.metadata().getOrDefault(TOKENIZER, "");
  }

  /**
   * A transformer from a file that tells its heads.
   *
   * @throws IOException when the file cannot be read or is no such transformer
   */
  public static Var load(Path path, Loading how) throws IOException {
    try (TensorFile file = TensorFile.open(path)) {
      Checkpoint part = Var.part(Checkpoint.of(file));
      return Var.load(part, VarConfig.of(part, null, of(file).heads()), how);
    }
  }
}
