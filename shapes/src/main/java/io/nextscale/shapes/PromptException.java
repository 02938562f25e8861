package io.nextscale.shapes;

/** Words that the grammar does not cover: says which, and what could be asked instead. */
public final class PromptException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  PromptException(String expected, String got, String hint) {
    super("prompt: " + expected + "; got " + got + " — " + hint);
  }
}
