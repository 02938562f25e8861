package io.nextscale.training.learner;

import io.nextscale.shapes.Checker;
import io.nextscale.shapes.Prompt;
import io.nextscale.shapes.Task;
import io.nextscale.tensor.Tensor;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** Counts how many pictures show what their captions ask for, over all and by task. */
final class ShapesJudge {

  private final Map<Task, int[]> counts = new EnumMap<>(Task.class);

  /**
   * Looks at pictures.
   *
   * @param images (B,64,64,3) in [-1, 1]
   * @param prompts what each is to show
   */
  void look(Tensor images, List<Prompt> prompts) {
    float[] values = images.toArray();
    int size = values.length / Math.max(1, prompts.size());
    for (int i = 0; i < prompts.size(); i++) {
      float[] picture = new float[size];
      for (int j = 0; j < size; j++) {
        picture[j] = Math.clamp((values[i * size + j] + 1) / 2, 0, 1);
      }
      Prompt prompt = prompts.get(i);
      int[] count = counts.computeIfAbsent(prompt.task(), _ -> new int[2]);
      count[0] += Checker.shows(picture, prompt) ? 1 : 0;
      count[1]++;
    }
  }

  /** The percentages: {@code right}, then {@code right.single_object} and the other tasks. */
  SequencedMap<String, Double> percentages() {
    SequencedMap<String, Double> percentages = new LinkedHashMap<>();
    int right = 0;
    int all = 0;
    for (int[] count : counts.values()) {
      right += count[0];
      all += count[1];
    }
    if (all > 0) {
      percentages.put("right", 100.0 * right / all);
      counts.forEach((task, count) ->
          percentages.put("right." + task.words().replace(' ', '_'), 100.0 * count[0] / count[1]));
    }
    return percentages;
  }
}
