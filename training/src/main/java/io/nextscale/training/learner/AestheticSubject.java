package io.nextscale.training.learner;

import io.nextscale.shapes.Split;
import io.nextscale.tensor.Tensor;
import io.nextscale.training.settings.VerifierSettings;
import io.nextscale.verifiers.clip.Aesthetic;
import io.nextscale.verifiers.layer.Heads;
import io.nextscale.verifiers.layer.Losses;
import io.nextscale.verifiers.shapes.Lessons;
import io.nextscale.verifiers.shapes.Lessons.Graded;
import io.nextscale.verifiers.shapes.ShapesSizes;
import io.nextscale.vqvae.VqVae;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Learns how clean a picture is, whatever it shows: a logistic loss of its grade, and on the side
 * how far each patch is from clean.
 */
final class AestheticSubject implements VerifierSubject {

  private final VerifierSettings.Subject settings;
  private final Lessons training;
  private final Lessons held;
  private final Aesthetic model =
      Aesthetic.declared(ShapesSizes.AESTHETIC, ShapesSizes.AESTHETIC_EMBEDDING, ShapesSizes.HEAD);
  private final Wear<Aesthetic> wear = Wear.of(model, ShapesSizes.AESTHETIC.width());

  AestheticSubject(VerifierSettings.Subject settings, @Nullable VqVae tokenizer) {
    this.settings = settings;
    training = new Lessons(settings.world(), Split.TRAIN, tokenizer);
    held = new Lessons(settings.world(), Split.VALIDATION, tokenizer);
  }

  @Override
  public Record verifier() {
    return model;
  }

  @Override
  public Record learner() {
    return wear;
  }

  @Override
  public Supplier<Tensor> loss(long first, int count) {
    List<Graded> lessons = Lots.of(first, count, training::graded);
    Tensor pixels = pixels(lessons);
    Tensor grades = grades(lessons);
    Tensor worn = Wear.worn(lessons, ShapesSizes.AESTHETIC.patch());
    return () -> {
      Tensor tokens = model.visual().tokens(pixels); // (B,L,C)
      return Losses.quality(model.answer(tokens), grades)
          .plus(wear.loss(tokens, worn).times((float) settings.aside()));
    };
  }

  private static Tensor pixels(List<Graded> lessons) {
    return ShapesTensors.pixels(lessons.stream().map(Graded::picture).toList());
  }

  private static Tensor grades(List<Graded> lessons) {
    return ShapesTensors.numbers(lessons.stream().map(lesson -> (float) lesson.quality()).toList());
  }

  @Override
  public SequencedMap<String, Double> measured() {
    SequencedMap<String, Double> numbers = new LinkedHashMap<>();
    int count = settings.validation();
    if (count > 0) {
      List<Graded> lessons = Lots.of(0, count, held::graded);
      float[] scores = model.forward(pixels(lessons)).sigmoid().toArray();
      double[] grades = lessons.stream().mapToDouble(Graded::quality).toArray();
      int compared = 0;
      int right = 0;
      double error = 0;
      for (int i = 0; i < count; i++) {
        error += Math.abs(scores[i] - grades[i]) / count;
        for (int j = 0; j < i; j++) {
          if (grades[i] != grades[j]) {
            compared++;
            right += grades[i] > grades[j] == scores[i] > scores[j] ? 1 : 0;
          }
        }
      }
      TokenizerLearner.putKnown(numbers, "right", 100.0 * right / compared);
      TokenizerLearner.putKnown(numbers, "correlation", correlation(scores, grades));
      numbers.put("error", error);
    }
    return numbers;
  }

  /** Pearson's coefficient; NaN where one of them does not vary. */
  private static double correlation(float[] scores, double[] grades) {
    double x = 0;
    double y = 0;
    for (int i = 0; i < grades.length; i++) {
      x += scores[i] / grades.length;
      y += grades[i] / grades.length;
    }
    double xx = 0;
    double yy = 0;
    double xy = 0;
    for (int i = 0; i < grades.length; i++) {
      xx += (scores[i] - x) * (scores[i] - x);
      yy += (grades[i] - y) * (grades[i] - y);
      xy += (scores[i] - x) * (grades[i] - y);
    }
    return xy / Math.sqrt(xx * yy);
  }

  @Override
  public Map<String, String> metadata() {
    int heads = ShapesSizes.AESTHETIC.heads();
    return new Heads(heads, heads).metadata();
  }
}
