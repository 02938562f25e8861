package io.nextscale.search;

/** Decides which ways are tried, and where to go on from. */
public interface Strategy {

  /** Searches until it is done, or {@link Run#room} says that the budget is. */
  <S> void search(Run<S> run);

  /** One line for people and records, such as {@code beam, width 3, 5 candidates}. */
  String describe();
}
