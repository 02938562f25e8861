package io.nextscale.cli;

import java.util.LinkedHashMap;
import java.util.Map;

/** What a picture is asked to show. */
sealed interface Subject {

  /** What a recipe says of it. */
  Map<String, Object> describe();

  /**
   * A class.
   *
   * @param label its number
   * @param name what people call it, or nothing
   */
  record OfClass(int label, String name) implements Subject {
    @Override
    public Map<String, Object> describe() {
      Map<String, Object> values = new LinkedHashMap<>();
      values.put("class", label);
      if (!name.isEmpty()) {
        values.put("class_name", name);
      }
      return values;
    }
  }

  /**
   * A sentence.
   *
   * @param text as it was given
   * @param said as the model is told
   */
  record OfCaption(String text, String said) implements Subject {
    @Override
    public Map<String, Object> describe() {
      return Map.of("caption", text);
    }
  }
}
