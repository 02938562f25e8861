package io.nextscale.search;

import io.nextscale.tensor.Flops;
import io.nextscale.tensor.Tensor;
import io.nextscale.var.Branching;
import io.nextscale.var.Branching.Branch;
import io.nextscale.var.Branching.Outlook;
import io.nextscale.var.Condition;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Visual autoregressive generation: a step is a forward pass, which decides a scale, or one token
 * of a serial scale.
 */
public final class VarStepwise implements Stepwise<Branch> {

  private final Branching branching;
  private final Condition condition;
  private double @Nullable [] flops;

  /**
   * Pictures of a condition.
   *
   * @param condition of one row
   */
  public VarStepwise(Branching branching, Condition condition) {
    this.branching = branching;
    this.condition = condition;
  }

  @Override
  public int steps() {
    return branching.steps();
  }

  @Override
  public Branch begin() {
    return branching.begin(condition);
  }

  @Override
  public int decided(Branch picture) {
    return picture.decided();
  }

  @Override
  public List<Branch> step(List<Branch> pictures, List<Long> seeds) {
    Map<Branch, Integer> rows = new IdentityHashMap<>();
    List<Branch> distinct = new ArrayList<>();
    List<Integer> from = new ArrayList<>();
    for (Branch picture : pictures) {
      Integer row = rows.get(picture);
      if (row == null) {
        row = distinct.size();
        rows.put(picture, row);
        distinct.add(picture);
      }
      from.add(row);
    }
    Outlook outlook = branching.look(distinct);
    return branching.commit(outlook, from, seeds);
  }

  @Override
  public Tensor images(List<Branch> pictures) {
    return branching.made(pictures).images();
  }

  @Override
  public Tensor maps(List<Branch> pictures) {
    return branching.made(pictures).fHat();
  }

  @Override
  public double stepFlops(int step, int pictures) {
    return pictures * flops()[step];
  }

  @Override
  public double imageFlops() {
    return flops()[0];
  }

  /** Of each step from 1, and under 0 of making a picture visible: counted on one picture. */
  private double[] flops() {
    double[] known = flops;
    if (known == null) {
      known = new double[steps() + 1];
      Branch[] picture = {begin()};
      for (int k = 1; k <= steps(); k++) {
        known[k] =
            Flops.of(() -> {
              picture[0] = step(List.of(picture[0]), List.of(0L)).getFirst();
              return picture[0].fHat();
            });
      }
      known[0] = Flops.of(() -> images(List.of(picture[0])));
      flops = known;
    }
    return known;
  }
}
