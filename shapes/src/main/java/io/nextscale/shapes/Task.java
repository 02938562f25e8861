package io.nextscale.shapes;

import java.util.Arrays;
import java.util.Locale;

/** The six tasks of GenEval. */
public enum Task {
  /** "a circle". */
  SINGLE_OBJECT(1),
  /** "a circle and a square". */
  TWO_OBJECTS(2),
  /** "three circles". */
  COUNTING(2),
  /** "a red circle". */
  COLOURS(1),
  /** "a circle above a square", with or without colours. */
  POSITION(4),
  /** "a red circle and a blue square". */
  COLOUR_ATTRIBUTION(2);

  /** The sum of all shares. */
  static final int SHARES = Arrays.stream(values()).mapToInt(Task::share).sum();

  private final int share;

  Task(int share) {
    this.share = share;
  }

  /**
   * How often it comes, beside the others, in a mixture of all. What has more to it comes more
   * often: relations most of all.
   */
  public int share() {
    return share;
  }

  /** The task of a number from 0 to {@link #SHARES} − 1. */
  static Task at(int number) {
    int rest = number;
    for (Task task : values()) {
      rest -= task.share;
      if (rest < 0) {
        return task;
      }
    }
    throw new IndexOutOfBoundsException("task: a number below " + SHARES + "; got " + number);
  }

  /** Whether all its captions name colours, so that {@link Split#COMPOSITION} has some. */
  public boolean namesColours() {
    return this != SINGLE_OBJECT && this != TWO_OBJECTS;
  }

  /** The name in words, for tables. */
  public String words() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** As {@link #words}: whoever reads a table can say what it says. */
  @Override
  public String toString() {
    return words();
  }
}
