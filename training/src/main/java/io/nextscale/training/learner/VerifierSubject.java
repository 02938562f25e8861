package io.nextscale.training.learner;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Tensor;
import io.nextscale.training.settings.VerifierSettings;
import io.nextscale.verifiers.layer.VerifierInitialization;
import io.nextscale.vqvae.VqVae;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A verifier that is trained: its network, what it learns from, and how well it does. */
interface VerifierSubject {

  /** The network. */
  Record verifier();

  /** What is trained: the network, and layers that help it to learn. */
  default Record learner() {
    return verifier();
  }

  /**
   * The loss of the lessons {@code first .. first + count − 1}: they are made now, the computation
   * runs when asked for.
   */
  Supplier<Tensor> loss(long first, int count);

  /** How well held-out lessons are judged, by name; empty where there are none. */
  SequencedMap<String, Double> measured();

  /** What the file of the network says in its header, so that it is loaded without being told. */
  Map<String, String> metadata();

  /**
   * The one that settings ask for, at the beginning of its training.
   *
   * @param tokenizer that pictures go through; null: none
   */
  static VerifierSubject of(VerifierSettings settings, @Nullable VqVae tokenizer) {
    VerifierSubject subject =
        switch (settings.kind()) {
          case CLIP -> new ClipSubject(settings.subject(), tokenizer);
          case AESTHETIC -> new AestheticSubject(settings.subject(), tokenizer);
          case IMAGEREWARD -> new ImageRewardSubject(settings.subject(), tokenizer);
        };
    Parameters parameters = Parameters.of(subject.learner());
    RandomStream random =
        RandomStream.of(settings.optimizer().seed()).split(settings.subject().kind());
    Checkpoint initial = VerifierInitialization.of(parameters, random);
    try {
      parameters.load(initial, Loading.forTraining());
    } catch (IOException e) { // nothing is read from anywhere
      throw new UncheckedIOException(e);
    }
    return subject;
  }
}
