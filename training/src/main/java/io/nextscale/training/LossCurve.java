package io.nextscale.training;

import io.nextscale.image.RgbImage;
import io.nextscale.training.plot.Axis;
import io.nextscale.training.plot.Chart;
import io.nextscale.training.plot.Series;
import io.nextscale.training.plot.Smoothing;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;

/**
 * A number of one or several runs over the iterations: every value faintly, their course over it,
 * and evaluations as points.
 */
public final class LossCurve {

  private static final int WIDTH = 960;
  private static final int HEIGHT = 600;

  /** The course is a mean over about this part of a run. */
  private static final double WINDOW = 0.01;

  /** From this ratio of the largest to the smallest course on, the axis is logarithmic. */
  private static final double RANGE = 20;

  private LossCurve() {}

  /** The loss of one run. */
  public static RgbImage of(String title, List<MetricsLog.Row> rows) {
    Chart chart = Chart.of(title, Axis.linear("iteration"), axis(Learner.LOSS, List.of(rows)));
    return withEvaluation(
            with(chart, "training", Learner.LOSS, rows), "evaluation", Learner.LOSS, rows)
        .draw(WIDTH, HEIGHT);
  }

  /**
   * A number of several runs.
   *
   * @param metric its name in the rows, and in their evaluations where it is there too
   * @param runs rows by the name of their run
   */
  public static RgbImage of(
      String title, String metric, SequencedMap<String, List<MetricsLog.Row>> runs) {
    Chart chart = Chart.of(title, Axis.linear("iteration"), axis(metric, runs.sequencedValues()));
    for (Map.Entry<String, List<MetricsLog.Row>> run : runs.entrySet()) {
      chart = with(chart, run.getKey(), metric, run.getValue());
      chart = withEvaluation(chart, run.getKey(), metric, run.getValue());
    }
    return chart.draw(WIDTH, HEIGHT);
  }

  private static Chart with(Chart chart, String name, String metric, List<MetricsLog.Row> rows) {
    double[] x = rows.stream().mapToDouble(MetricsLog.Row::iteration).toArray();
    double[] y = numbers(rows, MetricsLog.Row::metrics, metric);
    return chart.with(new Series.Faint(name, x, y)).with(new Series.Line(name, x, course(y)));
  }

  private static Chart withEvaluation(
      Chart chart, String name, String metric, List<MetricsLog.Row> rows) {
    List<MetricsLog.Row> measured =
        rows.stream().filter(row -> row.evaluation().containsKey(metric)).toList();
    if (measured.isEmpty()) {
      return chart;
    }
    double[] x = measured.stream().mapToDouble(MetricsLog.Row::iteration).toArray();
    double[] y = numbers(measured, MetricsLog.Row::evaluation, metric);
    return chart.with(new Series.Line(name, x, y)).with(new Series.Points(name, x, y));
  }

  private static double[] course(double... y) {
    double memory = Math.max(0, 1 - 1 / Math.max(1, WINDOW * y.length));
    return Smoothing.centred(y, memory);
  }

  private static double[] numbers(
      List<MetricsLog.Row> rows,
      Function<MetricsLog.Row, SequencedMap<String, Double>> part,
      String metric) {
    return rows.stream()
        .mapToDouble(row -> part.apply(row).getOrDefault(metric, Double.NaN))
        .toArray();
  }

  private static Axis axis(String metric, Iterable<List<MetricsLog.Row>> runs) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (List<MetricsLog.Row> rows : runs) {
      for (double value : course(numbers(rows, MetricsLog.Row::metrics, metric))) {
        if (Double.isFinite(value)) {
          low = Math.min(low, value);
          high = Math.max(high, value);
        }
      }
    }
    return low > 0 && high > RANGE * low ? Axis.logarithmic(metric) : Axis.linear(metric);
  }
}
