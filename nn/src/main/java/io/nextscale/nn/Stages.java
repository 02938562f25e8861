package io.nextscale.nn;

import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import java.util.ArrayList;
import java.util.List;

/**
 * Layers in a row, each with its official name.
 *
 * <p>Every stage runs in a {@link Workspace#scope scope} that also holds what it reads, so that
 * memory at any time is that of one stage: its input, its own intermediate results, its output.
 */
public final class Stages {

  private record Stage(String name, Layer layer) {}

  private final List<Stage> stages = new ArrayList<>();

  /** Adds a stage at the end. */
  public void add(String name, Layer layer) {
    stages.add(new Stage(name, layer));
  }

  /** The result of the last stage; the observer sees that of every stage. */
  public Tensor run(Tensor x, Observer observer) {
    return run(stages.size(), x, observer);
  }

  /** The result after the first {@code count} stages. */
  private Tensor run(int count, Tensor x, Observer observer) {
    if (count == 0) {
      return x;
    }
    Stage stage = stages.get(count - 1);
    return Workspace.scope(() -> {
      Tensor y = stage.layer().forward(run(count - 1, x, observer));
      observer.observe(stage.name(), y);
      return y;
    });
  }
}
