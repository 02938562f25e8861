package io.nextscale.verifiers;

import io.nextscale.search.Verifier;
import io.nextscale.tensor.Tensor;
import java.util.List;

/**
 * Several verifiers, of which each ranks the pictures of a batch: the score of a picture is the
 * mean over the verifiers of the share of the batch that it beats, ties half, 0 to 1.
 *
 * <pre>{@code
 * s_i = 1/M Σ_m (#{j: v_m(j) < v_m(i)} + ½ #{j ≠ i: v_m(j) = v_m(i)}) / (B − 1)
 * }</pre>
 *
 * <p>Scores are comparable within one call only. A search that scores its candidates in several
 * batches, or goes on from the best picture of earlier ones, needs {@link CalibratedEnsemble},
 * which puts verifiers on one scale once and for all.
 *
 * @see <a href="https://arxiv.org/abs/2501.09732">Ma et al. 2025, section 3.1: verifier
 *     ensemble</a>
 * @param members at least one; all count alike
 */
public record RankEnsemble(List<Verifier> members) implements Verifier {

  /** Copies the list. */
  public RankEnsemble {
    members = List.copyOf(members);
    if (members.isEmpty()) {
      throw new IllegalArgumentException("rank ensemble: at least one verifier; got none");
    }
  }

  @Override
  public double[] score(Tensor images) {
    double[] sums = new double[images.shape().dim(0)];
    for (Verifier member : members) {
      double[] shares = beaten(member.score(images));
      for (int i = 0; i < sums.length; i++) {
        sums[i] += shares[i] / members.size();
      }
    }
    return sums;
  }

  /** The share of the other pictures that each one beats; one half where there are none. */
  static double[] beaten(double[] scores) {
    double[] shares = new double[scores.length];
    for (int i = 0; i < scores.length; i++) {
      double beaten = -0.5; // a picture ties with itself
      for (double other : scores) {
        beaten += other < scores[i] ? 1 : other == scores[i] ? 0.5 : 0;
      }
      shares[i] = scores.length == 1 ? 0.5 : beaten / (scores.length - 1);
    }
    return shares;
  }
}
