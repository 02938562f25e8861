package io.nextscale.training.experiment;

import io.nextscale.image.Grid;
import io.nextscale.image.Png;
import io.nextscale.image.RgbImage;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.io.AtomicFile;
import io.nextscale.tensor.io.Json;
import io.nextscale.training.plot.Axis;
import io.nextscale.training.plot.Chart;
import io.nextscale.training.plot.Series;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;

/**
 * What follows of the models of a {@link ScalingLaw}: a power law of their sizes for each quantity.
 *
 * <p>Two intervals stand beside each coefficient, for two questions. That of the {@linkplain
 * PowerLaw regression} holds for other trainings of such models: it takes the distances of the
 * models from the line as chance. It is the one to judge the law by, and with five models it is
 * wide. That of resampling holds for these models and other held-out pictures: the pictures are
 * drawn again with replacement, {@value #RESAMPLES} times and the same for all models, and the law
 * is fitted again (percentile bootstrap, Efron 1979). It says whether there were enough pictures.
 *
 * @param models at least four, by size
 * @param laws by quantity; one is missing where a model makes no errors at all
 */
public record ScalingReport(List<Measured> models, Map<Quantity, Law> laws) {

  /** How often pictures are drawn again. */
  static final int RESAMPLES = 1000;

  private static final int PANEL_WIDTH = 640;
  private static final int PANEL_HEIGHT = 440;

  /** Places at which a line is drawn. */
  private static final int PLACES = 61;

  /**
   * A law and how sure it is.
   *
   * @param fit the law, with the intervals of regression
   * @param exponents the interval of the exponent for other held-out pictures
   * @param pearsons the interval of the Pearson coefficient for other held-out pictures
   */
  public record Law(PowerLaw fit, Interval exponents, Interval pearsons) {

    /** {@code L = (2.2e-09 N)^-0.231}. */
    String formula(String symbol) {
      return String.format(Locale.ROOT, "%s = (%.2g N)^%.4f", symbol, fit.beta(), fit.exponent());
    }

    Json json() {
      Map<String, Object> values = new LinkedHashMap<>();
      values.put("exponent", Interval.number(fit.exponent()));
      values.put("exponent_interval", fit.exponentInterval().json());
      values.put("exponent_interval_pictures", exponents.json());
      values.put("beta", Interval.number(fit.beta()));
      values.put("pearson", Interval.number(fit.pearson()));
      values.put("pearson_interval", fit.pearsonInterval().json());
      values.put("pearson_interval_pictures", pearsons.json());
      values.put("scatter", Interval.number(fit.scatter()));
      return Json.of(values);
    }
  }

  /** Copies its parts. */
  public ScalingReport {
    models = List.copyOf(models);
    laws = Map.copyOf(laws);
  }

  /**
   * Fits the laws.
   *
   * @param models at least {@link PowerLaw#LEAST}, measured on the same pictures
   * @param seed of the resampling
   */
  public static ScalingReport of(List<Measured> models, long seed) {
    int[][] draws = draws(models.getFirst().pictures(), seed);
    Map<Quantity, Law> laws = new EnumMap<>(Quantity.class);
    for (Quantity quantity : Quantity.values()) {
      double[] values = models.stream().mapToDouble(model -> model.mean(quantity)).toArray();
      if (Arrays.stream(values).allMatch(value -> value > 0)) {
        laws.put(quantity, law(models, quantity, values, draws));
      }
    }
    return new ScalingReport(models, laws);
  }

  /** The pictures of each resampling. */
  private static int[][] draws(int pictures, long seed) {
    RandomStream random = RandomStream.of(seed).split("resampled pictures");
    int[][] draws = new int[RESAMPLES][pictures];
    for (int i = 0; i < RESAMPLES; i++) {
      RandomStream own = random.split(i);
      Arrays.setAll(draws[i], _ -> own.nextInt(pictures));
    }
    return draws;
  }

