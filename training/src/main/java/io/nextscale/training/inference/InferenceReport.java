package io.nextscale.training.inference;

import io.nextscale.image.Png;
import io.nextscale.shapes.Task;
import io.nextscale.tensor.io.AtomicFile;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.Json;
import io.nextscale.training.Csv;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What follows of an {@link InferenceScaling}, of the captions for which every kind of search is
 * known: tables, curves, and answers to the paper's claims that come from the data alone.
 */
public final class InferenceReport {

  /** A model of the experiment. */
  record Model(String name, String family, long parameters, Json settings) {}

  private final List<Model> models;
  private final Json settings;
  private final long seed;
  private final List<Integer> captions;
  private final List<Curve> curves;
  private final SequencedSet<String> verifiers;
  private final List<Cell> cells;

  private InferenceReport(List<Model> models, Json settings, long seed, List<Cell> cells) {
    this.models = List.copyOf(models);
    this.settings = settings;
    this.seed = seed;
    this.cells = List.copyOf(cells);
    this.captions = common(cells);
    this.curves = curves(cells, captions);
    this.verifiers = new LinkedHashSet<>();
    curves.forEach(curve -> verifiers.add(curve.verifier()));
  }

  /**
   * Of the folder of an experiment, which may still be running.
   *
   * @throws FileFormatException when there is none, or it is damaged
   */
  public static InferenceReport of(Path folder) throws IOException {
    Path file = folder.resolve(InferenceScaling.EXPERIMENT);
    Json json = Json.parse(file.toString(), Files.readAllBytes(file));
    if (!(json instanceof Json.Obj(var members))
        || !(members.get("settings") instanceof Json.Obj settings)
        || !(settings.members().get("seed") instanceof Json.Int(long seed))
        || !(members.get("generators") instanceof Json.Obj(var generators))) {
      throw new FileFormatException(
          file.toString(), "an experiment", "something else", "begin in another folder");
    }
    List<Model> models = new ArrayList<>();
    for (Map.Entry<String, Json> one : generators.entrySet()) {
      if (one.getValue() instanceof Json.Obj(var about)
          && about.get("family") instanceof Json.Str(String family)
          && about.get("parameters") instanceof Json.Int(long parameters)) {
        Json own = about.get("settings");
        models.add(new Model(one.getKey(), family, parameters, own == null ? Json.Null.NULL : own));
      }
    }
    List<Cell> cells =
        new ArrayList<>(Journal.read(folder.resolve(InferenceScaling.CELLS)).values());
    cells.sort(Comparator.comparingInt(cell -> cell.key().caption())); // not by who came first
    return new InferenceReport(models, settings, seed, cells);
  }

  /** What is searched, without the caption. */
  private record Kind(String generator, Method method, String verifier) {
    static Kind of(Cell cell) {
      Cell.Key key = cell.key();
      return new Kind(key.generator(), key.method(), key.verifier());
    }
  }

