package io.nextscale.cli;

import io.nextscale.cli.terminal.ProgressBar;
import io.nextscale.cli.terminal.Verbosity;
import io.nextscale.image.Png;
import io.nextscale.image.RgbImage;
import io.nextscale.tensor.Backends;
import io.nextscale.tensor.spi.Backend;
import io.nextscale.var.Condition;
import io.nextscale.var.Edit;
import io.nextscale.var.Generated;
import io.nextscale.var.Generation;
import io.nextscale.var.Generator;
import io.nextscale.var.VarConfig;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.TokenPyramid;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
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

/** Repaints a part of a picture. */
@Command(
    name = "edit",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Repaint a part of a picture and keep the rest, without any training.",
      "The box or the white part of the mask is repainted (in-painting); with --keep it is kept and"
          + " the rest repainted (out-painting).",
      "With --class the repainted part shows that class, with a caption what it says of the whole"
          + " picture."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class EditCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "CAPTION",
      description = "What the whole picture shows then, for a model that learnt captions.")
  private @Nullable String caption;

  @Option(
      names = {"-i", "--init-img"},
      required = true,
      paramLabel = "IMAGE",
      description = "The picture, PNG or JPEG; its middle is cut to the model's size.")
  private Path image;

  @Option(
      names = "--mask",
      required = true,
      paramLabel = "BOX|PNG",
      description =
          "A box top,left,bottom,right as fractions of the picture such as 0.1,0.1,0.8,0.8, or a"
              + " PNG of the picture's size whose white part is repainted.")
  private String mask;

  @Option(names = "--keep", description = "Keep the box or the white part, and repaint the rest.")
  private boolean keep;

  @Option(
      names = "--class",
      paramLabel = "CLASS",
      description = "A number or an ImageNet name (default: none).")
  private @Nullable String label;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "PNG",
      description = "The picture, or a pattern such as out_%%03d.png (default: out.png).")
  private Path output = Path.of("out.png");

  @Option(
      names = {"-s", "--seed"},
      paramLabel = "N",
      description = "The seed; negative: a random one, which is printed (default: 0).")
  private long seed;

  @Option(
      names = {"-b", "--batch-count"},
      paramLabel = "N",
      description = "Variants (default: 1).")
  private int count = 1;

  @Option(
      names = "--at-once",
      paramLabel = "N",
      description = "Variants computed together (default: 4).")
  private int atOnce = 4;

  @Mixin private GenerationOptions generation;

  @Option(
      names = "--disable-image-metadata",
      description = "Do not store the settings in the picture.")
  private boolean plain;

  @Mixin private ModelOptions models;

  @Mixin private ComputeOptions compute;

  @Mixin private Verbosity verbosity;

  @Override
  public Integer call() throws IOException {
    // What can be refused is refused before weights are read.
    Counts.check(count, atOnce);
    Backend backend = compute.backend();
    OutputNames names = new OutputNames(output, count);
    long first = Seeds.first(seed, count);
    if (caption != null) {
      models.useEmbeddedIfUnset();
    }
    if (models.embedded()) {
      generation.useThoseOfEmbedded();
    }
    generation.request(List.of(0), List.of(first));
    RgbImage original = Pictures.read("-i", image);
    Mask area = Mask.of(mask, original);
    VarConfig config = models.config();
    Scales scales = config.scales();
    Subjects subjects = models.subjects();
    Subject wanted = wanted(subjects, config);

    verbosity.tellMore(backend.describe());
    Generator generator = models.generator();
    int size = generator.vae().config().imageHeight();
    RgbImage cut = Pictures.cut(original, size, size);
    if (original.width() != size || original.height() != size) {
      verbosity.tell(
          "%s: %d x %d, cut to %d x %d"
              .formatted(image.getFileName(), original.width(), original.height(), size, size));
    }
    TokenPyramid tokens = generator.vae().tokenize(Pictures.tensor(cut));
    Edit edit = new Edit(tokens, area.on(scales.last(), size, keep));

    Resources making = new Resources();
    try (Interruption interruption = new Interruption();
        ProgressBar bar = verbosity.progress("edit", (long) count * scales.count(), "scales")) {
      for (int begin = 0; begin < count; begin += atOnce) {
        int end = Math.min(count, begin + atOnce);
        List<Long> seeds = new ArrayList<>();
        for (int i = begin; i < end; i++) {
          seeds.add(first + i);
        }
        Condition condition = subjects.condition(Collections.nCopies(end - begin, wanted));
        Generation request = generation.request(condition, seeds).editing(edit);
        long done = (long) begin * scales.count();
        int together = end - begin;
        Generated made =
            generator.generate(
                request,
                progress -> {
                  bar.to(done + (long) (progress.scale() + 1) * together);
                  return !interruption.requested();
                });
        for (int i = begin; i < end; i++) {
          Png.write(
              names.path(i),
              Pictures.fromUnit(made.image(i - begin), 0),
              plain ? List.of() : recipe(wanted, first + i, request).texts());
          Path file = names.path(i);
          bar.above(() -> {
            spec.commandLine().getOut().println(file);
            spec.commandLine().getOut().flush();
          });
        }
      }
    }
    verbosity.tell(
        "%d %s in %s; first seed %d"
            .formatted(count, count == 1 ? "picture" : "pictures", making.summary(), first));
    return 0;
  }

  /** What the repainted picture shows: a caption, a class or, where classes are known, nothing. */
  private Subject wanted(Subjects subjects, VarConfig config) {
    if (label == null && caption == null && config.text() == null) {
      return new Subject.OfClass(Generation.NO_CLASS, "");
    }
    List<String> captions = caption == null ? List.of() : List.of(caption);
    List<String> classes = label == null ? List.of() : List.of(label);
    return subjects.of(captions, classes, 1, seed).getFirst();
  }

  private Recipe recipe(Subject wanted, long own, Generation request) throws IOException {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("command", "edit");
    values.put("image", image.toString());
    values.put("mask", mask);
    values.put("keep", keep);
    values.putAll(wanted.describe());
    values.putAll(GenerationOptions.describe(request));
    values.put("seed", own);
    values.putAll(models.describe());
    values.put("backend", Backends.standard().name());
    values.put("version", Recipe.VERSION);
    return new Recipe(values);
  }
}
