package io.nextscale.tensor;

import io.nextscale.tensor.op.Op;
import java.util.function.Supplier;

/**
 * Something that watches operations as they run: the tape of {@link Gradients}, or the tracer of a
 * {@link io.nextscale.tensor.spi.Program}. Bound to the calling thread for the duration of a
 * supplier.
 */
interface Recording {

  ScopedValue<Recording> CURRENT = ScopedValue.newInstance();

  /** Watches nothing: hides an outer recording. */
  Recording NONE = (op, in, out) -> {};

  /** An operation has run. */
  void onApply(Op op, Tensor[] in, Tensor out);

  /** The value of a parameter was asked for. */
  default void onParameter(Tensor value) {}

  /** Runs the body with this recording bound. */
  static Tensor during(Recording recording, Supplier<Tensor> body) {
    return ScopedValue.where(CURRENT, recording).call(body::get);
  }

  /** Whether something watches. */
  static boolean active() {
    return CURRENT.isBound() && CURRENT.get() != NONE;
  }

  /** Whether the calling thread records what derivatives read. */
  static boolean differentiates() {
    return CURRENT.isBound() && CURRENT.get() instanceof Tape;
  }

  static void announce(Op op, Tensor[] in, Tensor out) {
    if (CURRENT.isBound()) {
      CURRENT.get().onApply(op, in, out);
    }
  }

  static void announceParameter(Tensor value) {
    if (CURRENT.isBound()) {
      CURRENT.get().onParameter(value);
    }
  }
}
