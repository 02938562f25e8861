package io.nextscale.training.learner;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.data.Batch;
import io.nextscale.data.Batches;
import io.nextscale.data.Loading;
import io.nextscale.data.TokenSet;
import io.nextscale.tensor.Tensor;
import io.nextscale.training.Learner;
import io.nextscale.training.Plan;
import io.nextscale.training.ProgressListener;
import io.nextscale.training.TrainingRun;
import io.nextscale.training.settings.Settings;
import io.nextscale.training.settings.TokenizerSettings;
import io.nextscale.training.settings.VarSettings;
import io.nextscale.var.Generated;
import io.nextscale.var.Generation;
import io.nextscale.var.Generator;
import io.nextscale.var.Var;
import io.nextscale.var.VarMetadata;
import io.nextscale.vqvae.TokenPyramid;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeMetadata;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole way: a tokenizer and a transformer learn eight pictures by heart. */
class StoryTest {

  private static final int PICTURES = 8;

  /**
   * Mean difference of a value in [-1, 1] between a picture and what is regenerated. Black and
   * white differ by 2, two pictures of these eight by 0.5; this is five steps of 255.
   */
  private static final double TOLERANCE = 0.04;

  @TempDir Path folder;

  private Path trained(String name, Learner learner, Record settings, int steps)
      throws IOException {
    try (TrainingRun run = TrainingRun.open(folder.resolve(name), Settings.json(settings))) {
      run.train(learner, Plan.of(steps).showing(0, 0), ProgressListener.SILENT, () -> false);
      return run.model();
    }
  }

  @Test
  void eightPicturesAreRegeneratedTokenForToken() throws IOException {
    Path data = Small.pictures(folder.resolve("pictures"), PICTURES);
    TokenizerSettings first =
        Small.tokenizer(
            Map.of(
                "steps",
                "100",
                "batch",
                "8",
                "continuous",
                "30",
                "restart-every",
                "10",
                "restart-until",
                "0.8",
                "truncation",
                "0",
                "thrift",
                "0",
                "rate",
                "3e-3"));
    VarSettings second =
        Small.var(Map.of("steps", "120", "batch", "8", "condition", "classes", "rate", "3e-3"));

    try (TrainingPictures pictures = TrainingPictures.open(data.toString(), first.pictures())) {
      Batches batches = pictures.batches(PICTURES, 0, true, line -> {});
      Path tokenizerFile =
          trained(
              "tokenizer",
              new TokenizerLearner(first, batches, List.of(), false, null),
              first,
              first.optimizer().steps());
      VqVae tokenizer = VqVaeMetadata.load(tokenizerFile, Small.FOR_USE);

      VarLearner.Subject subject =
          new VarLearner.Subject(
              tokenizer, TokenSet.fingerprint(tokenizerFile), null, pictures.classes(), false);
      Path varFile =
          trained(
              "var",
              new VarLearner(
                  second, subject, TokenBatches.of(batches, tokenizer), List.of(), false),
              second,
              second.optimizer().steps());
      Var model = VarMetadata.load(varFile, Small.FOR_USE);

      Batch all;
      try (Batches once =
          Batches.open(
              pictures.training(), first.pictures().evaluation(), Loading.pass(PICTURES))) {
        all = once.batch(0);
      }
      List<Integer> labels = IntStream.range(0, PICTURES).boxed().toList();
      assertThat(all.labels()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
      Generated made =
          new Generator(model, tokenizer)
              .generate(Generation.fid(labels, 0).guidance(0).topK(0).topP(0).greedy(true));
      TokenPyramid expected = tokenizer.tokenize(all.images());
      assertThat(made.tokens()).isNotNull();
      assertThat(made.tokens().sequence().toInts()).isEqualTo(expected.sequence().toInts());

      Tensor again = made.images().times(2f).minus(1f);
      float[] differences = again.minus(all.images()).abs().toArray();
      int size = differences.length / PICTURES;
      for (int i = 0; i < PICTURES; i++) {
        double sum = 0;
        for (int j = 0; j < size; j++) {
          sum += differences[i * size + j];
        }
        assertThat(sum / size).as("mean difference of picture " + i).isLessThan(TOLERANCE);
      }
    }
  }
}
