package io.nextscale.tensor.io;

import java.util.Collection;
import java.util.Map;

/** Writes JSON values as text. */
final class JsonWriter {

  private final StringBuilder out = new StringBuilder();
  private final boolean indented;

  private JsonWriter(boolean indented) {
    this.indented = indented;
  }

  static String write(Json value, boolean indented) {
    JsonWriter writer = new JsonWriter(indented);
    writer.value(value, 0);
    return writer.out.toString();
  }

  private void value(Json value, int depth) {
    switch (value) {
      case Json.Null.NULL -> out.append("null");
      case Json.Bool(boolean b) -> out.append(b);
      case Json.Int(long n) -> out.append(n);
      case Json.Real(double x) -> out.append(x); // Double.toString is exact, and valid JSON
      case Json.Str(String s) -> string(s);
      case Json.Arr(var items) -> {
        boolean lines = indented && items.stream().anyMatch(JsonWriter::isCompound);
        out.append('[');
        String separator = "";
        for (Json item : items) {
          out.append(separator);
          newLine(lines, depth + 1);
          value(item, depth + 1);
          separator = indented && !lines ? ", " : ",";
        }
        newLine(lines, depth);
        out.append(']');
      }
      case Json.Obj(var members) -> {
        boolean lines = indented && !members.isEmpty();
        out.append('{');
        String separator = "";
        for (Map.Entry<String, Json> member : members.entrySet()) {
          out.append(separator);
          newLine(lines, depth + 1);
          string(member.getKey());
          out.append(indented ? ": " : ":");
          value(member.getValue(), depth + 1);
          separator = ",";
        }
        newLine(lines, depth);
        out.append('}');
      }
    }
  }

  private static boolean isCompound(Json value) {
    return switch (value) {
      case Json.Arr(Collection<Json> items) -> !items.isEmpty();
      case Json.Obj(var members) -> !members.isEmpty();
      default -> false;
    };
  }

  private void newLine(boolean lines, int depth) {
    if (lines) {
      out.append('\n').repeat("  ", depth);
    }
  }

  private void string(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20 || c == 0x7f) {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
