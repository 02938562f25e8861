package io.nextscale.training.inference;

import io.nextscale.search.Stepwise;
import io.nextscale.search.Verifier;
import io.nextscale.shapes.Grammar;
import io.nextscale.shapes.Scene;
import io.nextscale.shapes.ShapesWorld;
import io.nextscale.shapes.Split;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.Json;
import io.nextscale.verifiers.PromptVerifier;
import io.nextscale.verifiers.ShapesTruth;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * A model that guesses a digit of four at each of three steps. Where all are 0 the picture shows
 * the caption; else it is grey, the lighter the more of them are 0. One picture of 64 is right.
 */
record Guesses(float[] right) implements Stepwise<Guesses.Picture> {

  static final int STEPS = 3;
  private static final int DIGITS = 4;
  private static final int SIZE = Scene.SIDE * Scene.SIDE * 3;

  /** The digits so far. */
  record Picture(List<Integer> digits) {}

  static Guesses of(String caption) {
    return new Guesses(
        new io.nextscale.shapes.Example(
                caption,
                Grammar.parse(caption),
                ShapesWorld.scene(Grammar.parse(caption), Split.TRAIN, RandomStream.of(3)))
            .picture());
  }

  static Contender contender(Method... methods) {
    return contender(true, methods);
  }

  static Contender contender(boolean beams, Method... methods) {
    return contender("guesses", "next-scale transformer", beams, methods);
  }

  static Contender contender(String name, String family, boolean beams, Method... methods) {
    return new Contender(
        name,
        (Json.Obj) Json.of(new LinkedHashMap<>()),
        7,
        family,
        List.of(methods),
        beams,
        Guesses::of);
  }

  private static boolean grey(float[] picture) {
    for (float value : picture) {
      if (value != picture[0]) {
        return false;
      }
    }
    return true;
  }

  private static Verifier each(java.util.function.ToDoubleFunction<float[]> score) {
    return images -> {
      float[] all = images.toArray();
      double[] scores = new double[images.shape().dim(0)];
      for (int i = 0; i < scores.length; i++) {
        scores[i] = score.applyAsDouble(Arrays.copyOfRange(all, i * SIZE, (i + 1) * SIZE));
      }
      return scores;
    };
  }

  /** Knows how many digits are 0. */
  static final Verifier HONEST = each(picture -> grey(picture) ? picture[0] : 1);

  /** The same, but takes the right picture for the worst. */
  static final Verifier DECEIVED = each(picture -> grey(picture) ? picture[0] : -1);

  static SequencedMap<String, CaptionVerifier> verifiers() {
    SequencedMap<String, CaptionVerifier> all = new LinkedHashMap<>();
    all.put("checker", CaptionVerifier.of(new ShapesTruth()));
    all.put("honest", CaptionVerifier.of(PromptVerifier.any(HONEST)));
    all.put("deceived", CaptionVerifier.of(PromptVerifier.any(DECEIVED)));
    return all;
  }

  @Override
  public int steps() {
    return STEPS;
  }

  @Override
  public Picture begin() {
    return new Picture(List.of());
  }

  @Override
  public int decided(Picture picture) {
    return picture.digits().size();
  }

  @Override
  public List<Picture> step(List<Picture> pictures, List<Long> seeds) {
    List<Picture> longer = new ArrayList<>();
    for (int i = 0; i < pictures.size(); i++) {
      List<Integer> digits = new ArrayList<>(pictures.get(i).digits());
      digits.add(RandomStream.of(seeds.get(i)).split(digits.size()).nextInt(DIGITS));
      longer.add(new Picture(Collections.unmodifiableList(digits)));
    }
    return longer;
  }

  @Override
  public Tensor images(List<Picture> pictures) {
    float[] values = new float[pictures.size() * SIZE];
    for (int i = 0; i < pictures.size(); i++) {
      long zeros = pictures.get(i).digits().stream().filter(digit -> digit == 0).count();
      if (zeros == STEPS) {
        System.arraycopy(right, 0, values, i * SIZE, SIZE);
      } else {
        Arrays.fill(values, i * SIZE, (i + 1) * SIZE, zeros / (float) STEPS);
      }
    }
    return Tensor.of(Shape.of(pictures.size(), Scene.SIDE, Scene.SIDE, 3), values);
  }

  @Override
  public double stepFlops(int step, int pictures) {
    return 100.0 * step * pictures;
  }

  @Override
  public double imageFlops() {
    return 50;
  }
}
