package io.nextscale.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SearchTest {

  private static final int STEPS = 6;

  private static Search<Digits.Picture> search() {
    return new Search<>(new Digits(STEPS), Digits.NINES).seed(1000);
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 6", "3, 5, 6", "1, 4, 6", "2, 2, 13", "3, 5, 13"})
  void beamsCostWhatThePaperSays(int width, int candidates, int steps) {
    Found<Digits.Picture> found =
        new Search<>(new Digits(steps), Digits.NINES).run(new Beam(width, candidates));
    int wc = width * candidates;
    assertThat(found.spent().images()).isEqualTo((long) wc * steps);
    assertThat(found.spent().evaluations()).isEqualTo((long) wc * steps * (steps + 1) / 2);
    assertThat(found.spent().decodes()).isEqualTo((long) wc * steps);
    assertThat(found.spent().verified()).isEqualTo((long) wc * steps);
    assertThat(found.spent().imageFlops()).isEqualTo(7.0 * wc * steps);
    assertThat(found.trials()).hasSize(wc * steps);
    assertThat(found.end()).isEqualTo(Found.End.DONE);
  }

  @Test
  void thePublishedBudgetIsThatOfFifteenCandidatesAndThirteenScales() {
    Spent spent = new Search<>(new Digits(13), Digits.NINES).run(new Beam(3, 5)).spent();
    assertThat(spent.images()).isEqualTo(195);
    assertThat(spent.evaluations()).isEqualTo(1365);
    Spent random = new Search<>(new Digits(13), Digits.NINES).run(new RandomSearch(195)).spent();
    assertThat(random.images()).isEqualTo(195);
    assertThat(random.evaluations()).isEqualTo(195 * 13);
  }

  /** At every step the forks of a survivor share its forward pass. */
  @Test
  void forksShareTheWorkOfAStep() {
    Digits model = new Digits(3);
    Found<Digits.Picture> found = new Search<>(model, Digits.NINES).run(new Beam(2, 4));
    // Step 1: one picture, eight forks, which differ in their roll-outs of two steps; and so on.
    assertThat(model.distinct()).containsExactly(1, 8, 8, 2, 8, 2);
    double flops = 100 * (1 + 8 * 2 + 8 * 3 + 2 * 2 + 8 * 3 + 2 * 3);
    assertThat(found.spent().modelFlops()).isEqualTo(flops);
  }

  @Test
  void randomSearchFindsTheBestOfItsPictures() {
    Digits model = new Digits(STEPS);
    double best = 0;
    for (long seed = 1000; seed < 1040; seed++) {
      List<Digits.Picture> picture = List.of(model.begin());
      for (int k = 0; k < STEPS; k++) {
        picture = model.step(picture, List.of(seed));
      }
      best = Math.max(best, Digits.NINES.score(model.images(picture))[0]);
    }
    Found<Digits.Picture> found = search().run(new RandomSearch(40));
    assertThat(found.score()).isEqualTo(best);
    assertThat(Digits.NINES.score(found.image())[0]).isEqualTo(best);
    assertThat(found.trials().get(found.best()).score()).isEqualTo(best);
  }

  @Test
  void aBeamGoesOnFromTheBest() {
    Found<Digits.Picture> found = search().run(new Beam(2, 60));
    long nfe = found.spent().evaluations();
    double random = search().run(new RandomSearch((int) (nfe / STEPS))).score();
    assertThat(found.score()).isGreaterThan(random);
    assertThat(found.picture().digits()).hasSize(STEPS);

    Map<Integer, List<Trial>> bySteps = new HashMap<>();
    found.trials().forEach(t -> bySteps.computeIfAbsent(t.step(), _ -> new ArrayList<>()).add(t));
    for (int k = 1; k <= STEPS; k++) {
      List<Trial> trials = bySteps.get(k);
      List<Trial> kept = trials.stream().filter(Trial::kept).toList();
      assertThat(kept).hasSize(2);
      double least = kept.stream().mapToDouble(Trial::score).min().orElseThrow();
      assertThat(trials).filteredOn(t -> !t.kept()).allMatch(t -> t.score() <= least);
      for (Trial trial : trials) {
        assertThat(trial.complete()).isTrue();
        assertThat(trial.seed()).isEqualTo(1000 + trial.number());
        assertThat(trial.parent() < 0 || found.trials().get(trial.parent()).kept()).isTrue();
        assertThat(trial.parent() < 0).isEqualTo(k == 1);
      }
    }
  }

  @Test
  void aSearchOfTheFirstStepsBranchesThereOnly() {
    Found<Digits.Picture> found = search().run(new Beam(2, new Plan.First(3, 2), Look.ROLL_OUT));
    assertThat(found.trials()).extracting(Trial::step).containsOnly(1, 2).hasSize(12);
    assertThat(found.spent().evaluations()).isEqualTo(6 * STEPS + 6 * (STEPS - 1));
  }

  @ParameterizedTest
  @CsvSource({"1", "7", "64"})
  void theSizeOfBatchesChangesNothing(int atOnce) {
    Found<Digits.Picture> one = search().run(new Beam(3, 7));
    Found<Digits.Picture> other = search().atOnce(atOnce).run(new Beam(3, 7));
    assertThat(other.trials()).isEqualTo(one.trials());
    assertThat(other.picture()).isEqualTo(one.picture());
    assertThat(other.spent().evaluations()).isEqualTo(one.spent().evaluations());
  }

  @ParameterizedTest
  @CsvSource({"nfe=100", "images=13", "verified=5", "flops=20000", "nfe=57,images=11", "nfe=6"})
  void noLimitIsExceeded(String text) {
    Budget budget = Budget.parse(text);
    for (Strategy strategy : List.of(new Beam(2, 3), new RandomSearch(500))) {
      Found<Digits.Picture> found = search().budget(budget).run(strategy);
      Spent spent = found.spent();
      assertThat(spent.images()).isBetween(1L, budget.images());
      assertThat(spent.evaluations()).isLessThanOrEqualTo(budget.evaluations());
      assertThat(spent.verified()).isLessThanOrEqualTo(budget.verified());
      assertThat(spent.flops()).isLessThanOrEqualTo(budget.flops());
      assertThat(found.end()).isEqualTo(Found.End.BUDGET);
    }
    Spent random = search().budget(Budget.parse("nfe=100")).run(new RandomSearch(500)).spent();
    assertThat(random.images()).isEqualTo(100 / STEPS); // as many as there is room for
  }

  @Test
  void theBestSoFarIsFoundWhenASearchIsStopped() {
    int[] asked = {0};
    Found<Digits.Picture> found =
        search().cancelledBy(() -> ++asked[0] > 2).run(new RandomSearch(500));
    assertThat(found.end()).isEqualTo(Found.End.CANCELLED);
    assertThat(found.spent().images()).isEqualTo(32);
    assertThat(found.score())
        .isEqualTo(found.trials().stream().mapToDouble(Trial::score).max().orElseThrow());

    Found<Digits.Picture> enough = search().enough(0.3).run(new RandomSearch(5000));
    assertThat(enough.end()).isEqualTo(Found.End.SCORE);
    assertThat(enough.score()).isGreaterThanOrEqualTo(0.3);
    assertThat(enough.spent().images()).isLessThan(5000);
  }

  @Test
  void whatCannotBeIsRefused() {
    assertThatThrownBy(() -> search().budget(Budget.parse("nfe=5")).run(new RandomSearch(1)))
        .hasMessageContaining(
            "budget: at least what one picture costs, 6 NFE and 1 image; got nfe=5");
    Verifier silent = images -> new double[0];
    assertThatThrownBy(() -> new Search<>(new Digits(2), silent).run(new RandomSearch(3)))
        .hasMessage("verifier: a score for each of 3 pictures; got 0");
    Verifier lost = images -> new double[] {Double.NaN};
    assertThatThrownBy(() -> new Search<>(new Digits(2), lost).run(new RandomSearch(1)))
        .hasMessage("verifier: finite scores; got NaN");
    assertThatThrownBy(() -> new Beam(0, 1)).hasMessageStartingWith("beam: a width");
    assertThatThrownBy(() -> new Beam(1, 0)).hasMessageStartingWith("plan: numbers of at least 1");
    assertThatThrownBy(() -> new Plan.Given(List.of(0, 2))).hasMessageContaining("got [0, 2]");
    assertThatThrownBy(() -> new Halving(0, 1)).hasMessageStartingWith("halving: at least 1");
    assertThatThrownBy(() -> new Resampling(1, 0)).hasMessageStartingWith("resampling: at least 1");
    assertThatThrownBy(() -> new RandomSearch(0)).hasMessageStartingWith("random search: at least");
    assertThatThrownBy(() -> search().atOnce(0)).hasMessageStartingWith("search: at least 1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nfe",
        "nfe=",
        "nfe=0",
        "nfe=-1",
        "nfe=1.5",
        "nfe=x",
        "nfe=1,nfe=2",
        "fun=3",
        "nfe=1,",
        "images=1=2",
        "seconds=Infinity",
        "flops=NaN"
      })
  void budgetsThatAreNotUnderstoodAreRefused(String text) {
    assertThatThrownBy(() -> Budget.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("budget: limits images, nfe, flops, verified or seconds");
  }

  @Test
  void budgetsAreReadAsTheyAreWritten() {
    assertThat(Budget.parse(" nfe = 1365 , seconds=2.5"))
        .isEqualTo(new Budget(Long.MAX_VALUE, 1365, Double.POSITIVE_INFINITY, Long.MAX_VALUE, 2.5));
    assertThat(Budget.parse("images=195,verified=7,flops=2.5e12"))
        .isEqualTo(new Budget(195, Long.MAX_VALUE, 2.5e12, 7, Double.POSITIVE_INFINITY));
    for (String text : List.of("nfe=5", "images=195,flops=2.5E12,verified=7,seconds=0.5")) {
      assertThat(Budget.parse(text)).hasToString(text);
    }
    assertThat(Budget.UNLIMITED).hasToString("no limits");
  }
}
