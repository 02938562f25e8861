package io.nextscale.shapes;

import java.util.Locale;

/** The six tasks of GenEval. */
public enum Task {
  /** "a circle". */
  SINGLE_OBJECT,
  /** "a circle and a square". */
  TWO_OBJECTS,
  /** "three circles". */
  COUNTING,
  /** "a red circle". */
  COLOURS,
  /** "a circle above a square", with or without colours. */
  POSITION,
  /** "a red circle and a blue square". */
  COLOUR_ATTRIBUTION;

  /** Whether all its captions name colours, so that {@link Split#COMPOSITION} has some. */
  public boolean namesColours() {
    return this != SINGLE_OBJECT && this != TWO_OBJECTS;
  }

  /** The name in words, for tables. */
  public String words() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
