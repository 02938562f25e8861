package io.nextscale.tensor;

import io.nextscale.tensor.op.Op;
import io.nextscale.tensor.spi.Program;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Turns a computation into a {@link Program} by running it once and noting what it does. */
public final class Tracer implements Recording {

  private final Map<Long, Integer> numbers = new HashMap<>();
  private final List<Tensor> constants = new ArrayList<>();
  private final List<RawStep> steps = new ArrayList<>();
  private final List<Tensor> inputs;

  /** A step whose operands are still named by tensor ids. */
  private record RawStep(Op op, long[] operands, Tensor out) {}

  private Tracer(List<Tensor> inputs) {
    this.inputs = inputs;
  }

  /**
   * Traces a body.
   *
   * @param inputs tensors the body reads that change from run to run
   * @param body computes its result from the inputs and from constants, by tensor methods only
   */
  public static Program trace(List<Tensor> inputs, Supplier<Tensor> body) {
    Tracer tracer = new Tracer(List.copyOf(inputs));
    Tensor result = Recording.during(tracer, body);
    return tracer.program(result);
  }

  @Override
  public void onApply(Op op, Tensor[] in, Tensor out) {
    long[] operands = new long[in.length];
    for (int i = 0; i < in.length; i++) {
      operands[i] = in[i].id();
    }
    for (Tensor tensor : in) {
      if (!isKnown(tensor)) {
        numbers.put(tensor.id(), -1);
        constants.add(tensor);
      }
    }
    steps.add(new RawStep(op, operands, out));
    numbers.put(out.id(), -1);
  }

  private boolean isKnown(Tensor tensor) {
    return numbers.containsKey(tensor.id())
        || inputs.stream().anyMatch(input -> input.id() == tensor.id());
  }

  private Program program(Tensor result) {
    int next = 0;
    for (Tensor input : inputs) {
      numbers.put(input.id(), next++);
    }
    for (Tensor constant : constants) {
      numbers.put(constant.id(), next++);
    }
    List<Program.Step> numbered = new ArrayList<>();
    for (RawStep step : steps) {
      List<Integer> operands = new ArrayList<>();
      for (long id : step.operands()) {
        operands.add(numbers.get(id));
      }
      Program.Slot slot = new Program.Slot(step.out().shape(), step.out().dtype());
      numbered.add(new Program.Step(step.op(), operands, slot));
      numbers.put(step.out().id(), next++);
    }
    Integer number = numbers.get(result.id());
    if (number == null || number < 0) {
      throw new ShapeException("trace: a result computed in the body; got " + result);
    }
    List<Program.Slot> slots =
        inputs.stream().map(i -> new Program.Slot(i.shape(), i.dtype())).toList();
    return new Program(slots, constants, numbered, number);
  }
}
