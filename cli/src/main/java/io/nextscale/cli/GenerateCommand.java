package io.nextscale.cli;

import io.nextscale.cli.terminal.ProgressBar;
import io.nextscale.cli.terminal.Verbosity;
import io.nextscale.image.Grid;
import io.nextscale.image.Png;
import io.nextscale.image.RgbImage;
import io.nextscale.tensor.Backends;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import io.nextscale.tensor.io.Json;
import io.nextscale.tensor.spi.Backend;
import io.nextscale.var.Generated;
import io.nextscale.var.Generation;
import io.nextscale.var.Generator;
import io.nextscale.var.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes pictures. */
@Command(
    name = "generate",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Make pictures of what a sentence says, or of a class.",
      "Picture i of a run has the seed of the run plus i, and the same bits in any batch and with"
          + " any number of threads."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class GenerateCommand implements Callable<Integer> {

  /** What is shown of the scales before the last. */
  enum Preview {
    /** Nothing. */
    none,
    /** A file per scale. */
    scales,
    /** One file with all scales side by side. */
    strip
  }

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..*",
      paramLabel = "CAPTION",
      description =
          "What the picture shows, for a model that learnt captions: \"a red circle above a blue"
              + " square\"; several make several pictures.")
  private List<String> captions = new ArrayList<>();

  @Option(
      names = "--class",
      paramLabel = "CLASS",
      split = ",",
      description =
          "A number or an ImageNet name; several with commas (default: a class drawn from the"
              + " seed).")
  private List<String> classes = new ArrayList<>();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "PNG",
      description = "The picture, or a pattern such as out_%%03d.png (default: out.png).")
  private Path output = Path.of("out.png");

  @Option(
      names = {"-s", "--seed"},
      paramLabel = "N",
      description = "The seed; negative: a random one, which is printed (default: 0).")
  private @Nullable Long seed;

  @Option(
      names = {"-b", "--batch-count"},
      paramLabel = "N",
      description = "Pictures of each class (default: 1).")
  private int count = 1;

  @Option(
      names = "--at-once",
      paramLabel = "N",
      description =
          "Pictures computed together: more is faster and takes more memory (default: 4).")
  private int atOnce = 4;

  @Mixin private GenerationOptions generation;

  @Mixin private DiffusionOptions diffusion;

  @Option(
      names = "--preview",
      paramLabel = "WHAT",
      description =
          "Show each scale: none, scales (a file each) or strip (one file) (default: none).")
  private Preview preview = Preview.none;

  @Option(
      names = "--from",
      paramLabel = "PNG",
      description =
          "Make a picture again from the settings inside it; options given beside it win.")
  private @Nullable Path from;

  @Option(
      names = "--disable-image-metadata",
      description = "Do not store the settings in the picture.")
  private boolean plain;

  @Option(names = "--steps", hidden = true, description = "Known from diffusion models.")
  private @Nullable Integer steps;

  @Mixin private ModelOptions models;

  @Mixin private ComputeOptions compute;

  @Mixin private Verbosity verbosity;

  /** One picture to be made. */
  private record Order(int index, Subject subject, long seed) {}

  @Override
  public Integer call() throws IOException {
    if (steps != null) {
      throw new UsageException(
          "--steps: VAR has no steps to choose; its scales are fixed by the model — leave it out");
    }
    Counts.check(count, atOnce);
    Json.Obj recipe = from == null ? null : Recipe.read(from);
    if (recipe != null) {
      takeFrom(recipe);
    }
    if (!captions.isEmpty()) {
      models.useEmbeddedIfUnset();
    }
    if (models.embedded()) {
      generation.useThoseOfEmbedded();
    }
    int wanted = Math.max(1, Math.max(classes.size(), captions.size()));
    int total = Math.multiplyExact(wanted, count);
    if (models.embedded()) {
      ComputeOptions.expectSmallPictures(total);
    }
    Backend backend = compute.backend();
    long firstSeed = Seeds.first(seed == null ? 0 : seed, total);
    OutputNames names = new OutputNames(output, total);
    generation.request(
        List.of(0), List.of(firstSeed)); // refuses bad settings before weights are read

    ModelKind kind = models.kind();
    if (kind != ModelKind.NEXT_SCALE && preview != Preview.none) {
      throw new UsageException(
          "--preview: a model with scales; got a %s — leave it out".formatted(kind.words()));
    }
    Subjects subjects = models.subjects();
    List<Order> orders = orders(subjects.of(captions, classes, count, firstSeed), firstSeed);
    if (recipe != null) {
      String differences = models.differences(recipe);
      if (!differences.isEmpty()) {
        verbosity.tell(differences);
      }
    }

    verbosity.tellMore(backend.describe());
    Resources loading = new Resources();
    Painter<?> painter = models.painter(generation, diffusion);
    verbosity.tell("loaded %s in %s".formatted(models.labels(), loading.summary()));
    Resources making = new Resources();
    int each = painter.of(orders.getFirst().subject()).steps();
    try (Interruption interruption = new Interruption();
        ProgressBar bar =
            verbosity.progress(
                "generate",
                (long) total * each,
                kind == ModelKind.NEXT_SCALE ? "scales" : "steps")) {
      for (int begin = 0; begin < total; begin += atOnce) {
        List<Order> some = orders.subList(begin, Math.min(total, begin + atOnce));
        switch (painter) {
          case VarPainter own -> make(own.generator(), subjects, some, names, bar, interruption);
          default -> {
            interruption.check();
            paint(painter, some, names, bar);
            bar.to((long) (begin + some.size()) * each);
          }
        }
      }
    }
    verbosity.tell(
        "%d %s in %s; first seed %d"
            .formatted(total, total == 1 ? "picture" : "pictures", making.summary(), firstSeed));
    return 0;
  }

  private void takeFrom(Json.Obj recipe) {
    if (recipe.members().get("command") instanceof Json.Str(String command)) {
      throw new UsageException(
          "--from: a picture made by 'generate'; got one made by '%s' — run 'nextscale %s' with what 'nextscale metadata %s' shows"
              .formatted(command, command, from));
    }
    generation.useIfUnset(recipe);
    diffusion.useIfUnset(recipe);
    if (seed == null && recipe.members().get("seed") instanceof Json.Int(long s)) {
      seed = s;
    }
    if (classes.isEmpty() && captions.isEmpty()) {
      if (recipe.members().get("class") instanceof Json.Int(long label)) {
        classes = List.of(Long.toString(label));
      }
      if (recipe.members().get("caption") instanceof Json.Str(String caption)) {
        captions = List.of(caption);
      }
    }
    models.useIfUnset(recipe);
  }

  private static List<Order> orders(List<Subject> subjects, long firstSeed) {
    List<Order> orders = new ArrayList<>();
    for (Subject subject : subjects) {
      orders.add(new Order(orders.size(), subject, firstSeed + orders.size()));
    }
    return orders;
  }

  private void make(
      Generator generator,
      Subjects subjects,
      List<Order> orders,
      OutputNames names,
      ProgressBar bar,
      Interruption interruption)
      throws IOException {
    Generation request =
        generation.request(
            subjects.condition(orders.stream().map(Order::subject).toList()),
            orders.stream().map(Order::seed).toList());
    int scales = generator.model().config().scales().count();
    long before = (long) orders.get(0).index() * scales;
    List<List<RgbImage>> strips = new ArrayList<>();
    orders.forEach(_ -> strips.add(new ArrayList<>()));
    Generated made =
        generator.generate(
            request,
            progress -> {
              show(progress, orders, names, strips);
              bar.to(before + (long) (progress.scale() + 1) * orders.size());
              return !interruption.requested();
            });
    Map<String, Object> settings = GenerationOptions.describe(request);
    for (int i = 0; i < orders.size(); i++) {
      Order order = orders.get(i);
      write(order, Pictures.fromUnit(made.image(i), 0), settings, names, bar);
      if (preview == Preview.strip) {
        Png.write(names.beside(order.index(), "-scales"), Grid.strip(strips.get(i), 2), List.of());
      }
    }
  }

  /** The same for models without scales to show. */
  private void paint(Painter<?> painter, List<Order> orders, OutputNames names, ProgressBar bar)
      throws IOException {
    Tensor images =
        Workspace.scope(() ->
            painter.images(
                orders.stream().map(Order::subject).toList(),
                orders.stream().map(Order::seed).toList()));
    for (int i = 0; i < orders.size(); i++) {
      write(orders.get(i), Pictures.fromUnit(images, i), painter.settings(), names, bar);
    }
  }

  private void write(
      Order order,
      RgbImage picture,
      Map<String, Object> settings,
      OutputNames names,
      ProgressBar bar)
      throws IOException {
    Path file = names.path(order.index());
    Png.write(file, picture, plain ? List.of() : recipe(order, settings).texts());
    bar.above(() -> {
      spec.commandLine().getOut().println(file);
      spec.commandLine().getOut().flush();
    });
  }

  private void show(
      Progress progress, List<Order> orders, OutputNames names, List<List<RgbImage>> strips) {
    if (preview == Preview.none) {
      return;
    }
    for (int i = 0; i < orders.size(); i++) {
      RgbImage image = Pictures.fromUnit(progress.soFar().image(i), 0);
      strips.get(i).add(image);
      if (preview == Preview.scales) {
        Path file =
            names.beside(orders.get(i).index(), "-scale%02d".formatted(progress.scale() + 1));
        try {
          Png.write(file, image, List.of());
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private Recipe recipe(Order order, Map<String, Object> settings) throws IOException {
    Map<String, Object> values = new LinkedHashMap<>(order.subject().describe());
    values.putAll(settings);
    values.put("seed", order.seed());
    values.putAll(models.describe());
    values.put("backend", Backends.standard().name());
    values.put("version", Recipe.VERSION);
    return new Recipe(values);
  }
}
