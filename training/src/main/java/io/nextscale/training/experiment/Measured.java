package io.nextscale.training.experiment;

import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.Json;
import io.nextscale.var.VarTrainer.Evaluation;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A trained model of an experiment and how well it does on every held-out picture.
 *
 * @param depth its blocks
 * @param width its channels
 * @param parameters N: those of its blocks and of what conditions all blocks, as the paper counts
 *     (18 d C² there); no embeddings, no encoder of captions, no head
 * @param allParameters with these
 * @param scores of each quantity a number per picture, in one order for all models
 */
public record Measured(
    int depth, int width, long parameters, long allParameters, Map<Quantity, List<Double>> scores) {

  private static final String DEPTH = "depth";
  private static final String WIDTH = "width";
  private static final String PARAMETERS = "parameters";
  private static final String ALL_PARAMETERS = "all_parameters";

  /** Checks that all quantities have a number for each of at least one picture. */
  public Measured {
    scores = Map.copyOf(scores);
    int pictures = scores.getOrDefault(Quantity.L_MEAN, List.of()).size();
    for (Quantity quantity : Quantity.values()) {
      List<Double> own = scores.getOrDefault(quantity, List.of());
      if (own.isEmpty()
          || own.size() != pictures
          || !own.stream().allMatch(score -> score >= 0 && Double.isFinite(score))) {
        throw new IllegalArgumentException(
            "measured: %s of %d pictures, at least one, finite and not negative; got %d numbers"
                .formatted(quantity.symbol(), pictures, own.size()));
      }
    }
    if (depth < 1 || width < 1 || parameters < 1 || allParameters < parameters) {
      throw new IllegalArgumentException(
          "measured: a depth, a width and parameters of at least 1; got %d, %d, %d of %d"
              .formatted(depth, width, parameters, allParameters));
    }
  }

  /** What was measured picture by picture. */
  static Measured of(
      int depth, int width, long parameters, long allParameters, List<Evaluation> each) {
    Map<Quantity, List<Double>> scores = new EnumMap<>(Quantity.class);
    for (Quantity quantity : Quantity.values()) {
      scores.put(quantity, each.stream().map(quantity::of).toList());
    }
    return new Measured(depth, width, parameters, allParameters, scores);
  }

  /** How many pictures were measured. */
  public int pictures() {
    return scores(Quantity.L_MEAN).size();
  }

  /** The numbers of a quantity, one per picture. */
  public List<Double> scores(Quantity quantity) {
    return scores.getOrDefault(quantity, List.of());
  }

  /** The mean over all pictures. */
  public double mean(Quantity quantity) {
    return scores(quantity).stream().mapToDouble(Double::doubleValue).sum() / pictures();
  }

  /** The mean over some of the pictures, each as often as it is named. */
  double mean(Quantity quantity, int... pictures) {
    List<Double> own = scores(quantity);
    double sum = 0;
    for (int picture : pictures) {
      sum += own.get(picture);
    }
    return sum / pictures.length;
  }

  Json json() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put(DEPTH, depth);
    values.put(WIDTH, width);
    values.put(PARAMETERS, parameters);
    values.put(ALL_PARAMETERS, allParameters);
    for (Quantity quantity : Quantity.values()) {
      values.put(quantity.symbol(), scores(quantity));
    }
    return Json.of(values);
  }

  /**
   * What {@link #json} wrote.
   *
   * @throws FileFormatException when it is something else
   */
  static Measured parse(String source, Json json) throws FileFormatException {
    Map<Quantity, List<Double>> scores = new EnumMap<>(Quantity.class);
    for (Quantity quantity : Quantity.values()) {
      scores.put(quantity, numbers(source, json, quantity.symbol()));
    }
    long depth = integer(source, json, DEPTH);
    long width = integer(source, json, WIDTH);
    try {
      return new Measured(
          Math.toIntExact(depth),
          Math.toIntExact(width),
          integer(source, json, PARAMETERS),
          integer(source, json, ALL_PARAMETERS),
          scores);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw damaged(source, "numbers of a model", "" + e.getMessage());
    }
  }

  private static List<Double> numbers(String source, Json json, String name)
      throws FileFormatException {
    List<Double> numbers = new ArrayList<>();
    if (json.at(name).orElse(null) instanceof Json.Arr(List<Json> items)) {
      for (Json item : items) {
        switch (item) {
          case Json.Real(double x) -> numbers.add(x);
          case Json.Int(long n) -> numbers.add((double) n);
          default -> throw damaged(source, name + " as numbers", item.write());
        }
      }
      return numbers;
    }
    throw damaged(source, name + " as a list of numbers", "none");
  }

  private static long integer(String source, Json json, String name) throws FileFormatException {
    if (json.at(name).orElse(null) instanceof Json.Int(long n)) {
      return n;
    }
    throw damaged(source, name + " as a whole number", "none");
  }

  private static FileFormatException damaged(String source, String expected, String got) {
    return new FileFormatException(
        source,
        expected,
        FileFormatException.quote(got),
        "delete the file: the model is then measured again");
  }
}
