package io.nextscale.search;

/**
 * A model that makes pictures out of noise, such as diffusion: what it can do beside its steps.
 *
 * @param <S> a picture under way
 */
public interface Noisy<S> extends Stepwise<S> {

  /**
   * A picture of which nothing is decided, whose noise is near that which another picture began
   * with: of the same length, at an angle.
   *
   * @param picture one that has begun
   * @param cosine of the angle, −1 .. 1
   * @param seed of the direction
   */
  S near(S picture, double cosine, long seed);

  /**
   * A picture with noise added, so that its last steps are undecided again.
   *
   * @param steps how many, 1 .. decided
   * @param seed of the noise
   */
  S back(S picture, int steps, long seed);
}
