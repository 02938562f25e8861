package io.nextscale.training.inference;

import io.nextscale.search.Spent;

/** What a search may be compared at. */
enum Cost {
  /** Steps of single pictures, as the paper counts. */
  NFE("NFE", "NFE") {
    @Override
    double of(Spent spent) {
      return spent.evaluations();
    }
  },
  /** Floating-point operations of model and decoder. */
  FLOPS("FLOPs", "floating-point operations") {
    @Override
    double of(Spent spent) {
      return spent.flops();
    }
  },
  /** By the clock. */
  SECONDS("seconds", "seconds") {
    @Override
    double of(Spent spent) {
      return spent.seconds();
    }
  };

  private final String word;
  private final String title;

  Cost(String word, String title) {
    this.word = word;
    this.title = title;
  }

  String word() {
    return word;
  }

  String title() {
    return title;
  }

  abstract double of(Spent spent);
}
