package io.nextscale.vqvae.training;

import io.nextscale.nn.AdamW;
import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.GradientClip;
import io.nextscale.nn.GradientSum;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Tensor;
import io.nextscale.vqvae.training.TokenizerTraining.Adversary;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/** The discriminator in training, with its optimiser. */
final class Opponent {

  private static final double EPS = 1e-8;

  /** Keeps a vanishing gradient of the adversary from being multiplied without bound. */
  private static final double SMALLEST_NORM = 1e-4;

  private static final double LEAST_BALANCE = 0.015;
  private static final double LARGEST_BALANCE = 1e4;

  /** What a batch of judging did. */
  record Lesson(double loss, double real, double made, double gradientNorm) {}

  private final Adversary settings;
  private final TokenizerTraining training;
  private final PatchDiscriminator discriminator;
  private final Parameters parameters;
  private final AdamW optimizer;
  private final GradientSum gradients;

  Opponent(Adversary settings, TokenizerTraining training) {
    this.settings = settings;
    this.training = training;
    this.discriminator =
        PatchDiscriminator.initial(
            settings.channels(),
            settings.layers(),
            RandomStream.of(training.seed()).split("discriminator"));
    this.parameters = Parameters.of(discriminator);
    SequencedMap<String, Parameter> trained = parameters.trained();
    SequencedMap<String, Parameter> decayed = new LinkedHashMap<>(trained);
    decayed.values().removeIf(parameter -> parameter.shape().rank() == 1);
    this.optimizer = new AdamW(decayed.values(), training.beta1(), training.beta2(), EPS);
    this.gradients = new GradientSum(trained);
  }

  /** How much the adversary counts in an iteration, before balancing: 0 before its start. */
  double weight(int iteration) {
    int passed = iteration - settings.start() + 1;
    double share = settings.warmUp() == 0 ? 1 : Math.min(1, (double) passed / settings.warmUp());
    return passed <= 0 ? 0 : share * settings.weight();
  }

  /**
   * What the maker of images pays, a scalar.
   *
   * @param draws of the augmentation
   */
  Tensor judge(Tensor made, RandomStream draws) {
    return PatchDiscriminator.hingeOfMaker(seen(made, draws));
  }

  /**
   * How much larger the gradient of the other losses is than the adversary's, {@code clamp(‖∇rec‖ /
   * (‖∇adv‖ + 1e-4), 0.015, 1e4)}; 1 when the weight is not adaptive.
   *
   * <p>Source: Esser, Rombach and Ommer 2021, equation 7; the bounds are those of FoundationVision/
   * vaex trainer.py @c08db77.
   *
   * @param reconstruction gradient of the weighted reconstruction loss by the decoder's last weight
   * @param adversarial the same of {@link #judge}
   */
  double balance(Tensor reconstruction, Tensor adversarial) {
    return settings.adaptive() ? ratio(reconstruction, adversarial) : 1;
  }

  static double ratio(Tensor reconstruction, Tensor adversarial) {
    double ratio = norm(reconstruction) / (norm(adversarial) + SMALLEST_NORM);
    return Math.clamp(ratio, LEAST_BALANCE, LARGEST_BALANCE);
  }

  private static double norm(Tensor gradient) {
    double sum = 0;
    for (float value : gradient.toArray()) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum);
  }

  /**
   * Learns to tell real images from made ones; the maker gets no gradient.
   *
   * @param iteration at or after the start
   */
  Lesson learn(int iteration, Tensor real, Tensor made, RandomStream draws) {
    Tensor fixed = made.stopGradient();
    Tensor[] logits = new Tensor[2];
    Gradients lesson =
        Gradients.of(() -> {
          logits[0] = seen(real, draws.split("seen"));
          logits[1] = seen(fixed, draws.split("seen"));
          Tensor loss = PatchDiscriminator.hinge(logits[0], logits[1]);
          if (settings.consistency() > 0) {
            loss = loss.plus(inconsistency(logits, real, fixed, draws.split("seen again")));
          }
          return loss.times(1f / training.accumulation());
        });
    gradients.add(lesson);
    double norm = Double.NaN;
    if ((iteration + 1) % training.accumulation() == 0) {
      GradientClip clip = GradientClip.byNorm(gradients.take(), training.clip());
      int own = iteration - settings.start();
      optimizer.step(
          clip.gradients(),
          settings.schedule().learningRate(own),
          settings.schedule().weightDecay(own));
      norm = clip.norm();
    }
    return new Lesson(
        (double) lesson.loss().item() * training.accumulation(),
        logits[0].mean().item(),
        logits[1].mean().item(),
        norm);
  }

  /** The logits of changed images. */
  private Tensor seen(Tensor images, RandomStream draws) {
    return discriminator.forward(settings.augment().apply(images, draws));
  }

  /** How far opinions change with another augmentation, times its weight. */
  private Tensor inconsistency(Tensor[] logits, Tensor real, Tensor made, RandomStream draws) {
    Tensor ofReal = seen(real, draws).meanSquaredError(logits[0]);
    Tensor ofMade = seen(made, draws).meanSquaredError(logits[1]);
    return ofReal.plus(ofMade).times((float) settings.consistency() / 2);
  }

  /** Everything the next lesson depends on. */
  SequencedMap<String, Tensor> state() {
    SequencedMap<String, Tensor> state = new LinkedHashMap<>();
    parameters.members().forEach(member -> state.put("weights." + member.name(), member.value()));
    optimizer
        .state(parameters.trained())
        .forEach((name, value) -> state.put("optimizer." + name, value));
    gradients.state().forEach((name, value) -> state.put("accumulated." + name, value));
    return state;
  }

  /** Goes on from a {@link #state}. */
  void restore(Checkpoint from) throws IOException {
    parameters.load(from.under("weights."), Loading.forTraining());
    optimizer.restore(parameters.trained(), from.under("optimizer."));
    gradients.restore(from.under("accumulated."));
  }
}
