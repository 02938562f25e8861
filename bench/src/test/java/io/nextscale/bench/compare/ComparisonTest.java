package io.nextscale.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.image.Png;
import io.nextscale.image.RgbImage;
import io.nextscale.tensor.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTest {

  private static final String REASON = "product: at most \"6\" axes, 256 channels\nor fewer | less";

  @TempDir Path folder;

  private static Task task(String name, double flops) {
    return new Task(
        name,
        flops,
        1e-5,
        device -> {
          throw new AssertionError(device);
        });
  }

  private static Outcome.Timed timed(double median, Outcome.Moved moved) {
    return new Outcome.Timed(
        3e-7, 1.5, new Spread(median * 0.9, median, median * 1.1), moved, moved);
  }

  private static Comparison comparison() {
    Outcome.Moved moved = new Outcome.Moved(2_000_000, new Spread(0.001, 0.001, 0.002));
    return new Comparison(
        new LinkedHashMap<>(Map.of("java", "25")),
        List.of(
            new Comparison.Device("cpu", "vectors, 512 bits", 500e9, "fma on registers"),
            new Comparison.Device("tornado:0:0", "a driver", Double.NaN, "nothing")),
        7,
        List.of(
            new Comparison.Row(
                task("d16.qkv", 4e9), List.of(timed(0.02, null), timed(0.005, moved))),
            new Comparison.Row(
                task("image", 0), List.of(timed(1.234, null), new Outcome.Missing(REASON))),
            new Comparison.Row(
                task("codebook", 1e6),
                List.of(timed(1e-4, null), new Outcome.Wrong(Double.POSITIVE_INFINITY, 1e-5)))));
  }

  @Test
  void tableSaysTimesRatesRatiosAndWhatIsMissing() {
    assertThat(comparison().markdown().lines())
        .contains(
            "* java: 25",
            "* cpu: vectors, 512 bits; peak 500 GFLOP/s, fma on registers",
            "* tornado:0:0: a driver",
            "| d16.qkv | cpu | 1,500 | 20.0 | 18.0 – 22.0 | 200 | 40.0 % |  |  | 1.00 | 3e-07 |",
            "| d16.qkv | tornado:0:0 | 1,500 | 5.00 | 4.50 – 5.50 | 800 |  | 1.00 (2.00 GB/s)"
                + " | 1.00 (2.00 GB/s) | 4.00 | 3e-07 |",
            "| image | cpu | 1,500 | 1,234 | 1,111 – 1,357 |  |  |  |  | 1.00 | 3e-07 |",
            "| image | tornado:0:0 |  | not done: product: at most \"6\" axes, 256 channels or"
                + " fewer less |  |  |  |  |  |  |  |",
            "| codebook | tornado:0:0 |  | wrong, not timed: allowed 1e-05 |  |  |  |  |  |  |"
                + " Infinity |")
        .anyMatch(line -> line.contains("median and quartiles of 7 rounds"))
        .anyMatch(line -> line.contains("the time of cpu over that of the device"));
  }

  @Test
  void csvIsReadBack() {
    List<Map<String, String>> rows = records(comparison().csv());
    assertThat(rows).hasSize(6);
    assertThat(rows.get(1))
        .containsEntry("task", "d16.qkv")
        .containsEntry("device", "tornado:0:0")
        .containsEntry("outcome", "timed")
        .containsEntry("median_s", "0.005")
        .containsEntry("flops_per_s", "8.0E11")
        .containsEntry("of_peak", "")
        .containsEntry("of_first", "4.0")
        .containsEntry("upload_bytes", "2000000")
        .containsEntry("download_s", "0.001");
    assertThat(rows.get(3)).containsEntry("outcome", "missing").containsEntry("reason", REASON);
    assertThat(rows.get(5))
        .containsEntry("outcome", "wrong")
        .containsEntry("error", "")
        .containsEntry("median_s", "");
  }

  /** A reader of RFC 4180: fields in quotes may hold commas, line ends and doubled quotes. */
  private static List<Map<String, String>> records(String csv) {
    List<List<String>> lines = new ArrayList<>();
    List<String> line = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < csv.length(); i++) {
      char c = csv.charAt(i);
      if (quoted && c == '"' && csv.charAt(i + 1) == '"') {
        field.append(csv.charAt(++i));
      } else if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && (c == ',' || c == '\n')) {
        line.add(field.toString());
        field.setLength(0);
        if (c == '\n') {
          lines.add(line);
          line = new ArrayList<>();
        }
      } else {
        field.append(c);
      }
    }
    List<Map<String, String>> records = new ArrayList<>();
    for (List<String> one : lines.subList(1, lines.size())) {
      assertThat(one).hasSameSizeAs(lines.getFirst());
      Map<String, String> record = new TreeMap<>();
      for (int i = 0; i < one.size(); i++) {
        record.put(lines.getFirst().get(i), one.get(i));
      }
      records.add(record);
    }
    return records;
  }

  @Test
  void filesAreWrittenAndReadBack() throws IOException {
    Path to = folder.resolve("new/folder");
    assertThat(comparison().write(to)).hasSize(4);
    assertThat(to)
        .isDirectoryContaining("glob:**/devices.md")
        .isDirectoryContaining("glob:**/devices.csv")
        .isDirectoryNotContaining("glob:**.part");
    Json json = Json.parse("devices.json", Files.readAllBytes(to.resolve("devices.json")));
    assertThat(json).isEqualTo(comparison().json());
    assertThat(json.at("environment", "java")).contains(new Json.Str("25"));
    assertThat(((Json.Arr) json.at("rows").orElseThrow()).items())
        .hasSize(6)
        .element(3)
        .isEqualTo(
            Json.of(
                ordered(
                    "task",
                    "image",
                    "device",
                    "tornado:0:0",
                    "outcome",
                    "missing",
                    "reason",
                    REASON)));
    RgbImage chart = Png.decode(Files.readAllBytes(to.resolve("devices.png")));
    assertThat(chart.width()).isEqualTo(comparison().chart().width());
  }

  private static Map<String, String> ordered(String... pairs) {
    Map<String, String> map = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put(pairs[i], pairs[i + 1]);
    }
    return map;
  }
}
