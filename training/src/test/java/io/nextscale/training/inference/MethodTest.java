package io.nextscale.training.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.search.Beam;
import io.nextscale.search.Search;
import io.nextscale.search.Spent;
import io.nextscale.search.Strategy;
import io.nextscale.search.Trial;
import io.nextscale.shapes.Split;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MethodTest {

  private static final Guesses MODEL = Guesses.of("a red circle");

  @Test
  void budgetsAreThoseOfThePaperAndHalvesOfThem() {
    assertThat(InferenceSettings.budgets(13, 5)).containsExactly(91L, 182L, 364L, 728L, 1365L);
    assertThat(InferenceSettings.budgets(18, 5)).containsExactly(171L, 342L, 513L, 855L, 1710L);
    assertThat(InferenceSettings.budgets(100, 5)).containsExactly(5050L);
    assertThat(InferenceSettings.budgets(6, 5)).containsExactly(42L, 84L, 168L, 336L, 672L);
    assertThat(Method.BEAM.of(15, 13)).isEqualTo(new Beam(3, 5)); // 195 pictures of 13 scales
  }

  /** What is rehearsed is what happens, and no larger search fits into the budget. */
  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"ZERO_ORDER", "PATHS"})
  void eachIsAsLargeAsItsBudgetAllows(Method method) {
    Rehearsal rehearsal = new Rehearsal(MODEL);
    for (long budget : List.of(9, 10, 20, 48, 101)) {
      Optional<Strategy> strategy = method.within(budget, rehearsal);
      assertThat(strategy).as("%s within %d", method, budget).isPresent();
      Spent expected = rehearsal.of(strategy.orElseThrow());
      Spent spent = new Search<>(MODEL, Guesses.HONEST).run(strategy.orElseThrow()).spent();
      assertThat(spent.evaluations()).isEqualTo(expected.evaluations()).isBetween(1L, budget);
      assertThat(spent.images()).isEqualTo(expected.images());
      assertThat(spent.decodes()).isEqualTo(expected.decodes());
      assertThat(spent.verified()).isEqualTo(expected.verified());
      assertThat(spent.imageFlops()).isEqualTo(expected.imageFlops());
    }
    // A candidate more of all branches costs at most K(K+1)/2 times the width.
    long most = rehearsal.of(method.within(600, rehearsal).orElseThrow()).evaluations();
    assertThat(most).isGreaterThan(500);
  }

  @Test
  void operationsAreRehearsedToo() {
    for (Strategy strategy : List.of(Method.RANDOM.of(40, 3), Method.BEAM.of(8, 3))) {
      double rehearsed = new Rehearsal(MODEL).of(strategy).modelFlops();
      assertThat(new Search<>(MODEL, Guesses.HONEST).run(strategy).spent().modelFlops())
          .isEqualTo(rehearsed);
    }
  }

  /** Smaller budgets may read off a large search only what it has long before its end. */
  @ParameterizedTest
  @EnumSource
  void anAnswerAtAnyTimeIsACompletePictureByHalfOfTheEvaluations(Method method) {
    Rehearsal rehearsal = new Rehearsal(MODEL);
    Strategy strategy = method.within(600, rehearsal).orElseThrow();
    long[] first = {Long.MAX_VALUE};
    long all =
        new Search<>(rehearsal, images -> new double[images.shape().dim(0)])
            .watchedBy((trials, _, spent, _) -> {
              if (trials.stream().anyMatch(Trial::complete)) {
                first[0] = Math.min(first[0], spent.evaluations());
              }
            })
            .run(strategy)
            .spent()
            .evaluations();
    assertThat(first[0]).isLessThanOrEqualTo(all);
    assertThat(2 * first[0] <= all).as("%d of %d NFE", first[0], all).isEqualTo(method.anytime());
  }

  @Test
  void aBudgetForNothingIsNoStrategy() {
    Rehearsal rehearsal = new Rehearsal(MODEL);
    assertThat(Method.RANDOM.within(2, rehearsal)).isEmpty();
    assertThat(Method.RANDOM.within(3, rehearsal)).contains(Method.RANDOM.of(1, 3));
    assertThat(Method.BEAM.within(5, rehearsal)).isEmpty();
  }

  @Test
  void namesAreRead() {
    for (Method method : Method.values()) {
      assertThat(Method.named(method.word())).isEqualTo(method);
    }
    assertThatThrownBy(() -> Method.named("best"))
        .hasMessageStartingWith("--strategies: some of random, greedy, beam")
        .hasMessageEndingWith("got best");
  }

  @Test
  void settingsThatCannotBeAreRefused() {
    assertThatThrownBy(
            () -> new InferenceSettings(List.of(6L, 6L), 1, Split.TEST, 0, false, 1, false))
        .hasMessageContaining("--budgets: rising numbers");
    assertThatThrownBy(() -> new InferenceSettings(List.of(), 1, Split.TEST, 0, false, 1, false))
        .hasMessageContaining("--budgets");
    assertThatThrownBy(() -> new InferenceSettings(List.of(6L), 0, Split.TEST, 0, false, 1, false))
        .hasMessageContaining("--captions");
    assertThatThrownBy(
            () -> new InferenceSettings(List.of(6L), 1, Split.COMPOSITION, 0, false, 1, false))
        .hasMessageContaining("--split");
  }
}
