package io.nextscale.training.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nextscale.image.RgbImage;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BarsTest {

  private static final int BLUE = 0x0072b2;
  private static final int ORANGE = 0xd55e00;

  /** The longest run of a colour in each row that has more than a legend's worth of it. */
  private static List<Integer> lengths(RgbImage image, int colour) {
    return IntStream.range(0, image.height())
        .map(y ->
            (int) IntStream.range(0, image.width()).filter(x -> image.rgb(x, y) == colour).count())
        .filter(n -> n > 12)
        .boxed()
        .toList();
  }

  @Test
  void barsAreAsLongAsTheAxisSays() {
    Bars bars =
        Bars.of("times", Axis.logarithmic("ms"), List.of("a", "b"))
            .with("one", 10, 1000)
            .with("two", 100, Double.NaN);
    RgbImage image = bars.draw(700);
    List<Integer> blue = lengths(image, BLUE).stream().distinct().sorted().toList();
    List<Integer> orange = lengths(image, ORANGE).stream().distinct().toList();
    assertThat(blue).hasSize(2);
    assertThat(orange).hasSize(1); // NaN has no bar
    // equal factors are equal lengths, and the axis begins a decade below the smallest
    assertThat(orange.getFirst()).isCloseTo(2 * blue.getFirst(), within(2));
    assertThat(blue.getLast()).isCloseTo(3 * blue.getFirst(), within(3));
  }

  @Test
  void linearBarsBeginAtNothing() {
    RgbImage image = Bars.of("", Axis.linear("s"), List.of("a", "b")).with("one", 2, 6).draw(500);
    List<Integer> blue = lengths(image, BLUE).stream().distinct().sorted().toList();
    assertThat(blue.getLast()).isCloseTo(3 * blue.getFirst(), within(3));
  }

  @Test
  void numbersHaveThreeDigits() {
    assertThat(
            DoubleStream.of(12345.6, 123.4, 12.34, 1, 0.1234, 0, -25).mapToObj(Bars::threeDigits))
        .containsExactly("12,346", "123", "12.3", "1.00", "0.123", "0.00", "-25.0");
  }

  @Test
  void everyGroupHasAValue() {
    Bars bars = Bars.of("", Axis.linear("s"), List.of("a", "b"));
    assertThatThrownBy(() -> bars.with("one", 1))
        .hasMessage("bars: a value for each of [a, b]; got [1.0]");
    bars.draw(200);
    Bars.of("", Axis.logarithmic("s"), List.of()).draw(200);
  }
}
