package io.nextscale.training.inference;

import io.nextscale.image.Grid;
import io.nextscale.image.RgbImage;
import io.nextscale.training.experiment.Interval;
import io.nextscale.training.plot.Axis;
import io.nextscale.training.plot.Chart;
import io.nextscale.training.plot.Series;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;

/** The curves of an {@link InferenceReport} as pictures. */
final class InferenceFigures {

  private static final int WIDTH = 640;
  private static final int HEIGHT = 440;

  private InferenceFigures() {}

  /** By the names of their files. */
  static SequencedMap<String, RgbImage> of(InferenceReport report) {
    SequencedMap<String, RgbImage> figures = new LinkedHashMap<>();
    Bootstrap bootstrap = report.bootstrap();
    for (String verifier : report.verifiers()) {
      for (InferenceReport.Model model : report.models()) {
        List<Curve> curves = report.curves(model.name(), verifier);
        if (!curves.isEmpty()) {
          figures.put(
              file("truth", model.name(), verifier),
              truth(model.name(), verifier, curves, bootstrap));
          if (!verifier.equals(InferenceText.ORACLE)) {
            figures.put(
                file("verifier", model.name(), verifier), hacking(model.name(), verifier, curves));
          }
        }
      }
      if (report.models().size() > 1) {
        figures.put(file("models", "all", verifier), models(report, verifier));
      }
    }
    return figures;
  }

  private static String file(String what, String model, String verifier) {
    String name = "%s-%s-%s".formatted(what, model, verifier).toLowerCase(Locale.ROOT);
    return name.replaceAll("[^a-z0-9]+", "-").replaceAll("-$", "") + ".png";
  }

  /** The truth over everything that is spent: four panels. */
  private static RgbImage truth(
      String model, String verifier, List<Curve> curves, Bootstrap bootstrap) {
    List<RgbImage> panels = new ArrayList<>();
    for (Cost cost : Cost.values()) {
      panels.add(
          truth(
              model + ", chosen by " + verifier,
              Axis.logarithmic(cost.title()),
              cost,
              curves,
              bootstrap));
    }
    panels.add(
        truth(
            model + ", chosen by " + verifier,
            Axis.linear(Cost.FLOPS.title()),
            Cost.FLOPS,
            curves,
            bootstrap));
    return Grid.of(panels, 2, 0);
  }

  private static RgbImage truth(
      String title, Axis axis, Cost cost, List<Curve> curves, Bootstrap bootstrap) {
    Chart chart = Chart.of(title, axis, Axis.linear("right, %"));
    for (Curve curve : curves) {
      double[] x = costs(curve, cost);
      double[] y = new double[x.length];
      double[] low = new double[x.length];
      double[] high = new double[x.length];
      for (int i = 0; i < x.length; i++) {
        double[] truth = curve.levels().get(i).truth();
        Interval interval = bootstrap.mean(truth);
        y[i] = 100 * Bootstrap.average(truth, n -> true);
        low[i] = 100 * interval.low();
        high[i] = 100 * interval.high();
      }
      String name = curve.method().title();
      if (curve.method() == Method.RANDOM || curve.method() == Method.BEAM) {
        chart = chart.with(new Series.Band(name, x, low, high));
      }
      chart = chart.with(new Series.Line(name, x, y)).with(new Series.Points(name, x, y));
    }
    return chart.draw(WIDTH, HEIGHT);
  }

  private static double[] costs(Curve curve, Cost cost) {
    return curve.levels().stream().mapToDouble(level -> level.cost(cost)).toArray();
  }

  /** What the verifier says beside the truth: where it rises alone, it is deceived. */
  private static RgbImage hacking(String model, String verifier, List<Curve> curves) {
    Chart says =
        Chart.of(
            model + ": what " + verifier + " says",
            Axis.logarithmic(Cost.NFE.title()),
            Axis.linear("mean score of " + verifier));
    Chart shows =
        Chart.of(
            model + ": what pictures show",
            Axis.logarithmic(Cost.NFE.title()),
            Axis.linear("right, %"));
    for (Curve curve : curves) {
      double[] x = costs(curve, Cost.NFE);
      double[] score = new double[x.length];
      double[] right = new double[x.length];
      for (int i = 0; i < x.length; i++) {
        Curve.Level level = curve.levels().get(i);
        score[i] = Bootstrap.average(level.scores(verifier), n -> true);
        right[i] = 100 * level.right();
      }
      String name = curve.method().title();
      says = says.with(new Series.Line(name, x, score));
      shows = shows.with(new Series.Line(name, x, right));
    }
    return Grid.of(List.of(says.draw(WIDTH, HEIGHT), shows.draw(WIDTH, HEIGHT)), 2, 0);
  }

  /** The best kind of search of each model, side by side. */
  private static RgbImage models(InferenceReport report, String verifier) {
    List<RgbImage> panels = new ArrayList<>();
    for (Cost cost : Cost.values()) {
      Chart chart =
          Chart.of(
              "all models, chosen by " + verifier,
              Axis.logarithmic(cost.title()),
              Axis.linear("right, %"));
      for (InferenceReport.Model model : report.models()) {
        Curve best = report.best(model.name(), verifier);
        for (Curve curve : report.curves(model.name(), verifier)) {
          boolean isBest = best != null && best.method() == curve.method();
          if (isBest || curve.method() == Method.RANDOM) {
            double[] x = costs(curve, cost);
            double[] y =
                curve.levels().stream().mapToDouble(level -> 100 * level.right()).toArray();
            chart = chart.with(new Series.Line(model.name() + ", " + curve.method().title(), x, y));
          }
        }
      }
      panels.add(chart.draw(WIDTH, HEIGHT));
    }
    return Grid.of(panels, Cost.values().length, 0);
  }
}
