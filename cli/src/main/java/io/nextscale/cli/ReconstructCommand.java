package io.nextscale.cli;

import io.nextscale.cli.terminal.ProgressBar;
import io.nextscale.cli.terminal.Verbosity;
import io.nextscale.image.Grid;
import io.nextscale.image.Png;
import io.nextscale.image.RgbImage;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.spi.Backend;
import io.nextscale.vqvae.TokenPyramid;
import io.nextscale.vqvae.VqVae;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Sends pictures through the tokenizer and back. */
@Command(
    name = "reconstruct",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = "Turn pictures into tokens and back, and tell how much was lost.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ReconstructCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "IMAGE", arity = "0..*", description = "PNG or JPEG pictures.")
  private List<Path> images = new ArrayList<>();

  @Option(
      names = {"-i", "--init-img"},
      paramLabel = "IMAGE",
      description = "The same as a plain argument.")
  private @Nullable Path image;

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      description =
          "Side of the square that is cut from the middle: 256, 512 or 1024 with the published"
              + " tokenizer (default: 256).")
  private @Nullable Integer size;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "PNG",
      description = "The picture, or a pattern such as out_%%03d.png (default: out.png).")
  private Path output = Path.of("out.png");

  @Option(
      names = "--scales",
      description =
          "Write the reconstructions from 1, 2, 3, … scales side by side, the original last.")
  private boolean scales;

  @Mixin private TokenizerOptions tokenizer;

  @Mixin private ComputeOptions compute;

  @Mixin private Verbosity verbosity;

  @Override
  public Integer call() throws IOException {
    List<Path> files = new ArrayList<>(images);
    if (image != null) {
      files.add(0, image);
    }
    if (files.isEmpty()) {
      throw new UsageException(
          "reconstruct: at least one picture; got none — name PNG or JPEG files");
    }
    Backend backend = compute.backend();
    OutputNames names = new OutputNames(output, files.size());
    for (Path file : files) {
      if (!Files.isRegularFile(file)) {
        Pictures.read("-i", file); // says why
      }
    }
    Pictures.read("-i", files.getFirst()); // a bad picture is refused before weights are read
    verbosity.tellMore(backend.describe());
    VqVae vae = tokenizer.load(size);
    try (Interruption interruption = new Interruption();
        ProgressBar bar = verbosity.progress("reconstruct", files.size(), "pictures")) {
      for (int i = 0; i < files.size(); i++) {
        interruption.check();
        reconstruct(vae, files.get(i), names.path(i), bar);
        bar.to(i + 1L);
      }
    }
    return 0;
  }

  private void reconstruct(VqVae vae, Path file, Path target, ProgressBar bar) throws IOException {
    Resources resources = new Resources();
    int side = vae.config().imageHeight();
    RgbImage original = Pictures.cut(Pictures.read("-i", file), side, side);
    TokenPyramid tokens = vae.tokenize(Pictures.tensor(original));
    RgbImage last;
    if (scales) {
      List<RgbImage> strip = new ArrayList<>();
      for (Tensor partial : vae.reconstructions(tokens)) {
        strip.add(Pictures.fromSigned(partial, 0));
      }
      last = strip.getLast();
      strip.add(original);
      Png.write(target, Grid.strip(strip, 2), List.of());
    } else {
      last = Pictures.fromSigned(vae.reconstruct(tokens), 0);
      Png.write(target, last, List.of());
    }
    String summary =
        String.format(
            Locale.ROOT,
            "%s: %d tokens, PSNR %.2f dB, %s",
            file.getFileName(),
            vae.config().scales().length(),
            psnr(original, last),
            resources.summary());
    bar.above(() -> {
      spec.commandLine().getOut().println(target);
      spec.commandLine().getOut().flush();
      verbosity.tell(summary);
    });
  }

  /** {@code 10 log10(255² / mean squared difference)}; infinite for equal pictures. */
  static double psnr(RgbImage a, RgbImage b) {
    byte[] x = a.toBytes();
    byte[] y = b.toBytes();
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      double difference = (x[i] & 255) - (y[i] & 255);
      sum += difference * difference;
    }
    return 10 * Math.log10(255.0 * 255.0 * x.length / sum);
  }
}
