package io.nextscale.cli.parity;

import io.nextscale.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the checks found: a row for each comparison, and what was not compared and why. */
final class Findings {

  /**
   * One comparison.
   *
   * @param file the golden file
   * @param item the part of it, or nothing for the whole file
   * @param error the largest error in the unit of the tolerance; NaN when there was none to measure
   * @param tolerance what was allowed, null when an error ended the check
   * @param remark where and how it differs, for a failure
   */
  record Row(
      String file,
      String item,
      double error,
      @Nullable Tolerance tolerance,
      boolean passed,
      String remark) {
    /** The file and the part of it. */
    String what() {
      return item.isEmpty() ? file : file + " " + item;
    }
  }

  private final GoldenFolder golden;
  private final @Nullable Pattern filter;
  private final Consumer<Row> listener;
  private final List<Row> rows = new ArrayList<>();
  private final Set<String> compared = new LinkedHashSet<>();
  private final Set<String> inputs = new LinkedHashSet<>();
  private final Map<String, String> notChecked = new LinkedHashMap<>();

  /**
   * An empty table.
   *
   * @param filter limits what is compared to files whose paths match, {@code *} and {@code ?}
   *     standing for any characters; null: everything
   * @param listener sees each row as soon as it is there
   */
  Findings(GoldenFolder golden, @Nullable String filter, Consumer<Row> listener) {
    this.golden = golden;
    this.filter = filter == null ? null : glob(filter);
    this.listener = listener;
  }

  private static Pattern glob(String text) {
    StringBuilder pattern = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      pattern.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
    }
    return Pattern.compile(pattern.toString());
  }

  /** Whether a path passes the filter. */
  boolean matches(String path) {
    return filter == null || filter.matcher(path).matches();
  }

  /** Whether a file is there and asked for; results that nobody wants need not be computed. */
  boolean wanted(String path) {
    return golden.has(path) && matches(path);
  }

  /** Whether any file under a folder is there and asked for. */
  boolean anyWanted(String folder) {
    return golden.files().stream().anyMatch(file -> file.startsWith(folder) && wanted(file));
  }

  /** Compares a tensor with a whole {@code .npy} file, when it is wanted. */
  void tensor(String path, Tensor actual) throws IOException {
    if (wanted(path)) {
      try (Comparison comparison = of(path, "")) {
        comparison.tensor("", golden.array(path), actual);
      }
    }
  }

  /** Compares a map (B,h,w,C) with a whole {@code .npy} file (B,C,h,w), when it is wanted. */
  void map(String path, Tensor actual) throws IOException {
    if (wanted(path)) {
      tensor(path, GoldenArray.channelsFirst(actual));
    }
  }

  /** Compares the first images of a batch, as many as the file holds, when it is wanted. */
  void mapOfFirst(String path, Tensor actual) throws IOException {
    if (wanted(path)) {
      int images = golden.array(path).shape().dim(0);
      map(path, images < actual.shape().dim(0) ? actual.slice(0, 0, images) : actual);
    }
  }

  /** {@link #mapOfFirst} for observers inside a model, which cannot throw an IOException. */
  void tapMap(String path, Tensor actual) {
    try {
      mapOfFirst(path, actual);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@link #tensor} for observers inside a model, which cannot throw an IOException. */
  void tap(String path, Tensor actual) {
    try {
      tensor(path, actual);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Compares numbers with a whole {@code .npy} file, when it is wanted. */
  void numbers(String path, double... actual) throws IOException {
    if (wanted(path)) {
      try (Comparison comparison = of(path, "")) {
        comparison.numbers("", golden.array(path).values(), actual);
      }
    }
  }

  /** A comparison of several tensors with parts of a file, under the tolerance of the manifest. */
  Comparison of(String path, String item) throws IOException {
    Tolerance tolerance = golden.tolerance(path);
    if (tolerance == null) {
      throw new IOException("manifest.json: a tolerance for " + path + "; got none");
    }
    return new Comparison(this, path, item, tolerance);
  }

  /** The same under a tolerance that the check gives the reason for. */
  Comparison of(String path, String item, Tolerance tolerance) {
    return new Comparison(this, path, item, tolerance);
  }

  /** Notes that a file was read as an input. */
  void input(String path) {
    inputs.add(path);
  }

  /** Notes that a file, or a part of it, was not compared. */
  void notChecked(String what, String reason) {
    notChecked.putIfAbsent(what, reason);
  }

  /** Adds a row to the table. */
  void add(Row row) {
    compared.add(row.file());
    rows.add(row);
    listener.accept(row);
  }

  /** The rows so far. */
  List<Row> rows() {
    return rows;
  }

  /** How many rows failed. */
  int failures() {
    return (int) rows.stream().filter(row -> !row.passed()).count();
  }

  /** The files that were compared. */
  Set<String> compared() {
    return compared;
  }

  /** The files that were only read. */
  Set<String> inputs() {
    Set<String> only = new LinkedHashSet<>(inputs);
    only.removeAll(compared);
    return only;
  }

  /** What was not compared, with the reasons. */
  Map<String, String> notChecked() {
    return notChecked;
  }

  /** A number as tables show it: {@code 0}, {@code 1e-4}, {@code 3.1e-07}. */
  static String brief(double number) {
    if (number == 0) {
      return "0";
    }
    String text = String.format(Locale.ROOT, "%.1e", number);
    return text.replace(".0e", "e").replace("e-0", "e-").replace("e+0", "e+").replace("e+0", "");
  }
}
