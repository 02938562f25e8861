package io.nextscale.training.learner;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.training.Learner;
import io.nextscale.training.PeakMemory;
import io.nextscale.training.settings.Settings;
import io.nextscale.training.settings.VerifierSettings;
import io.nextscale.verifiers.shapes.ShapesVerifiers;
import io.nextscale.vqvae.VqVae;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * Learns a verifier of the shapes world from its scenes, their flaws and damages.
 *
 * <p>Numbers of a step: {@code loss}, {@code rate}, {@code norm} of the gradients. Numbers of an
 * evaluation, on lessons of captions that are not trained on, in percent: for CLIP and ImageReward
 * {@code right} and {@code right.colour}, {@code right.places_exchanged}, …, of pairs of pictures
 * that one flaw tells apart those whose right one scores higher; for CLIP also {@code retrieval},
 * of captions those whose picture is nearest among many; for Aesthetic {@code right}, of pictures
 * of different grades, {@code correlation} with the grade, 0 to 1, and {@code error}, the mean
 * distance from it.
 */
public final class VerifierLearner implements Learner {

  /** Parameters with one of these in their name are matrices between hidden features. */
  private static final List<String> HIDDEN =
      List.of("attn.", "attention.", "mlp.c_", "mlp.fc", "dense.");

  private final VerifierSettings settings;
  private final VerifierSubject subject;
  private final Parameters learning;
  private final Steps steps;
  private Averages averages;

  /**
   * A learner at the beginning of its training.
   *
   * @param tokenizer that pictures of 64 pixels go through, so that they look like those that a
   *     model of its tokens makes; null: none
   * @throws IllegalArgumentException for a tokenizer of pictures of another size
   */
  public VerifierLearner(VerifierSettings settings, @Nullable VqVae tokenizer) {
    this.settings = settings;
    subject = VerifierSubject.of(settings, tokenizer);
    learning = Parameters.of(subject.learner());
    steps =
        new Steps(
            learning, settings.optimizer(), VerifierLearner::isHidden, VerifierLearner::decays);
    averages = new Averages(learning, settings.optimizer().ema());
  }

  /**
   * Begins with the weights of a file instead of drawn ones. Layers on the side, which no file of a
   * verifier holds, stay as they were drawn.
   *
   * @throws IOException when it is no verifier of this kind and these sizes, or cannot be read
   */
  public void begin(TensorFile file) throws IOException {
    parameters().load(Checkpoint.of(file), Loading.forTraining());
    averages = new Averages(learning, settings.optimizer().ema());
  }

  private static boolean isHidden(String name, Shape shape) {
    return shape.rank() == 2 && HIDDEN.stream().anyMatch(name::contains);
  }

  /** Not vectors, nor tables of embeddings. */
  private static boolean decays(String name, Shape shape) {
    return shape.rank() > 1 && !name.contains("_embed") && !name.endsWith("cls_token");
  }

  @Override
  public SequencedMap<String, Double> step(int iteration) {
    int batch = settings.optimizer().batch();
    Steps.Report report = steps.step(iteration, subject.loss((long) iteration * batch, batch));
    averages.update(report.norm());
    SequencedMap<String, Double> numbers = new LinkedHashMap<>();
    numbers.put(LOSS, report.loss());
    numbers.put("rate", report.rate());
    TokenizerLearner.putKnown(numbers, "norm", report.norm());
    return numbers;
  }

  @Override
  public SequencedMap<String, Double> evaluate(int iteration) {
    return averages.during(subject::measured);
  }

  @Override
  public SequencedMap<String, Tensor> state() {
    SequencedMap<String, Tensor> state = new LinkedHashMap<>();
    steps.addTo(state);
    averages.addTo(state);
    return state;
  }

  @Override
  public void restore(Checkpoint state) throws IOException {
    steps.restore(state);
    averages.restore(state);
  }

  @Override
  public Parameters parameters() {
    return Parameters.of(subject.verifier());
  }

  @Override
  public Checkpoint exported() {
    return averages.exported("the trained verifier");
  }

  @Override
  public Map<String, String> metadata() {
    Map<String, String> header = new LinkedHashMap<>(subject.metadata());
    header.put("format", "pt");
    header.put(ShapesVerifiers.KIND, settings.subject().kind());
    header.put("nextscale.settings", Settings.json(settings).write());
    return header;
  }

  @Override
  public Optional<PeakMemory> memory() {
    int last = settings.optimizer().lastComplete();
    if (last < 0) {
      return Optional.empty();
    }
    steps.step(last, subject.loss(0, 1)); // gradients of an earlier batch do not wait any more
    return Optional.of(
        PeakMemory.forecast(
            List.of(learning),
            List.of(),
            averages.kept(),
            settings.optimizer().accumulate(),
            settings.optimizer().batch(),
            count -> steps.step(last, subject.loss(0, count))));
  }

  @Override
  public int batch() {
    return settings.optimizer().batch();
  }
}
