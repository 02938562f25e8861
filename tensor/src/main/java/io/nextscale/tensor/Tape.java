package io.nextscale.tensor;

import io.nextscale.tensor.op.Op;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The operations that lead from watched tensors to a loss, in the order they ran, which is a
 * topological order. Operations on unwatched tensors leave no trace.
 */
final class Tape implements Recording {

  /** One step back: given the gradient of its result, adds those of its operands. */
  private interface Node {
    long output();

    /** What is held until the way back. */
    Tensor[] kept();

    void backward(Tensor dy, Tape tape, Map<Long, Tensor> gradients);
  }

  /**
   * A recorded operation; operands and result hold values only where {@link Op#saves} asks for
   * them.
   */
  private record Step(Op op, long[] inputs, Tensor[] in, long output, Tensor y) implements Node {
    @Override
    public Tensor[] kept() {
      Tensor[] kept = Arrays.copyOf(in, in.length + 1);
      kept[in.length] = y;
      return kept;
    }

    @Override
    public void backward(Tensor dy, Tape tape, Map<Long, Tensor> gradients) {
      boolean[] wanted = new boolean[in.length];
      for (int i = 0; i < in.length; i++) {
        wanted[i] = tape.tracked.contains(inputs[i]);
      }
      @Nullable Tensor[] dx = op.backward(wanted, dy, y, in);
      for (int i = 0; i < dx.length; i++) {
        Tensor d = dx[i];
        if (d != null && wanted[i]) {
          gradients.merge(inputs[i], d.sumTo(in[i].shape()), Tensor::plus);
        }
      }
    }
  }

  /** A block whose inner results are computed again on the way back. */
  private record Checkpoint(Supplier<Tensor> block, Tensor[] inputs, long output) implements Node {
    @Override
    public Tensor[] kept() {
      return inputs;
    }

    @Override
    public void backward(Tensor dy, Tape tape, Map<Long, Tensor> gradients) {
      Tape inner = new Tape(inputs);
      Tensor y = Recording.during(inner, block);
      inner.backward(y, dy).forEach((id, d) -> gradients.merge(id, d, Tensor::plus));
    }
  }

  private final List<Node> nodes = new ArrayList<>();
  private final Set<Long> tracked = new HashSet<>();
  private final @Nullable MemoryMeter meter = MemoryMeter.current();

  Tape(Tensor... watched) {
    for (Tensor tensor : watched) {
      tracked.add(tensor.id());
    }
  }

  @Override
  public void onParameter(Tensor value) {
    tracked.add(value.id());
    if (meter != null) {
      meter.resident(value);
    }
  }

  @Override
  public void onApply(Op op, Tensor[] in, Tensor out) {
    boolean reached = false;
    for (Tensor tensor : in) {
      reached |= tracked.contains(tensor.id());
    }
    if (!reached
        || out.dtype() == DType.I32
        || op instanceof io.nextscale.tensor.op.Layout.StopGradient) {
      return;
    }
    boolean keepsInputs = op.saves() == Op.Saved.INPUTS || op.saves() == Op.Saved.BOTH;
    boolean keepsOutput = op.saves() == Op.Saved.OUTPUT || op.saves() == Op.Saved.BOTH;
    long[] ids = new long[in.length];
    Tensor[] kept = new Tensor[in.length];
    for (int i = 0; i < in.length; i++) {
      ids[i] = in[i].id();
      kept[i] = keepsInputs ? in[i] : in[i].shapeOnly();
    }
    tracked.add(out.id());
    add(new Step(op, ids, kept, out.id(), keepsOutput ? out : out.shapeOnly()));
    if (meter != null) {
      Tensor[] now = Arrays.copyOf(in, in.length + 1);
      now[in.length] = out;
      meter.sample(now);
    }
  }

  private void add(Node node) {
    nodes.add(node);
    if (meter != null) {
      meter.hold(node.kept());
    }
  }

  /** Adds a block that was run without recording. */
  void addCheckpoint(Supplier<Tensor> block, Tensor[] inputs, Tensor output) {
    tracked.add(output.id());
    add(new Checkpoint(block, inputs, output.id()));
  }

  /** Walks back from a result; what remains are the gradients of parameters and watched tensors. */
  Map<Long, Tensor> backward(Tensor y, Tensor dy) {
    Map<Long, Tensor> gradients = new HashMap<>();
    gradients.put(y.id(), dy);
    if (meter != null) {
      meter.beginWalk(gradients);
    }
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Node node = nodes.set(i, null); // what it kept is free as soon as it is used
      Tensor d = gradients.remove(node.output());
      if (d != null) {
        node.backward(d, this, gradients);
      }
      if (meter != null) {
        meter.sample(d == null ? new Tensor[0] : new Tensor[] {d});
        meter.release(node.kept());
      }
    }
    if (meter != null) {
      meter.endWalk();
    }
    return gradients;
  }
}
