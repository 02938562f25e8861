package io.nextscale.verifiers.shapes;

import io.nextscale.shapes.Checker;
import io.nextscale.shapes.Example;
import io.nextscale.shapes.Prompt;
import io.nextscale.shapes.Renderer;
import io.nextscale.shapes.Scene;
import io.nextscale.shapes.ShapesWorld;
import io.nextscale.shapes.Split;
import io.nextscale.tensor.RandomStream;
import io.nextscale.vqvae.VqVae;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What verifiers of the shapes world learn from. Each lesson is a function of seed, split, number
 * and tokenizer; none needs a model.
 *
 * <p>Pictures are (64,64,3) in [0, 1]. Most of them are not clean, but as models of tokens make
 * them: decoded from tokens, with tokens or pixels of another picture in them, or damaged. What
 * they show then is for the checker to say, so that a lesson is never wrong: a thing that has faded
 * away is missing.
 */
public final class Lessons {

  /** The share of wrong pictures in a choice that show another scene altogether. */
  private static final double SHARE_UNRELATED = 0.25;

  /** Faults of tokens from which no picture remains, for grades. */
  private static final double MOST_STRAY = 0.4;

  private final ShapesWorld world;
  private final Split split;
  private final RandomStream random;
  private final Studio studio;

  /**
   * A picture and what it shows.
   *
   * @param picture perhaps not clean
   * @param report what the checker finds in it
   */
  public record Shown(float[] picture, Checker.Report report) {

    static Shown of(float[] picture) {
      return new Shown(picture, Checker.look(picture));
    }

    /** Whether it shows exactly what a prompt asks for. */
    public boolean satisfies(Prompt prompt) {
      return Checker.satisfies(report, prompt);
    }
  }

  /**
   * A caption and pictures that were made for it.
   *
   * @param example the caption and its scene
   * @param pictures in order: its scene with small faults, with large ones, another scene with
   *     small faults, and yet another with large ones
   */
  public record Choice(Example example, List<Shown> pictures) {

    /** Copies the list. */
    public Choice {
      pictures = List.copyOf(pictures);
    }

    /** Whether a picture shows exactly what the caption says. */
    public boolean right(int picture) {
      return pictures.get(picture).satisfies(example.prompt());
    }

    /**
     * Whether people would like one picture better than another: it shows what the caption says and
     * the other does not, or both do and the other has larger faults.
     */
    public boolean better(int one, int other) {
      return right(one) && (!right(other) || (one == 0 && other == 1));
    }
  }

  /**
   * A picture that shows what a caption says, and one that does not, for one flaw: both have small
   * faults at most, and the checker agrees.
   *
   * @param example the caption and its scene
   * @param better shows what the caption says
   * @param worse shows something else
   */
  public record Pair(Example example, Shown better, Shown worse) {

    private boolean holds() {
      return better.satisfies(example.prompt()) && !worse.satisfies(example.prompt());
    }
  }

  /**
   * A picture and how good it is, whatever it shows.
   *
   * @param picture perhaps damaged
   * @param clean the picture of the same scene as it is rendered
   * @param quality 1 for a clean one, 1 − strength for a damaged one
   */
  public record Graded(float[] picture, float[] clean, double quality) {}

  /**
   * The lessons of a seed.
   *
   * @param tokenizer that pictures go through; null: none
   * @throws IllegalArgumentException for {@link Split#COMPOSITION}, which flaws would leave, or a
   *     tokenizer of pictures of another size
   */
  public Lessons(long seed, Split split, @Nullable VqVae tokenizer) {
    if (split == Split.COMPOSITION) {
      throw new IllegalArgumentException(
          "lessons: a split without held-out pairs of colour and form; got " + split);
    }
    if (tokenizer != null && tokenizer.config().imageHeight() != Scene.SIDE) {
      throw new IllegalArgumentException(
          "lessons: a tokenizer of pictures of %d pixels; got one of %d"
              .formatted(Scene.SIDE, tokenizer.config().imageHeight()));
    }
    this.world = new ShapesWorld(seed);
    this.split = split;
    this.random = RandomStream.of(seed).split("lessons").split(split.name());
    this.studio = new Studio(tokenizer);
  }

