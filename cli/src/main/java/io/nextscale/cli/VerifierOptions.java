package io.nextscale.cli;

import io.nextscale.search.Verifier;
import io.nextscale.shapes.Grammar;
import io.nextscale.shapes.Prompt;
import io.nextscale.shapes.PromptException;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.verifiers.PromptVerifier;
import io.nextscale.verifiers.ShapesTruth;
import java.util.Map;
import picocli.CommandLine.Option;

/** Who says how good a picture is. */
public final class VerifierOptions {

  /** The verifiers by name. */
  enum Kind {
    /** The exact checker of the shapes world. */
    checker
  }

  @Option(
      names = "--verifier",
      paramLabel = "NAME",
      description =
          "checker: 1 if the picture shows exactly what the caption says, else 0, for captions of"
              + " the shapes world (default: checker).")
  private Kind kind = Kind.checker;

  /**
   * The verifier of a name, for captions.
   *
   * @throws UsageException when there is none
   */
  static PromptVerifier named(String name) {
    if (name.equals(Kind.checker.name())) {
      return new ShapesTruth();
    }
    throw new UsageException("--verifiers: checker; got " + FileFormatException.quote(name));
  }

  /** The verifier of pictures of a subject. */
  Verifier verifier(Subject subject) {
    return switch (kind) {
      case checker -> checker(subject);
    };
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

  /** The settings, for a recipe. */
  Map<String, Object> describe() {
    return Map.of("verifier", kind.name());
  }
}
