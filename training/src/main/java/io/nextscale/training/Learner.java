package io.nextscale.training;

import io.nextscale.image.RgbImage;
import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.Tensor;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * Something that is trained, one iteration after the other.
 *
 * <p>What an iteration does is a function of the state and of the iteration's number: everything
 * random is drawn from {@code RandomStream.of(seed).split("purpose").split(iteration)}. Then {@link
 * #state} needs no generators, and a learner that was {@linkplain #restore restored} goes on bit
 * for bit like the one that was saved.
 *
 * <p>All methods are called from one thread.
 */
public interface Learner {

  /** The name of the number that {@link #step} always gives: what is minimised. */
  String LOSS = "loss";

  /**
   * Trains on the batch of one iteration.
   *
   * @param iteration 0, 1, 2, …; after {@link #restore}, from the iteration that was saved
   * @return numbers by name in the order to show them, {@value #LOSS} among them; a number that is
   *     not known in this iteration is left out
   */
  SequencedMap<String, Double> step(int iteration);

  /**
   * Measures on pictures that are not trained on; changes nothing.
   *
   * @param iteration the last that was trained
   * @return numbers by name in the order to show them; empty when there is nothing to measure
   */
  default SequencedMap<String, Double> evaluate(int iteration) {
    return Collections.unmodifiableSequencedMap(new LinkedHashMap<>());
  }

  /**
   * Pictures that show how far the training is, such as grids of samples; changes nothing.
   *
   * @param iteration the last that was trained
   * @return sheets by name, {@code samples} or {@code reconstructions}; names are parts of file
   *     names
   */
  default SequencedMap<String, RgbImage> pictures(int iteration) {
    return Collections.unmodifiableSequencedMap(new LinkedHashMap<>());
  }

  /**
   * Everything that later iterations depend on: weights, moments of the optimiser, averages,
   * counters. Tensors of the types F32 and I32 under names that stay the same. The values must not
   * change afterwards; a tensor never does.
   */
  SequencedMap<String, Tensor> state();

  /**
   * Goes back to a state.
   *
   * @param state what {@link #state} gave, from a file
   * @throws IOException when the file cannot be read or is not of this learner
   */
  void restore(Checkpoint state) throws IOException;

  /** The parameters of what is trained: names, extents and types of the exported file. */
  Parameters parameters();

  /** The values to export for {@link #parameters}: the weights, or averages of them. */
  default Checkpoint exported() {
    return parameters().checkpoint("the trained model");
  }

  /** The header of the exported file, such as the configuration to load it with. */
  default Map<String, String> metadata() {
    return Map.of();
  }

  /**
   * What a step needs of the heap, told before the first: {@link PeakMemory#forecast}. It may take
   * steps and leave the learner changed; the run {@linkplain #restore restores} it afterwards.
   */
  default Optional<PeakMemory> memory() {
    return Optional.empty();
  }

  /** How many pictures an iteration trains on, for the speed that is shown; 0 when unknown. */
  default int batch() {
    return 0;
  }
}
