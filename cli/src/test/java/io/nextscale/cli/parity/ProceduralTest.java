package io.nextscale.cli.parity;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Expected numbers: the description of the golden data. */
class ProceduralTest {

  @Test
  void startsAsDescribed() {
    assertThat(new Procedural(18).uniform("img", 4, 1, 0))
        .containsExactly(
            0.8399785757064819f, 0.35636305809020996f, 0.47181451320648193f, 0.39490580558776855f);
  }

  @Test
  void namesAndSeedsGiveDifferentTensors() {
    float[] one = new Procedural(1).open01("a", 100);
    assertThat(one).isNotEqualTo(new Procedural(1).open01("b", 100));
    assertThat(one).isNotEqualTo(new Procedural(2).open01("a", 100));
    assertThat(one).isEqualTo(new Procedural(1).open01("a", 100));
  }

  @Test
  void openUniformNumbersHaveALogarithm() {
    float[] values = new Procedural(3).open01("u", 100_000);
    for (float value : values) {
      assertThat(value).isGreaterThan(0).isLessThan(1);
    }
    double mean = 0;
    for (float value : new Procedural(3).exponential("u", 100_000)) {
      assertThat(value).isFinite().isNotNegative();
      mean += value / 1e5;
    }
    assertThat(mean).isBetween(0.98, 1.02); // standard deviation of the mean: 0.003
  }
}
