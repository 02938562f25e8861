package io.nextscale.cli;

import io.nextscale.cli.terminal.ProgressBar;
import io.nextscale.cli.terminal.Verbosity;
import io.nextscale.image.Grid;
import io.nextscale.image.Png;
import io.nextscale.image.RgbImage;
import io.nextscale.shapes.Checker;
import io.nextscale.shapes.Example;
import io.nextscale.shapes.Scene;
import io.nextscale.shapes.Score;
import io.nextscale.shapes.ShapesWorld;
import io.nextscale.shapes.Split;
import io.nextscale.shapes.Task;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import io.nextscale.tensor.io.AtomicFile;
import io.nextscale.tensor.io.Json;
import io.nextscale.tensor.spi.Backend;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.VqVae;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lets the checker of the shapes world judge what a model draws. */
@Command(
    name = "evaluate",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Judge what a model draws of held-out captions of the shapes world, by task: one picture per"
          + " caption, looked at by an exact checker.",
      "With --reconstructions its tokenizer is judged instead: pictures to tokens and back. With"
          + " --scenes no model is: the checker looks at the scenes themselves."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class EvaluateCommand implements Callable<Integer> {

  /** Pictures of a sheet side by side. */
  private static final int COLUMNS = 10;

  private static final int PADDING = 2;

  @Spec private CommandSpec spec;

  @Option(
      names = "--split",
      paramLabel = "NAME",
      description =
          "Which captions: train, validation, test or composition, which pairs colours with forms"
              + " that training never showed (default: test).")
  private Split split = Split.TEST;

  @Option(
      names = "--tasks",
      paramLabel = "TASK",
      split = ",",
      description = "Some of ${COMPLETION-CANDIDATES} (default: all of them).")
  private List<Task> tasks = new ArrayList<>();

  @Option(
      names = "--prompts",
      paramLabel = "N",
      description = "Captions of each task (default: 1000).")
  private int prompts = 1000;

  @Option(
      names = "--reconstructions",
      description = "Judge the tokenizer: pictures to tokens and back.")
  private boolean reconstructions;

  @Option(
      names = "--scenes",
      paramLabel = "VIEW",
      description =
          "Judge the checker: scenes as they are rendered, clean, blurred (3 x 3), noisy (0.03) or"
              + " jpeg (quality 75).")
  private @Nullable SceneView scenes;

  @Option(
      names = "--grids",
      paramLabel = "N",
      description =
          "With --reconstructions: decode the tokens of the first N grids only, which tells what"
              + " coarse tokens know (default: all).")
  private @Nullable Integer grids;

  @Option(
      names = "--true-grids",
      paramLabel = "N",
      description =
          "Take the first N grids from a picture of the caption and let the model draw the others,"
              + " which tells at which grid pictures go wrong (default: 0).")
  private int trueGrids;

  @Option(
      names = {"-s", "--seed"},
      paramLabel = "N",
      description = "The seed of the captions and of the first picture (default: 1).")
  private long seed = 1;

  @Option(
      names = "--at-once",
      paramLabel = "N",
      description = "Pictures computed together (default: 20).")
  private int atOnce = 20;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the scores and the settings to a file.")
  private @Nullable Path json;

  @Option(
      names = "--sheet",
      paramLabel = "PNG",
      description = "Write the first ten pictures of each task, a row each.")
  private @Nullable Path sheet;

  @Option(
      names = "--failures",
      paramLabel = "PNG",
      description = "Write the first ten pictures of each task that were judged wrong.")
  private @Nullable Path failures;

  @Mixin private GenerationOptions generation;

  @Mixin private DiffusionOptions diffusion;

  @Mixin private ModelOptions models;

  @Mixin private ComputeOptions compute;

  @Mixin private Verbosity verbosity;

  /** How pictures are drawn; nothing where they are reconstructed. */
  private Map<String, Object> settings = Map.of();

  /** A way from examples to pictures (B,64,64,3) in [0, 1]. */
  @FunctionalInterface
  private interface Artist {
    Tensor draw(List<Example> examples, long firstSeed);
  }

  /** What is kept of a task. */
  private static final class Gallery {
    final List<RgbImage> first = new ArrayList<>();
    final List<RgbImage> wrong = new ArrayList<>();
    final Set<String> distinct = new HashSet<>();
    int right;
    int all;
  }

  @Override
  public Integer call() throws IOException {
    if (prompts < 1) {
      throw new UsageException("--prompts: at least 1; got " + prompts);
    }
    if (grids != null && !reconstructions) {
      throw new UsageException("--grids: goes with --reconstructions — add it, or leave both out");
    }
    if (trueGrids != 0 && reconstructions) {
      throw new UsageException(
          "--true-grids: pictures that a model draws; got --reconstructions — leave one out");
    }
    Counts.check(1, atOnce);
    List<Task> chosen = chosen();
    Artist artist = artist();
    Resources resources = new Resources();
    Map<Task, Gallery> galleries = new LinkedHashMap<>();
    try (Interruption interruption = new Interruption();
        ProgressBar bar =
            verbosity.progress("evaluate", (long) prompts * chosen.size(), "pictures")) {
      for (Task task : chosen) {
        Gallery gallery = new Gallery();
        galleries.put(task, gallery);
        long before = (long) prompts * (galleries.size() - 1);
        for (int begin = 0; begin < prompts; begin += atOnce) {
          interruption.check();
          judge(task, begin, Math.min(prompts, begin + atOnce), artist, gallery);
          bar.to(before + gallery.all);
        }
      }
    }
    report(galleries);
    verbosity.tell("in " + resources.summary());
    return 0;
  }

  private Artist artist() throws IOException {
    SceneView view = scenes;
    if (view != null) {
      return rendering(view);
    }
    Backend backend = compute.backend();
    models.useEmbeddedIfUnset();
    if (models.embedded()) {
      generation.useThoseOfEmbedded();
    }
    generation.request(List.of(0), List.of(seed)); // refuses bad settings before weights are read
    verbosity.tellMore(backend.describe());
    return reconstructions ? reconstructing() : generating();
  }

  /** The tasks in their order; a split may not have all of them. */
  private List<Task> chosen() {
    List<Task> chosen = new ArrayList<>();
    for (Task task : Task.values()) {
      boolean has = split != Split.COMPOSITION || task.namesColours();
      if (has && (tasks.isEmpty() || tasks.contains(task))) {
        chosen.add(task);
      } else if (!has && tasks.contains(task)) {
        throw new UsageException(
            "--tasks: tasks whose captions name colours, for --split composition; got "
                + task.words()
                + " — leave it out");
      }
    }
    return chosen;
  }

  private Artist generating() throws IOException {
    Painter<?> painter = models.painter(generation, diffusion);
    settings = new LinkedHashMap<>(painter.settings());
    if (trueGrids != 0) {
      settings.put("true_grids", trueGrids);
    }
    VarPainter guided = trueGrids == 0 ? null : withTrueGrids(painter);
    verbosity.tell(models.labels() + ", captions of " + split.name().toLowerCase(Locale.ROOT));
    return (examples, firstSeed) -> {
      List<String> captions = examples.stream().map(Example::caption).toList();
      List<Subject> wanted = painter.subjects().of(captions, List.of(), 1, firstSeed);
      List<Long> seeds = LongStream.range(firstSeed, firstSeed + wanted.size()).boxed().toList();
      return guided == null
          ? painter.images(wanted, seeds)
          : guided.images(wanted, seeds, pictures(examples), trueGrids);
    };
  }

  private VarPainter withTrueGrids(Painter<?> painter) {
    if (!(painter instanceof VarPainter model)) {
      throw new UsageException(
          "--true-grids: a model with scales; got a %s — leave it out"
              .formatted(painter.kind().words()));
    }
    Scales scales = model.generator().model().config().scales();
    if (trueGrids < 0 || trueGrids > scales.count()) {
      throw new UsageException(
          "--true-grids: 0 to %d, the grids being %s; got %d"
              .formatted(scales.count(), scales, trueGrids));
    }
    return model;
  }

  /** What examples show, (B,64,64,3) in [-1, 1]. */
  private static Tensor pictures(List<Example> examples) {
    int size = examples.getFirst().picture().length;
    float[] values = new float[examples.size() * size];
    for (int i = 0; i < examples.size(); i++) {
      float[] picture = examples.get(i).picture();
      for (int j = 0; j < size; j++) {
        values[i * size + j] = picture[j] * 2 - 1;
      }
    }
    return Tensor.of(pictureShape(examples.size()), values);
  }

  private Artist rendering(SceneView view) {
    for (String other : List.of("-m", "--vae", "--reconstructions", "--grids", "--true-grids")) {
      if (spec.commandLine().getParseResult().hasMatchedOption(other)) {
        throw new UsageException(
            "--scenes: the checker alone, without a model; got " + other + " — leave one out");
      }
    }
    verbosity.tell(view + " scenes of " + split.name().toLowerCase(Locale.ROOT));
    return (examples, firstSeed) -> {
      List<Tensor> seen = new ArrayList<>();
      for (int i = 0; i < examples.size(); i++) {
        float[] picture = examples.get(i).picture();
        RandomStream random = RandomStream.of(firstSeed + i).split("view");
        seen.add(Tensor.of(pictureShape(1), view.of(picture, random)));
      }
      return Tensor.concat(0, seen.toArray(Tensor[]::new));
    };
  }

  /** The shape of pictures. */
  private static Shape pictureShape(int count) {
    return Shape.of(count, Scene.SIDE, Scene.SIDE, 3);
  }

  private Artist reconstructing() throws IOException {
    VqVae vae = models.vae();
    int decoded = decoded(vae.config().scales());
    verbosity.tell("reconstructions of pictures of " + split.name().toLowerCase(Locale.ROOT));
    return (examples, _) -> {
      Tensor images = pictures(examples);
      Tensor map = vae.quantizer().sums(vae.tokenize(images)).get(decoded - 1);
      return vae.decode(map).plus(1f).times(0.5f);
    };
  }

  /** How many grids of a tokenizer are decoded. */
  private int decoded(Scales scales) {
    int decoded = grids == null ? scales.count() : grids;
    if (decoded < 1 || decoded > scales.count()) {
      throw new UsageException(
          "--grids: 1 to "
              + scales.count()
              + ", the tokenizer's grids being "
              + scales
              + "; got "
              + decoded);
    }
    return decoded;
  }

  private void judge(Task task, int begin, int end, Artist artist, Gallery gallery) {
    ShapesWorld world = new ShapesWorld(seed);
    List<Example> examples =
        LongStream.range(begin, end).mapToObj(i -> world.example(task, split, i)).toList();
    Tensor drawn = Workspace.scope(() -> artist.draw(examples, seed + begin));
    float[] values = drawn.toArray();
    int size = values.length / examples.size();
    for (int i = 0; i < examples.size(); i++) {
      Example example = examples.get(i);
      float[] picture = new float[size];
      for (int j = 0; j < size; j++) {
        picture[j] = Math.clamp(values[i * size + j], 0, 1);
      }
      boolean shows = Checker.shows(picture, example.prompt());
      gallery.all++;
      gallery.right += shows ? 1 : 0;
      gallery.distinct.add(example.caption());
      RgbImage image = Pictures.fromUnit(drawn, i);
      if (gallery.first.size() < COLUMNS) {
        gallery.first.add(image);
      }
      if (!shows && gallery.wrong.size() < COLUMNS) {
        gallery.wrong.add(image);
      }
    }
  }

  private void report(Map<Task, Gallery> galleries) throws IOException {
    List<Object> rows = new ArrayList<>();
    say("%-20s %6s %6s  %7s  %s", "task", "right", "of", "share", "95 % interval");
    int right = 0;
    int all = 0;
    for (Map.Entry<Task, Gallery> entry : galleries.entrySet()) {
      Gallery gallery = entry.getValue();
      line(entry.getKey().words(), new Score(gallery.right, gallery.all));
      right += gallery.right;
      all += gallery.all;
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("task", entry.getKey().words());
      row.put("right", gallery.right);
      row.put("of", gallery.all);
      row.put("distinct_captions", gallery.distinct.size());
      rows.add(row);
    }
    line("all", new Score(right, all));
    spec.commandLine().getOut().flush();
    if (json != null) {
      write(json, rows);
    }
    draw(sheet, galleries.values().stream().map(gallery -> gallery.first).toList());
    draw(failures, galleries.values().stream().map(gallery -> gallery.wrong).toList());
  }

  private void line(String name, Score score) {
    say(
        "%-20s %6d %6d  %6.1f%%  %.1f .. %.1f",
        name,
        score.right(),
        score.of(),
        100 * score.share(),
        100 * score.low(),
        100 * score.high());
  }

  private void say(String format, Object... values) {
    spec.commandLine().getOut().println(String.format(Locale.ROOT, format, values));
  }

  private void write(Path file, List<Object> rows) throws IOException {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("split", split.name().toLowerCase(Locale.ROOT));
    document.put("what", what());
    document.put("seed", seed);
    if (grids != null) {
      document.put("grids", grids);
    }
    document.putAll(settings);
    if (scenes == null) {
      document.putAll(models.describe());
    }
    document.put("tasks", rows);
    document.put("version", Recipe.VERSION);
    AtomicFile.write(file, Json.of(document).writeIndented().getBytes(StandardCharsets.UTF_8));
    spec.commandLine().getOut().println(file);
  }

  private String what() {
    if (scenes != null) {
      return scenes + " scenes";
    }
    return reconstructions ? "reconstructions" : "pictures of captions";
  }

  private static RgbImage blank(RgbImage like) {
    return RgbImage.of(new byte[like.toBytes().length], like.height(), like.width());
  }

  /** A row of pictures for each task. */
  private void draw(@Nullable Path file, List<List<RgbImage>> rows) throws IOException {
    if (file == null) {
      return;
    }
    List<RgbImage> full = new ArrayList<>();
    for (List<RgbImage> row : rows) {
      full.addAll(row);
      for (int i = row.size(); i < COLUMNS && !row.isEmpty(); i++) {
        full.add(blank(row.getFirst()));
      }
    }
    if (!full.isEmpty()) {
      Png.write(file, Grid.of(full, COLUMNS, PADDING), List.of());
      spec.commandLine().getOut().println(file);
    }
    spec.commandLine().getOut().flush();
  }
}
