package io.nextscale.shapes;

import org.jspecify.annotations.Nullable;

/**
 * Things that a prompt asks for together: exactly so many, all of them as described.
 *
 * @param count 1 to {@link Scene#MOST}
 * @param size null: any
 * @param colour null: any
 * @param form their outline
 */
public record Group(int count, @Nullable Size size, @Nullable Colour colour, Form form) {

  /** Whether one thing fits the description. */
  public boolean describes(Form itsForm, Colour itsColour, Size itsSize) {
    return form == itsForm
        && (colour == null || colour == itsColour)
        && (size == null || size == itsSize);
  }
}
