package io.nextscale.training.experiment;

import io.nextscale.var.VarTrainer.Evaluation;

/** What is measured on held-out pictures; in the order of the panels of the paper's figure. */
public enum Quantity {
  /** Cross-entropy of the tokens of the last scale. */
  L_TAIL("L_tail", "loss, last scale"),
  /** Cross-entropy of all tokens. */
  L_MEAN("L_mean", "loss, all scales"),
  /** The part of the tokens of the last scale whose largest logit is wrong. */
  ERR_TAIL("Err_tail", "token error rate, last scale"),
  /** The part of all tokens whose largest logit is wrong. */
  ERR_MEAN("Err_mean", "token error rate, all scales");

  private final String symbol;
  private final String description;

  Quantity(String symbol, String description) {
    this.symbol = symbol;
    this.description = description;
  }

  /** Its name in files. */
  public String symbol() {
    return symbol;
  }

  /** Its name for people. */
  public String description() {
    return description;
  }

  double of(Evaluation evaluation) {
    return switch (this) {
      case L_TAIL -> evaluation.lossTail();
      case L_MEAN -> evaluation.lossMean();
      case ERR_TAIL -> 1 - evaluation.accuracyTail() / 100;
      case ERR_MEAN -> 1 - evaluation.accuracyMean() / 100;
    };
  }
}
