package io.nextscale.training.learner;

import io.nextscale.nn.Parameters;
import io.nextscale.shapes.Split;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.training.settings.VerifierSettings;
import io.nextscale.verifiers.clip.Aesthetic;
import io.nextscale.verifiers.layer.Heads;
import io.nextscale.verifiers.layer.Losses;
import io.nextscale.verifiers.shapes.Lessons;
import io.nextscale.verifiers.shapes.Lessons.Graded;
import io.nextscale.verifiers.shapes.ShapesSizes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Supplier;

/** Learns how clean a picture is, whatever it shows: a logistic loss of its grade. */
final class AestheticSubject implements VerifierSubject {

  private final VerifierSettings.Subject settings;
  private final Lessons training;
  private final Lessons held;
  private final Aesthetic model =
      Aesthetic.declared(ShapesSizes.AESTHETIC, ShapesSizes.AESTHETIC_EMBEDDING, ShapesSizes.HEAD);
  private final Parameters parameters = model.parameters();

  AestheticSubject(VerifierSettings.Subject settings) {
    this.settings = settings;
    training = new Lessons(settings.world(), Split.TRAIN);
    held = new Lessons(settings.world(), Split.VALIDATION);
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public Supplier<Tensor> loss(long first, int count) {
    List<Graded> lessons = Lots.of(first, count, training::graded);
    Tensor pixels = pixels(lessons);
    Tensor grades = grades(lessons);
    return () -> Losses.quality(model.forward(pixels), grades);
  }

  private static Tensor pixels(List<Graded> lessons) {
    return ShapesTensors.pixels(lessons.stream().map(Graded::picture).toList());
  }

  private static Tensor grades(List<Graded> lessons) {
    float[] grades = new float[lessons.size()];
    for (int i = 0; i < grades.length; i++) {
      grades[i] = (float) lessons.get(i).quality();
    }
    return Tensor.of(Shape.of(grades.length), grades);
  }

  /**
   * {@code error}: the mean distance of {@code sigmoid(score)} from the grade; {@code right}:
   * percent of neighbouring pictures of different grades whose order is right.
   */
  @Override
  public SequencedMap<String, Double> measured() {
    SequencedMap<String, Double> numbers = new LinkedHashMap<>();
    int count = settings.validation();
    if (count > 0) {
      List<Graded> lessons = Lots.of(0, count, held::graded);
      float[] scores = model.forward(pixels(lessons)).sigmoid().toArray();
      double error = 0;
      int compared = 0;
      int right = 0;
      for (int i = 0; i < count; i++) {
        error += Math.abs(scores[i] - lessons.get(i).quality()) / count;
        double ahead = i == 0 ? 0 : lessons.get(i).quality() - lessons.get(i - 1).quality();
        if (ahead != 0) {
          compared++;
          right += ahead > 0 == scores[i] > scores[i - 1] ? 1 : 0;
        }
      }
      numbers.put("error", error);
      if (compared > 0) {
        numbers.put("right", 100.0 * right / compared);
      }
    }
    return numbers;
  }

  @Override
  public Map<String, String> metadata() {
    int heads = ShapesSizes.AESTHETIC.heads();
    return new Heads(heads, heads).metadata();
  }
}
