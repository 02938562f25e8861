package io.nextscale.training.learner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.baselines.diffusion.Dit;
import io.nextscale.baselines.diffusion.DitMetadata;
import io.nextscale.baselines.diffusion.Latents;
import io.nextscale.baselines.diffusion.PictureSpace;
import io.nextscale.baselines.raster.RasterOrder;
import io.nextscale.data.Batch;
import io.nextscale.data.Batches;
import io.nextscale.data.TokenSet;
import io.nextscale.nn.Checkpoint;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.training.Learner;
import io.nextscale.training.settings.DitSettings;
import io.nextscale.training.settings.TokenizerSettings;
import io.nextscale.training.settings.VarSettings;
import io.nextscale.var.Var;
import io.nextscale.var.VarMetadata;
import io.nextscale.var.text.WordPieces;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeMetadata;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LearnersTest {

  @TempDir Path folder;

  /** The elements of a state as bits. */
  private static Map<String, List<Integer>> bits(Map<String, Tensor> state) {
    Map<String, List<Integer>> bits = new LinkedHashMap<>();
    state.forEach((name, tensor) -> {
      List<Integer> own = new ArrayList<>();
      if (tensor.dtype() == DType.I32) {
        for (int value : tensor.toInts()) {
          own.add(value);
        }
      } else {
        for (float value : tensor.toArray()) {
          own.add(Float.floatToRawIntBits(value));
        }
      }
      bits.put(name, own);
    });
    return bits;
  }

  /** Measuring, drawing and forecasting leave no trace; a restored learner goes on alike. */
  private static void assertItGoesOnAlike(Supplier<Learner> made, boolean forecast)
      throws IOException {
    Learner straight = made.get();
    for (int i = 0; i < 4; i++) {
      straight.step(i);
    }

    Learner first = made.get();
    SequencedMap<String, Tensor> beginning = first.state();
    assertThat(first.memory().isPresent()).isEqualTo(forecast);
    first.restore(Checkpoint.of("beginning", beginning));
    for (int i = 0; i < 2; i++) {
      first.step(i);
      first.evaluate(i);
      first.pictures(i);
    }
    Learner second = made.get();
    second.restore(Checkpoint.of("middle", first.state()));
    assertThat(bits(second.state())).isEqualTo(bits(first.state()));
    for (int i = 2; i < 4; i++) {
      second.step(i);
    }
    assertThat(bits(second.state())).isEqualTo(bits(straight.state()));
    assertThat(bits(exported(second))).isEqualTo(bits(exported(straight)));
  }

  private static Map<String, Tensor> exported(Learner learner) throws IOException {
    Map<String, Tensor> exported = new LinkedHashMap<>();
    for (String name : learner.exported().names()) {
      exported.put(name, learner.exported().tensor(name));
    }
    return exported;
  }

  @Test
  void trainingGoesOnFromAnyStateAsIfItHadNeverStopped() throws IOException {
    Path data = Small.pictures(folder.resolve("pictures"), 12);
    Map<String, String> common =
        Map.of("steps", "5", "batch", "2", "accumulate", "2", "ema", "0.9");
    Map<String, String> further = new LinkedHashMap<>(common);
    further.putAll(
        Map.of(
            "continuous",
            "1",
            "restart-every",
            "2",
            "discriminator",
            "0.1",
            "discriminator-start",
            "0.2",
            "discriminator-channels",
            "4",
            "discriminator-layers",
            "1"));
    TokenizerSettings first = Small.tokenizer(further);
    try (TrainingPictures pictures = TrainingPictures.open(data.toString(), first.pictures())) {
      Batches batches = pictures.batches(2, 0, true, line -> {});
      List<Batch> measured = List.of(batches.batch(7));
      assertItGoesOnAlike(() -> new TokenizerLearner(first, batches, measured, false, null), false);
      TokenizerSettings plain = Small.tokenizer(common);
      assertItGoesOnAlike(() -> new TokenizerLearner(plain, batches, measured, false, null), true);

      TokenizerLearner learner = new TokenizerLearner(first, batches, measured, false, null);
      Path file = folder.resolve("tokenizer.safetensors");
      learner.parameters().save(file, learner.exported(), DType.F32, learner.metadata());
      VqVae tokenizer = VqVaeMetadata.load(file, Small.FOR_USE);
      assertThat(tokenizer.config()).isEqualTo(first.model().config());

      Map<String, String> growing = new LinkedHashMap<>(common);
      growing.put("progressive", "1");
      VarSettings second = Small.var(growing);
      VarLearner.Subject subject =
          new VarLearner.Subject(
              tokenizer,
              TokenSet.fingerprint(file),
              pictures.words(200),
              pictures.classes(),
              false);
      TokenBatches tokens = TokenBatches.of(batches, tokenizer);
      assertItGoesOnAlike(() -> new VarLearner(second, subject, tokens, measured, true), true);
    }
  }

  /** The baselines on the same pictures: diffusion of the tokenizer's maps, tokens row by row. */
  @Test
  void baselinesGoOnAsIfTheyHadNeverStopped() throws IOException {
    Path data = Small.pictures(folder.resolve("pictures"), 12);
    Map<String, String> common =
        Map.of("steps", "5", "batch", "2", "accumulate", "2", "ema", "0.9");
    TokenizerSettings first = Small.tokenizer(common);
    try (TrainingPictures pictures = TrainingPictures.open(data.toString(), first.pictures())) {
      Batches batches = pictures.batches(2, 0, true, line -> {});
      List<Batch> measured = List.of(batches.batch(7));
      Path file = folder.resolve("tokenizer.safetensors");
      TokenizerLearner learner = new TokenizerLearner(first, batches, measured, false, null);
      learner.parameters().save(file, learner.exported(), DType.F32, learner.metadata());
      VqVae tokenizer = VqVaeMetadata.load(file, Small.FOR_USE);
      WordPieces words = pictures.words(200);

      VqVae grid = RasterOrder.lastGrid(tokenizer);
      VarSettings settings = Small.var(common);
      VarLearner.Subject tokens =
          new VarLearner.Subject(
              grid, TokenSet.fingerprint(file), words, pictures.classes(), false);
      Supplier<Learner> raster =
          () -> VarLearner.raster(settings, tokens, TokenBatches.of(batches, grid), measured, true);
      assertItGoesOnAlike(raster, true);
      Path rasterFile = save(raster.get(), "raster.safetensors");
      Var row = VarMetadata.load(rasterFile, Small.FOR_USE);
      assertThat(row.config().scales()).isEqualTo(new RasterOrder(grid).scales());
      try (TensorFile open = TensorFile.open(rasterFile)) {
        assertThat(open.metadata()).containsAllEntriesOf(RasterOrder.METADATA);
        assertThat(VqVaeMetadata.scales(open)).isEqualTo(Scales.of(4));
      }
      assertThatThrownBy(
              () -> {
                VarLearner.Subject many =
                    new VarLearner.Subject(tokenizer, "", words, pictures.classes(), false);
                VarLearner.raster(
                    settings, many, TokenBatches.of(batches, tokenizer), measured, true);
              })
          .hasMessageContaining("raster: a tokenizer of one square grid");

      Latents latents = DitLearner.latents(tokenizer, batches);
      for (String condition : List.of("text", "classes")) {
        for (PictureSpace space : List.of(latents, new PictureSpace.Pixels(8))) {
          Map<String, String> further = new LinkedHashMap<>(common);
          further.put("condition", condition);
          further.put("variance", "" + condition.equals("text"));
          further.put("sampler", condition.equals("text") ? "ddpm" : "ddim");
          DitSettings dit = Small.dit(further);
          DitLearner.Subject subject =
              new DitLearner.Subject(
                  space,
                  space == latents ? TokenSet.fingerprint(file) : "",
                  dit.readsText() ? words : null,
                  pictures.classes(),
                  false);
          Supplier<Learner> made = () -> new DitLearner(dit, subject, batches, measured);
          assertItGoesOnAlike(made, true);
          Path ditFile = save(made.get(), "dit.safetensors");
          Dit model = DitMetadata.load(ditFile, Small.FOR_USE);
          assertThat(model.config().channels()).isEqualTo(space.channels());
          try (TensorFile open = TensorFile.open(ditFile)) {
            DitMetadata metadata = DitMetadata.of(open);
            assertThat(metadata.steps()).isEqualTo(50);
            if (space == latents) {
              assertThat(metadata.latents(tokenizer)).isEqualTo(latents);
              assertThat(metadata.common().tokenizer()).isEqualTo(TokenSet.fingerprint(file));
            }
          }
        }
      }
    }
  }

  private Path save(Learner learner, String name) throws IOException {
    Path file = folder.resolve(name);
    learner.parameters().save(file, learner.exported(), DType.F32, learner.metadata());
    return file;
  }
}
