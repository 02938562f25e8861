package io.nextscale.training.plot;

import io.nextscale.image.RgbImage;
import io.nextscale.image.draw.Canvas;
import io.nextscale.image.draw.Canvas.Path;
import io.nextscale.image.draw.Letters;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A chart of several series over two axes.
 *
 * <pre>{@code
 * RgbImage picture =
 *     Chart.of("Loss", Axis.linear("iteration"), Axis.logarithmic("loss"))
 *         .with(new Series.Faint("training", iterations, losses))
 *         .with(new Series.Line("training", iterations, Smoothing.centred(losses, 0.98)))
 *         .draw(960, 600);
 * }</pre>
 *
 * @param title above the chart; may be empty
 * @param x the horizontal axis
 * @param y the vertical axis
 * @param series in the order to draw them
 */
public record Chart(String title, Axis x, Axis y, List<Series> series) {

  /** Colours that the colour-blind can tell apart too (Okabe and Ito 2008). */
  static final int[] COLOURS = {
    0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9, 0x5b5b5b, 0x000000, 0x8c564b,
    0x6a3d9a, 0xb2df8a, 0x999933
  };

  static final int INK = 0x2b2b2b;
  static final int GREY = 0x5f5f5f;
  private static final int GRID = 0xe4e4e4;
  private static final int MINOR = 0xf2f2f2;

  static final double SMALL = 9;
  static final double TITLE = 12;

  /** Around everything, and between the parts. */
  static final double MARGIN = 16;

  /** From one row of the legend to the next. */
  private static final double LEGEND_ROW = SMALL + 8;

  /** What stands before a name in the legend. */
  private static final double SAMPLE = 26;

  /** Copies the series. */
  public Chart {
    series = List.copyOf(series);
  }

  /** A chart without series. */
  public static Chart of(String title, Axis x, Axis y) {
    return new Chart(title, x, y, List.of());
  }

  /** The same with one more series. */
  public Chart with(Series more) {
    List<Series> all = new ArrayList<>(series);
    all.add(more);
    return new Chart(title, x, y, all);
  }

  /**
   * The picture.
   *
   * @param width in pixels, at least 200
   * @param height in pixels, at least 150
   */
  public RgbImage draw(int width, int height) {
    if (width < 200 || height < 150) {
      throw new IllegalArgumentException(
          "chart: at least 200 x 150 pixels; got " + width + " x " + height);
    }
    Canvas canvas = new Canvas(width, height);
    List<String> names = names();
    double head = MARGIN + (title.isEmpty() ? 0 : TITLE + MARGIN);
    boolean legend = names.size() > 1 || series.size() > 1;
    double bottom = height - MARGIN - SMALL - MARGIN * 0.75 - SMALL - MARGIN * 0.6;
    double right = width - MARGIN * 1.5;

    // The legend takes room from the axis, whose labels say where the legend begins.
    int rows = legend ? 1 : 0;
    double top;
    Span vertical;
    double left;
    List<Place> places;
    do {
      top = head + (rows == 0 ? 0 : rows * LEGEND_ROW + MARGIN - (LEGEND_ROW - SMALL));
      vertical = Span.of(y, values(true), bottom, top);
      double widest =
          vertical.ticks().stream()
              .mapToDouble(t -> Letters.width(t.text(), SMALL))
              .max()
              .orElse(0);
      left = MARGIN + SMALL + MARGIN * 0.75 + widest + MARGIN * 0.5;
      places = places(names, left, width - MARGIN * 0.5);
    } while (legend && places.getLast().row() >= rows && ++rows * LEGEND_ROW < (bottom - head) / 2);
    Span horizontal = Span.of(x, values(false), left, right);

    axes(canvas, horizontal, vertical);
    canvas.clip(left, top, right, bottom);
    for (Series one : series) {
      draw(canvas, one, COLOURS[names.indexOf(one.name()) % COLOURS.length], horizontal, vertical);
    }
    canvas.unclip();
    frame(canvas, left, top, right, bottom);
    Letters.write(canvas, title, left, MARGIN + TITLE, 0, TITLE, INK, false);
    if (legend) {
      legend(canvas, names, places, head + SMALL);
    }
    return canvas.image();
  }

  private List<String> names() {
    Set<String> names = new LinkedHashSet<>();
    series.forEach(one -> names.add(one.name()));
    return List.copyOf(names);
  }

