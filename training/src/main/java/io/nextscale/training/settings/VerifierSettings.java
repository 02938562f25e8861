package io.nextscale.training.settings;

import java.util.Locale;

/**
 * Everything that decides on a verifier of the shapes world.
 *
 * @param subject what is learnt
 * @param optimizer how long and how fast
 */
public record VerifierSettings(Subject subject, OptimizerSettings optimizer) {

  /** Which verifier. */
  public enum Kind {
    /** Two towers, for CLIPScore. */
    CLIP,
    /** How good a picture is, whatever it shows. */
    AESTHETIC,
    /** Which picture would be preferred for a caption. */
    IMAGEREWARD;

    /**
     * The one of a name.
     *
     * @throws IllegalArgumentException for any other
     */
    public static Kind of(String name) {
      for (Kind kind : values()) {
        if (kind.word().equals(name)) {
          return kind;
        }
      }
      throw new IllegalArgumentException("--kind: clip, aesthetic or imagereward; got " + name);
    }

    /** The name in settings. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What is learnt, from what. */
  public record Subject(
      @Setting("What is trained: clip, aesthetic or imagereward.") String kind,
      @Setting("The seed of the world that lessons are taken from.") long world,
      @Setting("Lessons kept for measuring, of captions never trained on; 0: none.")
          int validation) {

    /** Checks the ranges. */
    public Subject {
      Kind.of(kind);
      if (validation < 0) {
        throw new IllegalArgumentException(
            "--validation: at least 0 lessons; got " + validation + " — 0 measures nothing");
      }
    }
  }

  /** Settings for a CPU. */
  public static VerifierSettings of(Kind kind) {
    return new VerifierSettings(
        new Subject(kind.word(), 0, 200),
        new OptimizerSettings(
            8_000, 32, 1, 1e-3, "cos", 200, 0.01, 0.01, 0.05, 0.05, 1, 0.999, 0, "muon"));
  }

  /** Which verifier. */
  public Kind kind() {
    return Kind.of(subject.kind());
  }
}
