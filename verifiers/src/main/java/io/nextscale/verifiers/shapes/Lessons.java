package io.nextscale.verifiers.shapes;

import io.nextscale.shapes.Checker;
import io.nextscale.shapes.Example;
import io.nextscale.shapes.Renderer;
import io.nextscale.shapes.Scene;
import io.nextscale.shapes.ShapesWorld;
import io.nextscale.shapes.Split;
import io.nextscale.tensor.RandomStream;

/**
 * What verifiers of the shapes world learn from. Each lesson is a function of seed, split and
 * number; none needs a model.
 *
 * <p>Pictures are (64,64,3) in [0, 1]. Of half of the pairs both pictures are damaged in the same
 * way, as the pictures of a generator are: what is wrong with a scene must be seen through that.
 */
public final class Lessons {

  /** The most damage that does not hide what a picture shows. */
  private static final double SLIGHT = 0.15;

  /** The share of pairs whose worse picture shows the right things, badly. */
  private static final double SHARE_DAMAGED = 0.2;

  private final ShapesWorld world;
  private final Split split;
  private final RandomStream random;

  /**
   * A caption, a picture of it, and one that people would like less.
   *
   * @param example the caption and its scene
   * @param other the scene of the worse picture
   * @param better shows what the caption says
   * @param worse does not show it, or is damaged more
   */
  public record Pair(Example example, Scene other, float[] better, float[] worse) {}

  /**
   * A picture and how good it is, whatever it shows.
   *
   * @param picture perhaps damaged
   * @param quality 1 for a clean one, 1 − strength for a damaged one
   */
  public record Graded(float[] picture, double quality) {}

  /**
   * The lessons of a seed.
   *
   * @throws IllegalArgumentException for {@link Split#COMPOSITION}, which flaws would leave
   */
  public Lessons(long seed, Split split) {
    if (split == Split.COMPOSITION) {
      throw new IllegalArgumentException(
          "lessons: a split without held-out pairs of colour and form; got " + split);
    }
    this.world = new ShapesWorld(seed);
    this.split = split;
    this.random = RandomStream.of(seed).split("lessons").split(split.name());
  }

  /** Pair number {@code index}, with a worse picture of either kind. */
  public Pair pair(long index) {
    RandomStream stream = random.split("pair").split(index);
    Example example = world.example(split, index);
    if (stream.nextDouble() < SHARE_DAMAGED) {
      float[] clean = example.picture();
      Damage damage = any(stream);
      float[] worse = damage.of(clean, 0.2 + 0.8 * stream.nextDouble(), stream);
      return new Pair(example, example.scene(), clean, worse);
    }
    return contrast(example, stream);
  }

  /** Pair number {@code index}, whose worse picture shows something else than the caption. */
  public Pair contrast(long index) {
    return contrast(world.example(split, index), random.split("contrast").split(index));
  }

  private static Pair contrast(Example example, RandomStream stream) {
    float[] better = example.picture();
    Scene other = flawed(example, stream);
    float[] worse = Renderer.render(other);
    if (stream.nextInt(2) == 0) {
      Damage damage = any(stream);
      double strength = SLIGHT * stream.nextDouble();
      better = damage.of(better, strength, stream.split("same"));
      worse = damage.of(worse, strength, stream.split("same"));
    }
    return new Pair(example, other, better, worse);
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

  /** Picture number {@code index}: one of four is clean. */
  public Graded graded(long index) {
    RandomStream stream = random.split("graded").split(index);
    float[] clean = world.example(split, index).picture();
    if (stream.nextInt(4) == 0) {
      return new Graded(clean, 1);
    }
    double strength = stream.nextDouble();
    return new Graded(any(stream).of(clean, strength, stream), 1 - strength);
  }

  private static Damage any(RandomStream stream) {
    return Damage.values()[stream.nextInt(Damage.values().length)];
  }
}
