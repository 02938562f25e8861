package io.nextscale.baselines.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Optimizer;
import io.nextscale.nn.Schedule;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.var.Condition;
import io.nextscale.var.VarMetadata;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DitTrainerTest {

  private static final DitConfig CONFIG = new DitConfig(8, 3, 2, 2, 48, 4, 4, true, null);

  private static DiffusionTraining settings(int steps, double dropout, int accumulation) {
    return new DiffusionTraining(
        new Schedule(new Schedule.Curve.Cosine(), 2e-3, 0, 0, 20, steps, 0.01, 0.01),
        1,
        dropout,
        NoiseLevels.UNIFORM,
        accumulation,
        5,
        Optimizer.Kind.MUON);
  }

  private static Dit model() throws IOException {
    return Dit.load(Dit.initial(CONFIG, RandomStream.of(2)), CONFIG, Loading.forTraining());
  }

  private static Tensor pictures() {
    return pictures(8);
  }

  /** Four pictures of smooth waves, (4,side,side,3) in [-1, 1]. */
  private static Tensor pictures(int side) {
    float[] values = new float[4 * side * side * 3];
    for (int i = 0; i < values.length; i++) {
      int picture = i / (3 * side * side);
      int row = i / (3 * side) % side;
      int column = i / 3 % side;
      int channel = i % 3;
      double angle = 0.8 * (picture + 1) * row + (channel + 1) * 0.3 * column + picture;
      values[i] = (float) Math.sin(angle);
    }
    return Tensor.of(Shape.of(4, side, side, 3), values);
  }

  /** The loss falls, and each class gives its picture back. */
  @Test
  void fourPicturesAreLearntByHeart() throws IOException {
    DitConfig config = new DitConfig(4, 3, 2, 2, 64, 4, 4, true, null);
    Dit model = Dit.load(Dit.initial(config, RandomStream.of(2)), config, Loading.forTraining());
    Diffusion process = Diffusion.of(Betas.LINEAR, 100);
    int steps = 700;
    Schedule schedule =
        new Schedule(new Schedule.Curve.Cosine(), 4e-3, 0, 0, 20, steps, 0.01, 0.01);
    DitTrainer trainer =
        new DitTrainer(
            model,
            process,
            new DiffusionTraining(schedule, 1, 0, NoiseLevels.UNIFORM, 1, 5, Optimizer.Kind.MUON));
    Tensor pictures = pictures(4);
    Tensor batch = Tensor.concat(0, pictures, pictures, pictures, pictures);
    int[] labels = new int[16];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = i % 4;
    }
    Condition condition = Condition.classes(labels);
    double before = trainer.evaluate(batch, condition).squared();
    assertThat(before).isCloseTo(1, Offset.offset(0.1)); // no noise is seen at first
    for (int i = 0; i < steps; i++) {
      trainer.step(i, batch, condition);
    }
    assertThat(trainer.evaluate(batch, condition).squared()).isLessThan(0.05 * before);
    for (Sampler sampler : List.of(new Sampler.Ddim(0), new Sampler.Ddpm())) {
      DiffusionSampling sampling =
          new DiffusionSampling(
              model.denoiser(Condition.classes(0, 1, 2, 3), 0),
              process.respaced(50),
              sampler,
              new PictureSpace.Pixels(4));
      Tensor made = sampling.generate(List.of(1L, 2L, 3L, 4L)).times(2f).minus(1f);
      for (int i = 0; i < 4; i++) {
        Tensor one = made.slice(0, i, i + 1);
        float[] distances = pictures.minus(one).abs().reshape(4, -1).mean(1).toArray();
        for (int j = 0; j < 4; j++) {
          assertThat(distances[j] < 0.1f)
              .as("%s: picture %d is %s from picture %d", sampler.describe(), i, distances[j], j)
              .isEqualTo(i == j);
        }
      }
    }
  }

  private static Map<String, List<Float>> numbers(Map<String, Tensor> state) {
    Map<String, List<Float>> numbers = new LinkedHashMap<>();
    state.forEach((name, tensor) -> {
      List<Float> own = new ArrayList<>();
      for (float value : tensor.toArray()) {
        own.add(value);
      }
      numbers.put(name, own);
    });
    return numbers;
  }

  @Test
  void trainingGoesOnFromAnyStateAsIfItHadNeverStopped() throws IOException {
    Diffusion process = Diffusion.of(Betas.LINEAR, 100);
    Condition condition = Condition.classes(0, 1, 2, 3);
    DitTrainer straight = new DitTrainer(model(), process, settings(10, 0.3, 2));
    DitTrainer first = new DitTrainer(model(), process, settings(10, 0.3, 2));
    List<DitTrainer.Report> expected = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      expected.add(straight.step(i, pictures(), condition));
    }
    for (int i = 0; i < 3; i++) { // the third waits for its step
      first.step(i, pictures(), condition);
      first.evaluate(pictures(), condition);
    }
    DitTrainer second = new DitTrainer(model(), process, settings(10, 0.3, 2));
    second.restore(Checkpoint.of("middle", first.state()));
    for (int i = 3; i < 7; i++) {
      assertThat(second.step(i, pictures(), condition)).isEqualTo(expected.get(i));
    }
    assertThat(numbers(second.state())).isEqualTo(numbers(straight.state()));

    DitConfig wider = new DitConfig(8, 3, 2, 2, 64, 4, 4, true, null);
    Dit other = Dit.load(Dit.initial(wider, RandomStream.of(2)), wider, Loading.forTraining());
    DitTrainer stranger = new DitTrainer(other, process, settings(10, 0.3, 2));
    assertThatThrownBy(() -> stranger.restore(Checkpoint.of("another", first.state())))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining("the state of a training of this transformer, with x_embedder");
  }

  private static VqVae tokenizer() throws IOException {
    VqVaeConfig config =
        new VqVaeConfig(32, List.of(1, 1), 1, 24, 8, Scales.of(1, 2, 4), 2, 0.5f, 0.25f, false);
    return VqVae.load(VqVae.initial(config, RandomStream.of(3)), config, Loading.forInference());
  }

  /** The maps that were measured have mean 0 and variance 1; the way back is that of tokens. */
  @Test
  void latentsAreOfUnitVariance() throws IOException {
    VqVae tokenizer = tokenizer();
    Latents latents = Latents.measured(tokenizer, List.of(pictures().slice(0, 0, 1), pictures()));
    assertThat(latents.side()).isEqualTo(4);
    assertThat(latents.channels()).isEqualTo(8);
    Tensor maps = latents.encode(Tensor.concat(0, pictures().slice(0, 0, 1), pictures()));
    assertThat(maps.shape()).isEqualTo(Shape.of(5, 4, 4, 8));
    float[] means = maps.reshape(80, 8).mean(0).toArray();
    float[] squares = maps.square().reshape(80, 8).mean(0).toArray();
    for (int c = 0; c < 8; c++) {
      assertThat(means[c]).isCloseTo(0, Offset.offset(1e-4f));
      assertThat(squares[c]).isCloseTo(1, Offset.offset(1e-3f));
    }
    Tensor again = latents.decode(latents.encode(pictures()));
    assertThat(again.shape()).isEqualTo(Shape.of(4, 8, 8, 3));
    Tensor expected = tokenizer.reconstruct(tokenizer.tokenize(pictures()));
    int same = 0;
    for (int i = 0; i < 4; i++) { // a map off by a rounding may fall to another code, seldom
      float worst = again.minus(expected).slice(0, i, i + 1).abs().reshape(-1).max(0).item();
      same += worst < 1e-4 ? 1 : 0;
    }
    assertThat(same).isGreaterThanOrEqualTo(3);
    assertThatThrownBy(() -> new Latents(tokenizer, List.of(1f), List.of(1f)))
        .hasMessageContaining("a mean and a positive deviation for each of 8 channels");
  }

  @Test
  void aFileTellsWhatItsTensorsDoNot(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("dit.safetensors");
    Latents latents = Latents.measured(tokenizer(), List.of(pictures()));
    VarMetadata common = new VarMetadata(4, null, List.of("a", "b", "c", "d"), "ab".repeat(32));
    DitMetadata metadata = DitMetadata.of(common, Betas.COSINE, 300, latents);
    Dit model = model();
    model
        .parameters()
        .save(file, model.parameters().checkpoint("model"), DType.F32, metadata.text());
    try (TensorFile open = TensorFile.open(file)) {
      DitMetadata read = DitMetadata.of(open);
      assertThat(read).isEqualTo(metadata);
      assertThat(read.process().steps()).isEqualTo(300);
      assertThat(read.latents(latents.tokenizer())).isEqualTo(latents);
    }
    assertThat(DitMetadata.load(file, Loading.forInference()).config()).isEqualTo(CONFIG);

    RandomStream random = RandomStream.of(9);
    List<String> keys = new ArrayList<>(metadata.text().keySet());
    keys.removeIf(key -> !key.contains("diffusion"));
    for (int i = 0; i < 60; i++) {
      Map<String, String> damaged = new LinkedHashMap<>(metadata.text());
      String key = keys.get(random.nextInt(keys.size()));
      String text = damaged.get(key);
      int at = random.nextInt(text.length());
      damaged.put(key, text.substring(0, at) + "#" + text.substring(at + 1));
      model.parameters().save(file, model.parameters().checkpoint("model"), DType.F32, damaged);
      try (TensorFile open = TensorFile.open(file)) {
        assertThatThrownBy(() -> DitMetadata.of(open))
            .as(key + " " + damaged.get(key))
            .isInstanceOf(FileFormatException.class)
            .hasMessageContaining("the process of a diffusion transformer in the metadata");
      }
    }
  }
}
