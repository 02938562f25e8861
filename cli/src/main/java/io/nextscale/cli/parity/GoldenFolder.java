package io.nextscale.cli.parity;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.Json;
import io.nextscale.tensor.io.TensorFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A folder of golden data: its manifest, and its files by their paths with forward slashes. */
final class GoldenFolder {

  /** What says how the folder was made; it is read, not checked. */
  static final String MANIFEST = "manifest.json";

  /** A folder of golden data has hundreds of files; what has far more is something else. */
  private static final int MOST_FILES = 100_000;

  private final Path directory;
  private final Section manifest;
  private final Procedural procedural;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final List<String> files;
  private String lastRead = "";

  /** One line of the manifest. */
  private record Entry(Described description, @Nullable Tolerance tolerance) {}

  private GoldenFolder(Path directory, Section manifest, List<String> files) throws IOException {
    this.directory = directory;
    this.manifest = manifest;
    this.files = files;
    this.procedural = new Procedural(manifest.wide("seed"));
    Tolerance previous = null;
    int number = 0;
    for (Json item : manifest.list("files")) {
      Section entry = Section.of("manifest.json files[" + number++ + "]", item);
      String path = entry.text("path");
      previous = Tolerance.parse(entry.text("tol"), previous);
      String description = entry.has("desc") ? entry.text("desc") : "";
      entries.put(path, new Entry(new Described(path, description), previous));
    }
  }

  /**
   * Opens a folder and reads its manifest.
   *
   * @throws IOException when there is no such folder, or no manifest in it that can be used
   */
  static GoldenFolder open(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new FileFormatException(
          "parity: a folder of golden data; got " + directory + ", which is not a folder");
    }
    Path file = directory.resolve(MANIFEST);
    if (!Files.isRegularFile(file)) {
      throw new FileFormatException(
          "parity: a folder with a manifest.json; got "
              + directory
              + " without — name the folder that holds manifest.json");
    }
    Section manifest = Section.of(MANIFEST, Json.parse(file.toString(), Files.readAllBytes(file)));
    return new GoldenFolder(directory, manifest, list(directory));
  }

  private static List<String> list(Path directory) throws IOException {
    try (Stream<Path> walk = Files.walk(directory)) {
      TreeSet<String> paths = new TreeSet<>();
      walk.limit(MOST_FILES)
          .filter(Files::isRegularFile)
          .forEach(file -> paths.add(directory.relativize(file).toString().replace('\\', '/')));
      return List.copyOf(paths);
    } catch (UncheckedIOException e) {
      throw new IOException("parity: folders that can be read; got " + e.getMessage(), e);
    }
  }

  /** The manifest: configurations and seeds. */
  Section manifest() {
    return manifest;
  }

  /** The tensors that the seed of this folder makes. */
  Procedural procedural() {
    return procedural;
  }

  /** The paths of all files that are there, sorted. */
  List<String> files() {
    return files;
  }

  /** The paths that the manifest lists, there or not, in its order. */
  List<String> listed() {
    return new ArrayList<>(entries.keySet());
  }

  /** Whether a file is there. */
  boolean has(String path) {
    return Collections.binarySearch(files, path) >= 0;
  }

  /** Where a file is, for reading it. */
  Path locate(String path) {
    lastRead = path;
    return directory.resolve(path);
  }

  /** The file that was read last, for messages; nothing when there was none. */
  String lastRead() {
    return lastRead;
  }

  /** Starts over with {@link #lastRead}. */
  void forgetLastRead() {
    lastRead = "";
  }

  /** What the manifest says about a file; nothing when it does not list it. */
  Described describe(String path) {
    Entry entry = entries.get(path);
    return entry == null ? new Described(path, "") : entry.description();
  }

  /**
   * How far numbers may be off that are compared with a file; null when the manifest does not say.
   */
  @Nullable Tolerance tolerance(String path) {
    Entry entry = entries.get(path);
    return entry == null ? null : entry.tolerance();
  }

  /** The numbers of a {@code .npy} file. */
  GoldenArray array(String path) throws IOException {
    try (TensorFile file = open(path)) {
      if (file.entries().size() != 1) {
        throw new FileFormatException(path, "one array", file.entries().size() + "");
      }
      return GoldenArray.read(file, file.entries().firstEntry().getValue());
    }
  }

  /** A file of tensors: safetensors, a checkpoint or one array. */
  TensorFile open(String path) throws IOException {
    return TensorFile.open(locate(path));
  }

  /**
   * The rows of a table, each one cell per column.
   *
   * @param columns the names of the first columns, separated by commas; there may be more
   * @throws FileFormatException when the header is another, or a row has other cells than it
   */
  List<List<String>> table(String path, String columns) throws IOException {
    List<String> lines = Files.readAllLines(locate(path));
    if (lines.isEmpty() || !(lines.getFirst() + ",").startsWith(columns + ",")) {
      String header =
          lines.isEmpty() ? "an empty file" : FileFormatException.quote(lines.getFirst());
      throw new FileFormatException(path, "a table with the columns " + columns, header);
    }
    int cells = lines.getFirst().split(",", -1).length;
    List<List<String>> rows = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      List<String> row = List.of(line.split(",", -1));
      if (row.size() != cells) {
        throw new FileFormatException(
            path, cells + " cells in each row", FileFormatException.quote(line));
      }
      rows.add(row);
    }
    return rows;
  }

  /** The number in a cell of a table. */
  static double number(String path, String cell) throws FileFormatException {
    try {
      return Double.parseDouble(cell);
    } catch (NumberFormatException e) {
      throw new FileFormatException(path, "a number", FileFormatException.quote(cell));
    }
  }

  /** The value of a JSON file. */
  Json json(String path) throws IOException {
    return Json.parse(path, Files.readAllBytes(locate(path)));
  }

  /** The extents in a cell of a table: {@code 64x16}, nothing for a scalar. */
  static Shape shape(String path, String text) throws FileFormatException {
    if (text.isEmpty() || text.equals("scalar")) {
      return Shape.of();
    }
    String[] parts = text.split("x", -1);
    int[] extents = new int[parts.length];
    for (int i = 0; i < parts.length; i++) {
      double extent = number(path, parts[i]);
      if (extent != (int) extent || extent < 0) {
        throw new FileFormatException(path, "extents such as 64x16", parts[i]);
      }
      extents[i] = (int) extent;
    }
    return Shape.of(extents);
  }
}
