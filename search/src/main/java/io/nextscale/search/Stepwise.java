package io.nextscale.search;

import io.nextscale.tensor.Tensor;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * A model that makes a picture in steps, each of which can go several ways.
 *
 * @param <S> a picture under way: immutable, so that a fork is one more reference to it
 */
public interface Stepwise<S> {

  /** K, the steps of a picture. */
  int steps();

  /** A picture of which nothing is decided. */
  S begin();

  /** How many steps of a picture are decided, 0 .. K. */
  int decided(S picture);

  /**
   * One more step of each picture. What becomes of a picture depends on itself and its seed only.
   *
   * @param pictures of the same number of decided steps, fewer than K; where one is there several
   *     times, what it needs for the step is computed once
   * @param seeds one for each
   */
  List<S> step(List<S> pictures, List<Long> seeds);

  /** What decided steps make of pictures, complete or not: (B,h,w,3) in [0, 1]. */
  Tensor images(List<S> pictures);

  /**
   * The same in the model's own space, such as the map (B,H,W,Cv) that a decoder reads; for models
   * that have none, the images.
   */
  default Tensor maps(List<S> pictures) {
    return images(pictures);
  }

  /**
   * Floating-point operations of a step, two per multiplication and addition.
   *
   * @param step 1 .. K
   * @param pictures that are different before it: forks of one picture count once
   */
  double stepFlops(int step, int pictures);

  /** Floating-point operations of the next step of pictures; what forks share counts once. */
  default double stepFlops(List<S> pictures) {
    Set<S> distinct = Collections.newSetFromMap(new IdentityHashMap<>());
    distinct.addAll(pictures);
    return stepFlops(decided(pictures.getFirst()) + 1, distinct.size());
  }

  /** Floating-point operations of making one picture visible. */
  double imageFlops();
}
