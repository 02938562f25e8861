package io.nextscale.cli;

import io.nextscale.pretrained.ShapesModel;
import io.nextscale.shapes.Grammar;
import io.nextscale.shapes.PromptException;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.var.Condition;
import io.nextscale.var.TextConfig;
import io.nextscale.var.VarConfig;
import io.nextscale.var.VarMetadata;
import io.nextscale.var.text.WordPieces;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a transformer can be asked for: captions in words that it learnt, or classes by number or
 * name.
 */
final class Subjects {

  /** How many of the words that a model knows a message lists. */
  private static final int LISTED = 80;

  private final @Nullable TextConfig encoder;
  private final int classes;
  private final List<String> names;
  private final @Nullable WordPieces pieces;
  private final boolean shapes;

  /**
   * The subjects of a transformer.
   *
   * @param header what its file tells beside the tensors, or null
   * @param shapes whether it is the one inside the program, which knows the language of the shapes
   *     world and nothing else
   * @throws UsageException when it is of captions and its file does not hold their words
   */
  Subjects(VarConfig config, @Nullable VarMetadata header, boolean shapes) {
    this(config.text(), config.classes(), header, shapes);
  }

  /** The same from what counts of the sizes: the encoder of captions, or the number of classes. */
  Subjects(
      @Nullable TextConfig encoder, int classes, @Nullable VarMetadata header, boolean shapes) {
    this.encoder = encoder;
    this.classes = classes;
    this.shapes = shapes;
    this.names = header == null ? List.of() : header.classes();
    this.pieces = header == null ? null : header.pieces();
    if (encoder != null && pieces == null) {
      throw new UsageException(
          "-m: a transformer with the words of its captions in the header of its file; got none"
              + " — export it again with 'nextscale train var --run'");
    }
  }

  /**
   * The subjects that were asked for; where none were, a class is drawn for each seed.
   *
   * @param captions sentences
   * @param labels numbers or names
   * @param count pictures of each
   * @throws UsageException when the transformer knows no such thing, or both were given
   */
  List<Subject> of(List<String> captions, List<String> labels, int count, long firstSeed) {
    if (!captions.isEmpty() && !labels.isEmpty()) {
      throw new UsageException("--class: a class or a caption; got both — leave one out");
    }
    List<Subject> subjects = new ArrayList<>();
    if (encoder != null) {
      if (captions.isEmpty()) {
        throw new UsageException(
            "generate: what the picture shows, in words; got "
                + (labels.isEmpty() ? "nothing" : "--class")
                + " — say it in quotes, as in: nextscale generate \"a red circle\"");
      }
      captions.forEach(caption -> repeat(caption(caption), count, subjects));
      return subjects;
    }
    if (!captions.isEmpty()) {
      throw new UsageException(
          "generate: a transformer that learnt captions for "
              + FileFormatException.quote(captions.getFirst())
              + "; got one of "
              + classes
              + " classes — name another file with -m, or a class with --class");
    }
    labels.forEach(name -> repeat(ofClass(number(name)), count, subjects));
    for (int i = 0; labels.isEmpty() && i < count; i++) {
      subjects.add(ofClass(RandomStream.of(firstSeed + i).split("class").nextInt(classes)));
    }
    return subjects;
  }

  /** The names of all classes; empty where captions are the subjects. */
  List<String> classes() {
    return IntStream.range(0, encoder == null ? classes : 0)
        .mapToObj(i -> i < names.size() ? names.get(i) : ClassNames.name(i))
        .toList();
  }

  private static void repeat(Subject subject, int count, List<Subject> subjects) {
    for (int i = 0; i < count; i++) {
      subjects.add(subject);
    }
  }

  private Subject ofClass(int number) {
    return new Subject.OfClass(
        number, number < names.size() ? names.get(number) : ClassNames.name(number));
  }

  private int number(String given) {
    if (names.isEmpty()) {
      return ClassNames.number(given, classes);
    }
    for (int i = 0; i < names.size(); i++) {
      if (names.get(i).equalsIgnoreCase(given.strip())) {
        return i;
      }
    }
    if (given.strip().matches("\\d{1,9}")) {
      return ClassNames.number(given, classes);
    }
    throw new UsageException(
        "--class: a number from 0 to %d or one of %s; got %s"
            .formatted(
                classes - 1,
                String.join(", ", names.subList(0, Math.min(LISTED, names.size()))),
                FileFormatException.quote(given)));
  }

  private Subject caption(String text) {
    WordPieces known = pieces();
    if (shapes) {
      return new Subject.OfCaption(text, said(text, known));
    }
    if (WordPieces.words(text).isEmpty()) {
      throw new UsageException(
          "generate: a caption with words; got "
              + FileFormatException.quote(text)
              + " — the model knows "
              + words(known));
    }
    List<String> unknown = known.unknown(text);
    if (!unknown.isEmpty()) {
      throw new UsageException(
          "generate: words that the model learnt; got %s in %s — it knows %s"
              .formatted(
                  String.join(", ", unknown.stream().map(FileFormatException::quote).toList()),
                  FileFormatException.quote(text),
                  words(known)));
    }
    try {
      known.encode(text, text().length());
    } catch (IllegalArgumentException e) { // too many pieces
      throw new UsageException("generate: " + e.getMessage());
    }
    return new Subject.OfCaption(text, text);
  }

  /** A sentence of the shapes world, in words that training showed. */
  private static String said(String text, WordPieces known) {
    try {
      return ShapesModel.said(text, known);
    } catch (PromptException e) {
      throw new UsageException(
          "generate: "
              + e.getMessage()
              + "\nThe model inside the program draws one or two groups of up to four "
              + Grammar.forms()
              + " in "
              + Grammar.colours()
              + "; others are named with -m.");
    }
  }

  /** The whole words of a vocabulary, as many as a message may hold. */
  private static String words(WordPieces pieces) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < pieces.size(); i++) {
      String piece = pieces.piece(i);
      if (!piece.startsWith("[") && !piece.startsWith("##")) {
        words.add(piece);
      }
    }
    List<String> sorted = words.stream().sorted().toList();
    String listed = String.join(", ", sorted.subList(0, Math.min(LISTED, sorted.size())));
    return sorted.size() > LISTED ? sorted.size() + " words, such as " + listed : listed;
  }

  /** One row that says nothing. */
  Condition nothing() {
    return encoder == null
        ? Condition.classes(Condition.NO_CLASS)
        : Condition.captions(pieces(), text().length(), List.of(""));
  }

  /** The condition of a batch. */
  Condition condition(List<Subject> subjects) {
    if (encoder == null) {
      return Condition.classes(
          subjects.stream()
              .mapToInt(s -> s instanceof Subject.OfClass(int label, _) ? label : -1)
              .toArray());
    }
    List<String> captions =
        subjects.stream()
            .map(s -> s instanceof Subject.OfCaption(_, String said) ? said : "")
            .toList();
    return Condition.captions(pieces(), text().length(), captions);
  }

  private WordPieces pieces() {
    WordPieces known = pieces;
    if (known == null) {
      throw new IllegalStateException("subjects: a transformer of captions; got one of classes");
    }
    return known;
  }

  private TextConfig text() {
    TextConfig own = encoder;
    if (own == null) {
      throw new IllegalStateException("subjects: a transformer of captions; got one of classes");
    }
    return own;
  }
}
