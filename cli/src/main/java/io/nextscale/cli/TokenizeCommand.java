package io.nextscale.cli;

import io.nextscale.cli.terminal.Verbosity;
import io.nextscale.data.PictureSource;
import io.nextscale.data.TokenSet;
import io.nextscale.data.TokenWriter;
import io.nextscale.tensor.spi.Backend;
import io.nextscale.training.learner.TrainingPictures;
import io.nextscale.training.settings.PictureSettings;
import io.nextscale.training.settings.Preset;
import io.nextscale.training.settings.Settings;
import io.nextscale.vqvae.VqVae;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Turns pictures into tokens once, so that training does not do it again and again. */
@Command(
    name = "tokenize",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    modelTransformer = SettingsFlags.OfPictures.class,
    description = {
      "Turn the pictures of a training into tokens, once: 'nextscale train var --tokens' reads"
          + " them.",
      "Pictures are taken as they are, without random crops and mirroring. A run that was stopped"
          + " goes on."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class TokenizeCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "WHAT",
      description = "Pictures, as for 'nextscale train'.")
  private String data;

  @Option(
      names = "--tokenizer",
      required = true,
      paramLabel = "FILE",
      description = "The model.safetensors that 'nextscale train tokenizer' made.")
  private Path tokenizer;

  @Option(
      names = {"-o", "--out"},
      required = true,
      paramLabel = "FOLDER",
      description = "Where the tokens go: a folder that is new, or broken off.")
  private Path out;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Only the first N pictures; needed for shapes, which have no end.")
  private @Nullable Long limit;

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      description =
          "That of the training to come: shapes, small, small-4x, cifar10 or published (default:"
              + " shapes for --data shapes).")
  private @Nullable String preset;

  @Option(
      names = "--strict",
      description = "A damaged picture ends it all; else it is named and left out.")
  private boolean strict;

  @Mixin private ComputeOptions compute;

  @Mixin private Verbosity verbosity;

  @Override
  public Integer call() throws IOException {
    Backend backend = compute.backend();
    TokenizerFile file = TokenizerFile.of(tokenizer);
    VqVae vae = file.load();
    PictureSettings settings = settings(vae);
    try (TrainingPictures pictures = TrainingOptions.open(data, settings)) {
      PictureSource source = pictures.training();
      long end = end(source);
      Tokens tokens = new Tokens(vae, source, settings, strict);
      TokenSet set = tokens.set(file.sha256());
      try (TokenWriter writer = writer(set)) {
        verbosity.tell(source.describe());
        verbosity.tellMore(backend.describe());
        tokens.write(writer, end, spec.commandLine().getErr(), verbosity);
        writer.finish();
        verbosity.tell("%,d pictures of %d tokens".formatted(writer.size(), set.length()));
      }
    }
    spec.commandLine().getOut().println(out);
    spec.commandLine().getOut().flush();
    return 0;
  }

  private TokenWriter writer(TokenSet set) throws IOException {
    try {
      return TokenWriter.open(out, set, Tokens.PER_FILE);
    } catch (FileAlreadyExistsException e) {
      throw new UsageException("-o: " + e.getReason());
    }
  }

  private PictureSettings settings(VqVae vae) {
    if (preset == null && !TrainingPictures.isShapes(data)) {
      throw new UsageException(
          "--preset: that of the training to come; got none — name one of %s"
              .formatted(String.join(", ", Preset.ALL.stream().map(Preset::name).toList())));
    }
    Preset base = preset == null ? Preset.SHAPES : Preset.named(preset);
    int side = vae.config().imageHeight();
    Map<String, String> given = new HashMap<>(Map.of("size", Integer.toString(side)));
    given.putAll(SettingsFlags.given(spec, PictureSettings.class));
    PictureSettings settings = Settings.with(base.var().pictures(), given);
    TrainVarCommand.checkSize(vae, settings);
    return settings;
  }

  private long end(PictureSource source) {
    if (limit == null && source.endless()) {
      throw new UsageException(
          "--limit: how many pictures of a source without end; got none — give a number");
    }
    if (limit != null && (limit < 1 || limit > Integer.MAX_VALUE)) {
      throw new UsageException("--limit: 1 to %d; got %d".formatted(Integer.MAX_VALUE, limit));
    }
    return limit == null ? source.size() : Math.min(limit, source.size());
  }
}
