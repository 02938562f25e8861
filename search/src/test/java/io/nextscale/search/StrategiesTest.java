package io.nextscale.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.search.Digits.Picture;
import io.nextscale.tensor.RandomStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What goes beyond the paper's beams: partial pictures, plans, halving, resampling. */
class StrategiesTest {

  private static final int STEPS = 6;

  static List<Strategy> strategies() {
    return List.of(
        new Beam(2, 3),
        new Beam(2, new Plan.Uniform(3), Look.PARTIAL),
        new Beam(3, new Plan.First(4, 2), Look.PARTIAL),
        new Beam(2, new Plan.Front(3), Look.ROLL_OUT),
        new Beam(2, new Plan.Back(3), Look.PARTIAL),
        new Beam(1, new Plan.Given(List.of(5, 0, 2)), Look.ROLL_OUT),
        new Halving(11, 2),
        new Halving(5, 1),
        new Resampling(8, 10),
        new Resampling(16, 0.5),
        new RandomSearch(40));
  }

  private static Search<Picture> search() {
    return new Search<>(new Digits(STEPS), Digits.NINES).seed(1000);
  }

  @ParameterizedTest
  @CsvSource({"1, 4, 6, 3", "3, 5, 13, 13", "2, 2, 13, 5", "2, 7, 6, 1"})
  void partialPicturesAreNotCompleted(int width, int candidates, int steps, int most) {
    Strategy beam = new Beam(width, new Plan.First(candidates, most), Look.PARTIAL);
    Spent spent = new Search<>(new Digits(steps), Digits.NINES).run(beam).spent();
    int begun = width * candidates;
    // Candidates of the last step are complete, whatever the look.
    assertThat(spent.images()).isEqualTo(most == steps ? begun : width);
    assertThat(spent.evaluations()).isEqualTo((long) begun * most + (long) width * (steps - most));
    assertThat(spent.verified())
        .isEqualTo(most == steps ? (long) begun * most : (long) begun * most + width);
    assertThat(spent.decodes()).isEqualTo(spent.verified());
  }

  @ParameterizedTest
  @CsvSource({"uniform, 6", "front, 6", "back, 6", "given, 6", "front, 13", "back, 13"})
  void aPlanCostsTheSumOfItsRollOuts(String name, int steps) {
    Plan plan =
        switch (name) {
          case "uniform" -> new Plan.Uniform(4);
          case "front" -> new Plan.Front(4);
          case "back" -> new Plan.Back(4);
          default -> new Plan.Given(List.of(3, 0, 5, 1));
        };
    int images = 0;
    int evaluations = 0;
    for (int k = 1; k <= steps; k++) {
      images += 2 * plan.candidates(k, steps);
      evaluations += 2 * plan.candidates(k, steps) * (steps - k + 1);
    }
    Found<Picture> found =
        new Search<>(new Digits(steps), Digits.NINES).run(new Beam(2, plan, Look.ROLL_OUT));
    assertThat(found.spent().images()).isEqualTo(images);
    // Where no candidates are drawn both branches take their step once more by themselves.
    int alone = name.equals("given") ? 2 : 0;
    assertThat(found.spent().evaluations()).isEqualTo(evaluations + alone);
  }

  @Test
  void plansSpreadAsTheySay() {
    assertThat(spread(new Plan.Front(4), 7)).containsExactly(7, 6, 5, 4, 3, 2, 1);
    assertThat(spread(new Plan.Back(4), 7)).containsExactly(1, 2, 3, 4, 5, 6, 7);
    assertThat(spread(new Plan.First(4, 3), 5)).containsExactly(4, 4, 4, 0, 0);
    assertThat(spread(new Plan.Given(List.of(9, 0, 2)), 5)).containsExactly(9, 0, 2, 0, 0);
    assertThat(new Plan.Given(List.of(9, 0, 2, 0)).last(5)).isEqualTo(3);
  }

  private static List<Integer> spread(Plan plan, int steps) {
    List<Integer> each = new ArrayList<>();
    for (int k = 1; k <= steps; k++) {
      each.add(plan.candidates(k, steps));
    }
    return each;
  }

  /** Digits say from the beginning how many nines there are, so pruning early loses nothing. */
  @Test
  void partialPicturesFindTheBestOfAllPictures() {
    Found<Picture> found = search().run(new Beam(1, new Plan.Uniform(100), Look.PARTIAL));
    assertThat(found.picture().digits()).containsOnly(9).hasSize(STEPS);
    assertThat(found.score()).isEqualTo(1);
  }

  @Test
  void halvingCompletesTheBetterHalves() {
    Found<Picture> found = search().run(new Halving(8, 1));
    assertThat(found.spent().evaluations()).isEqualTo(8 + 4 + 2 + 1 + 1 + 1);
    assertThat(found.spent().verified()).isEqualTo(8 + 4 + 2 + 1);
    assertThat(found.spent().images()).isEqualTo(1);
    // The seed with the most nines at first survives to the end or to a tie.
    List<Long> kept =
        found.trials().stream().filter(Trial::kept).map(Trial::seed).distinct().toList();
    assertThat(kept).hasSize(4);
    assertThat(found.trials()).hasSize(8).allMatch(t -> t.parent() < 0);

    Spent late = search().run(new Halving(11, 3)).spent();
    assertThat(late.evaluations()).isEqualTo(11 * 3 + 6 + 3 + 2);
    assertThat(late.images()).isEqualTo(2);
  }

