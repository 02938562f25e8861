package io.nextscale.training.inference;

import io.nextscale.shapes.Prompt;
import io.nextscale.shapes.ShapesWorld;
import io.nextscale.shapes.Split;
import io.nextscale.shapes.Task;
import java.util.ArrayList;
import java.util.List;

/**
 * A held-out caption.
 *
 * @param task of the six
 * @param index of its task's captions
 * @param text the words
 * @param prompt what they ask for
 */
record Caption(Task task, int index, String text, Prompt prompt) {

  private static final List<Task> TASKS = List.of(Task.values());

  /** Seeds of one caption, which those of the next must not reach. */
  private static final long APART = 1_000_000;

  /** Captions of all tasks in turn, so that a part of them is of all tasks too. */
  static List<Caption> of(long seed, Split split, int perTask) {
    ShapesWorld world = new ShapesWorld(seed);
    List<Caption> captions = new ArrayList<>();
    for (int i = 0; i < perTask; i++) {
      for (Task task : TASKS) {
        var example = world.example(task, split, i);
        captions.add(new Caption(task, i, example.caption(), example.prompt()));
      }
    }
    return captions;
  }

  /** Its number: the same however many captions there are. */
  int number() {
    return index * TASKS.size() + TASKS.indexOf(task);
  }

  /** The caption's task, of a number. */
  static Task task(int number) {
    return TASKS.get(number % TASKS.size());
  }

  /** The seed of its first candidate. */
  long firstSeed(long seed) {
    return seed + APART * (number() + 1);
  }
}
