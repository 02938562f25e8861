package io.nextscale.verifiers.resnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Initializer;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.SafetensorsWriter;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.verifiers.Golden;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResNetTest {

  /** Logits are of order 1 to 30, where a rounding to float32 is up to 2e-6; 25 of these. */
  private static final double LOGITS = 5e-5;

  /** The same as a part of the largest logit. */
  private static final double RELATIVE = 1e-5;

  /** Random values of the sizes that trained ones have: variances are positive, scales near 1. */
  private static final Initializer TRAINED_LIKE =
      (member, random) -> {
        Shape shape = member.shape();
        if (shape.rank() > 1) {
          float std = (float) Math.sqrt(2.0 / shape.size(1, shape.rank()));
          return Tensor.normal(shape, 0, std, random);
        }
        return member.name().endsWith(".bias") || member.name().endsWith(".running_mean")
            ? Tensor.normal(shape, 0, 0.3f, random)
            : Tensor.uniform(shape, 0.5f, 1.5f, random);
      };

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "18, false, 2, 2, 2, 2, 11689512",
    "34, false, 3, 4, 6, 3, 21797672",
    "50, true, 3, 4, 6, 3, 25557032",
    "101, true, 3, 4, 23, 3, 44549160",
    "152, true, 3, 8, 36, 3, 60192808"
  })
  void theSizesAreThePublishedOnes(
      int depth, boolean bottlenecks, int a, int b, int c, int d, long parameters) {
    ImageNetResNet network = ImageNetResNet.declared(bottlenecks, List.of(a, b, c, d), 1000);
    assertThat(network.depth()).isEqualTo(depth);
    assertThat(network.classes()).isEqualTo(1000);
    assertThat(
            Parameters.of(network).trained().values().stream()
                .mapToLong(parameter -> parameter.shape().size())
                .sum())
        .isEqualTo(parameters);
  }

  @Test
  void namesAndShapesAreThePublishedOnes() {
    assertThat(Parameters.of(ImageNetResNet.declared(false, List.of(2, 2, 2, 2), 1000)).shapes())
        .containsExactlyInAnyOrderEntriesOf(Golden.names("resnet18.csv"));
    assertThat(Parameters.of(ImageNetResNet.declared(true, List.of(3, 4, 23, 3), 1000)).shapes())
        .containsExactlyInAnyOrderEntriesOf(Golden.names("resnet101.csv"))
        .hasSize(626);
  }

  /** Odd extents and even ones. */
  @ParameterizedTest
  @CsvSource({"basic, 12", "bottleneck, 17"})
  void smallNetworksComputeWhatTorchvisionComputes(String blocks, int depth) throws IOException {
    Classifier network = saved(Golden.weights("resnet-" + blocks + "-small.csv"));
    assertThat(network).isInstanceOf(ImageNetResNet.class);
    assertThat(network.depth()).isEqualTo(depth);
    Tensor x = Golden.procedural("x", Shape.of(2, 3, 33, 42), 1.5f, 0).permute(0, 2, 3, 1);
    Golden.assertNear(network.forward(x), Golden.tensor("resnet-small.npz", blocks), RELATIVE);
  }

  /** Through a file, in which a training wrapped the network. */
  private Classifier saved(Checkpoint weights) throws IOException {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    for (String name : weights.shapes().keySet()) {
      tensors.put("module." + name, weights.tensor(name));
    }
    Path file = folder.resolve("network.safetensors");
    SafetensorsWriter.write(file, tensors, Map.of());
    try (TensorFile open = TensorFile.open(file)) {
      assertThat(Classifier.in(open)).isTrue();
    }
    return Classifier.load(file);
  }

  @Test
  void aSmallNetworkOfCifarComputesWhatPlainLoopsCompute() throws IOException {
    CifarResNet network = CifarResNet.declared(2, 4, 5);
    Checkpoint values =
        Checkpoint.initial(Parameters.of(network), TRAINED_LIKE, RandomStream.of(20));
    Parameters.of(network).load(values, Loading.forInference());
    Tensor x = Tensor.normal(Shape.of(3, 12, 8, 3), 0, 1, RandomStream.of(21));

    assertSameLogits(network, new PlainResNet(arrays(values), 2), x);
    assertThat(network.depth()).isEqualTo(14);
    assertThat(network.classes()).isEqualTo(5);
  }

  @Test
  void publishedWeightsOfCifarComputeWhatPlainLoopsCompute() throws IOException {
    Path file = Golden.shared("data/weights/cifar10-resnet20-12fca82f.th");
    Classifier network = Classifier.load(file);
    assertThat(network).isInstanceOf(CifarResNet.class);
    assertThat(network.depth()).isEqualTo(20);
    try (TensorFile tensors = TensorFile.open(file)) {
      Checkpoint weights = Checkpoint.of(tensors).holding("linear.weight");
      Tensor x = Tensor.normal(Shape.of(3, 32, 32, 3), 0, 1, RandomStream.of(25));
      assertSameLogits(network, new PlainResNet(arrays(weights), 3), x);
    }
  }

  private static Map<String, float[]> arrays(Checkpoint from) throws IOException {
    Map<String, float[]> arrays = new LinkedHashMap<>();
    for (String name : from.names()) {
      arrays.put(name, from.tensor(name).toArray());
    }
    return arrays;
  }

  private static void assertSameLogits(Classifier network, PlainResNet plain, Tensor x) {
    Tensor y = network.forward(x);
    Shape shape = x.shape();
    float[] pixels = x.toArray();
    for (int b = 0; b < shape.dim(0); b++) {
      double[][][] picture = new double[3][shape.dim(1)][shape.dim(2)];
      for (int i = 0; i < 3 * shape.dim(1) * shape.dim(2); i++) {
        picture[i % 3][i / 3 / shape.dim(2)][i / 3 % shape.dim(2)] =
            pixels[b * shape.size(1, 4) + i];
      }
      double[] expected = plain.logits(picture);
      assertThat(Arrays.stream(expected).map(Math::abs).max().orElseThrow()).isBetween(0.1, 100.0);
      float[] found = y.slice(0, b, b + 1).toArray();
      assertThat(found).hasSameSizeAs(expected);
      for (int k = 0; k < expected.length; k++) {
        assertThat((double) found[k])
            .as("picture %d, class %d", b, k)
            .isEqualTo(expected[k], within(LOGITS));
      }
    }
  }

  @Test
  void aPictureHasTheSameLogitsAloneAndInABatch() throws IOException {
    CifarResNet network = CifarResNet.declared(1, 16, 10);
    Parameters parameters = Parameters.of(network);
    parameters.load(
        Checkpoint.initial(parameters, TRAINED_LIKE, RandomStream.of(22)), Loading.forInference());
    Tensor x = Tensor.normal(Shape.of(7, 32, 32, 3), 0, 1, RandomStream.of(23));

    float[] together = network.forward(x).toArray();

    for (int b = 0; b < 7; b++) {
      assertThat(network.forward(x.slice(0, b, b + 1)).toArray())
          .isEqualTo(Arrays.copyOfRange(together, 10 * b, 10 * b + 10));
    }
  }

  @Test
  void picturesAreCutAndNormalisedBefore() throws IOException {
    Classifier network = saved(Golden.weights("resnet-basic-small.csv"));
    Tensor images = Tensor.uniform(Shape.of(2, 256, 260, 3), 0, 1, RandomStream.of(26));
    Tensor middle = images.slice(1, 16, 240).slice(2, 18, 242); // (2,224,224,3)
    Tensor x =
        middle
            .minus(Tensor.of(Shape.of(3), 0.485f, 0.456f, 0.406f))
            .div(Tensor.of(Shape.of(3), 0.229f, 0.224f, 0.225f));
    assertThat(network.logits(images).toArray()).isEqualTo(network.forward(x).toArray());
    assertThat(CifarResNet.declared(1, 16, 10).pixels().size()).isEqualTo(32);
  }

  @Test
  void otherFilesAreRefused() throws IOException {
    Path file = folder.resolve("other.safetensors");
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("layer1.0.conv1.weight", Tensor.zeros(Shape.of(64, 64, 3, 3)));
    tensors.put("transformer.mlp.c_fc.weight", Tensor.zeros(Shape.of(8, 4))); // as in a CLIP
    tensors.put("head.fc.weight", Tensor.zeros(Shape.of(8, 4))); // of another part
    SafetensorsWriter.write(file, tensors, Map.of());
    assertThatThrownBy(() -> Classifier.load(file))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining("a residual network of classes");
    tensors.remove("head.fc.weight");
    for (Shape shape : List.of(Shape.of(), Shape.of(7), Shape.of(4_200_000, 1))) {
      tensors.put("fc.weight", Tensor.zeros(shape));
      SafetensorsWriter.write(file, tensors, Map.of());
      assertThatThrownBy(() -> Classifier.load(file))
          .isInstanceOf(FileFormatException.class)
          .hasMessageContaining("fc.weight of 512 columns; got " + shape);
    }
    tensors.put("fc.weight", Tensor.zeros(Shape.of(7, 512)));
    SafetensorsWriter.write(file, tensors, Map.of());
    assertThatThrownBy(() -> Classifier.load(file)).hasMessageContaining("conv1.weight");

    Path narrow = folder.resolve("narrow.safetensors");
    Parameters parameters = Parameters.of(CifarResNet.declared(1, 8, 10));
    parameters.save(
        narrow,
        Checkpoint.initial(parameters, TRAINED_LIKE, RandomStream.of(24)),
        DType.F32,
        Map.of());
    assertThatThrownBy(() -> Classifier.load(narrow))
        .hasMessageContaining("linear.weight of 64 columns; got (10, 32)");
    assertThatThrownBy(() -> ImageNetResNet.declared(true, List.of(1, 0, 1, 1), 10))
        .hasMessage("residual network: four stages of at least one block; got [1, 0, 1, 1]");
  }
}