  /** All values along an axis. */
  private double[] values(boolean vertical) {
    List<double[]> all = new ArrayList<>();
    for (Series one : series) {
      if (!vertical) {
        all.add(one.x());
        continue;
      }
      switch (one) {
        case Series.Line line -> all.add(line.y());
        case Series.Faint line -> all.add(line.y());
        case Series.Dashed line -> all.add(line.y());
        case Series.Points points -> all.add(points.y());
        case Series.Band band -> {
          all.add(band.low());
          all.add(band.high());
        }
      }
    }
    return all.stream().flatMapToDouble(java.util.Arrays::stream).toArray();
  }

  private void axes(Canvas canvas, Span horizontal, Span vertical) {
    double top = vertical.to();
    double bottom = vertical.from();
    double left = horizontal.from();
    double right = horizontal.to();
    across(canvas, horizontal, top, bottom);
    for (Axis.Tick tick : vertical.ticks()) {
      double at = Math.floor(vertical.pixel(tick.value())) + 0.5;
      rule(canvas, Path.line(left, at, right, at), tick);
      double end = left - MARGIN * 0.5;
      Letters.write(canvas, tick.text(), end, at + SMALL / 2, 1, SMALL, GREY, false);
    }
    double line = bottom + MARGIN * 0.6 + SMALL + MARGIN * 0.75 + SMALL;
    Letters.write(canvas, x.label(), (left + right) / 2, line, 0.5, SMALL, INK, false);
    Letters.write(canvas, y.label(), MARGIN + SMALL, (top + bottom) / 2, 0.5, SMALL, INK, true);
  }

  /** The rules and labels of a horizontal axis. */
  static void across(Canvas canvas, Span horizontal, double top, double bottom) {
    double free = Double.NEGATIVE_INFINITY; // where the last label ended
    for (Axis.Tick tick : horizontal.ticks()) {
      double at = Math.floor(horizontal.pixel(tick.value())) + 0.5;
      rule(canvas, Path.line(at, top, at, bottom), tick);
      double half = Letters.width(tick.text(), SMALL) / 2;
      if (!tick.text().isEmpty() && at - half > free) {
        double line = bottom + MARGIN * 0.6 + SMALL;
        Letters.write(canvas, tick.text(), at, line, 0.5, SMALL, GREY, false);
        free = at + half + MARGIN * 0.4;
      }
    }
  }

  private static void rule(Canvas canvas, Path line, Axis.Tick tick) {
    canvas.stroke(List.of(line), 1, tick.text().isEmpty() ? MINOR : GRID, 1);
  }

  private static void frame(Canvas canvas, double left, double top, double right, double bottom) {
    double base = Math.floor(bottom) + 0.5;
    double side = Math.floor(left) + 0.5;
    Path path = new Path(new double[] {side, side, right}, new double[] {top, base, base});
    canvas.stroke(List.of(path), 1.2, GREY, 1);
  }

  private static void draw(
      Canvas canvas, Series series, int colour, Span horizontal, Span vertical) {
    switch (series) {
      case Series.Line(_, double[] x, double[] y) ->
          canvas.stroke(lines(x, y, horizontal, vertical), 2, colour, 1);
      case Series.Faint(_, double[] x, double[] y) ->
          canvas.stroke(lines(x, y, horizontal, vertical), 1, colour, 0.3);
      case Series.Dashed(_, double[] x, double[] y) ->
          canvas.stroke(dashes(lines(x, y, horizontal, vertical)), 1.6, colour, 0.9);
      case Series.Points(_, double[] x, double[] y) -> {
        List<Path> dots = new ArrayList<>();
        for (int i = 0; i < x.length; i++) {
          if (horizontal.axis().shows(x[i]) && vertical.axis().shows(y[i])) {
            double px = horizontal.pixel(x[i]);
            double py = vertical.pixel(y[i]);
            dots.add(Path.line(px, py, px, py));
          }
        }
        canvas.stroke(dots, 9, 0xffffff, 1); // a rim that keeps it apart from lines
        canvas.stroke(dots, 6.5, colour, 1);
      }
      case Series.Band(_, double[] x, double[] low, double[] high) -> {
        List<Path> below = lines(x, low, horizontal, vertical);
        List<Path> above = lines(x, high, horizontal, vertical);
        for (int i = 0; i < Math.min(below.size(), above.size()); i++) {
          canvas.fill(between(below.get(i), above.get(i)), colour, 0.18);
        }
      }
    }
  }

