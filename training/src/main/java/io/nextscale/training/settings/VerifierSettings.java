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
      throw new IllegalArgumentException("kind: clip, aesthetic or imagereward; got " + name);
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
      @Setting("Lessons of each kind for measuring, of captions never trained on; 0: none.")
          int validation,
      @Setting(
              "How much it counts what is learnt on the side, of the patches of a picture and the"
                  + " parts of a caption; 0: nothing.")
          double aside) {

    /** Checks the ranges. */
    public Subject {
      Kind.of(kind);
      if (validation < 0) {
        throw new IllegalArgumentException(
            "--validation: at least 0 lessons; got " + validation + " — 0 measures nothing");
      }
      if (!(aside >= 0 && aside < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("--aside: a number from 0 on; got " + aside);
      }
    }
  }

  /** Settings for a CPU. */
  public static VerifierSettings of(Kind kind) {
    return switch (kind) {
      case CLIP -> of(kind, /* steps= */ 2_500, /* batch= */ 32, /* aside= */ 1);
      case AESTHETIC -> of(kind, /* steps= */ 2_000, /* batch= */ 32, /* aside= */ 1);
      case IMAGEREWARD -> of(kind, /* steps= */ 2_500, /* batch= */ 24, /* aside= */ 8);
    };
  }

  private static VerifierSettings of(Kind kind, int steps, int batch, double aside) {
    return new VerifierSettings(
        new Subject(kind.word(), /* world= */ 0, /* validation= */ 60, aside),
        OptimizerSettings.muon(
            steps,
            batch,
            /* rate= */ 2e-3,
            /* warmUp= */ 100,
            /* decay= */ 0.05,
            /* clip= */ 1,
            /* ema= */ 0.995));
  }

  /** Which verifier. */
  public Kind kind() {
    return Kind.of(subject.kind());
  }
}
