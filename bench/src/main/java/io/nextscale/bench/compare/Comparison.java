package io.nextscale.bench.compare;

import io.nextscale.image.Png;
import io.nextscale.image.RgbImage;
import io.nextscale.tensor.io.AtomicFile;
import io.nextscale.tensor.io.Json;
import io.nextscale.training.Csv;
import io.nextscale.training.plot.Axis;
import io.nextscale.training.plot.Bars;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What was found: a row for each task and device.
 *
 * @param environment where and how it was measured, by name
 * @param devices in the order they were asked for
 * @param rounds how many each figure is the median of
 * @param rows in the order they were measured
 */
public record Comparison(
    SequencedMap<String, String> environment, List<Device> devices, int rounds, List<Row> rows) {

  private static final int CHART_WIDTH = 1100;

  /**
   * A device.
   *
   * @param name as {@code --device} takes it
   * @param description for people
   * @param peak floating-point operations per second that it can do, measured; NaN where unknown
   * @param peakBy what was measured
   */
  public record Device(String name, String description, double peak, String peakBy) {}

  /** A task and its outcomes in the order of the devices. */
  public record Row(Task task, List<Outcome> outcomes) {
    /** Seconds of a run on a device; NaN where it was not timed. */
    double seconds(int device) {
      return outcomes.get(device) instanceof Outcome.Timed timed
          ? timed.steady().median()
          : Double.NaN;
    }

    /** Operations per second; NaN where they are not counted. */
    double rate(int device) {
      return task.flops() > 0 ? task.flops() / seconds(device) : Double.NaN;
    }
  }

  /** Copies what it is given. */
  public Comparison {
    environment = new LinkedHashMap<>(environment);
    devices = List.copyOf(devices);
    rows = List.copyOf(rows);
  }

  private double ofPeak(Row row, int device) {
    return row.rate(device) / devices.get(device).peak();
  }

  /** How many times as fast as the first device. */
  private static double ofFirst(Row row, int device) {
    return row.seconds(0) / row.seconds(device);
  }

  // The table

  /** A table with a caption that says what its columns are. */
  public String markdown() {
    StringBuilder text = new StringBuilder();
    environment.forEach((name, value) -> text.append("* %s: %s%n".formatted(name, value)));
    for (Device device : devices) {
      text.append("* %s: %s".formatted(device.name(), device.description()));
      text.append(
          Double.isNaN(device.peak())
              ? "%n".formatted()
              : "; peak %s GFLOP/s, %s%n".formatted(brief(device.peak() / 1e9), device.peakBy()));
    }
    text.append(
        """

        Milliseconds; median and quartiles of %d rounds in which the devices take turns. First: the first run in \
        this process, kernels compiled on the way. Up and down: inputs to the device and the result back, not part of \
        the run. Of the peak: of the measured one above, operations counted by the definition (Winograd needs fewer). \
        Ratio: the time of %s over that of the device. Error: largest difference from the CPU, as a share of its \
        largest value.

        | Task | Device | First | Median | Quartiles | GFLOP/s | Of the peak | Up | Down | Ratio | Error |
        |---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|
        """
            .formatted(rounds, devices.getFirst().name()));
    for (Row row : rows) {
      for (int i = 0; i < devices.size(); i++) {
        text.append("| ").append(row.task().name()).append(" | ").append(devices.get(i).name());
        text.append(" | ").append(String.join(" | ", cells(row, i))).append(" |\n");
      }
    }
    return text.toString();
  }

  private List<String> cells(Row row, int device) {
    return switch (row.outcomes().get(device)) {
      case Outcome.Timed t ->
          List.of(
              millis(t.first()),
              millis(t.steady().median()),
              millis(t.steady().lower()) + " – " + millis(t.steady().upper()),
              brief(row.rate(device) / 1e9),
              Double.isNaN(ofPeak(row, device)) ? "" : brief(100 * ofPeak(row, device)) + " %",
              moved(t.upload()),
              moved(t.download()),
              brief(ofFirst(row, device)),
              "%.0e".formatted(t.error()));
      case Outcome.Wrong w ->
          note(
              "wrong, not timed: allowed %.0e".formatted(w.tolerance()),
              "%.0e".formatted(w.error()));
      case Outcome.Missing m -> note("not done: " + m.reason().replaceAll("[|\\s]+", " "), "");
    };
  }

  private static List<String> note(String note, String error) {
    return List.of("", note, "", "", "", "", "", "", error);
  }

  private static String moved(Outcome.@Nullable Moved moved) {
    return moved == null
        ? ""
        : "%s (%s GB/s)".formatted(millis(moved.seconds().median()), brief(moved.rate() / 1e9));
  }

  private static String millis(double seconds) {
    return brief(1e3 * seconds);
  }

  /** Three digits; nothing for what is not known. */
  private static String brief(double value) {
    return Double.isNaN(value) ? "" : Bars.threeDigits(value);
  }

  // For programs

  /** The figures of a row by name; empty text where there is none. */
  private SequencedMap<String, Object> figures(Row row, int device) {
    SequencedMap<String, Object> all = new LinkedHashMap<>();
    all.put("task", row.task().name());
    all.put("device", devices.get(device).name());
    switch (row.outcomes().get(device)) {
      case Outcome.Timed t -> {
        all.put("outcome", "timed");
        all.put("error", t.error());
        all.put("first_s", t.first());
        all.put("median_s", t.steady().median());
        all.put("lower_s", t.steady().lower());
        all.put("upper_s", t.steady().upper());
        put(all, "flops_per_s", row.rate(device));
        put(all, "of_peak", ofPeak(row, device));
        put(all, "of_first", ofFirst(row, device));
        put(all, "upload", t.upload());
        put(all, "download", t.download());
      }
      case Outcome.Wrong w -> {
        all.put("outcome", "wrong");
        put(all, "error", w.error());
        all.put("tolerance", w.tolerance());
      }
      case Outcome.Missing m -> {
        all.put("outcome", "missing");
        all.put("reason", m.reason());
      }
    }
    return all;
  }

  private static void put(Map<String, Object> all, String name, double value) {
    if (Double.isFinite(value)) {
      all.put(name, value);
    }
  }

  private static void put(Map<String, Object> all, String name, Outcome.@Nullable Moved moved) {
    if (moved != null) {
      all.put(name + "_bytes", moved.bytes());
      all.put(name + "_s", moved.seconds().median());
    }
  }

  private static final List<String> COLUMNS =
      List.of(
          "task",
          "device",
          "outcome",
          "error",
          "tolerance",
          "first_s",
          "median_s",
          "lower_s",
          "upper_s",
          "flops_per_s",
          "of_peak",
          "of_first",
          "upload_bytes",
          "upload_s",
          "download_bytes",
          "download_s",
          "reason");

  /** The rows, a line for each task and device; seconds, and operations per second. */
  public String csv() {
    StringBuilder text = new StringBuilder(String.join(",", COLUMNS)).append('\n');
    for (Row row : rows) {
      for (int i = 0; i < devices.size(); i++) {
        SequencedMap<String, Object> figures = figures(row, i);
        text.append(
                COLUMNS.stream()
                    .map(name -> Csv.quoted(String.valueOf(figures.getOrDefault(name, ""))))
                    .collect(Collectors.joining(",")))
            .append('\n');
      }
    }
    return text.toString();
  }

  /** All of it. */
  public Json json() {
    SequencedMap<String, Object> all = new LinkedHashMap<>();
    all.put("environment", environment);
    all.put("rounds", rounds);
    List<Object> there = new ArrayList<>();
    for (Device device : devices) {
      SequencedMap<String, Object> one = new LinkedHashMap<>();
      one.put("name", device.name());
      one.put("description", device.description());
      put(one, "peak_flops_per_s", device.peak());
      one.put("peak_by", device.peakBy());
      there.add(one);
    }
    all.put("devices", there);
    List<Object> found = new ArrayList<>();
    for (Row row : rows) {
      for (int i = 0; i < devices.size(); i++) {
        found.add(figures(row, i));
      }
    }
    all.put("rows", found);
    return Json.of(all);
  }

  // The chart

  /** Bars of the times of a run. */
  public RgbImage chart() {
    Bars bars =
        Bars.of(
            "One run in the steady state",
            Axis.logarithmic("milliseconds, less is faster"),
            rows.stream().map(row -> row.task().name()).toList());
    for (int i = 0; i < devices.size(); i++) {
      int device = i;
      bars =
          bars.with(
              devices.get(i).name(),
              rows.stream().mapToDouble(row -> 1e3 * row.seconds(device)).toArray());
    }
    return bars.draw(CHART_WIDTH);
  }

  /** Writes {@code devices.md}, {@code .csv}, {@code .json} and {@code .png}; the files. */
  public List<Path> write(Path folder) throws IOException {
    Files.createDirectories(folder);
    SequencedMap<String, byte[]> all = new LinkedHashMap<>();
    all.put("devices.csv", csv().getBytes(StandardCharsets.UTF_8));
    all.put("devices.json", json().writeIndented().getBytes(StandardCharsets.UTF_8));
    all.put("devices.png", Png.encode(chart(), List.of()));
    String text = markdown() + "\n![times](devices.png)\n";
    all.put("devices.md", text.getBytes(StandardCharsets.UTF_8));
    List<Path> files = new ArrayList<>();
    for (Map.Entry<String, byte[]> one : all.entrySet()) {
      Path file = folder.resolve(one.getKey());
      AtomicFile.write(file, one.getValue());
      files.add(file);
    }
    return files;
  }
}
