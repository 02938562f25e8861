package io.nextscale.baselines.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.var.Condition;
import io.nextscale.var.TextConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DitTest {

  /** Outputs of order 5 after some hundred float32 products in another order: 2e-6 of that. */
  private static final Offset<Float> ROUNDING = Offset.offset(1e-5f);

  static void assertClose(Tensor actual, Tensor expected, Offset<Float> tolerance) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    float[] a = actual.toArray();
    float[] e = expected.toArray();
    for (int i = 0; i < a.length; i++) {
      assertThat(a[i]).as("element " + i).isCloseTo(e[i], tolerance);
    }
  }

  private static Path resource(String name) throws Exception {
    return Path.of(DitTest.class.getResource("/golden/" + name).toURI());
  }

  @Test
  void predictionsAreThoseOfTheReference() throws IOException {
    try (Golden golden = Golden.open()) {
      for (Loading how : List.of(Loading.forTraining(), Loading.forInference())) {
        Dit model = golden.model(how);
        Dit.Told told = model.told(Condition.classes(golden.integers("y")));
        Tensor made = model.forward(golden.map("x"), told, golden.integers("t"));
        assertClose(made, golden.map("forward"), ROUNDING);
      }
    }
  }

  @Test
  void guidanceOfThreeChannelsIsThatOfTheReference() throws IOException {
    try (Golden golden = Golden.open()) {
      Denoiser denoiser =
          golden
              .model(Loading.forTraining())
              .denoiser(Condition.classes(7, 2, 3), 1.5, 3); // its scale of 2.5
      Tensor made = denoiser.predict(golden.map("x"), golden.integers("t"));
      assertClose(made, golden.map("guided.three"), Offset.offset(4e-5f)); // 4 times as large
    }
  }

  /** (1 + g) ε(condition) − g ε(none), of all channels of the noise; variances as they are. */
  @Test
  void guidanceIsALineThroughTwoPredictions() throws IOException {
    try (Golden golden = Golden.open()) {
      Dit model = golden.model(Loading.forTraining());
      Tensor x = golden.map("x");
      int[] t = golden.integers("t");
      Tensor own = model.denoiser(Condition.classes(7), 0).predict(x, t);
      Tensor none = model.denoiser(Condition.classes(Condition.NO_CLASS), 3).predict(x, t);
      Tensor guided = model.denoiser(Condition.classes(7), 3).predict(x, t);
      Tensor line = own.times(4f).minus(none.times(3f)).slice(3, 0, 4);
      assertThat(guided.toArray()).isEqualTo(Tensor.concat(3, line, own.slice(3, 4, 8)).toArray());
    }
  }

  @Test
  void placesAreThoseOfTheReference() throws IOException {
    try (Golden golden = Golden.open()) {
      assertClose(
          Dit.sinesAndCosines(16, 3).reshape(9, 16),
          golden.load("sincos.16"),
          Offset.offset(1e-7f));
      assertClose(Dit.sinesAndCosines(24, 4), golden.load("model.pos_embed"), Offset.offset(1e-7f));
    }
  }

  /** Names and extents of the published file, and its 675 million numbers. */
  @Test
  void theLargestPublishedTransformerHasItsNamesAndExtents() throws Exception {
    Map<String, String> expected = new TreeMap<>();
    for (String line : Files.readAllLines(resource("dit_xl_2.txt"))) {
      String[] parts = line.split(" ", 2);
      expected.put(parts[0], "(" + parts[1].replace(",", ", ") + ")");
    }
    DitConfig config = DitConfig.named("DiT-XL/2", 32);
    Dit model = Dit.declared(config);
    Map<String, String> own = new TreeMap<>();
    model.parameters().shapes().forEach((name, shape) -> own.put(name, shape.toString()));
    assertThat(own).isEqualTo(expected);
    assertThat(model.parameters().count()).isEqualTo(674_834_720L); // 675,129,632 with places
  }

  /** All numbers, places included, as torch counts them. */
  @ParameterizedTest
  @CsvSource({"DiT-S/2,32963360", "DiT-B/4,130475648", "DiT-L/2,458102816", "DiT-XL/2,675129632"})
  void publishedSizesCountAsThoseOfTheReference(String name, long expected) {
    Dit model = Dit.declared(DitConfig.named(name, 32));
    long count =
        model.parameters().shapes().values().stream().mapToLong(shape -> shape.size()).sum();
    assertThat(count).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "DiT-XL", "DiT-XL/3", "DiT-M/2", "dit-s/2", "DiT-S/2 "})
  void otherNamesAreRefused(String name) {
    assertThatThrownBy(() -> DitConfig.named(name, 32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("diffusion transformer: DiT-S, B, L or XL and a patch");
  }

  @Test
  void sizesAreReadFromAFile(@TempDir Path folder) throws IOException {
    for (DitConfig config :
        List.of(
            Golden.CONFIG,
            new DitConfig(6, 3, 1, 1, 32, 2, 0, false, new TextConfig(20, 7, 16, 2, 4)))) {
      Checkpoint initial = Dit.initial(config, RandomStream.of(3));
      Path file = folder.resolve("model.safetensors");
      Dit.declared(config).parameters().save(file, initial, DType.F32, Map.of());
      try (TensorFile open = TensorFile.open(file)) {
        assertThat(DitConfig.of(Dit.part(Checkpoint.of(open)), config.heads())).isEqualTo(config);
        assertThatThrownBy(() -> DitConfig.of(Checkpoint.of(open), null))
            .isInstanceOf(FileFormatException.class)
            .hasMessageContaining("that of no published transformer — give the heads");
      }
    }
    Checkpoint training =
        Checkpoint.of(
            "training",
            Map.of(
                "model.x_embedder.proj.weight",
                Tensor.scalar(1),
                "ema.x_embedder.proj.weight",
                Tensor.scalar(2)));
    assertThat(Dit.part(training).tensor("x_embedder.proj.weight").item()).isEqualTo(2);
    assertThatThrownBy(() -> DitConfig.of(Checkpoint.of("nothing", Map.of()), null))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining("a diffusion transformer, with a tensor x_embedder.proj.weight");
  }

  /** adaLN-Zero: every block is the identity at first, and the noise that is seen is none. */
  @Test
  void aNewTransformerSeesNoNoise() throws IOException {
    DitConfig config = new DitConfig(4, 2, 2, 2, 16, 2, 0, true, new TextConfig(20, 5, 16, 1, 2));
    Dit model = Dit.load(Dit.initial(config, RandomStream.of(1)), config, Loading.forTraining());
    Tensor x = Tensor.normal(Shape.of(2, 4, 4, 2), 0, 1, RandomStream.of(2));
    Condition captions =
        Condition.captions(Tensor.ofInts(Shape.of(2, 5), 1, 4, 9, 0, 0, 1, 7, 0, 0, 0));
    Tensor made = model.forward(x, model.told(captions), 3, 900);
    assertThat(made.shape()).isEqualTo(Shape.of(2, 4, 4, 4));
    assertThat(made.toArray()).containsOnly(0f);
  }

  /** The loss depends on every parameter, those of captions as well. */
  @Test
  void everythingLearns() throws IOException {
    Dit model = opened(new DitConfig(4, 2, 2, 2, 16, 2, 0, true, new TextConfig(20, 5, 16, 1, 2)));
    Condition captions = Condition.captions(Tensor.ofInts(Shape.of(1, 5), 1, 4, 9, 0, 0));
    Tensor x = Tensor.normal(Shape.of(1, 4, 4, 2), 0, 1, RandomStream.of(2));
    Tensor noise = Tensor.normal(x.shape(), 0, 1, RandomStream.of(3));
    Gradients gradients =
        Gradients.of(() -> {
          Dit.Told told = model.told(captions);
          Denoiser denoiser = (map, times) -> model.forward(map, told, times);
          Diffusion process = Diffusion.of(Betas.LINEAR, 100);
          return DiffusionLoss.of(process, denoiser, x, noise, 40).mean();
        });
    model
        .parameters()
        .trained()
        .forEach((name, parameter) -> {
          Tensor gradient = gradients.of(parameter);
          assertThat(gradient).as(name).isNotNull();
          assertThat(gradient.abs().sum().item()).as(name).isPositive().isFinite();
        });
  }

  /** A row says the same alone as in company, with guidance and captions too. */
  @Test
  void rowsDoNotKnowEachOther() throws IOException {
    Dit model = opened(new DitConfig(4, 2, 2, 2, 16, 2, 0, true, new TextConfig(20, 5, 16, 1, 2)));
    Tensor x = Tensor.normal(Shape.of(3, 4, 4, 2), 0, 1, RandomStream.of(2));
    Condition one = Condition.captions(Tensor.ofInts(Shape.of(1, 5), 1, 4, 9, 0, 0));
    Condition other = Condition.captions(Tensor.ofInts(Shape.of(1, 5), 1, 5, 8, 3, 0));
    Tensor all = model.denoiser(one, 2).predict(x, 5, 400, 999);
    for (int i = 0; i < 3; i++) {
      Tensor alone =
          model.denoiser(one, 2).predict(x.slice(0, i, i + 1), List.of(5, 400, 999).get(i));
      assertThat(alone.toArray()).isEqualTo(all.slice(0, i, i + 1).toArray());
    }
    Tensor told = model.denoiser(other, 2).predict(x.slice(0, 0, 1), 5);
    assertThat(told.toArray()).isNotEqualTo(all.slice(0, 0, 1).toArray()); // captions matter
    Tensor mixed =
        model
            .denoiser(one.followedBy(other).followedBy(one), 2)
            .predict(
                Tensor.concat(0, x.slice(0, 0, 1), x.slice(0, 0, 1), x.slice(0, 2, 3)), 5, 5, 999);
    assertThat(mixed.slice(0, 1, 2).toArray()).isEqualTo(told.toArray());
    assertThat(mixed.slice(0, 2, 3).toArray()).isEqualTo(all.slice(0, 2, 3).toArray());
  }

  /** A transformer with all parameters drawn, those that begin at zero as well. */
  static Dit opened(DitConfig config) throws IOException {
    Dit model = Dit.load(Dit.initial(config, RandomStream.of(1)), config, Loading.forTraining());
    RandomStream random = RandomStream.of(8);
    model
        .parameters()
        .trained()
        .forEach((name, parameter) -> {
          if (!name.contains("scale_mul")) {
            parameter.set(Tensor.normal(parameter.shape(), 0, 0.2f, random.split(name)));
          }
        });
    return model;
  }

  @Test
  void lossAndGradientsAreThoseOfTheReference() throws IOException {
    try (Golden golden = Golden.open()) {
      Dit model = golden.model(Loading.forTraining());
      Diffusion process = Diffusion.of(Betas.LINEAR, 1000);
      Dit.Told[] told = new Dit.Told[1];
      List<DiffusionLoss> losses = new ArrayList<>();
      int[] steps = golden.integers("t");
      Tensor x0 = golden.map("x0");
      Tensor noise = golden.map("noise");
      assertClose(process.noised(x0, noise, steps), golden.map("x_t"), Offset.offset(1e-6f));
      Gradients gradients =
          Gradients.of(() -> {
            told[0] = model.told(Condition.classes(labels(golden)));
            DiffusionLoss loss =
                DiffusionLoss.of(
                    process, (x, times) -> model.forward(x, told[0], times), x0, noise, steps);
            losses.add(loss);
            return loss.mean();
          });
      assertClose(losses.getFirst().squared(), golden.load("loss.mse"), ROUNDING);
      assertClose(losses.getFirst().bound(), golden.load("loss.vb"), ROUNDING);
      model
          .parameters()
          .trained()
          .forEach((name, parameter) -> {
            float[] g = gradients.of(parameter).toArray();
            double sum = 0;
            for (float v : g) {
              sum += (double) v * v;
            }
            assertThat(Math.sqrt(sum))
                .as(name)
                .isCloseTo(norm(golden, name), Percentage.withPercentage(0.02));
          });
    }
  }

  private static int[] labels(Golden golden) {
    try {
      return golden.integers("y");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static double norm(Golden golden, String name) {
    try {
      return golden.load("grad." + name).item();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whatDoesNotFitIsRefused() throws IOException {
    Dit model = opened(Golden.CONFIG);
    assertThatThrownBy(() -> model.told(Condition.classes(11)))
        .hasMessage("diffusion: labels of 0 to 9, or -1 for no class; got 11");
    Dit.Told one = model.told(Condition.classes(1));
    assertThatThrownBy(() -> model.forward(Tensor.zeros(Shape.of(1, 8, 6, 4)), one, 3))
        .hasMessageStartingWith("diffusion: maps (1, 8, 8, 4) and as many conditions");
    assertThatThrownBy(() -> new DitConfig(7, 4, 2, 2, 24, 3, 10, true, null))
        .hasMessageContaining("a side that the patch divides");
  }
}
