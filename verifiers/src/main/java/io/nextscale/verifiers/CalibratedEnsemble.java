package io.nextscale.verifiers;

import io.nextscale.search.Verifier;
import io.nextscale.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Several verifiers on one scale: the mean of {@code (v_m − mean_m) / deviation_m}, with mean and
 * deviation of what verifier m said of reference pictures.
 *
 * <p>A score depends on the picture alone, not on the batch it came in, nor on what was scored
 * before it. So scores of all batches of a search compare, its best picture is the same for any
 * size of batches, and the same seed gives the same picture. Take as references pictures that the
 * model makes of the prompt without a search, a few dozen.
 *
 * @param members at least one; all count alike
 */
public record CalibratedEnsemble(List<Member> members) implements Verifier {

  /**
   * A verifier and its scale.
   *
   * @param verifier says something
   * @param mean of what it says of the reference pictures
   * @param deviation of that, positive
   */
  public record Member(Verifier verifier, double mean, double deviation) {

    /** Checks the scale. */
    public Member {
      if (!(deviation > 0) || !Double.isFinite(mean) || !Double.isFinite(deviation)) {
        throw new IllegalArgumentException(
            "ensemble: scores that differ between the reference pictures; got mean "
                + mean
                + " and deviation "
                + deviation
                + " — calibrate with more pictures, or leave this verifier out");
      }
    }
  }

  /** Copies the list. */
  public CalibratedEnsemble {
    members = List.copyOf(members);
    if (members.isEmpty()) {
      throw new IllegalArgumentException("ensemble: at least one verifier; got none");
    }
  }

  /**
   * Verifiers on the scale of reference pictures.
   *
   * @param references (B,h,w,3) in [0, 1], at least two
   * @throws IllegalArgumentException when a verifier says the same of all of them
   */
  public static CalibratedEnsemble of(List<Verifier> verifiers, Tensor references) {
    List<Member> members = new ArrayList<>();
    for (Verifier verifier : verifiers) {
      double[] scores = verifier.score(references);
      double mean = 0;
      for (double score : scores) {
        mean += score / scores.length;
      }
      double variance = 0;
      for (double score : scores) {
        variance += (score - mean) * (score - mean) / (scores.length - 1);
      }
      members.add(new Member(verifier, mean, Math.sqrt(variance)));
    }
    return new CalibratedEnsemble(members);
  }

  @Override
  public double[] score(Tensor images) {
    double[] means = new double[images.shape().dim(0)];
    for (Member member : members) {
      double[] scores = member.verifier().score(images);
      for (int i = 0; i < means.length; i++) {
        means[i] += (scores[i] - member.mean()) / member.deviation() / members.size();
      }
    }
    return means;
  }
}
