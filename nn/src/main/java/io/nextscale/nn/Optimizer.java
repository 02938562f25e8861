package io.nextscale.nn;

import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Tensor;
import java.io.IOException;
import java.util.Map;
import java.util.SequencedMap;

/** Moves parameters against their gradients, and remembers what it needs to do so well. */
public sealed interface Optimizer permits AdamW, Muon {

  /** Which one. */
  enum Kind {
    /** {@link AdamW} for all parameters: that of the published models. */
    ADAMW,
    /** {@link Muon} for hidden matrices, {@link AdamW} for the others. */
    MUON;

    /** The momentum of {@link Muon}, as its author gives it. */
    private static final double MOMENTUM = 0.95;

    /**
     * The one of a name.
     *
     * @throws IllegalArgumentException for any other
     */
    public static Kind of(String name) {
      return switch (name) {
        case "adamw" -> ADAMW;
        case "muon" -> MUON;
        default -> throw new IllegalArgumentException("--optimizer: adamw or muon; got " + name);
      };
    }

    /**
     * An optimiser of this kind that has made no step.
     *
     * @param matrices hidden matrices
     * @param decayed parameters that weight decay applies to
     * @param adam for those that {@link Muon} leaves alone
     */
    public Optimizer over(Iterable<Parameter> matrices, Iterable<Parameter> decayed, AdamW adam) {
      return this == ADAMW ? adam : new Muon(matrices, decayed, MOMENTUM, adam);
    }
  }

  /**
   * One step for every parameter that has a gradient; any other stays as it is, decay included.
   *
   * @param gradients of the shapes of their parameters
   * @param learningRate η
   * @param weightDecay λ, for those parameters that decay
   */
  void step(Map<Parameter, Tensor> gradients, double learningRate, double weightDecay);

  /**
   * Everything that it remembers, for a checkpoint.
   *
   * @param named all parameters that have made a step, in an order that stays
   */
  SequencedMap<String, Tensor> state(SequencedMap<String, Parameter> named);

  /**
   * Goes back to what {@link #state} gave for the same parameters.
   *
   * @throws io.nextscale.tensor.io.FileFormatException when the checkpoint is that of other
   *     parameters or of another optimiser
   */
  void restore(SequencedMap<String, Parameter> named, Checkpoint from) throws IOException;
}
