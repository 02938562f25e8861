package io.nextscale.training.learner;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.data.Batch;
import io.nextscale.data.Batches;
import io.nextscale.data.TokenSet;
import io.nextscale.nn.Checkpoint;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.Tensor;
import io.nextscale.training.Learner;
import io.nextscale.training.settings.TokenizerSettings;
import io.nextscale.training.settings.VarSettings;
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
}
