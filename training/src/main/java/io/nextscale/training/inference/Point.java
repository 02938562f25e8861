package io.nextscale.training.inference;

import io.nextscale.search.Spent;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * The picture that a search found within a budget.
 *
 * @param budget NFE
 * @param truth 1 where it shows what was asked for, else 0: the exact checker
 * @param scores what each verifier says of it
 * @param spent what it cost
 */
record Point(long budget, double truth, Map<String, Double> scores, Spent spent) {

  Point {
    scores = Map.copyOf(scores);
  }

  Json json() {
    SequencedMap<String, Object> values = new LinkedHashMap<>();
    values.put("budget", budget);
    values.put("truth", truth);
    values.put(
        "spent",
        List.of(
            spent.images(),
            spent.evaluations(),
            spent.modelFlops(),
            spent.imageFlops(),
            spent.decodes(),
            spent.verified(),
            spent.seconds()));
    SequencedMap<String, Object> sorted = new LinkedHashMap<>();
    scores.keySet().stream().sorted().forEach(name -> sorted.put(name, scores.get(name)));
    values.put("scores", sorted);
    return Json.of(values);
  }

  static Point parse(String source, Json json) throws FileFormatException {
    if (json instanceof Json.Obj(var members)
        && members.get("budget") instanceof Json.Int(long budget)
        && members.get("spent") instanceof Json.Arr(var items)
        && items.size() == 7
        && members.get("scores") instanceof Json.Obj(var named)) {
      List<Double> spent = new ArrayList<>();
      for (Json item : items) {
        spent.add(number(source, item));
      }
      Map<String, Double> scores = new LinkedHashMap<>();
      for (Map.Entry<String, Json> one : named.entrySet()) {
        scores.put(one.getKey(), number(source, one.getValue()));
      }
      return new Point(
          budget,
          number(source, members.get("truth")),
          scores,
          new Spent(
              Math.round(spent.get(0)),
              Math.round(spent.get(1)),
              spent.get(2),
              spent.get(3),
              Math.round(spent.get(4)),
              Math.round(spent.get(5)),
              spent.get(6)));
    }
    throw Cell.damaged(source, json.write());
  }

  private static double number(String source, @Nullable Json json) throws FileFormatException {
    return switch (json) {
      case Json.Int(long n) -> n;
      case Json.Real(double x) -> x;
      case null, default -> throw Cell.damaged(source, String.valueOf(json));
    };
  }
}
