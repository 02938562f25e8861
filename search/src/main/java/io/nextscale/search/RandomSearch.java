package io.nextscale.search;

import java.util.Collections;
import java.util.List;

/**
 * The best of n independent pictures: n images, n·K NFE.
 *
 * @param images n, at least 1; {@link #ALL}: until the budget is spent
 */
public record RandomSearch(int images) implements Strategy {

  /** Until the budget is spent. */
  public static final int ALL = Integer.MAX_VALUE;

  /** Pictures between two looks at budget and cancellation. */
  private static final int ROUND = 16;

  /** Checks the range. */
  public RandomSearch {
    if (images < 1) {
      throw new IllegalArgumentException("random search: at least 1 picture; got " + images);
    }
  }

  @Override
  public <S> void search(Run<S> run) {
    Run.Node<S> begin = run.begin();
    for (int done = 0; done < images; ) {
      int count = run.room(1, Math.min(ROUND, images - done));
      if (count == 0) {
        if (done == 0) {
          run.conclude(List.of(begin));
        }
        return;
      }
      List<Run.Node<S>> first = run.branch(Collections.nCopies(count, begin));
      run.finish(first);
      done += count;
    }
  }

  @Override
  public String describe() {
    return images == ALL ? "random" : "random, " + images + " pictures";
  }
}