  private static Law law(
      List<Measured> models, Quantity quantity, double[] values, int[]... draws) {
    double[] sizes = models.stream().mapToDouble(Measured::parameters).toArray();
    double[] exponents = new double[draws.length];
    double[] pearsons = new double[draws.length];
    for (int i = 0; i < draws.length; i++) {
      int[] pictures = draws[i];
      double[] again =
          models.stream().mapToDouble(model -> model.mean(quantity, pictures)).toArray();
      boolean positive = Arrays.stream(again).allMatch(value -> value > 0);
      PowerLaw law = positive ? PowerLaw.fit(sizes, again) : null;
      exponents[i] = law == null ? Double.NaN : law.exponent();
      pearsons[i] = law == null ? Double.NaN : law.pearson();
    }
    return new Law(
        PowerLaw.fit(sizes, values),
        Interval.ofQuantiles(exponents),
        Interval.ofQuantiles(pearsons));
  }

  /**
   * Writes {@code results.json}, {@code scaling-law.md} and {@code scaling-law.png}.
   *
   * @return the files
   */
  public List<Path> write(Path folder, ScalingLawSettings settings) throws IOException {
    Path numbers = folder.resolve("results.json");
    Path table = folder.resolve("scaling-law.md");
    Path figure = folder.resolve("scaling-law.png");
    String json = json(settings).writeIndented() + "\n";
    AtomicFile.write(numbers, json.getBytes(StandardCharsets.UTF_8));
    AtomicFile.write(table, markdown(settings).getBytes(StandardCharsets.UTF_8));
    AtomicFile.write(figure, Png.encode(figure(), List.of()));
    return List.of(numbers, table, figure);
  }

  Json.Obj json(ScalingLawSettings settings) {
    SequencedMap<String, Object> all = new LinkedHashMap<>();
    all.put("settings", settings.json());
    all.put("validation_pictures", models.getFirst().pictures());
    all.put("confidence", Interval.CONFIDENCE);
    List<Object> rows = new ArrayList<>();
    for (Measured model : models) {
      SequencedMap<String, Object> row = new LinkedHashMap<>();
      row.put("depth", model.depth());
      row.put("width", model.width());
      row.put("parameters", model.parameters());
      row.put("all_parameters", model.allParameters());
      for (Quantity quantity : Quantity.values()) {
        row.put(quantity.symbol(), model.mean(quantity));
      }
      rows.add(row);
    }
    all.put("models", rows);
    SequencedMap<String, Object> fits = new LinkedHashMap<>();
    for (Quantity quantity : Quantity.values()) {
      Law law = laws.get(quantity);
      fits.put(quantity.symbol(), law == null ? Json.Null.NULL : law.json());
    }
    all.put("laws", fits);
    return (Json.Obj) Json.of(all);
  }

