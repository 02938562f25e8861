package io.nextscale.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NoiseSearchTest {

  private static final int STEPS = 8;

  private static Search<Directions.Picture> search() {
    return new Search<>(new Directions(STEPS, 24), Directions.FIRST_AXIS).seed(300);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "4, 1", "2, 7", "5, 3"})
  void zeroOrderSearchCostsItsPictures(int neighbours, int rounds) {
    Found<Directions.Picture> found = search().run(new ZeroOrder(neighbours, rounds));
    long images = 1L + (long) rounds * neighbours;
    assertThat(found.spent().images()).isEqualTo(images);
    assertThat(found.spent().evaluations()).isEqualTo(images * STEPS);
    assertThat(found.spent().verified()).isEqualTo(images);
    assertThat(found.spent().decodes()).isEqualTo(images);
    assertThat(found.spent().imageFlops()).isEqualTo(3.0 * images);
    assertThat(found.spent().modelFlops()).isEqualTo(10.0 * images * STEPS);
    assertThat(found.trials()).hasSize((int) images);
    assertThat(found.end()).isEqualTo(Found.End.DONE);
  }

  /**
   * N·s steps to begin with; then rounds of N·M samples that each go b back and f forward, of which
   * the last makes N·M pictures; the others are looked at under way.
   */
  @ParameterizedTest
  @CsvSource({"2, 3, 3, 1, 2", "1, 4, 2, 2, 4", "3, 2, 4, 2, 3", "2, 2, 8, 1, 2", "2, 2, 1, 1, 8"})
  void searchOverPathsCostsItsSamples(int n, int m, int start, int back, int forward) {
    Found<Directions.Picture> found = search().run(new Paths(n, m, start, back, forward));
    long nfe = (long) n * start;
    long looks = 0;
    for (int at = start; at < STEPS; ) {
      int to = Math.min(STEPS, at - back + forward);
      nfe += (long) n * m * (to - at + back);
      looks += (long) n * m;
      at = to;
    }
    assertThat(found.spent().evaluations()).isEqualTo(nfe);
    assertThat(found.spent().images()).isEqualTo(start == STEPS ? n : (long) n * m);
    assertThat(found.spent().verified()).isEqualTo(start == STEPS ? n : looks);
    assertThat(found.spent().decodes()).isEqualTo(found.spent().verified());
    assertThat(found.picture().decided()).isEqualTo(STEPS);
  }

  /** In 24 dimensions random directions stay far from the best; small steps uphill come to it. */
  @Test
  void zeroOrderSearchClimbs() {
    Budget budget = Budget.parse("nfe=4000");
    Found<Directions.Picture> random = search().budget(budget).run(new RandomSearch(500));
    Found<Directions.Picture> climbed =
        search().budget(budget).run(new ZeroOrder(4, 0.97, ZeroOrder.ALL));
    assertThat(random.spent().evaluations()).isEqualTo(4000);
    assertThat(climbed.spent().evaluations()).isBetween(3990L, 4000L);
    assertThat(climbed.end()).isEqualTo(Found.End.BUDGET);
    assertThat(random.score()).isLessThan(0.7);
    assertThat(climbed.score()).isBetween(0.9, 1.0);
    double pivot = Double.NEGATIVE_INFINITY;
    for (Trial trial : climbed.trials().stream().filter(Trial::kept).toList()) {
      assertThat(trial.score()).isGreaterThanOrEqualTo(pivot); // never down
      pivot = trial.score();
    }
    assertThat(pivot).isEqualTo(climbed.score());
  }

  @Test
  void searchOverPathsClimbs() {
    Found<Directions.Picture> found = search().run(new Paths(3, 6, 4, 3, 4));
    double begun = search().run(new RandomSearch(3)).score();
    assertThat(found.score()).isGreaterThan(begun + 0.1);
    assertThat(found.trials()).filteredOn(Trial::kept).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource({"nfe=60", "images=5", "verified=11", "flops=700", "nfe=41,images=3", "nfe=8"})
  void noLimitIsExceeded(String text) {
    Budget budget = Budget.parse(text);
    for (Strategy strategy :
        List.of(new ZeroOrder(4, 50), new Paths(3, 4, 4, 3, 4), new Paths(2, 9, 2, 1, 3))) {
      Spent spent = search().budget(budget).run(strategy).spent();
      assertThat(spent.images()).isBetween(1L, budget.images());
      assertThat(spent.evaluations()).isLessThanOrEqualTo(budget.evaluations());
      assertThat(spent.verified()).isLessThanOrEqualTo(budget.verified());
      assertThat(spent.flops()).isLessThanOrEqualTo(budget.flops());
    }
  }

  @ParameterizedTest
  @CsvSource({"1", "5", "64"})
  void theSizeOfBatchesChangesNothing(int atOnce) {
    for (Strategy strategy : List.of(new ZeroOrder(7, 4), new Paths(3, 5, 4, 2, 4))) {
      assertThat(search().atOnce(atOnce).run(strategy).trials())
          .isEqualTo(search().run(strategy).trials());
    }
  }

  @Test
  void theBestSoFarIsFoundWhenASearchIsStopped() {
    for (Strategy strategy : List.of(new ZeroOrder(3, 100), new Paths(2, 3, 2, 1, 2))) {
      int[] asked = {0};
      Found<Directions.Picture> found = search().cancelledBy(() -> ++asked[0] > 2).run(strategy);
      assertThat(found.end()).isEqualTo(Found.End.CANCELLED);
      assertThat(found.picture().decided()).isEqualTo(STEPS);
    }
  }

  @Test
  void whatCannotBeIsRefused() {
    assertThatThrownBy(() -> new Search<>(new Digits(3), Digits.NINES).run(new ZeroOrder(1, 1)))
        .hasMessage(
            "zero-order search: a model that makes pictures out of noise, such as diffusion; got Digits");
    assertThatThrownBy(
            () -> new Search<>(new Digits(3), Digits.NINES).run(new Paths(1, 1, 1, 1, 2)))
        .hasMessageStartingWith("search over paths: a model that makes pictures out of noise");
    assertThatThrownBy(() -> new ZeroOrder(0, 1)).hasMessageStartingWith("zero-order search: at");
    assertThatThrownBy(() -> new ZeroOrder(1, 1.5, 1)).hasMessageContaining("-1 to 1");
    assertThatThrownBy(() -> new Paths(1, 1, 1, 2, 3)).hasMessageContaining("as many to start");
    assertThatThrownBy(() -> new Paths(1, 1, 3, 2, 2)).hasMessageContaining("more forward");
  }
}
