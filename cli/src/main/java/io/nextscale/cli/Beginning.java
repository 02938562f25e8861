package io.nextscale.cli;

import io.nextscale.pretrained.ShapesModel;
import io.nextscale.tensor.io.Json;
import io.nextscale.tensor.io.TensorFile;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The weights that a training begins with, of the flag {@code --init}. */
record Beginning(WeightSource weights) {

  /** What the run calls them. */
  static final String NAME = "init";

  private static final String FLAG = "--init";

  /** What is done with an open file of weights. */
  @FunctionalInterface
  interface Use {
    void of(TensorFile file) throws IOException;
  }

  /**
   * Those that were given, else those that the run was begun with; null where weights are drawn.
   *
   * @param part what {@link WeightSource#EMBEDDED} stands for
   * @throws UsageException when there is no such file
   */
  static @Nullable Beginning of(RunOptions training, @Nullable Path given, ShapesModel.Part part)
      throws IOException {
    Path file = training.file(given, NAME);
    return file == null ? null : new Beginning(TokenizerOptions.existing(file, part, "", FLAG));
  }

  /**
   * The same where the program holds no such weights by the name of a {@link ShapesModel}.
   *
   * @throws UsageException when there is no such file
   */
  static @Nullable Beginning ofFile(RunOptions training, @Nullable Path given) throws IOException {
    Path file = training.file(given, NAME);
    return file == null ? null : new Beginning(TokenizerOptions.onDisk(file, FLAG));
  }

  /**
   * Reads from them.
   *
   * @throws UsageException naming the flag when that fails
   */
  <T> T read(TokenizerOptions.Reading<T> reading) {
    return TokenizerOptions.reading(FLAG, weights, reading);
  }

  /**
   * Opens them for something that gives nothing back.
   *
   * @throws UsageException naming the flag when that fails
   */
  void use(Use use) {
    read(file -> {
      use.of(file);
      return file.name();
    });
  }

  /**
   * As the run remembers them.
   *
   * @param existing what the folder of the run holds already
   */
  Json.Obj describe(Json.@Nullable Obj existing) throws IOException {
    return RunOptions.file(Path.of(weights.toString()), weights.sha256(), existing, NAME);
  }
}