  @Test
  void resamplingShrinksAsInThePaper() {
    Found<Picture> found = new Search<>(new Digits(13), Digits.NINES).run(new Resampling(8, 10));
    assertThat(found.spent().evaluations()).isEqualTo(8 * 2 + 6 * 3 + 4 + 2 * 3 + 4);
    assertThat(found.spent().images()).isEqualTo(1);
    assertThat(found.spent().verified()).isEqualTo(4 + 2 + 1); // two drawings and the end
  }

  /** With a large weight only the best go on; with a tiny one all have the same chance. */
  @Test
  void resamplingFollowsTheScores() {
    double greedy = 0;
    double blind = 0;
    for (int seed = 0; seed < 400; seed += 20) {
      greedy += search().seed(seed).run(new Resampling(16, 1000)).score();
      blind += search().seed(seed).run(new Resampling(16, 1e-9)).score();
    }
    assertThat(greedy).isGreaterThan(blind * 1.3);
  }

  @Test
  void aLatentVerifierDecodesNothing() {
    Found<Picture> decoded = search().run(new Halving(8, 1));
    Found<Picture> latent = search().peekingWith(Digits.NINES::score).run(new Halving(8, 1));
    assertThat(latent.trials()).isEqualTo(decoded.trials());
    assertThat(latent.spent().decodes()).isEqualTo(1);
    assertThat(latent.spent().verified()).isEqualTo(decoded.spent().verified());
    assertThat(latent.spent().imageFlops()).isEqualTo(7);
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void theSameSeedFindsTheSamePictureWhateverTheBatches(Strategy strategy) {
    Found<Picture> one = search().run(strategy);
    Found<Picture> other = search().atOnce(3).run(strategy);
    assertThat(other.trials()).isEqualTo(one.trials());
    assertThat(other.picture()).isEqualTo(one.picture());
    assertThat(search().seed(77).run(strategy).trials()).isNotEqualTo(one.trials());
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void noBudgetIsExceededAndEachFindsAPicture(Strategy strategy) {
    RandomStream random = RandomStream.of(5);
    for (int i = 0; i < 60; i++) {
      Budget any =
          new Budget(
              1 + random.nextInt(30),
              STEPS + random.nextInt(100),
              2107 + random.nextInt(50_000), // one picture: 100 · (1 + … + 6) and 7 to see it
              1 + random.nextInt(40),
              1e9);
      Found<Picture> found = search().budget(any).run(strategy);
      Spent spent = found.spent();
      assertThat(spent.images()).as("%s", any).isBetween(1L, any.images());
      assertThat(spent.evaluations()).as("%s", any).isLessThanOrEqualTo(any.evaluations());
      assertThat(spent.verified()).as("%s", any).isLessThanOrEqualTo(any.verified());
      assertThat(spent.flops()).as("%s", any).isLessThanOrEqualTo(any.flops());
      assertThat(found.picture().digits()).hasSize(STEPS);
      Spent free = search().run(strategy).spent();
      boolean fits =
          free.images() <= any.images()
              && free.evaluations() <= any.evaluations()
              && free.verified() <= any.verified()
              && free.flops() <= any.flops();
      assertThat(found.end() == Found.End.BUDGET || fits).as("%s", any).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void aPictureIsFoundWheneverASearchIsStopped(Strategy strategy) {
    for (int after = 0; after < 12; after++) {
      int[] left = {after};
      Found<Picture> found = search().cancelledBy(() -> left[0]-- <= 0).run(strategy);
      if (found.end() == Found.End.CANCELLED) {
        assertThat(found.spent().images())
            .isLessThanOrEqualTo(search().run(strategy).spent().images());
      }
      assertThat(found.picture().digits()).hasSize(STEPS);
      double best =
          found.trials().stream()
              .filter(Trial::complete)
              .mapToDouble(Trial::score)
              .max()
              .orElseThrow();
      assertThat(found.score()).isEqualTo(best);
    }
  }

  @Test
  void clustersAreFoundWhereTheyAre() {
    RandomStream random = RandomStream.of(8);
    float[][] rows = new float[30][4];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < 4; j++) {
        rows[i][j] = 10 * (i % 5 == j ? 1 : 0) + random.nextFloat();
      }
    }
    for (int count = 1; count <= 5; count++) {
      List<Integer> chosen = Clusters.representatives(rows, count);
      assertThat(chosen).isSorted().doesNotHaveDuplicates().hasSize(count);
      assertThat(chosen.stream().map(i -> i % 5).distinct()).hasSize(count);
    }
    assertThat(Clusters.representatives(rows, 30)).hasSize(30).doesNotHaveDuplicates();
    float[][] equal = new float[4][3];
    assertThat(Clusters.representatives(equal, 3)).hasSize(3).doesNotHaveDuplicates();
  }

  @Test
  void eachSaysWhatItIs() {
    assertThat(strategies().stream().map(Strategy::describe))
        .doesNotHaveDuplicates()
        .contains(
            "beam, width 2, 3 candidates, roll-outs",
            "beam, width 3, 4 candidates, first 2 steps, partial pictures",
            "halving, 11 pictures, from step 2",
            "resampling, 8 pictures, weight 10.0");
  }
}
