package io.nextscale.cli;

import io.nextscale.cli.download.Downloads;
import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.pretrained.ShapesModel;
import io.nextscale.tensor.io.Json;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeConfig;
import io.nextscale.vqvae.VqVaeMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which tokenizer is used: one that was named, else the downloaded one. */
final class TokenizerOptions {

  static final String DEFAULT_VAE = "vae_ch160v4096z32.pth";

  /** Only a tokenizer has a tensor of this name. */
  static final String LANDMARK = "quantize.embedding.weight";

  private static final int[] PUBLISHED_SIZES = {256, 512, 1024};

  @Option(
      names = "--vae",
      paramLabel = "FILE",
      description =
          "The tokenizer: .pth or .safetensors, or shapes for the one inside the program (default: "
              + DEFAULT_VAE
              + ", downloaded).")
  private @Nullable Path vae;

  /** The tokenizer of a file, without flags. */
  static TokenizerOptions of(Path vae) {
    TokenizerOptions options = new TokenizerOptions();
    options.vae = vae;
    return options;
  }

  /** Where the tokenizer is read from. */
  WeightSource source() throws IOException {
    return existing(vae, ShapesModel.Part.TOKENIZER, DEFAULT_VAE, "--vae");
  }

  /** Takes the tokenizer inside the program, if none was given. */
  void useEmbeddedIfUnset() {
    if (vae == null) {
      vae = WeightSource.EMBEDDED;
    }
  }

  /** Takes the file of a recipe, if none was given and it is there. */
  void useIfUnset(Json.Obj recipe) {
    if (vae == null) {
      vae = file(recipe, "vae");
    }
  }

  /** A file that a recipe names, if it is there or inside the program. */
  static @Nullable Path file(Json.Obj recipe, String name) {
    if (recipe.members().get(name) instanceof Json.Str(String given)) {
      try {
        Path path = Path.of(given);
        return Files.isRegularFile(path) || path.equals(WeightSource.EMBEDDED) ? path : null;
      } catch (InvalidPathException e) {
        return null; // no name on this system
      }
    }
    return null;
  }

  /** Which weights these are, for a recipe. */
  Map<String, Object> describe() throws IOException {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("vae", vae == null ? source().label() : vae.toString());
    values.put("vae_fingerprint", source().fingerprint());
    return values;
  }

  /**
   * Loads the tokenizer for square images.
   *
   * @param pixels their side; null: the smallest that has published scales
   * @throws UsageException when there are no scales for that size
   */
  VqVae load(@Nullable Integer pixels) throws IOException {
    return reading(
        "--vae",
        source(),
        file -> {
          VqVaeConfig config = config(file, Scales.forImage(PUBLISHED_SIZES[0]));
          if (!VqVaeMetadata.in(file)) {
            config = config.withScales(scales(config.downsampling(), pixels));
          } else if (pixels != null && pixels != config.imageHeight()) {
            throw new UsageException(
                "--size: %d with this tokenizer; got %d — leave it out"
                    .formatted(config.imageHeight(), pixels));
          }
          return VqVae.load(part(file), config, Loading.forInference());
        });
  }

  /** The part of a file that holds a tokenizer. */
  static Checkpoint part(TensorFile file) throws IOException {
    return Checkpoint.of(file).holding(LANDMARK);
  }

  /**
   * The configuration of a tokenizer: what the header of the file tells, else the published
   * constants.
   *
   * @param scales where the header does not tell them
   */
  static VqVaeConfig config(TensorFile file, Scales scales) throws IOException {
    return VqVaeMetadata.in(file) ? VqVaeMetadata.config(file) : VqVaeConfig.of(part(file), scales);
  }

  /** The published scales whose last grid is the map of an image of this size. */
  private static Scales scales(int downsampling, @Nullable Integer pixels) {
    List<Integer> sides = new ArrayList<>();
    for (int published : PUBLISHED_SIZES) {
      Scales scales = Scales.forImage(published);
      int side = scales.last().height() * downsampling;
      if (pixels == null || pixels == side) {
        return scales;
      }
      sides.add(side);
    }
    throw new UsageException(
        "--size: %d, %d or %d with this tokenizer; got %d — choose one of them"
            .formatted(sides.get(0), sides.get(1), sides.get(2), pixels));
  }

  /** Something that is read from a file of weights. */
  @FunctionalInterface
  interface Reading<T> {
    T from(TensorFile file) throws IOException;
  }

  /**
   * Reads from a file of weights.
   *
   * @throws UsageException naming the flag when that fails
   */
  static <T> T reading(String flag, Path file, Reading<T> reading) {
    return reading(flag, new WeightSource.OnDisk(file), reading);
  }

  /** The same from a file or a part of the program. */
  static <T> T reading(String flag, WeightSource source, Reading<T> reading) {
    try (TensorFile open = source.open()) {
      return reading.from(open);
    } catch (IOException | IllegalArgumentException e) {
      throw new UsageException(flag, e);
    }
  }

  /**
   * A file of weights.
   *
   * @throws UsageException when there is none of this name
   */
  static WeightSource onDisk(Path given, String flag) {
    if (!Files.isRegularFile(given)) {
      throw new UsageException(
          flag
              + ": a file of weights; got "
              + given
              + (Files.isDirectory(given) ? ", a folder" : ", which does not exist")
              + " — check the path");
    }
    return new WeightSource.OnDisk(given);
  }

  /**
   * The weights to use: the given ones, else the published ones, here or downloaded.
   *
   * @param part what {@link WeightSource#EMBEDDED} stands for, where no file has this name
   * @throws UsageException saying where weights come from when there is none
   */
  static WeightSource existing(
      @Nullable Path given, ShapesModel.Part part, String published, String flag)
      throws IOException {
    if (given != null) {
      return given.equals(WeightSource.EMBEDDED) && !Files.isRegularFile(given)
          ? new WeightSource.Embedded(part)
          : onDisk(given, flag);
    }
    for (String name : List.of(published, published.replace(".pth", ".safetensors"))) {
      if (Files.isRegularFile(Path.of(name))) {
        return new WeightSource.OnDisk(Path.of(name));
      }
    }
    Optional<Path> found = Downloads.find(published);
    if (found.isPresent()) {
      return new WeightSource.OnDisk(found.get());
    }
    throw new UsageException(
        flag
            + ": a file of weights; got none, and "
            + published
            + " is neither here nor downloaded\n"
            + "Get it with 'nextscale download "
            + published
            + "', name a file with "
            + flag
            + ", or make random weights with 'nextscale init "
            + (published.equals(DEFAULT_VAE) ? "--vae'." : "--depth 16'."));
  }
}
