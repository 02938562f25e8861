package io.nextscale.training.plot;

import io.nextscale.image.RgbImage;
import io.nextscale.image.draw.Canvas;
import io.nextscale.image.draw.Letters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Bars from left to right, with a name for each group of them and a number at the end of each. Over
 * a logarithmic axis they begin at a power of ten below the smallest value.
 *
 * @param title above the chart; may be empty
 * @param axis of the values
 * @param groups what is compared, from top to bottom
 * @param series who is compared; each has a bar in each group
 */
public record Bars(String title, Axis axis, List<String> groups, List<Series> series) {

  private static final double BAR = 13;

  /** Between two groups. */
  private static final double GAP = 12;

  private static final String NOTHING = "\u2013";

  /**
   * The bars of one colour.
   *
   * @param values one for each group; NaN where there is none
   */
  public record Series(String name, double[] values) {}

  /** Copies the lists. */
  public Bars {
    groups = List.copyOf(groups);
    series = List.copyOf(series);
    for (Series one : series) {
      if (one.values().length != groups.size()) {
        throw new IllegalArgumentException(
            "bars: a value for each of " + groups + "; got " + Arrays.toString(one.values()));
      }
    }
  }

  /** A chart without bars. */
  public static Bars of(String title, Axis axis, List<String> groups) {
    return new Bars(title, axis, groups, List.of());
  }

  /** The same with one more series. */
  public Bars with(String name, double... values) {
    List<Series> all = new ArrayList<>(series);
    all.add(new Series(name, values.clone()));
    return new Bars(title, axis, groups, all);
  }

  /** The picture, as high as it has to be. */
  public RgbImage draw(int width) {
    double legend = Chart.MARGIN + (title.isEmpty() ? 0 : Chart.TITLE + Chart.MARGIN);
    double top = legend + Chart.SMALL + Chart.MARGIN;
    double group = series.size() * BAR + GAP;
    double bottom = top + GAP / 2 + group * groups.size();
    double names = groups.stream().mapToDouble(n -> Letters.width(n, Chart.SMALL)).max().orElse(0);
    double left = Chart.MARGIN + names + Chart.MARGIN * 0.75;
    Span span = span(left, width - Chart.MARGIN * 1.5 - numbers());
    double label = bottom + Chart.MARGIN * 0.6 + Chart.SMALL + Chart.MARGIN * 0.75 + Chart.SMALL;

    Canvas canvas = new Canvas(width, (int) Math.ceil(label + Chart.MARGIN));
    Chart.across(canvas, span, top, bottom);
    Letters.write(
        canvas,
        axis.label(),
        (span.from() + span.to()) / 2,
        label,
        0.5,
        Chart.SMALL,
        Chart.INK,
        false);
    for (int g = 0; g < groups.size(); g++) {
      group(canvas, g, span, top + GAP + g * group - GAP / 4);
    }
    Letters.write(
        canvas, title, Chart.MARGIN, Chart.MARGIN + Chart.TITLE, 0, Chart.TITLE, Chart.INK, false);
    legend(canvas, legend + Chart.SMALL);
    return canvas.image();
  }

  /** The widest number at the end of a bar, and the space before it. */
  private double numbers() {
    return Chart.MARGIN * 0.5
        + series.stream()
            .flatMapToDouble(one -> Arrays.stream(one.values()))
            .map(value -> Letters.width(number(value), Chart.SMALL))
            .max()
            .orElse(0);
  }

  private Span span(double from, double to) {
    double[] shown =
        series.stream()
            .flatMapToDouble(one -> Arrays.stream(one.values()))
            .filter(axis::shows)
            .map(axis::place)
            .toArray();
    double low = Arrays.stream(shown).min().orElse(0);
    double high = Arrays.stream(shown).max().orElse(1);
    low = axis.logarithmic() ? Math.ceil(low) - 1 : Math.min(low, 0);
    return new Span(axis, low, high > low ? high : low + 1, from, to);
  }

  private void group(Canvas canvas, int g, Span span, double top) {
    double middle = top + series.size() * BAR / 2 + Chart.SMALL / 2;
    double end = span.from() - Chart.MARGIN * 0.5;
    Letters.write(canvas, groups.get(g), end, middle, 1, Chart.SMALL, Chart.INK, false);
    for (int s = 0; s < series.size(); s++) {
      double value = series.get(s).values()[g];
      double tip = axis.shows(value) ? span.pixel(value) : span.from();
      double upper = top + s * BAR;
      canvas.fill(span.from(), upper + 1, tip, upper + BAR - 1, colour(s), 1);
      double line = upper + (BAR + Chart.SMALL) / 2;
      double start = tip + Chart.MARGIN * 0.35;
      Letters.write(canvas, number(value), start, line, 0, Chart.SMALL, Chart.GREY, false);
    }
  }

  private static int colour(int series) {
    return Chart.COLOURS[series % Chart.COLOURS.length];
  }

  private static String number(double value) {
    return Double.isFinite(value) ? threeDigits(value) : NOTHING;
  }

  /** A finite number with three digits, or with those before its point: 0.0123, 1.23, 12,346. */
  public static String threeDigits(double value) {
    double size = Math.abs(value);
    int whole = size < 1e-9 ? 0 : (int) Math.floor(StrictMath.log10(size));
    return String.format(Locale.ROOT, "%,." + Math.clamp(2L - whole, 0, 6) + "f", value);
  }

  private void legend(Canvas canvas, double line) {
    double pen = Chart.MARGIN;
    for (int s = 0; s < series.size(); s++) {
      canvas.fill(pen, line - Chart.SMALL, pen + Chart.SMALL, line, colour(s), 1);
      pen += Chart.SMALL + Chart.MARGIN * 0.4;
      String name = series.get(s).name();
      Letters.write(canvas, name, pen, line, 0, Chart.SMALL, Chart.INK, false);
      pen += Letters.width(name, Chart.SMALL) + Chart.MARGIN * 1.4;
    }
  }
}