  /** The tables for people. */
  String markdown(ScalingLawSettings settings) {
    StringBuilder text = new StringBuilder("# Scaling law\n\n");
    text.append(
        String.format(
            Locale.ROOT,
            "%d models, each trained on the same %,d pictures for %d epochs in batches of %d, seed"
                + " %d; measured on %,d pictures that none of them has seen. N counts the"
                + " parameters of the blocks and of what conditions all blocks; embeddings, the"
                + " encoder of captions and the head are left out.\n\n",
            models.size(),
            settings.grid().pictures(),
            settings.grid().epochs(),
            settings.var().optimizer().batch(),
            settings.var().optimizer().seed(),
            models.getFirst().pictures()));
    text.append("| Depth | Width | N | All parameters |");
    for (Quantity quantity : Quantity.values()) {
      text.append(' ').append(quantity.symbol()).append(" |");
    }
    text.append("\n|").append("---:|".repeat(4 + Quantity.values().length)).append('\n');
    for (Measured model : models) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %d | %d | %,d | %,d |",
              model.depth(),
              model.width(),
              model.parameters(),
              model.allParameters()));
      for (Quantity quantity : Quantity.values()) {
        text.append(String.format(Locale.ROOT, " %.4f |", model.mean(quantity)));
      }
      text.append('\n');
    }
    text.append(
        """

        Fitted: value = (β N)^α, least squares of the logarithms. In brackets 95 % intervals: of the
        regression (Student's t for α, Fisher's z for r), which hold for other trainings of such
        models, and of pictures drawn again, which hold for these models and other pictures.

        | Quantity | α | regression | pictures | β | Pearson r | regression | pictures |
        |---|---:|---|---|---:|---:|---|---|
        """);
    for (Quantity quantity : Quantity.values()) {
      Law law = laws.get(quantity);
      text.append(
          law == null
              ? "| %s, %s | none: a model makes no errors | | | | | | |\n"
                  .formatted(quantity.symbol(), quantity.description())
              : row(quantity, law));
    }
    return text.append("\n![Scaling law](scaling-law.png)\n").toString();
  }

  private static String row(Quantity quantity, Law law) {
    PowerLaw fit = law.fit();
    return String.format(
        Locale.ROOT,
        "| %s, %s | %.4f | %s | %s | %.3g | %.4f | %s | %s |\n",
        quantity.symbol(),
        quantity.description(),
        fit.exponent(),
        text(fit.exponentInterval()),
        text(law.exponents()),
        fit.beta(),
        fit.pearson(),
        text(fit.pearsonInterval()),
        text(law.pearsons()));
  }

  private static String text(Interval interval) {
    return String.format(Locale.ROOT, "[%.4f, %.4f]", interval.low(), interval.high());
  }

  /** Lines for people, one for each law. */
  public List<String> summary() {
    List<String> lines = new ArrayList<>();
    for (Quantity quantity : Quantity.values()) {
      Law law = laws.get(quantity);
      lines.add(
          law == null
              ? quantity.symbol() + ": no law, a model makes no errors"
              : String.format(
                  Locale.ROOT,
                  "%s, exponent %s, Pearson r %.4f %s",
                  law.formula(quantity.symbol()),
                  text(law.fit().exponentInterval()),
                  law.fit().pearson(),
                  text(law.fit().pearsonInterval())));
    }
    return lines;
  }

  /** Four panels as in the paper's figure: losses above, error rates below, last scale left. */
  RgbImage figure() {
    return Grid.of(Arrays.stream(Quantity.values()).map(this::panel).toList(), 2, 0);
  }

  private RgbImage panel(Quantity quantity) {
    double[] sizes = models.stream().mapToDouble(Measured::parameters).toArray();
    double[] values = models.stream().mapToDouble(model -> model.mean(quantity)).toArray();
    Law law = laws.get(quantity);
    Chart chart =
        Chart.of(
            law == null ? quantity.symbol() : title(quantity, law),
            Axis.logarithmic("parameters N"),
            Axis.logarithmic(quantity.description()));
    if (law != null) {
      PowerLaw fit = law.fit();
      double[] places = places(sizes);
      Interval[] band = Arrays.stream(places).mapToObj(fit::interval).toArray(Interval[]::new);
      chart =
          chart
              .with(
                  new Series.Band(
                      "95% interval",
                      places,
                      Arrays.stream(band).mapToDouble(Interval::low).toArray(),
                      Arrays.stream(band).mapToDouble(Interval::high).toArray()))
              .with(new Series.Dashed("fit", places, Arrays.stream(places).map(fit::at).toArray()));
    }
    return chart.with(new Series.Points("models", sizes, values)).draw(PANEL_WIDTH, PANEL_HEIGHT);
  }

  private static String title(Quantity quantity, Law law) {
    return law.formula(quantity.symbol())
        + String.format(Locale.ROOT, ", r = %.4f", law.fit().pearson());
  }

  /** Equal factors from the smallest to the largest size. */
  private static double[] places(double... sizes) {
    double low = Arrays.stream(sizes).min().orElseThrow();
    double high = Arrays.stream(sizes).max().orElseThrow();
    double[] places = new double[PLACES];
    Arrays.setAll(places, i -> low * StrictMath.pow(high / low, i / (PLACES - 1.0)));
    return places;
  }
}
