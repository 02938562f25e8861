package io.nextscale.cli;

import io.nextscale.search.Verifier;
import io.nextscale.shapes.Grammar;
import io.nextscale.shapes.Prompt;
import io.nextscale.shapes.PromptException;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.verifiers.CalibratedEnsemble;
import io.nextscale.verifiers.PromptVerifier;
import io.nextscale.verifiers.RankEnsemble;
import io.nextscale.verifiers.ShapesTruth;
import io.nextscale.verifiers.files.VerifierFiles;
import io.nextscale.verifiers.shapes.ShapesVerifiers;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** Who says how good a picture is. */
public final class VerifierOptions {

  private static final String FLAG = "--verifier";
  private static final String CHECKER = "checker";
  private static final String CONFIDENCE = "confidence";
  private static final String RANK = "rank";
  private static final String MEAN = "mean";

  private static final Pattern CALL = Pattern.compile("(\\w+)\\((.*)\\)");

  @Option(
      names = FLAG,
      paramLabel = "NAME",
      description = {
        "Who scores pictures (default: checker): checker, 1 if the picture shows exactly what the"
            + " caption says, else 0, for captions of the shapes world;",
        "clip, aesthetic or imagereward, those inside the program; or the FILE of one that"
            + " 'nextscale train verifier' made, or of a published one;",
        "confidence(FILE), how sure a published ResNet or CLIP is of the class;",
        "rank(A,B,…), the mean of their ranks in a batch; mean(A,B,…), the mean of their scores on"
            + " one scale."
      })
  private String name = CHECKER;

  private final Map<String, Object> fingerprints = new LinkedHashMap<>();

  /**
   * Verifiers of pictures of a subject, ready to score.
   *
   * @param how they become one: rank or mean; empty for a single one
   * @param members at least one
   */
  record Opened(String how, List<Verifier> members) {

    /** Whether scores of one batch say nothing about those of another. */
    boolean byBatch() {
      return how.equals(RANK);
    }

    /** Whether pictures are needed to bring scores to one scale. */
    boolean calibrates() {
      return how.equals(MEAN);
    }

    /**
     * The verifier.
     *
     * @param references pictures to bring scores to one scale, (B,h,w,3) in [0, 1]; asked for if
     *     that is needed
     */
    Verifier verifier(Supplier<Tensor> references) {
      return switch (how) {
        case RANK -> new RankEnsemble(members);
        case MEAN -> calibrated(members, references.get());
        default -> members.getFirst();
      };
    }

    private static Verifier calibrated(List<Verifier> members, Tensor references) {
      try {
        return CalibratedEnsemble.of(members, references);
      } catch (IllegalArgumentException e) { // all reference pictures are alike to one of them
        throw new UsageException(FLAG, e);
      }
    }
  }

  /**
   * Reads the verifiers.
   *
   * @param classes the names of all classes of the model; empty where captions are asked for
   * @throws UsageException when there is no such verifier, or it cannot judge the subject
   */
  Opened open(Subject subject, List<String> classes) {
    fingerprints.clear();
    Matcher call = CALL.matcher(name);
    boolean several = call.matches() && (call.group(1).equals(RANK) || call.group(1).equals(MEAN));
    List<Verifier> members = new ArrayList<>();
    for (String member : several ? call.group(2).split(",", -1) : new String[] {name}) {
      members.add(one(member.strip(), subject, classes));
    }
    return new Opened(several ? call.group(1) : "", members);
  }

  private Verifier one(String which, Subject subject, List<String> classes) {
    Matcher call = CALL.matcher(which);
    if (which.equals(CHECKER)) {
      return checker(subject);
    } else if (call.matches() && call.group(1).equals(CONFIDENCE)) {
      return confidence(file(call.group(2)), subject, classes);
    }
    if (!ShapesVerifiers.NAMES.contains(which)) {
      file(which);
    }
    PromptVerifier verifier = named(FLAG, which);
    return verifier.of(
        switch (subject) {
          case Subject.OfCaption(String text, _) -> text;
          case Subject.OfClass(int number, String known) ->
              known.isEmpty() ? "class " + number : known;
        });
  }