  private static List<Integer> common(List<Cell> cells) {
    Map<Integer, Integer> kinds = new LinkedHashMap<>();
    SequencedSet<Kind> all = new LinkedHashSet<>();
    for (Cell cell : cells) {
      all.add(Kind.of(cell));
      kinds.merge(cell.key().caption(), 1, Integer::sum);
    }
    return kinds.entrySet().stream()
        .filter(one -> one.getValue() == all.size())
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  private static List<Curve> curves(List<Cell> cells, List<Integer> captions) {
    SequencedMap<Kind, Map<Integer, Cell>> byKind = new LinkedHashMap<>();
    for (Cell cell : cells) {
      byKind
          .computeIfAbsent(Kind.of(cell), _ -> new LinkedHashMap<>())
          .put(cell.key().caption(), cell);
    }
    List<Curve> curves = new ArrayList<>();
    byKind.forEach((kind, byCaption) -> {
      SequencedMap<Long, List<Point>> levels = new LinkedHashMap<>();
      for (int caption : captions) {
        Cell cell = byCaption.get(caption);
        if (cell != null) {
          for (Point point : cell.points()) {
            levels.computeIfAbsent(point.budget(), _ -> new ArrayList<>()).add(point);
          }
        }
      }
      List<Curve.Level> complete = new ArrayList<>();
      levels.forEach((budget, points) -> {
        if (points.size() == captions.size()) {
          complete.add(new Curve.Level(budget, points));
        }
      });
      complete.sort(Comparator.comparingLong(Curve.Level::budget));
      if (!complete.isEmpty()) {
        curves.add(new Curve(kind.generator(), kind.method(), kind.verifier(), captions, complete));
      }
    });
    return curves;
  }

  List<Model> models() {
    return models;
  }

  Json settings() {
    return settings;
  }

  /** The numbers of the captions that all kinds of search are known for. */
  List<Integer> captions() {
    return captions;
  }

  List<Curve> curves() {
    return curves;
  }

  /** The names of those that chose. */
  SequencedSet<String> verifiers() {
    return verifiers;
  }

  Bootstrap bootstrap() {
    return new Bootstrap(captions, seed);
  }

  /** A kind of search, or null where there is none. */
  @Nullable Curve curve(String generator, Method method, String verifier) {
    return curves.stream()
        .filter(c ->
            c.generator().equals(generator)
                && c.method() == method
                && c.verifier().equals(verifier))
        .findFirst()
        .orElse(null);
  }

  /** The kind of search whose largest budget finds most, the first of these; or null. */
  @Nullable Curve best(String generator, String verifier) {
    Curve best = null;
    for (Curve curve : curves(generator, verifier)) {
      best = best == null || curve.last().right() > best.last().right() ? curve : best;
    }
    return best;
  }

  /** Whether a caption, by its place among {@link #captions}, is of a task. */
  IntPredicate of(Task task) {
    return i -> Caption.task(captions.get(i)) == task;
  }

  /** All kinds of search with a model and a verifier. */
  List<Curve> curves(String generator, String verifier) {
    return curves.stream()
        .filter(c -> c.generator().equals(generator) && c.verifier().equals(verifier))
        .sorted(Comparator.comparing(Curve::method))
        .toList();
  }

  /**
   * Writes {@code inference-scaling.md}, {@code inference-scaling.csv} and figures.
   *
   * @return the files
   * @throws FileFormatException when no caption is complete
   */
  public List<Path> write(Path folder, String memory) throws IOException {
    if (captions.isEmpty()) {
      throw new FileFormatException(
          folder.resolve(InferenceScaling.CELLS).toString(),
          "a caption with every kind of search",
          "none",
          "let the experiment go on");
    }
    List<Path> files = new ArrayList<>();
    SequencedMap<String, byte[]> all = new LinkedHashMap<>();
    all.put("inference-scaling.csv", csv().getBytes(StandardCharsets.UTF_8));
    SequencedMap<String, byte[]> figures = new LinkedHashMap<>();
    InferenceFigures.of(this)
        .forEach((name, figure) -> figures.put(name, Png.encode(figure, List.of())));
    all.putAll(figures);
    String text = new InferenceText(this).markdown(figures.sequencedKeySet(), memory);
    all.put("inference-scaling.md", text.getBytes(StandardCharsets.UTF_8));
    for (Map.Entry<String, byte[]> one : all.entrySet()) {
      Path file = folder.resolve(one.getKey());
      AtomicFile.write(file, one.getValue());
      files.add(file);
    }
    return files;
  }

  /** All that was found, a line for each caption, kind of search and budget. */
  String csv() {
    SequencedSet<String> names = new LinkedHashSet<>();
    cells.forEach(cell ->
        cell.points().forEach(p -> p.scores().keySet().stream().sorted().forEach(names::add)));
    StringBuilder text =
        new StringBuilder(
            "generator,method,verifier,caption,task,budget,truth,images,nfe,model_flops,image_flops,decodes,scored,seconds");
    names.forEach(name -> text.append(',').append(Csv.quoted("score " + name)));
    text.append('\n');
    for (Cell cell : cells) {
      Cell.Key key = cell.key();
      for (Point point : cell.points()) {
        var spent = point.spent();
        List<Object> values =
            new ArrayList<>(
                List.of(
                    Csv.quoted(key.generator()),
                    key.method().word(),
                    Csv.quoted(key.verifier()),
                    key.caption(),
                    Caption.task(key.caption()).words(),
                    point.budget(),
                    (long) point.truth(),
                    spent.images(),
                    spent.evaluations(),
                    (long) spent.modelFlops(),
                    (long) spent.imageFlops(),
                    spent.decodes(),
                    spent.verified(),
                    Math.round(spent.seconds() * 1e4) / 1e4));
        for (String name : names) {
          Double score = point.scores().get(name);
          values.add(score == null ? "" : (float) (double) score);
        }
        text.append(String.join(",", values.stream().map(String::valueOf).toList())).append('\n');
      }
    }
    return text.toString();
  }
}
