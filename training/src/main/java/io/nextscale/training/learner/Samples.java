package io.nextscale.training.learner;

import io.nextscale.shapes.Grammar;
import io.nextscale.shapes.Prompt;
import io.nextscale.shapes.ShapesWorld;
import io.nextscale.shapes.Split;
import io.nextscale.shapes.Task;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import io.nextscale.training.settings.VarSettings.Sampling;
import io.nextscale.var.Condition;
import io.nextscale.var.Generation;
import io.nextscale.var.Generator;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * What is made to see how far a transformer is: always the same conditions with the same seeds.
 *
 * @param condition of each picture
 * @param prompts what each is to show; none where nothing can judge it
 */
record Samples(Condition condition, List<Prompt> prompts) {

  private static final int AT_ONCE = 12;

  /** Validation captions of the shapes world, task by task. */
  static Samples ofShapes(int count, Conditions conditions) {
    ShapesWorld world = new ShapesWorld(0);
    List<String> captions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Task task = Task.values()[i * Task.values().length / count];
      captions.add(world.example(task, Split.VALIDATION, i).caption());
    }
    List<Prompt> prompts = captions.stream().map(Grammar::parse).toList();
    return new Samples(conditions.of(captions), prompts);
  }

  /** Some captions, at least one, again and again. */
  static Samples of(int count, Conditions conditions, List<String> from) {
    List<String> captions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      captions.add(from.get(i % from.size()));
    }
    return new Samples(conditions.of(captions), List.of());
  }

  /** Each class in turn. */
  static Samples ofClasses(int count, int classes) {
    return new Samples(
        Condition.classes(IntStream.range(0, count).map(i -> i % classes).toArray()), List.of());
  }

  /** Makes pictures (B,h,w,3) in [0, 1], one for each row of a condition and each seed. */
  @FunctionalInterface
  interface Maker {
    Tensor make(Condition condition, List<Long> seeds);
  }

  /** The pictures (N,h,w,3) in [-1, 1], of seeds 0, 1, …. */
  Tensor make(Generator generator, Sampling how) {
    return make((rows, seeds) -> {
      Generation request =
          new Generation(
              rows, seeds, how.guidance(), how.topK(), how.topP(), false, Generation.ALL, null);
      return generator.generate(request).images();
    });
  }

  /** The same, made in any way. */
  Tensor make(Maker maker) {
    int count = condition.rows();
    Tensor[] parts = new Tensor[(count + AT_ONCE - 1) / AT_ONCE];
    for (int p = 0; p < parts.length; p++) {
      int begin = p * AT_ONCE;
      int end = Math.min(count, begin + AT_ONCE);
      Condition rows = condition.select(IntStream.range(begin, end).toArray());
      List<Long> seeds = LongStream.range(begin, end).boxed().toList();
      parts[p] = Workspace.scope(() -> maker.make(rows, seeds).times(2f).minus(1f));
    }
    return Tensor.concat(0, parts);
  }
}
