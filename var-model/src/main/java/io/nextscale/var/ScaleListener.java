package io.nextscale.var;

/** Is told when a scale is done. */
@FunctionalInterface
public interface ScaleListener {

  /** Lets everything pass. */
  ScaleListener NONE = progress -> true;

  /**
   * A scale is done.
   *
   * @return whether to go on; false cancels the generation
   */
  boolean after(Progress progress);
}
