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
  private final Terms terms;

  /** A search without limits, from seed 0, of at most 16 pictures at once. */
  public Search(Stepwise<S> model, Verifier verifier) {
    this(model, verifier, Terms.USUAL);
  }

  private Search(Stepwise<S> model, Verifier verifier, Terms terms) {
    this.model = model;
    this.verifier = verifier;
    this.terms = terms;
  }

  private Search<S> with(
      @Nullable LatentVerifier latent,
      Budget budget,
      long seed,
      int atOnce,
      double enough,
      BooleanSupplier cancelled,
      Watcher watcher) {
    return new Search<>(
        model, verifier, new Terms(latent, budget, seed, atOnce, enough, cancelled, watcher));
  }

  /** The same with another judge of partial pictures, which are then not decoded. */
  public Search<S> peekingWith(LatentVerifier other) {
    return with(
        other,
        terms.budget(),
        terms.seed(),
        terms.atOnce(),
        terms.enough(),
        terms.cancelled(),
        terms.watcher());
  }

  /** The same within a budget. */
  public Search<S> budget(Budget other) {
    return with(
        terms.latent(),
        other,
        terms.seed(),
        terms.atOnce(),
        terms.enough(),
        terms.cancelled(),
        terms.watcher());
  }

  /** The same from another seed, that of the first candidate. */
  public Search<S> seed(long other) {
    return with(
        terms.latent(),
        terms.budget(),
        other,
        terms.atOnce(),
        terms.enough(),
        terms.cancelled(),
        terms.watcher());
  }

  /** The same with at most so many pictures computed together. */
  public Search<S> atOnce(int other) {
    return with(
        terms.latent(),
        terms.budget(),
        terms.seed(),
        other,
        terms.enough(),
        terms.cancelled(),
        terms.watcher());
  }

  /** The same, ending with the first picture of a score that is enough. */
  public Search<S> enough(double score) {
    return with(
        terms.latent(),
        terms.budget(),
        terms.seed(),
        terms.atOnce(),
        score,
        terms.cancelled(),
        terms.watcher());
  }

  /** The same, asking between batches whether to stop; the best picture so far is then found. */
  public Search<S> cancelledBy(BooleanSupplier other) {
    return with(
        terms.latent(),
        terms.budget(),
        terms.seed(),
        terms.atOnce(),
        terms.enough(),
        other,
        terms.watcher());
  }

  /** The same, telling how it goes. */
  public Search<S> watchedBy(Watcher other) {
    return with(
        terms.latent(),
        terms.budget(),
        terms.seed(),
        terms.atOnce(),
        terms.enough(),
        terms.cancelled(),
        other);
  }

  /**
   * Searches.
   *
   * @throws IllegalArgumentException when the budget is not enough for one picture
   */
  public Found<S> run(Strategy strategy) {
    Run<S> run = new Run<>(model, verifier, terms);
    strategy.search(run);
    return run.found();
  }
}
