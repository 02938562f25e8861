package io.nextscale.verifiers;

/** Numbers of a text as a network reads them, with those that begin and end it. */
@FunctionalInterface
public interface TextNumbers {

  /**
   * The numbers of a text, at least one.
   *
   * @throws IllegalArgumentException when the text cannot be read
   */
  int[] of(String text);
}
