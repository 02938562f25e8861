package io.nextscale.training.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nextscale.tensor.RandomStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Fits of laws that are known. */
class PowerLawTest {

  /** A few roundings of numbers of order 1. */
  private static final double ROUNDING = 1e-12;

  /** Tables of quantiles have four decimals. */
  private static final double TABLE = 5e-4;

  private static final int TRIALS = 4000;

  /** Four standard deviations of the share of {@link #TRIALS} intervals that hold the truth. */
  private static final double SHARE = 4 * Math.sqrt(0.95 * 0.05 / TRIALS);

  private static final double[] SIZES = {7e4, 2.5e5, 6e5, 2e6, 4.7e6};

  private static final RandomStream RANDOM = RandomStream.of(11).split("power law");

  @Test
  void aLawWithoutNoiseIsFoundAsItIs() {
    double[] values = Arrays.stream(SIZES).map(n -> Math.pow(2e-9 * n, -0.23)).toArray();
    PowerLaw law = PowerLaw.fit(SIZES, values);
    assertThat(law.exponent()).isEqualTo(-0.23, within(ROUNDING));
    assertThat(law.beta() / 2e-9).isEqualTo(1, within(1e4 * ROUNDING)); // ln β is an extrapolation
    assertThat(law.pearson()).isEqualTo(-1, within(ROUNDING));
    assertThat(law.scatter()).isLessThan(ROUNDING);
    assertThat(law.at(1e9)).isEqualTo(Math.pow(2, -0.23), within(1e2 * ROUNDING));
    assertThat(law.exponentInterval().high() - law.exponentInterval().low()).isLessThan(1e-11);
  }

  /** By hand: x = 1 .. 5, y = 2, 1, 4, 3, 5 has Sxx = Syy = 10, Sxy = 8, Σ (y − ŷ)² = 3.6. */
  @Test
  void fiveHandmadePointsGiveTheNumbersOfPaperAndPencil() {
    double[] sizes = Arrays.stream(new double[] {1, 2, 3, 4, 5}).map(Math::exp).toArray();
    double[] values = Arrays.stream(new double[] {2, 1, 4, 3, 5}).map(Math::exp).toArray();
    PowerLaw law = PowerLaw.fit(sizes, values);
    assertThat(law.exponent()).isEqualTo(0.8, within(ROUNDING));
    assertThat(law.pearson()).isEqualTo(0.8, within(ROUNDING));
    assertThat(law.scatter()).isEqualTo(Math.sqrt(3.6 / 3), within(ROUNDING));
    assertThat(law.beta()).isEqualTo(Math.exp(0.75), within(ROUNDING)); // y = 0.8 (x + 0.75)
    double reach = 3.1824 * Math.sqrt(1.2) / Math.sqrt(10);
    assertThat(law.exponentInterval().low()).isEqualTo(0.8 - reach, within(TABLE));
    assertThat(law.exponentInterval().high()).isEqualTo(0.8 + reach, within(TABLE));
    double z = 0.5 * Math.log(1.8 / 0.2);
    assertThat(law.pearsonInterval().low())
        .isEqualTo(Math.tanh(z - 1.96 / Math.sqrt(2)), within(TABLE));
    assertThat(law.pearsonInterval().high())
        .isEqualTo(Math.tanh(z + 1.96 / Math.sqrt(2)), within(TABLE));
    Interval middle = law.interval(Math.exp(3));
    double half = 3.1824 * Math.sqrt(1.2 / 5);
    assertThat(Math.log(middle.low())).isEqualTo(3 - half, within(TABLE));
    assertThat(Math.log(middle.high())).isEqualTo(3 + half, within(TABLE));
  }

  @Test
  void quantilesOfStudentAreThoseOfTheTables() {
    double[] table = {12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060};
    for (int freedom = 1; freedom <= table.length; freedom++) {
      assertThat(StudentT.quantile(0.95, freedom))
          .as("%d degrees of freedom", freedom)
          .isEqualTo(table[freedom - 1], within(TABLE));
    }
    assertThat(StudentT.quantile(0.95, 100)).isEqualTo(1.9840, within(TABLE));
    assertThat(StudentT.quantile(0.99, 3)).isEqualTo(5.8409, within(TABLE));
  }

  @Test
  void noisyLawsLieInTheirIntervalsAsOftenAsTheIntervalsSay() {
    int exponents = 0;
    int lines = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
      RandomStream random = RANDOM.split("noise").split(trial);
      double exponent = -0.5 * random.nextDouble();
      double noise = 0.2 * random.nextDouble();
      double[] values =
          Arrays.stream(SIZES)
              .map(n -> Math.pow(1e-8 * n, exponent) * Math.exp(noise * random.nextGaussian()))
              .toArray();
      PowerLaw law = PowerLaw.fit(SIZES, values);
      exponents += law.exponentInterval().contains(exponent) ? 1 : 0;
      lines += law.interval(3e7).contains(Math.pow(0.3, exponent)) ? 1 : 0;
    }
    assertThat((double) exponents / TRIALS).isEqualTo(0.95, within(SHARE));
    assertThat((double) lines / TRIALS).isEqualTo(0.95, within(SHARE));
  }

  /** Fisher's interval is an approximation, of 5 pairs good to about a hundredth. */
  @Test
  void correlationsLieInTheirIntervalsAsOftenAsTheIntervalsSay() {
    double correlation = -0.97;
    int held = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
      RandomStream random = RANDOM.split("pairs").split(trial);
      double[] sizes = new double[5];
      double[] values = new double[5];
      for (int i = 0; i < 5; i++) {
        double x = random.nextGaussian();
        double free = Math.sqrt(1 - correlation * correlation) * random.nextGaussian();
        sizes[i] = Math.exp(x);
        values[i] = Math.exp(correlation * x + free);
      }
      held += PowerLaw.fit(sizes, values).pearsonInterval().contains(correlation) ? 1 : 0;
    }
    assertThat((double) held / TRIALS).isEqualTo(0.95, within(SHARE + 0.01));
  }

  @Test
  void whatHasNoLawIsRefused() {
    double[] three = {1, 2, 3};
    double[] four = {1, 2, 3, 4};
    for (double[][] pair :
        new double[][][] {
          {three, three},
          {four, three},
          {four, {1, 2, 0, 3}},
          {{-1, 2, 3, 4}, four},
          {four, {1, Double.NaN, 2, 3}},
          {{2, 2, 2, 2}, four}
        }) {
      assertThatThrownBy(() -> PowerLaw.fit(pair[0], pair[1]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("power law:");
    }
    assertThat(PowerLaw.fit(four, new double[] {2, 2, 2, 2}).pearson()).isNaN();
  }
}
