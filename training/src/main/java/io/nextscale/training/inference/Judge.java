package io.nextscale.training.inference;

import io.nextscale.search.Verifier;
import io.nextscale.tensor.Tensor;
import io.nextscale.verifiers.ShapesTruth;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Supplier;

/** All verifiers of one caption, with a watch for each, and the truth. */
final class Judge {

  /** A verifier that is timed. */
  static final class Timed implements Verifier {
    private final Verifier verifier;
    private long nanos;

    private Timed(Verifier verifier) {
      this.verifier = verifier;
    }

    @Override
    public double[] score(Tensor images) {
      long begin = System.nanoTime();
      double[] scores = verifier.score(images);
      nanos += System.nanoTime() - begin;
      return scores;
    }

    /** The time spent until now. */
    double seconds() {
      return nanos / 1e9;
    }
  }

  private final SequencedMap<String, Timed> verifiers = new LinkedHashMap<>();
  private final Verifier truth;

  /**
   * Those who judge pictures of a caption.
   *
   * @param references see {@link CaptionVerifier#of}
   */
  Judge(Caption caption, SequencedMap<String, CaptionVerifier> all, Supplier<Tensor> references) {
    all.forEach((name, verifier) ->
        verifiers.put(name, new Timed(verifier.of(caption.text(), references))));
    truth = ShapesTruth.of(caption.prompt());
  }

  /** The verifiers by name. */
  SequencedMap<String, Timed> verifiers() {
    return verifiers;
  }

  Timed named(String name) {
    Timed verifier = verifiers.get(name);
    if (verifier == null) {
      throw new IllegalArgumentException("inference scaling: no verifier " + name);
    }
    return verifier;
  }

  /** Whether each picture shows what was asked for, 1 or 0. */
  double[] truth(Tensor images) {
    return truth.score(images);
  }

  /** What all verifiers say of one picture. */
  Map<String, Double> scores(Tensor image) {
    Map<String, Double> scores = new LinkedHashMap<>();
    verifiers.forEach((name, verifier) -> scores.put(name, verifier.score(image)[0]));
    return scores;
  }
}
