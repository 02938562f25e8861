package io.nextscale.training;

import io.nextscale.tensor.DType;

/**
 * How long a run is and what it leaves on the way. None of this changes what an iteration does, so
 * a run may be resumed with another plan.
 *
 * @param iterations of the whole run
 * @param checkpointEvery so many iterations; there is always one at the end
 * @param checkpoints how many to keep
 * @param evaluateEvery so many iterations, and at the end; 0 for never
 * @param picturesEvery so many iterations, and at the end; 0 for never
 * @param modelsEvery so many iterations, a model that stays; 0 for none but that at the end
 * @param exported the type of weights in exported models; everything else is F32
 */
public record Plan(
    int iterations,
    int checkpointEvery,
    int checkpoints,
    int evaluateEvery,
    int picturesEvery,
    int modelsEvery,
    DType exported) {

  /** Checks the ranges. */
  public Plan {
    if (iterations < 1
        || checkpointEvery < 1
        || checkpoints < 1
        || evaluateEvery < 0
        || picturesEvery < 0
        || modelsEvery < 0) {
      throw new IllegalArgumentException(
          "plan: at least one iteration, one checkpoint to keep, and one iteration between any two;"
              + " got "
              + iterations
              + " iterations, checkpoints every "
              + checkpointEvery
              + " keeping "
              + checkpoints
              + ", evaluation every "
              + evaluateEvery
              + ", pictures every "
              + picturesEvery
              + ", models every "
              + modelsEvery);
    }
  }

  /** Twenty checkpoints, evaluations and picture sheets over the run; two checkpoints are kept. */
  public static Plan of(int iterations) {
    int every = Math.max(1, iterations / 20);
    return new Plan(iterations, every, 2, every, every, 0, DType.F32);
  }

  /** The same with checkpoints at other times. */
  public Plan checkpoints(int every, int keep) {
    return new Plan(iterations, every, keep, evaluateEvery, picturesEvery, modelsEvery, exported);
  }

  /** The same with evaluations and pictures at other times; 0 for never. */
  public Plan showing(int evaluate, int pictures) {
    return new Plan(
        iterations, checkpointEvery, checkpoints, evaluate, pictures, modelsEvery, exported);
  }

  /** The same with models that stay, as they are after every so many iterations; 0 for none. */
  public Plan keepingModels(int every) {
    return new Plan(
        iterations, checkpointEvery, checkpoints, evaluateEvery, picturesEvery, every, exported);
  }

  /** The same with weights exported in another type. */
  public Plan exporting(DType type) {
    return new Plan(
        iterations, checkpointEvery, checkpoints, evaluateEvery, picturesEvery, modelsEvery, type);
  }

  /** Whether something that is due every so many iterations is due now. */
  boolean due(int every, int completed) {
    return every > 0 && (completed % every == 0 || completed == iterations);
  }
}
