package io.nextscale.shapes;

import org.jspecify.annotations.Nullable;

/**
 * What a caption asks for. The picture shows these things and no others.
 *
 * @param first the first group
 * @param relation where it lies, seen from the second; null when there is no second
 * @param second the second group, or null
 * @param tone how bright the ground is; null: any
 */
public record Prompt(
    Group first, @Nullable Relation relation, @Nullable Group second, @Nullable Tone tone) {

  /** Checks that it can be drawn. */
  public Prompt {
    if ((relation == null) != (second == null)) {
      throw new IllegalArgumentException(
          "prompt: a relation and a second group, or neither; got " + relation + ", " + second);
    }
    int things = first.count() + (second == null ? 0 : second.count());
    if (first.count() < 1 || (second != null && second.count() < 1) || things > Scene.MOST) {
      throw new IllegalArgumentException(
          "prompt: 1 to " + Scene.MOST + " things in all; got " + things);
    }
  }

  /** One group on any ground. */
  public static Prompt of(Group group) {
    return new Prompt(group, null, null, null);
  }

  /** The number of things in all. */
  public int things() {
    return first.count() + (second == null ? 0 : second.count());
  }

  /** The task this prompt belongs to: what it takes to draw it right. */
  public Task task() {
    Group other = second;
    if (other == null) {
      if (first.count() > 1) {
        return Task.COUNTING;
      }
      return first.colour() == null ? Task.SINGLE_OBJECT : Task.COLOURS;
    }
    if (relation != Relation.AND) {
      return Task.POSITION;
    }
    boolean coloured = first.colour() != null || other.colour() != null;
    return coloured ? Task.COLOUR_ATTRIBUTION : Task.TWO_OBJECTS;
  }
}
