package io.nextscale.vqvae.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nextscale.nn.Checkpoint;
import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.SafetensorsWriter;
import io.nextscale.tensor.io.TensorFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LpipsTest {

  /** Thirteen convolutions in single precision against double; measured 4e-8. */
  private static final double DISTANCE = 4e-7;

  /** The same on the way back, of the largest element. */
  private static final double GRADIENT = 1e-4;

  private static final int[][] LAYERS = {{0, 2}, {5, 7}, {10, 12, 14}, {17, 19, 21}, {24, 26, 28}};
  private static final int[] SMALL = {8, 12, 16, 16, 16};
  private static final int[] FULL = {64, 128, 256, 512, 512};

  private static SequencedMap<String, Tensor> trunk(int... widths) {
    SequencedMap<String, Tensor> trunk = new LinkedHashMap<>();
    int channels = 3;
    for (int stage = 0; stage < widths.length; stage++) {
      for (int layer : LAYERS[stage]) {
        double bound = Math.sqrt(6.0 / (9 * channels));
        Shape shape = Shape.of(widths[stage], channels, 3, 3);
        trunk.put("features." + layer + ".weight", Expected.tensor(shape, layer, -bound, bound));
        trunk.put(
            "features." + layer + ".bias",
            Expected.tensor(Shape.of(widths[stage]), 100 + layer, -0.1, 0.1));
        channels = widths[stage];
      }
    }
    trunk.put("classifier.6.bias", Tensor.zeros(Shape.of(4))); // is not read
    return trunk;
  }

  private static SequencedMap<String, Tensor> linear(int... widths) {
    SequencedMap<String, Tensor> linear = new LinkedHashMap<>();
    for (int i = 0; i < widths.length; i++) {
      Shape shape = Shape.of(1, widths[i], 1, 1);
      linear.put("lin" + i + ".model.1.weight", Expected.tensor(shape, 200 + i, 0, 1));
    }
    return linear;
  }

  private static Lpips small() throws IOException {
    return random(SMALL);
  }

  /** A metric of these widths whose weights come from the formula. */
  static Lpips random(int... widths) throws IOException {
    return Lpips.of(
        Checkpoint.of("vgg16.pth", trunk(widths)), Checkpoint.of("vgg.pth", linear(widths)));
  }

  private static void assertAsExpected(String name, Lpips lpips, Tensor a, Tensor b)
      throws IOException {
    Tensor[] distance = new Tensor[1];
    Gradients gradients =
        Gradients.of(List.of(a), () -> (distance[0] = lpips.distance(a, b)).sum());

    assertThat(Expected.every(1, distance[0]))
        .containsExactly(Expected.row(name + ".distance"), within(DISTANCE));
    Tensor gradient = gradients.of(a);
    double norm = Math.sqrt(gradient.square().sum().item());
    double expectedNorm = Expected.row(name + ".gradient.norm")[0];
    assertThat(norm).isCloseTo(expectedNorm, within(GRADIENT * expectedNorm));
    double[] some = Expected.row(name + ".gradient.every61st");
    assertThat(Expected.every(61, gradient)).containsExactly(some, within(GRADIENT * expectedNorm));
  }

  @Test
  void distancesAndGradientsAreThoseOfPyTorch() throws IOException {
    Tensor a = Expected.tensor(Shape.of(2, 18, 21, 3), 300, -1, 1); // odd sides: pooling drops some
    Tensor b = Expected.tensor(Shape.of(2, 18, 21, 3), 301, -1, 1);

    assertAsExpected("small", small(), a, b);
  }

  @Test
  void thePublishedLinearLayersGiveWhatTheyGiveInPyTorch(@TempDir Path folder) throws IOException {
    Path linear = published();
    assumeTrue(linear != null, "the linear layers of LPIPS are not beside the project");
    Path trunk = folder.resolve("vgg16.safetensors");
    SafetensorsWriter.write(trunk, trunk(FULL), Map.of());
    Tensor a = Expected.tensor(Shape.of(1, 16, 16, 3), 302, -1, 1);
    Tensor b = Expected.tensor(Shape.of(1, 16, 16, 3), 303, -1, 1);

    Lpips lpips = Lpips.load(trunk, linear);

    assertAsExpected("full", lpips, a, b);
    assertThat(lpips.stages())
        .allSatisfy(stage ->
            assertThat(stage.linear().toArray())
                .satisfies(w -> {
                  for (float value : w) {
                    assertThat(value).isNotNegative();
                  }
                }));
  }

  private static Path published() {
    for (Path p = Path.of("").toAbsolutePath(); p != null; p = p.getParent()) {
      Path file = p.resolve("shared/data/weights/lpips-v0.1-vgg-linear.pth");
      if (Files.exists(file)) {
        return file;
      }
    }
    return null;
  }

  @Test
  void anImageIsAtNoDistanceFromItselfAndDistancesAreOfEachPairAlone() throws IOException {
    Lpips lpips = small();
    Tensor a = Tensor.uniform(Shape.of(3, 16, 16, 3), -1, 1, RandomStream.of(1));
    Tensor b = Tensor.uniform(Shape.of(3, 16, 16, 3), -1, 1, RandomStream.of(2));

    assertThat(lpips.distance(a, a).toArray()).containsOnly(0);
    float[] together = lpips.distance(a, b).toArray();
    assertThat(lpips.distance(b, a).toArray()).containsExactly(together);
    for (int i = 0; i < 3; i++) {
      Tensor alone = lpips.distance(a.slice(0, i, i + 1), b.slice(0, i, i + 1));
      assertThat(alone.item()).isEqualTo(together[i]).isPositive();
    }
  }

  @Test
  void whereTheNetworkSaysNothingTheGradientIsANumber() throws IOException {
    SequencedMap<String, Tensor> silent = trunk(SMALL);
    silent.replaceAll((name, tensor) -> Tensor.full(tensor.shape(), -0.01f));
    Lpips lpips =
        Lpips.of(Checkpoint.of("vgg16.pth", silent), Checkpoint.of("vgg.pth", linear(SMALL)));
    Tensor a = Tensor.ones(Shape.of(1, 16, 16, 3));

    Gradients g = Gradients.of(List.of(a), () -> lpips.distance(a, Tensor.zeros(a.shape())).mean());

    assertThat(g.of(a).toArray()).containsOnly(0);
  }

  @Test
  void poolingTakesTheLargestOfFourAndDropsAnOddRest() {
    Tensor x = Tensor.of(Shape.of(1, 3, 2, 2), 1, 8, 2, 7, 3, 6, 4, 5, 100, 100, 100, 100);

    Tensor y = Lpips.pooled(x);

    assertThat(y.shape()).isEqualTo(Shape.of(1, 1, 1, 2));
    assertThat(y.toArray()).containsExactly(4, 8);
  }

  @Test
  void otherFilesAndImagesAreRefused() throws IOException {
    SequencedMap<String, Tensor> trunk = trunk(SMALL);
    Checkpoint linear = Checkpoint.of("vgg.pth", linear(SMALL));
    trunk.remove("features.12.bias");
    assertThatThrownBy(() -> Lpips.of(Checkpoint.of("vgg16.pth", trunk), linear))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining("features.12.bias (16)");
    assertThatThrownBy(() -> Lpips.of(Checkpoint.of("vgg16.pth", trunk(FULL)), linear))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining("lin0.model.1.weight (1, 64, 1, 1)");
    Lpips lpips = small();
    Tensor tiny = Tensor.zeros(Shape.of(1, 15, 16, 3));
    assertThatThrownBy(() -> lpips.distance(tiny, tiny))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("two batches (B, h, w, 3) of 16 pixels or more");
  }

  @Test
  void filesWithRandomFaultsAreRefusedOrRead(@TempDir Path folder) throws IOException {
    Path good = folder.resolve("linear.safetensors");
    SafetensorsWriter.write(good, linear(SMALL), Map.of());
    byte[] bytes = Files.readAllBytes(good);
    Checkpoint trunk = Checkpoint.of("vgg16.pth", trunk(SMALL));
    int refused = 0;
    for (int i = 0; i < 300; i++) {
      RandomStream random = RandomStream.of(i);
      byte[] bad = bytes.clone();
      int faults = 1 + random.nextInt(3);
      for (int f = 0; f < faults; f++) { // the header is where faults matter
        bad[random.nextInt(420)] = (byte) random.nextInt(256);
      }
      Path file = folder.resolve("bad.safetensors");
      Files.write(file, bad);
      try (TensorFile open = TensorFile.open(file)) {
        Lpips.of(trunk, Checkpoint.of(open));
      } catch (IOException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(100);
  }
}
