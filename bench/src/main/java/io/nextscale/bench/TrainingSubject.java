package io.nextscale.bench;

import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.spi.Backend;
import java.util.List;

/** Steps of training. Each changes the parameters, so nothing of one is recycled. */
final class TrainingSubject extends TensorSubject {

  /** Losses that are compared: the second and third tell of gradients and optimiser too. */
  private static final int LOSSES = 3;

  private final float[] losses = new float[LOSSES];
  private int steps;

  TrainingSubject(Backend backend, TrainingBench bench) {
    super(backend, List.of(), bench::step);
  }

  @Override
  public void run() {
    Tensor loss = there(this::compute);
    if (steps < LOSSES) {
      losses[steps++] = loss.item();
    }
  }

  @Override
  public float[] result() {
    while (steps < LOSSES) {
      run();
    }
    return losses.clone();
  }
}
