package io.nextscale.cli;

import io.nextscale.cli.terminal.ProgressBar;
import io.nextscale.cli.terminal.Verbosity;
import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.var.Var;
import io.nextscale.var.VarConfig;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes random weights. */
@Command(
    name = "init",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Make the random weights that training starts from, with the official names.",
      "Pictures made of them are noise; path, memory and time are those of trained ones."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class InitCommand implements Callable<Integer> {

  @Mixin private Verbosity verbosity;

  /** What to make. */
  static final class What {
    @Option(
        names = "--depth",
        required = true,
        paramLabel = "N",
        description =
            "A transformer of N blocks, 64 N wide, with N heads; 16, 20, 24, 30 and 36 are the"
                + " published ones.")
    private @Nullable Integer depth;

    @Option(names = "--vae", required = true, description = "The tokenizer.")
    private boolean vae;
  }

  @ArgGroup(multiplicity = "1")
  private What what;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description =
          "The file, .safetensors (default: var_dN.safetensors or vae_ch160v4096z32.safetensors).")
  private @Nullable Path output;

  @Option(
      names = {"-s", "--seed"},
      paramLabel = "N",
      description = "The seed; negative: a random one, which is printed (default: 0).")
  private long seed;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "Type of the weights: ${COMPLETION-CANDIDATES} (default: f32).")
  private ConvertCommand.Weights type = ConvertCommand.Weights.f32;

  @Option(
      names = {"-f", "--force"},
      description = "Replace the file if it exists.")
  private boolean force;

  @Override
  public Integer call() throws IOException {
    Integer depth = what.depth;
    if (depth != null && (depth < 1 || depth > 64)) {
      throw new UsageException("--depth: 1 to 64; got " + depth);
    }
    Path file =
        output != null
            ? output
            : Path.of(
                depth == null ? "vae_ch160v4096z32.safetensors" : "var_d" + depth + ".safetensors");
    if (!file.toString().endsWith(".safetensors")) {
      throw new UsageException(
          "-o: a name that ends in .safetensors; got "
              + file
              + " — 'nextscale convert' makes a .pth of it");
    }
    if (Files.exists(file) && !force) {
      throw new UsageException(
          "-o: a new file; got " + file + ", which exists — give --force to replace it");
    }
    long used = Seeds.orRandom(seed);
    RandomStream random = RandomStream.of(used).split("init");
    Parameters parameters;
    Checkpoint values;
    if (depth == null) {
      VqVaeConfig config = VqVaeConfig.published();
      parameters = VqVae.declared(config).parameters();
      values = VqVae.initial(config, random);
    } else {
      VarConfig config = VarConfig.depth(depth);
      parameters = Var.declared(config).parameters();
      values = Var.initial(config, random);
    }
    Resources resources = new Resources();
    Map<String, String> metadata =
        Map.of("format", "pt", "made by", "nextscale init --seed " + used);
    try (Interruption interruption = new Interruption();
        ProgressBar bar = verbosity.progress("init", values.names().size(), "tensors")) {
      parameters.save(file, new Watched(values, interruption, bar), type.type, metadata);
    }
    verbosity.tell(
        "%s: %,d parameters, %.1f MB, seed %d, %s"
            .formatted(
                file, parameters.count(), Files.size(file) / 1e6, used, resources.summary()));
    return 0;
  }

  /** Values whose making is shown and can be stopped. */
  private record Watched(Checkpoint values, Interruption interruption, ProgressBar bar)
      implements Checkpoint {

    @Override
    public String source() {
      return values.source();
    }

    @Override
    public SequencedMap<String, Shape> shapes() {
      return values.shapes();
    }

    @Override
    public Tensor tensor(String name) throws IOException {
      interruption.check();
      Tensor tensor = values.tensor(name);
      bar.step();
      return tensor;
    }
  }
}
