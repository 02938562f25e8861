package io.nextscale.search;

/** What of a candidate is shown to the verifier. */
public enum Look {
  /** The picture that the candidate becomes when its remaining steps are drawn from its seed. */
  ROLL_OUT("roll-outs"),
  /** What is decided so far: no steps are spent on candidates that do not survive. */
  PARTIAL("partial pictures");

  private final String words;

  Look(String words) {
    this.words = words;
  }

  /** A few words. */
  public String words() {
    return words;
  }
}
