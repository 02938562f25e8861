package io.nextscale.training.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nextscale.image.RgbImage;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChartTest {

  private static final int BLUE = 0x0072b2;

  private static double[] numbers(int count, java.util.function.IntToDoubleFunction value) {
    return IntStream.range(0, count).mapToDouble(value).toArray();
  }

  @Test
  void ticksAreRoundNumbers() {
    assertThat(texts(Axis.linear("x"), 0, 3100))
        .containsExactly("0", "500", "1000", "1500", "2000", "2500", "3000");
    assertThat(texts(Axis.linear("x"), -0.31, 0.3))
        .containsExactly("−0.3", "−0.2", "−0.1", "0.0", "0.1", "0.2", "0.3");
    assertThat(texts(Axis.linear("x"), 0, 50_000))
        .containsExactly("0", "10k", "20k", "30k", "40k", "50k");
    assertThat(texts(Axis.linear("x"), 1.0001, 1.0004)).contains("1.00020", "1.00035");
    assertThat(texts(Axis.logarithmic("x"), -3, 3))
        .containsExactly("0.001", "0.01", "0.1", "1", "10", "100", "1000");
    assertThat(texts(Axis.logarithmic("x"), 5, 7))
        .containsExactly("100k", "200k", "500k", "1M", "2M", "5M", "10M");
    assertThat(texts(Axis.logarithmic("x"), 0.25, 0.65)).containsExactly("2", "3", "4");
    assertThat(texts(Axis.logarithmic("x"), 0.501, 0.579)) // 3.17 to 3.79
        .containsExactly("3.2", "3.3", "3.4", "3.5", "3.6", "3.7");
  }

  private static List<String> texts(Axis axis, double low, double high) {
    return axis.ticks(low, high).stream().map(Axis.Tick::text).filter(t -> !t.isEmpty()).toList();
  }

  /** Mean row of the pixels of a colour in a column; NaN without any. */
  private static double row(RgbImage image, int x, int colour) {
    return IntStream.range(0, image.height())
        .filter(y -> image.rgb(x, y) == colour)
        .average()
        .orElse(Double.NaN);
  }

  @Test
  void valuesAreWhereTheAxesSay() {
    double[] x = {1, 10, 100};
    Chart chart =
        Chart.of("", Axis.logarithmic("x"), Axis.logarithmic("y"))
            .with(new Series.Line("power law", x, new double[] {2, 20, 200}));
    RgbImage image = chart.draw(400, 300);
    int[] blue = IntStream.range(0, 400).filter(i -> !Double.isNaN(row(image, i, BLUE))).toArray();
    int first = blue[0];
    int last = blue[blue.length - 1];
    double middle = row(image, (first + last) / 2, BLUE);
    assertThat(last - first).isGreaterThan(280);
    assertThat(row(image, first, BLUE)).isGreaterThan(row(image, last, BLUE) + 180);
    // a power law is straight over logarithmic axes
    assertThat(middle)
        .isCloseTo((row(image, first, BLUE) + row(image, last, BLUE)) / 2, within(2.0));
  }

  @Test
  void pointsWithoutAPlaceAreLeftOut() {
    double[] x = numbers(9, i -> i);
    double[] y = {1, 2, Double.NaN, Double.POSITIVE_INFINITY, 3, 0, -5, 2, 1};
    Chart chart =
        Chart.of("holes", Axis.linear("x"), Axis.logarithmic("y")).with(new Series.Line("a", x, y));
    RgbImage image = chart.draw(500, 300);
    int[] gaps = IntStream.range(60, 470).filter(i -> Double.isNaN(row(image, i, BLUE))).toArray();
    assertThat(gaps.length).isGreaterThan(150);
    Chart.of("", Axis.linear("x"), Axis.linear("y")).draw(200, 150); // nothing at all
    Chart.of("", Axis.linear("x"), Axis.logarithmic("y"))
        .with(new Series.Points("one", new double[] {3}, new double[] {7}))
        .draw(200, 150);
  }

  @Test
  void allKindsOfSeriesLeaveTheirColour() {
    double[] x = {0, 1, 2};
    double[] low = {1, 1, 1};
    double[] high = {3, 3, 3};
    for (Series series :
        List.of(
            new Series.Line("s", x, low),
            new Series.Faint("s", x, low),
            new Series.Dashed("s", x, low),
            new Series.Points("s", x, low),
            new Series.Band("s", x, low, high))) {
      Chart empty = Chart.of("t", Axis.linear("x"), Axis.linear("y"));
      RgbImage image = empty.with(series).draw(300, 200);
      long bluish =
          IntStream.range(0, 300 * 200)
              .map(i -> image.rgb(i % 300, i / 300))
              .filter(rgb -> (rgb & 0xff) - (rgb >> 16) > 20)
              .count();
      assertThat(bluish).as(series.toString()).isGreaterThan(40);
    }
  }

  /** Series without values leave their colours in the legend alone. */
  @Test
  void aLegendTakesAsManyRowsAsItNeeds() {
    Chart chart = Chart.of("t", Axis.linear("x"), Axis.linear("y"));
    for (int i = 0; i < Chart.COLOURS.length; i++) {
      chart =
          chart.with(new Series.Line("a name of some length " + i, new double[0], new double[0]));
    }
    RgbImage image = chart.draw(500, 300);
    for (int colour : Chart.COLOURS) {
      long pixels =
          IntStream.range(0, 500 * 300).filter(i -> image.rgb(i % 500, i / 500) == colour).count();
      assertThat(pixels).as("colour %06x", colour).isGreaterThan(20);
    }
    chart.draw(200, 150); // no room for all of them
  }

  @Test
  void smoothingDoesNotLagAndKeepsConstants() {
    double[] line = numbers(500, i -> 3 * i);
    double[] smooth = Smoothing.centred(line, 0.9);
    assertThat(smooth[250]).isCloseTo(line[250], within(1e-6));
    assertThat(Smoothing.centred(new double[] {2, Double.NaN, 2, 2}, 0.7))
        .containsExactly(new double[] {2, 2, 2, 2}, within(1e-12));
    assertThat(Smoothing.centred(new double[] {1, 5, 2}, 0)).containsExactly(1, 5, 2);
    // by the definition
    double[] y = {1, 4, 2};
    double expected = (0.5 * 1 + 4 + 0.5 * 2) / 2;
    assertThat(Smoothing.centred(y, 0.5)[1]).isCloseTo(expected, within(1e-12));
    assertThatThrownBy(() -> Smoothing.centred(y, 1)).hasMessageContaining("memory");
  }

  @Test
  void sheetsThatAreTooSmallAreRefused() {
    Chart chart = Chart.of("", Axis.linear("x"), Axis.linear("y"));
    assertThatThrownBy(() -> chart.draw(100, 100))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("100 x 100");
  }
}
