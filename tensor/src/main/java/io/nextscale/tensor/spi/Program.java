package io.nextscale.tensor.spi;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.op.Op;
import java.util.List;

/**
 * A straight line of operations, traced once so that a backend can compile it as a whole.
 *
 * <p>Values are numbered: first the inputs, then the constants (tensors the body read that were
 * made outside: weights), then one value per step.
 *
 * @param inputs what is given at every run
 * @param constants tensors that stay the same for all runs
 * @param steps the operations in order
 * @param result the number of the value that is returned
 * @see io.nextscale.tensor.Tracer
 */
public record Program(List<Slot> inputs, List<Tensor> constants, List<Step> steps, int result) {

  /** The extents and type of a value. */
  public record Slot(Shape shape, DType type) {}

  /**
   * One operation.
   *
   * @param op what is computed
   * @param operands numbers of the values it reads
   * @param slot what it makes
   */
  public record Step(Op op, List<Integer> operands, Slot slot) {}

  /** A defensive copy. */
  public Program {
    inputs = List.copyOf(inputs);
    constants = List.copyOf(constants);
    steps = List.copyOf(steps);
  }

  /** Runs the steps one by one on a backend. */
  public Executable interpreter(Backend backend) {
    List<Tensor> placed = constants.stream().map(c -> c.to(backend)).toList();
    return given -> {
      check(given);
      Tensor[] values = new Tensor[inputs.size() + constants.size() + steps.size()];
      int next = 0;
      for (Tensor input : given) {
        values[next++] = input;
      }
      for (Tensor constant : placed) {
        values[next++] = constant;
      }
      for (Step step : steps) {
        Tensor[] in = step.operands().stream().map(i -> values[i]).toArray(Tensor[]::new);
        values[next++] = Tensor.apply(step.op(), in);
      }
      return values[result];
    };
  }

  /**
   * Checks the inputs of a run.
   *
   * @throws ShapeException when their number, shapes or types differ from the traced ones
   */
  public void check(List<Tensor> given) {
    boolean fits = given.size() == inputs.size();
    for (int i = 0; fits && i < given.size(); i++) {
      fits =
          given.get(i).shape().equals(inputs.get(i).shape())
              && given.get(i).dtype() == inputs.get(i).type();
    }
    if (!fits) {
      throw new ShapeException(
          "program: inputs " + inputs + "; got " + given + " — trace it again");
    }
  }
}
