package io.nextscale.training.inference;

import io.nextscale.search.Verifier;
import io.nextscale.tensor.Tensor;
import io.nextscale.verifiers.CalibratedEnsemble;
import io.nextscale.verifiers.PromptVerifier;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Who scores pictures of a caption in an experiment: a verifier, or several on one scale. */
@FunctionalInterface
public interface CaptionVerifier {

  /**
   * A verifier of pictures of a caption.
   *
   * @param references pictures that the model makes of the caption without a search, (B,h,w,3) in
   *     [0, 1], outside all budgets; asked for if scores are brought to a scale
   */
  Verifier of(String caption, Supplier<Tensor> references);

  /** One that needs no other pictures. */
  static CaptionVerifier of(PromptVerifier verifier) {
    return (caption, _) -> verifier.of(caption);
  }

  /**
   * The mean of several, each on the scale of the reference pictures. One that says the same of all
   * of these has no scale and stays out; where that is so for all, the first alone decides.
   *
   * @param members at least one
   * @see CalibratedEnsemble
   */
  static CaptionVerifier mean(List<PromptVerifier> members) {
    return (caption, references) -> {
      List<CalibratedEnsemble.Member> scaled = new ArrayList<>();
      for (PromptVerifier member : members) {
        Verifier verifier = member.of(caption);
        try {
          scaled.addAll(CalibratedEnsemble.of(List.of(verifier), references.get()).members());
        } catch (IllegalArgumentException e) { // it says the same of all
          continue;
        }
      }
      return scaled.isEmpty() ? members.getFirst().of(caption) : new CalibratedEnsemble(scaled);
    };
  }
}
