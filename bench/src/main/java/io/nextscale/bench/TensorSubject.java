package io.nextscale.bench;

import io.nextscale.bench.compare.Subject;
import io.nextscale.tensor.Backends;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import io.nextscale.tensor.spi.Backend;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A computation of tensors on one backend, which is the standard one while it runs. */
class TensorSubject implements Subject {

  private final Backend backend;
  private final List<Tensor> inputs; // on the heap
  private final Supplier<Tensor> computation;
  private final Tensor nothing;
  private @Nullable Tensor latest;

  /**
   * A computation.
   *
   * @param inputs what would come from the heap at each call; the computation has its own already
   */
  TensorSubject(Backend backend, List<Tensor> inputs, Supplier<Tensor> computation) {
    this.backend = backend;
    this.inputs = inputs.stream().map(x -> x.to(Backends.cpu())).toList();
    this.computation = computation;
    nothing = Tensor.scalar(0);
  }

  final boolean isOnTheHeap() {
    return backend == Backends.cpu();
  }

  final Tensor compute() {
    return computation.get();
  }

  /** Does something with tensors that are made on this backend. */
  final <T> T there(Supplier<T> work) {
    Backend before = Backends.standard();
    Backends.setStandard(backend);
    try {
      T made = work.get();
      backend.synchronize();
      return made;
    } finally {
      Backends.setStandard(before);
    }
  }

  /** Computes; on the heap in recycled arrays, as they are when pictures are made. */
  @Override
  public void run() {
    if (isOnTheHeap()) {
      there(() ->
          Workspace.scope(() -> {
            compute();
            return nothing;
          }));
    } else {
      latest = there(this::compute);
    }
  }

  @Override
  public float[] result() {
    return there(this::compute).toArray();
  }

  @Override
  public @Nullable Transfer upload() {
    if (isOnTheHeap() || inputs.isEmpty()) {
      return null;
    }
    return new Transfer(
        inputs.stream().mapToLong(TensorSubject::bytes).sum(),
        () -> there(() -> inputs.stream().map(x -> x.to(backend)).toList()));
  }

  @Override
  public @Nullable Transfer download() {
    Tensor y = latest;
    return isOnTheHeap() || y == null ? null : new Transfer(bytes(y), y::toArray);
  }

  private static long bytes(Tensor x) {
    return (long) Float.BYTES * x.shape().size();
  }
}
