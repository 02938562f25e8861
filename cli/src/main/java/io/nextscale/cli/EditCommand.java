package io.nextscale.cli;

import io.nextscale.cli.terminal.ProgressBar;
import io.nextscale.cli.terminal.Verbosity;
import io.nextscale.image.Png;
import io.nextscale.image.RgbImage;
import io.nextscale.tensor.Backends;
import io.nextscale.tensor.spi.Backend;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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
      "With --class the repainted part shows that class."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class EditCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

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
    generation.request(List.of(0), List.of(first));
    RgbImage original = Pictures.read("-i", image);
    Mask area = Mask.of(mask, original);
    VarConfig config = models.config();
    Scales scales = config.scales();
    int wanted = label == null ? Generation.NO_CLASS : ClassNames.number(label, config.classes());

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
        ProgressBar bar =
            ProgressBar.count(
                spec.commandLine().getErr(),
                verbosity.showsProgress(),
                "edit",
                (long) count * scales.count(),
                "scales")) {
      for (int begin = 0; begin < count; begin += atOnce) {
        int end = Math.min(count, begin + atOnce);
        List<Integer> labels = new ArrayList<>();
        List<Long> seeds = new ArrayList<>();
        for (int i = begin; i < end; i++) {
          labels.add(wanted);
          seeds.add(first + i);
        }
        Generation request = generation.request(labels, seeds).editing(edit);
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

  private Recipe recipe(int wanted, long own, Generation request) throws IOException {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("command", "edit");
    values.put("image", image.toString());
    values.put("mask", mask);
    values.put("keep", keep);
    values.put("class", wanted);
    values.putAll(GenerationOptions.describe(request));
    values.put("seed", own);
    values.putAll(models.describe());
    values.put("backend", Backends.cpu().name());
    values.put("version", Recipe.VERSION);
    return new Recipe(values);
  }
}
