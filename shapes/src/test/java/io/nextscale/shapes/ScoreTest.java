package io.nextscale.shapes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ScoreTest {

  @Test
  void theIntervalIsWilsons() {
    Score score = new Score(970, 1000); // by hand from the formula
    assertThat(score.share()).isEqualTo(0.97);
    assertThat(score.low()).isCloseTo(0.95750, offset(1e-4));
    assertThat(score.high()).isCloseTo(0.97891, offset(1e-4));
  }

  @Test
  void theEndsStayBetweenNoneAndAll() {
    assertThat(new Score(0, 20).low()).isZero();
    assertThat(new Score(0, 20).high()).isBetween(0.1, 0.2);
    assertThat(new Score(20, 20).high()).isCloseTo(1, offset(1e-12));
    assertThat(new Score(20, 20).low()).isBetween(0.8, 0.9);
  }

  @Test
  void theIntervalHoldsTheTruthAboutNineteenTimesOfTwenty() {
    Random random = new Random(3);
    int held = 0;
    int trials = 4000;
    for (int t = 0; t < trials; t++) {
      double truth = 0.05 + 0.9 * random.nextDouble();
      int right = 0;
      for (int i = 0; i < 100; i++) {
        right += random.nextDouble() < truth ? 1 : 0;
      }
      Score score = new Score(right, 100);
      held += score.low() <= truth && truth <= score.high() ? 1 : 0;
    }
    double error = 4 * Math.sqrt(0.95 * 0.05 / trials); // four standard deviations
    assertThat((double) held / trials).isCloseTo(0.95, offset(error));
  }

  @Test
  void scoresOfNothingAreRefused() {
    assertThatThrownBy(() -> new Score(0, 0)).hasMessageContaining("of at least one");
    assertThatThrownBy(() -> new Score(3, 2)).hasMessageContaining("3 of 2");
    assertThatThrownBy(() -> new Score(-1, 2)).hasMessageContaining("-1 of 2");
  }
}
