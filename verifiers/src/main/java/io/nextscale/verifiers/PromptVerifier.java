package io.nextscale.verifiers;

import io.nextscale.search.Verifier;

/** Verifiers that need to know what was asked for. */
@FunctionalInterface
public interface PromptVerifier {

  /**
   * A verifier of pictures for a prompt; what can be computed of the prompt alone is computed once.
   *
   * @throws IllegalArgumentException when the prompt cannot be read
   */
  Verifier of(String prompt);

  /** One that looks at pictures alone. */
  static PromptVerifier any(Verifier verifier) {
    return prompt -> verifier;
  }
}
