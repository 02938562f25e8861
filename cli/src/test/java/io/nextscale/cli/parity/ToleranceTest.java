package io.nextscale.cli.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ToleranceTest {

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '=',
      value = {
        "exact = 0",
        "exact (PIL fixed-point; allow +-1 for a float implementation) = 0",
        "5e-4 = 5e-4",
        "1e-6 (given the crop) = 1e-6",
        "1e-4 * max|golden tensor| = 8e-4",
        "1e-5 * |golden| = 2e-5",
        "1e-12 rel = 2e-12",
      })
  void limitsAreThoseOfTheManifest(String text, double limit) {
    Tolerance tolerance = Tolerance.parse(text, null);
    assertThat(tolerance).isNotNull();
    assertThat(tolerance.limit(-2, 8)).isEqualTo(limit);
  }

  @Test
  void asAboveIsThePreviousOne() {
    Tolerance previous = new Tolerance.Absolute(3);
    assertThat(Tolerance.parse("as above", previous)).isSameAs(previous);
  }

  @Test
  void wordsAreNoTolerance() {
    assertThat(Tolerance.parse("float32 values printed as float64", null)).isNull();
  }

  @Test
  void noiseGrowsWithTheTensorOnlyWhenItIsLarge() {
    Tolerance tolerance = new Tolerance.AbsoluteOrNoise(1e-5);
    assertThat(tolerance.limit(1, 0.5)).isEqualTo(1e-5);
    assertThat(tolerance.limit(1, 30)).isEqualTo(30e-5, within(1e-18));
  }
}
