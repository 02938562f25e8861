package io.nextscale.cli;

import io.nextscale.cli.terminal.Plain;
import io.nextscale.cli.terminal.ProgressBar;
import io.nextscale.cli.terminal.Verbosity;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.ElementType;
import io.nextscale.tensor.io.Entry;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.tensor.io.TensorWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Rewrites a file of weights in another format or type. */
@Command(
    name = "convert",
    mixinStandardHelpOptions = true,
    description = {
      "Rewrite weights: .pth to .safetensors or back, and to another element type.",
      "Only the weights of linear layers and convolutions change their type; embeddings, biases,"
          + " norms and integers stay."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ConvertCommand implements Callable<Integer> {

  /** Element types of weights. */
  enum Weights {
    f32(DType.F32),
    bf16(DType.BF16),
    f16(DType.F16),
    i8(DType.I8);

    static final Set<String> NAMES = Set.of("f32", "bf16", "f16", "i8");

    final DType type;

    Weights(DType type) {
      this.type = type;
    }
  }

  /** Tables that are looked up, not multiplied. */
  private static final Pattern TABLE =
      Pattern.compile("(.*\\.)?(class_emb|lvl_embed|embedding)\\.weight");

  private static final float F16_MAX = 65504;

  @Mixin private Verbosity verbosity;

  @Parameters(
      index = "0",
      paramLabel = "FROM",
      description = "A .pth, .safetensors, .npy or .npz file.")
  private Path from;

  @Parameters(
      index = "1",
      paramLabel = "TO",
      description = "The new file; its ending says the format: .safetensors, .pth.")
  private Path to;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "Type of the weights: ${COMPLETION-CANDIDATES} (default: as they are).")
  private @Nullable Weights weights;

  @Option(
      names = "--group",
      paramLabel = "NAME",
      description =
          "The part of a training checkpoint to take, such as trainer.vae_local (default: the"
              + " transformer's, or the only state dict).")
  private @Nullable String group;

  @Option(
      names = {"-f", "--force"},
      description = "Replace TO if it exists.")
  private boolean force;

  @Override
  public Integer call() throws IOException {
    String ending = String.valueOf(to.getFileName()).toLowerCase(Locale.ROOT);
    if (!ending.matches(".*\\.(pth|pt|th|safetensors)")) {
      throw new UsageException(
          "convert: a new file that ends in .safetensors or .pth; got " + to.getFileName());
    }
    if (Files.isDirectory(to)) {
      throw new UsageException("convert: a file; got the folder " + to + " — name a file in it");
    }
    if (Files.exists(to) && !force) {
      throw new UsageException("convert: " + to + " exists — give --force to replace it");
    }
    try (TensorFile open = TensorFile.open(from)) {
      TensorFile part =
          group == null
              ? open.stateDict("trainer.var_wo_ddp", "trainer.vae_local")
              : open.at(group);
      List<Entry> entries = new ArrayList<>();
      for (Entry entry : part.entries().values()) {
        entries.add(retyped(entry));
      }
      if (entries.isEmpty()) {
        throw new UsageException(
            "convert: a file with tensors; got none in " + from + " — inspect it");
      }
      try (Interruption interruption = new Interruption();
          ProgressBar bar = verbosity.progress("convert", entries.size(), "tensors")) {
        try (TensorWriter out = TensorWriter.create(to, entries, metadata(part))) {
          long done = 0;
          for (Entry entry : entries) {
            interruption.check();
            if (entry.equals(part.entries().get(entry.name()))) {
              out.copy(part, entry.name());
            } else {
              out.write(entry.name(), converted(part, entry));
            }
            bar.to(++done);
          }
          out.finish();
        }
      }
      verbosity.tell("%s: %d tensors, %.1f MB".formatted(to, entries.size(), Files.size(to) / 1e6));
    }
    return 0;
  }

  private static Map<String, String> metadata(TensorFile part) {
    return part.metadata().isEmpty() ? Map.of("format", "pt") : part.metadata();
  }

  private Entry retyped(Entry entry) {
    DType type = entry.dtype();
    boolean weight =
        type != null
            && type.isReal()
            && entry.extents().size() >= 2
            && entry.name().endsWith("weight")
            && !TABLE.matcher(entry.name()).matches();
    if (weights == null || !weight) {
      return entry;
    }
    return new Entry(
        entry.name(), ElementType.of(weights.type), entry.extents(), weights == Weights.i8);
  }

  private static Tensor converted(TensorFile part, Entry entry) throws IOException {
    Tensor tensor = part.load(entry.name());
    DType type = entry.dtype();
    if (type == null || !type.isReal() || type == tensor.dtype()) {
      return tensor;
    }
    if (type == DType.F16) {
      for (float value : tensor.toArray()) {
        if (Math.abs(value) > F16_MAX && !Float.isInfinite(value)) {
          throw new UsageException(
              "--type: numbers up to %.0f fit f16; got %g in %s — choose bf16"
                  .formatted(F16_MAX, value, Plain.text(entry.name())));
        }
      }
    }
    return tensor.to(type);
  }
}