  /** Choice number {@code index}. */
  public Choice choice(long index) {
    RandomStream stream = random.split("choice").split(index);
    Example example = world.example(split, index);
    Scene own = example.scene();
    Scene unrelated = world.example(split, stream.nextLong()).scene();
    Scene flawed = flawed(example, stream);
    boolean far = stream.nextDouble() < SHARE_UNRELATED;
    Scene again = far ? unrelated : flawed(example, stream);
    return new Choice(
        example,
        List.of(
            Shown.of(studio.nearly(own, unrelated, stream.split("0"))),
            Shown.of(studio.hardly(own, other(stream, flawed, unrelated, own), stream.split("1"))),
            Shown.of(studio.nearly(flawed, unrelated, stream.split("2"))),
            Shown.of(studio.hardly(again, other(stream, own, unrelated, own), stream.split("3")))));
  }

  /** What gets into a picture with large faults: one of two scenes, or the ground alone. */
  private static Scene other(RandomStream stream, Scene near, Scene far, Scene own) {
    return switch (stream.nextInt(4)) {
      case 0 -> far;
      case 1 -> new Scene(List.of(), own.ground());
      default -> near;
    };
  }

  /** Pair number {@code index}, of any flaw; its caption is that of choice {@code index}. */
  public Pair pair(long index) {
    RandomStream stream = random.split("pair").split(index);
    Example example = world.example(split, index);
    for (int attempt = 0; ; attempt++) {
      Pair pair = pair(example, flawed(example, stream), stream.split(attempt));
      if (pair.holds()) {
        return pair;
      }
    }
  }

  /** Pair number {@code index} of a flaw. */
  public Pair pair(Flaw flaw, long index) {
    RandomStream stream = random.split(flaw.name()).split(index);
    for (int attempt = 0; ; attempt++) {
      Example example = world.example(split, stream.nextLong());
      Scene other = flaw.of(example.scene(), stream);
      if (other == null || Checker.satisfies(Checker.report(other), example.prompt())) {
        continue;
      }
      Pair pair = pair(example, other, stream.split(attempt));
      if (pair.holds()) {
        return pair;
      }
    }
  }

  private Pair pair(Example example, Scene other, RandomStream stream) {
    Scene unrelated = world.example(split, stream.nextLong()).scene();
    return new Pair(
        example,
        Shown.of(studio.nearly(example.scene(), unrelated, stream.split("better"))),
        Shown.of(studio.nearly(other, unrelated, stream.split("worse"))));
  }

  /** A scene near to the example's of which its caption is not true, as the checker judges. */
  static Scene flawed(Example example, RandomStream stream) {
    while (true) {
      Flaw flaw = Flaw.values()[stream.nextInt(Flaw.values().length)];
      Scene scene = flaw.of(example.scene(), stream);
      if (scene != null && !Checker.satisfies(Checker.report(scene), example.prompt())) {
        return scene;
      }
    }
  }

  /** Picture number {@code index}: one of four is clean, or as clean as the tokenizer makes it. */
  public Graded graded(long index) {
    RandomStream stream = random.split("graded").split(index);
    Scene scene = world.example(split, index).scene();
    float[] clean = Renderer.render(scene);
    boolean tokens = studio.tokenizer() != null && stream.nextInt(2) == 0;
    double strength = stream.nextInt(4) == 0 ? 0 : stream.nextDouble();
    if (tokens) {
      Scene other = world.example(split, stream.nextLong()).scene();
      TokenFault fault = stream.nextInt(3) == 0 ? TokenFault.SCALES : TokenFault.STRAY;
      double share = fault == TokenFault.STRAY ? MOST_STRAY * strength : 0.5 * strength;
      return new Graded(studio.faulty(fault, share, scene, other, stream), clean, 1 - strength);
    }
    Damage damage = Damage.values()[stream.nextInt(Damage.values().length)];
    return new Graded(damage.of(clean, strength, stream), clean, 1 - strength);
  }
}
