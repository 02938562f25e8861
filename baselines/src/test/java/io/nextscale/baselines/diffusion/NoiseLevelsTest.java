package io.nextscale.baselines.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nextscale.tensor.RandomStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class NoiseLevelsTest {

  private static final int DRAWN = 100_000;

  /** Four standard deviations of a share of so many draws. */
  private static final double NEAR = 4 * Math.sqrt(0.25 / DRAWN);

  private static double share(NoiseLevels levels, int steps, int from, int to) {
    RandomStream random = RandomStream.of(3);
    int count = 0;
    for (int i = 0; i < DRAWN; i++) {
      int step = levels.draw(random, steps);
      assertThat(step).isBetween(0, steps - 1);
      count += step >= from && step < to ? 1 : 0;
    }
    return (double) count / DRAWN;
  }

  /** P(from ≤ T/(1 + e^{−n}) < to) with {@code Φ(ln(from/(T − from)))}, from tables. */
  @ParameterizedTest
  @CsvSource({
    "UNIFORM, 250, 750, 0.5",
    "UNIFORM, 0, 100, 0.1",
    "LOGIT_NORMAL, 250, 750, 0.7281", // 2 Φ(1.0986) − 1
    "LOGIT_NORMAL, 0, 100, 0.0140", // Φ(−2.1972)
    "LOGIT_NORMAL, 900, 1000, 0.0140",
    "LOGIT_NORMAL, 0, 500, 0.5"
  })
  void stepsAreAsOftenAsTheyShould(NoiseLevels levels, int from, int to, double expected) {
    assertThat(share(levels, 1000, from, to)).isCloseTo(expected, within(NEAR));
  }

  @ParameterizedTest
  @EnumSource
  void aProcessOfOneStepHasNoChoice(NoiseLevels levels) {
    assertThat(share(levels, 1, 0, 1)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void namesAreReadBack(NoiseLevels levels) {
    assertThat(NoiseLevels.named(levels.word())).isEqualTo(levels);
  }

  @Test
  void otherNamesAreRefused() {
    assertThatThrownBy(() -> NoiseLevels.named("sd3"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("--noise-levels: uniform or logit-normal; got sd3");
  }
}
