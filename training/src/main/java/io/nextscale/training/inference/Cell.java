package io.nextscale.training.inference;

import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * What searches of one kind found for one caption, a point for each budget.
 *
 * @param key what was searched
 * @param points by budget, smallest first; a budget that is too small has none
 */
record Cell(Key key, List<Point> points) {

  /**
   * A part of the experiment, the smallest that is done or not done.
   *
   * @param generator its name
   * @param method how
   * @param verifier the name of the one that chose
   * @param caption its number
   */
  record Key(String generator, Method method, String verifier, int caption) {}

  Cell {
    points = List.copyOf(points);
  }

  Json json() {
    SequencedMap<String, Object> values = new LinkedHashMap<>();
    values.put("generator", key.generator());
    values.put("method", key.method().word());
    values.put("verifier", key.verifier());
    values.put("caption", key.caption());
    values.put("points", points.stream().map(Point::json).toList());
    return Json.of(values);
  }

  static Cell parse(String source, Json json) throws FileFormatException {
    if (json instanceof Json.Obj(var members)
        && members.get("generator") instanceof Json.Str(String generator)
        && members.get("method") instanceof Json.Str(String method)
        && members.get("verifier") instanceof Json.Str(String verifier)
        && members.get("caption") instanceof Json.Int(long caption)
        && caption >= 0
        && caption <= Integer.MAX_VALUE
        && members.get("points") instanceof Json.Arr(var items)) {
      List<Point> points = new ArrayList<>();
      for (Json item : items) {
        points.add(Point.parse(source, item));
      }
      try {
        return new Cell(new Key(generator, Method.named(method), verifier, (int) caption), points);
      } catch (IllegalArgumentException e) { // a method of another version
        throw damaged(source, method);
      }
    }
    throw damaged(source, json.write());
  }

  static FileFormatException damaged(String source, String got) {
    return new FileFormatException(
        source,
        "what a search found",
        FileFormatException.quote(got),
        "delete the line: that search is then run again");
  }
}