  private static Path between(Path below, Path above) {
    int n = below.x().length;
    int m = above.x().length;
    double[] x = java.util.Arrays.copyOf(below.x(), n + m);
    double[] y = java.util.Arrays.copyOf(below.y(), n + m);
    for (int i = 0; i < m; i++) {
      x[n + i] = above.x()[m - 1 - i];
      y[n + i] = above.y()[m - 1 - i];
    }
    return new Path(x, y);
  }

  /** The pixels of a line, broken where a value has no place. */
  private static List<Path> lines(double[] x, double[] y, Span horizontal, Span vertical) {
    List<Path> paths = new ArrayList<>();
    List<double[]> points = new ArrayList<>();
    for (int i = 0; i <= x.length; i++) {
      if (i < x.length && horizontal.axis().shows(x[i]) && vertical.axis().shows(y[i])) {
        points.add(new double[] {horizontal.pixel(x[i]), vertical.pixel(y[i])});
      } else if (!points.isEmpty()) {
        paths.add(
            new Path(
                points.stream().mapToDouble(p -> p[0]).toArray(),
                points.stream().mapToDouble(p -> p[1]).toArray()));
        points.clear();
      }
    }
    return paths;
  }

  /** Every other six pixels of lines. */
  private static List<Path> dashes(List<Path> lines) {
    double dash = 6;
    List<Path> dashes = new ArrayList<>();
    for (Path line : lines) {
      double walked = 0;
      for (int i = 1; i < line.x().length; i++) {
        double dx = line.x()[i] - line.x()[i - 1];
        double dy = line.y()[i] - line.y()[i - 1];
        double length = Math.sqrt(dx * dx + dy * dy);
        double at = 0;
        while (at < length) {
          double phase = (walked + at) % (2 * dash);
          double piece = Math.min(length - at, (phase < dash ? dash : 2 * dash) - phase + 1e-9);
          if (phase < dash) {
            double a = at / length;
            double b = (at + piece) / length;
            dashes.add(
                Path.line(
                    line.x()[i - 1] + a * dx,
                    line.y()[i - 1] + a * dy,
                    line.x()[i - 1] + b * dx,
                    line.y()[i - 1] + b * dy));
          }
          at += piece;
        }
        walked += length;
      }
    }
    return dashes;
  }

  /**
   * Where an entry of the legend begins.
   *
   * @param row from 0
   * @param x in pixels
   */
  private record Place(int row, double x) {}

  /** The places of names: a new row begins where the next name would not end before the right. */
  private static List<Place> places(List<String> names, double left, double right) {
    List<Place> places = new ArrayList<>();
    int row = 0;
    double pen = left;
    for (String name : names) {
      double width = SAMPLE + Letters.width(name, SMALL);
      if (pen > left && pen + width > right) {
        row++;
        pen = left;
      }
      places.add(new Place(row, pen));
      pen += width + MARGIN * 1.4;
    }
    return places;
  }

  private void legend(Canvas canvas, List<String> names, List<Place> places, double first) {
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      int colour = COLOURS[i % COLOURS.length];
      double pen = places.get(i).x();
      double line = first + places.get(i).row() * LEGEND_ROW;
      double middle = line - SMALL / 2;
      List<Path> sample = List.of(Path.line(pen + 2, middle, pen + 18, middle));
      switch (series.stream().filter(one -> one.name().equals(name)).toList().getLast()) {
        case Series.Line _ -> canvas.stroke(sample, 3, colour, 1);
        case Series.Faint _ -> canvas.stroke(sample, 1, colour, 0.3);
        case Series.Dashed _ -> canvas.stroke(dashes(sample), 1.6, colour, 0.9);
        case Series.Points _ -> {
          double x = pen + 10;
          canvas.stroke(List.of(Path.line(x, middle, x, middle)), 6.5, colour, 1);
        }
        case Series.Band _ -> canvas.fill(pen + 2, middle - 5, pen + 18, middle + 5, colour, 0.18);
      }
      Letters.write(canvas, name, pen + SAMPLE, line, 0, SMALL, INK, false);
    }
  }
}