  /**
   * A verifier for captions of any kind: checker, one inside the program, or a file.
   *
   * @param flag what the user named it with
   * @throws UsageException when there is none
   */
  static PromptVerifier named(String flag, String which) {
    if (which.equals(CHECKER)) {
      return new ShapesTruth();
    } else if (!ShapesVerifiers.NAMES.contains(which)) {
      Path file = existing(flag, which);
      return reading(flag, () -> VerifierFiles.load(file));
    }
    return reading(
        flag,
        () -> {
          try {
            return ShapesVerifiers.embedded(which);
          } catch (FileNotFoundException e) {
            throw new UsageException(
                "%s: weights for %s inside the program; got none — train it with 'nextscale train verifier %2$s --run runs/%2$s' and name runs/%2$s/model.safetensors"
                    .formatted(flag, which));
          }
        });
  }

  /** The members of an ensemble {@code mean(A,B,…)}; anything else is its own only member. */
  static List<String> members(String which) {
    Matcher call = CALL.matcher(which);
    return call.matches() && call.group(1).equals(MEAN)
        ? Arrays.stream(call.group(2).split(",", -1)).map(String::strip).toList()
        : List.of(which);
  }

  /** Tells the weights of a verifier apart from others of its name; empty where it has none. */
  static Optional<String> fingerprint(String flag, String which) {
    if (which.equals(CHECKER)) {
      return Optional.empty();
    }
    return Optional.of(
        reading(
            flag,
            () ->
                ShapesVerifiers.NAMES.contains(which)
                    ? ShapesVerifiers.fingerprint(which)
                    : Fingerprint.of(existing(flag, which))));
  }

  private static Path existing(String flag, String given) {
    Path path = Path.of(given.strip());
    if (!Files.isRegularFile(path)) {
      throw new UsageException(
          "%s: checker, %s, confidence(FILE), rank(A,B), mean(A,B) or a file of weights; got %s, which does not exist — check the name"
              .formatted(
                  flag,
                  String.join(", ", ShapesVerifiers.NAMES),
                  FileFormatException.quote(given)));
    }
    return path;
  }

  /** A file of weights; its fingerprint belongs to a recipe. */
  private Path file(String given) {
    Path path = existing(FLAG, given);
    fingerprints.put("verifier_fingerprint_" + (fingerprints.size() + 1), print(path));
    return path;
  }

  private static String print(Path path) {
    return reading(FLAG, () -> Fingerprint.of(path));
  }

  private static Verifier checker(Subject subject) {
    if (!(subject instanceof Subject.OfCaption(String text, String said))) {
      throw new UsageException("--verifier: one that judges classes; got checker, for captions");
    }
    Prompt prompt;
    try {
      prompt = Grammar.parse(said);
    } catch (PromptException e) {
      throw new UsageException(
          "--verifier: checker, for captions of the shapes world; got \"" + text + "\"", e);
    }
    return ShapesTruth.of(prompt);
  }

  private static Verifier confidence(Path file, Subject subject, List<String> classes) {
    if (!(subject instanceof Subject.OfClass(int label, _))) {
      throw new UsageException("--verifier: one that judges captions; got confidence, for classes");
    }
    return reading(FLAG, () -> VerifierFiles.confidence(file, classes, label));
  }

  /** Something that is read from files. */
  @FunctionalInterface
  private interface Reading<T> {
    T get() throws IOException;
  }

  private static <T> T reading(String flag, Reading<T> reading) {
    try {
      return reading.get();
    } catch (IOException | IllegalArgumentException e) {
      throw new UsageException(flag, e);
    }
  }

  /** The settings, for a recipe. */
  Map<String, Object> describe() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("verifier", name);
    values.putAll(fingerprints);
    return values;
  }
}
