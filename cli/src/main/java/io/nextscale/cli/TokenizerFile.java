package io.nextscale.cli;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.pretrained.ShapesModel;
import io.nextscale.tensor.io.Json;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeMetadata;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The tokenizer that something is trained with, of the flag {@code --tokenizer}.
 *
 * @param path as it was given
 * @param source where it is read from
 */
record TokenizerFile(Path path, WeightSource source) {

  /** What runs call it. */
  static final String NAME = "tokenizer";

  /** Where it comes from, for the help of the flag. */
  static final String DESCRIPTION =
      "The model.safetensors that 'nextscale train tokenizer' made, or shapes for the one inside the"
          + " program";

  private static final String FLAG = "--tokenizer";

  /**
   * One that has to be named.
   *
   * @throws UsageException when it is not, or there is no such file
   */
  static TokenizerFile of(@Nullable Path given) throws IOException {
    if (given == null) {
      throw new UsageException(
          FLAG
              + ": the model.safetensors of a tokenizer, or shapes; got none — make one with"
              + " 'nextscale train tokenizer'");
    }
    return new TokenizerFile(
        given, TokenizerOptions.existing(given, ShapesModel.Part.TOKENIZER, "", FLAG));
  }

  /**
   * Loads it, with its own scales.
   *
   * @throws UsageException when it cannot be read or is no tokenizer that tells its scales
   */
  VqVae load() {
    return TokenizerOptions.reading(
        FLAG,
        source,
        file ->
            VqVae.load(
                VqVae.part(Checkpoint.of(file)),
                VqVaeMetadata.config(file),
                Loading.forInference()));
  }

  /** SHA-256 of its bytes, 64 hexadecimal digits. */
  String sha256() throws IOException {
    return source.sha256();
  }

  /**
   * As a run remembers it.
   *
   * @param existing what the folder of the run holds already
   */
  Json.Obj describe(Json.@Nullable Obj existing) throws IOException {
    return RunOptions.file(path, sha256(), existing, NAME);
  }
}
