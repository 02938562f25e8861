package io.nextscale.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

  @Test
  void readsEveryKindOfValue() throws Exception {
    Json json =
        Json.parse(
            "a.json",
            " { \"n\" : null , \"b\":[true,false], \"i\":-12, \"r\":[1.5,-0.0,1e3,1E-2,0.25e+1,-0],"
                + "\t\"s\":\"\\u00e9\\ud83d\\ude00\\n\\\"\\/\\b\\f\\r\\t\\\\é\",\r\n\"o\":{},\"a\":[]}\n");
    assertThat(json)
        .isEqualTo(
            Json.of(
                ordered(
                    "n", null,
                    "b", List.of(true, false),
                    "i", -12,
                    "r", List.of(1.5, -0.0, 1000.0, 0.01, 2.5, -0.0),
                    "s", "é\ud83d\ude00\n\"/\b\f\r\t\\é",
                    "o", Map.of(),
                    "a", List.of())));
    assertThat(json.at("r").orElseThrow()).isInstanceOf(Json.Arr.class);
    assertThat(json.at("o", "x")).isEmpty();
    assertThat(json.at("i", "x")).isEmpty();
    assertThat(json.at()).contains(json);
  }

  @Test
  void wholeNumbersAreExactUpTo64Bits() throws Exception {
    assertThat(Json.parse("a", "9223372036854775807")).isEqualTo(new Json.Int(Long.MAX_VALUE));
    assertThat(Json.parse("a", "-9223372036854775808")).isEqualTo(new Json.Int(Long.MIN_VALUE));
    assertThat(Json.parse("a", "9223372036854775808")).isEqualTo(new Json.Real(0x1p63));
    assertThat(Json.parse("a", "1" + "0".repeat(300))).isEqualTo(new Json.Real(1e300));
    assertThat(Json.parse("a", "1.0")).isEqualTo(new Json.Real(1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "}",
        "[",
        "]",
        "[1,]",
        "[,1]",
        "{\"a\":1,}",
        "{\"a\"}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":1 \"b\":2}",
        "[1 2]",
        "01",
        "-",
        "+1",
        "1.",
        ".5",
        "1e",
        "1e+",
        "1.e3",
        "0x10",
        "1e999",
        "NaN",
        "Infinity",
        "-Infinity",
        "nul",
        "True",
        "tru",
        "\"",
        "\"a",
        "\"\\",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\u0001\"",
        "\"\n\"",
        "\"\\ud800\"",
        "\"\\ude00\\ud83d\"",
        "\ud800",
        "1 1",
        "{}x",
        "{\"a\":1,\"a\":2}",
        "{\"\\u0061\":1,\"a\":2}",
        "/* */1",
        "[1]//",
        "\u00a01",
        "\ufeff1",
        "\uff11"
      })
  void whatIsNotJsonIsRefused(String text) {
    assertThatThrownBy(() -> Json.parse("a.json", text))
        .isInstanceOf(FileFormatException.class)
        .hasMessageStartingWith("read a.json: ")
        .hasMessageContaining("; got ")
        .hasMessageContaining(" at line ");
  }

  @Test
  void messagesSayWhere() {
    assertThatThrownBy(() -> Json.parse("a.json", "{\n  \"a\": [1, 2,\n    x]}"))
        .hasMessage("read a.json: a JSON value; got 'x' at line 3, column 5 — mend the JSON there");
    assertThatThrownBy(() -> Json.parse("a.json", "{\"a\":1,\n\"a\":2}"))
        .hasMessage(
            "read a.json: each name once per object; got 'a' twice at line 2, column 6"
                + " — mend the JSON there");
  }

  @Test
  void bytesThatAreNotUtf8AreRefused() throws Exception {
    for (byte[] bytes :
        new byte[][] {
          {'"', (byte) 0xff, '"'},
          {'"', (byte) 0xc0, (byte) 0x80, '"'}, // an overlong zero
          {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"'}, // a surrogate
          {'"', (byte) 0xe2, (byte) 0x82, '"'}
        }) {
      assertThatThrownBy(() -> Json.parse("a.json", bytes))
          .hasMessageStartingWith("read a.json: text in UTF-8");
    }
    byte[] replacement = "\"\ufffd\"".getBytes(StandardCharsets.UTF_8);
    assertThat(Json.parse("a.json", replacement)).isEqualTo(new Json.Str("\ufffd"));
  }

  @Test
  void depthNumberOfValuesAndLengthOfNumbersAreBounded() throws Exception {
    assertThat(Json.parse("a", "[".repeat(64) + "1" + "]".repeat(64))).isNotNull();
    assertThatThrownBy(() -> Json.parse("a", "[".repeat(65) + "1" + "]".repeat(65)))
        .hasMessageContaining("nested at most 64 deep");
    assertThatThrownBy(() -> Json.parse("a", "{\"a\":".repeat(10_000_000)))
        .hasMessageContaining("nested at most 64 deep");
    assertThatThrownBy(() -> Json.parse("a", "[" + "1,".repeat(4_000_001) + "1]"))
        .hasMessageContaining("at most 4000000 JSON values");
    assertThatThrownBy(() -> Json.parse("a", "1".repeat(10_000_000)))
        .hasMessageContaining("numbers of at most 1100 digits");
  }

  @Test
  void whatIsWrittenReadsBackEqual() throws Exception {
    Random random = new Random(11);
    for (int i = 0; i < 2000; i++) {
      Json json = random(random, 5);
      assertThat(Json.parse("a", json.write())).isEqualTo(json);
      assertThat(Json.parse("a", json.writeIndented())).isEqualTo(json);
    }
  }

  @Test
  void writesOneLineOrOneMemberPerLine() {
    Json json =
        Json.of(
            ordered(
                "a", List.of(1, 2.5), "b", List.of(Map.of("c", "\u0000\u007fé")), "d", Map.of()));
    assertThat(json.write())
        .isEqualTo("{\"a\":[1,2.5],\"b\":[{\"c\":\"\\u0000\\u007fé\"}],\"d\":{}}");
    assertThat(json.writeIndented())
        .isEqualTo(
            """
            {
              "a": [1, 2.5],
              "b": [
                {
                  "c": "\\u0000\\u007fé"
                }
              ],
              "d": {}
            }\
            """);
  }

  @Test
  void valuesThatHaveNoTextAreRefused() {
    assertThatThrownBy(() -> Json.of(Double.NaN)).hasMessage("json: a finite number; got NaN");
    assertThatThrownBy(() -> Json.of(Float.POSITIVE_INFINITY))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Json.of("\ud800")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Json.of(Map.of("\udc00", 1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Json.of(new Object())).isInstanceOf(IllegalArgumentException.class);
  }

  private static Map<String, Object> ordered(Object... namesAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      map.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return map;
  }

  private static Json random(Random random, int depth) {
    return switch (random.nextInt(depth == 0 ? 6 : 8)) {
      case 0 -> Json.Null.NULL;
      case 1 -> new Json.Bool(random.nextBoolean());
      case 2 -> new Json.Int(random.nextLong() >> random.nextInt(64));
      case 3 -> {
        double x = Double.longBitsToDouble(random.nextLong());
        yield new Json.Real(Double.isFinite(x) ? x : -0.0);
      }
      case 4, 5 -> new Json.Str(text(random));
      case 6 -> {
        List<Json> items = new ArrayList<>();
        for (int n = random.nextInt(5); n > 0; n--) {
          items.add(random(random, depth - 1));
        }
        yield new Json.Arr(items);
      }
      default -> {
        LinkedHashMap<String, Json> members = new LinkedHashMap<>();
        for (int n = random.nextInt(5); n > 0; n--) {
          members.put(text(random), random(random, depth - 1));
        }
        yield new Json.Obj(members);
      }
    };
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int n = random.nextInt(10); n > 0; n--) {
      int c = random.nextInt(random.nextBoolean() ? 0x80 : 0x11_0000);
      text.appendCodePoint(c >= 0xd800 && c < 0xe000 ? '\\' : c);
    }
    return text.toString();
  }
}
