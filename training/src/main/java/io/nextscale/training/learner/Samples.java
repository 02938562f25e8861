package io.nextscale.training.learner;

import io.nextscale.data.TokenBatch;
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

  /** The captions of some pictures, again and again. */
  static Samples of(int count, Conditions conditions, List<TokenBatch> from) {
    List<String> all = from.stream().flatMap(batch -> batch.captions().stream()).toList();
    List<String> captions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      captions.add(all.get(i % all.size()));
    }
    return new Samples(conditions.of(captions), List.of());
  }

  /** Each class in turn. */
  static Samples ofClasses(int count, int classes) {
    return new Samples(
        Condition.classes(IntStream.range(0, count).map(i -> i % classes).toArray()), List.of());
  }

  /** The pictures (N,h,w,3) in [-1, 1], of seeds 0, 1, …. */
  Tensor make(Generator generator, Sampling how) {
    int count = condition.rows();
    Tensor[] parts = new Tensor[(count + AT_ONCE - 1) / AT_ONCE];
    for (int p = 0; p < parts.length; p++) {
      int begin = p * AT_ONCE;
      int end = Math.min(count, begin + AT_ONCE);
      Generation request =
          new Generation(
              condition.select(IntStream.range(begin, end).toArray()),
              LongStream.range(begin, end).boxed().toList(),
              how.guidance(),
              how.topK(),
              how.topP(),
              false,
              Generation.ALL,
              null);
      parts[p] = Workspace.scope(() -> generator.generate(request).images().times(2f).minus(1f));
    }
    return Tensor.concat(0, parts);
  }
}
