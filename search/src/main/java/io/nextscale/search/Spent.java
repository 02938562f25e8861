package io.nextscale.search;

/**
 * What a search has cost.
 *
 * @param images complete pictures that were looked at
 * @param evaluations NFE: steps of single pictures, a forward pass each, as the paper counts them.
 *     Guidance does not count twice, and forks that share a forward pass count each
 * @param modelFlops floating-point operations of the steps; what forks share counts once
 * @param imageFlops floating-point operations of making pictures visible
 * @param decodes pictures that were made visible, complete or not
 * @param verified pictures that the verifier scored
 * @param seconds by the clock
 */
public record Spent(
    long images,
    long evaluations,
    double modelFlops,
    double imageFlops,
    long decodes,
    long verified,
    double seconds) {

  /** Nothing. */
  public static final Spent NOTHING = new Spent(0, 0, 0, 0, 0, 0, 0);

  /** All floating-point operations. */
  public double flops() {
    return modelFlops + imageFlops;
  }

  /** This so many times. */
  public Spent times(int count) {
    return new Spent(
        images * count,
        evaluations * count,
        modelFlops * count,
        imageFlops * count,
        decodes * count,
        verified * count,
        seconds * count);
  }

  /** This and more. */
  public Spent plus(Spent more) {
    return new Spent(
        images + more.images,
        evaluations + more.evaluations,
        modelFlops + more.modelFlops,
        imageFlops + more.imageFlops,
        decodes + more.decodes,
        verified + more.verified,
        seconds + more.seconds);
  }
}
