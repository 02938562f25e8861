package io.nextscale.search;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A search for the best picture that a model can make within a budget.
 *
 * <pre>{@code
 * Stepwise<Branch> model = new VarStepwise(new Branching(generator, settings), condition);
 * Found<Branch> found =
 *     new Search<>(model, verifier).budget(Budget.parse("nfe=1365")).seed(7).run(new Beam(3, 5));
 * Tensor picture = found.image();
 * }</pre>
 *
 * <p>Candidate i of a search draws from seed {@code first + i}, at the step where it branches off
 * and in its roll-out. The same seed, strategy and budget give the same picture, whatever the size
 * of batches; only a budget of seconds depends on the machine.
 */
public final class Search<S> {

  private final Stepwise<S> model;
  private final Verifier verifier;
  private final @Nullable LatentVerifier latent;
  private final Budget budget;
  private final long seed;
  private final int atOnce;
  private final double enough;
  private final BooleanSupplier cancelled;

  /** A search without limits, from seed 0, of at most 16 pictures at once. */
  public Search(Stepwise<S> model, Verifier verifier) {
    this(model, verifier, null, Budget.UNLIMITED, 0, 16, Double.POSITIVE_INFINITY, () -> false);
  }

  private Search(
      Stepwise<S> model,
      Verifier verifier,
      @Nullable LatentVerifier latent,
      Budget budget,
      long seed,
      int atOnce,
      double enough,
      BooleanSupplier cancelled) {
    if (atOnce < 1) {
      throw new IllegalArgumentException("search: at least 1 picture at once; got " + atOnce);
    }
    this.model = model;
    this.verifier = verifier;
    this.latent = latent;
    this.budget = budget;
    this.seed = seed;
    this.atOnce = atOnce;
    this.enough = enough;
    this.cancelled = cancelled;
  }

  /** The same with another judge of partial pictures, which are then not decoded. */
  public Search<S> peekingWith(LatentVerifier other) {
    return new Search<>(model, verifier, other, budget, seed, atOnce, enough, cancelled);
  }

  /** The same within a budget. */
  public Search<S> budget(Budget other) {
    return new Search<>(model, verifier, latent, other, seed, atOnce, enough, cancelled);
  }

  /** The same from another seed, that of the first candidate. */
  public Search<S> seed(long other) {
    return new Search<>(model, verifier, latent, budget, other, atOnce, enough, cancelled);
  }

  /** The same with at most so many pictures computed together. */
  public Search<S> atOnce(int other) {
    return new Search<>(model, verifier, latent, budget, seed, other, enough, cancelled);
  }

  /** The same, ending with the first picture of a score that is enough. */
  public Search<S> enough(double score) {
    return new Search<>(model, verifier, latent, budget, seed, atOnce, score, cancelled);
  }

  /** The same, asking between batches whether to stop; the best picture so far is then found. */
  public Search<S> cancelledBy(BooleanSupplier other) {
    return new Search<>(model, verifier, latent, budget, seed, atOnce, enough, other);
  }

  /**
   * Searches.
   *
   * @throws IllegalArgumentException when the budget is not enough for one picture
   */
  public Found<S> run(Strategy strategy) {
    Run<S> run = new Run<>(model, verifier, latent, budget, seed, atOnce, enough, cancelled);
    strategy.search(run);
    return run.found();
  }
}
