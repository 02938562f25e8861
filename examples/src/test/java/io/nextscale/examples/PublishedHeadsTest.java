package io.nextscale.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Conv2d;
import io.nextscale.nn.Layer;
import io.nextscale.nn.Linear;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Name;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.tensor.op.Convolution.Padding;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Published heads of metrics, declared as records and loaded strictly. */
class PublishedHeadsTest {

  /** A sum of up to 768 products of order 1 in float32. */
  private static final double SUM = 1e-5;

  /**
   * The weighted means of LPIPS, one per layer of the network it looks at.
   *
   * @see <a href="https://github.com/richzhang/PerceptualSimilarity">lpips/lpips.py,
   *     NetLinLayer</a>
   */
  record PerceptualHeads(
      @Name("lin0.model.1") Conv2d lin0,
      @Name("lin1.model.1") Conv2d lin1,
      @Name("lin2.model.1") Conv2d lin2,
      @Name("lin3.model.1") Conv2d lin3,
      @Name("lin4.model.1") Conv2d lin4,
      @Name("lin5.model.1") @Nullable Conv2d lin5,
      @Name("lin6.model.1") @Nullable Conv2d lin6) {

    static PerceptualHeads declared(int... channels) {
      Conv2d[] heads = new Conv2d[7];
      for (int i = 0; i < channels.length; i++) {
        Parameter weight = Parameter.declared(Shape.of(1, channels[i], 1, 1));
        heads[i] = new Conv2d(weight, null, 1, Padding.none());
      }
      return new PerceptualHeads(
          heads[0], heads[1], heads[2], heads[3], heads[4], heads[5], heads[6]);
    }
  }

  /**
   * The head of LAION's aesthetic predictor: linear layers with nothing but dropout between them,
   * which does nothing outside of training, so that they are one linear map.
   *
   * @see <a href="https://github.com/christophschuhmann/improved-aesthetic-predictor">
   *     simple_inference.py, MLP</a>
   */
  record AestheticHead(
      @Name("layers.0") Linear first,
      @Name("layers.2") Linear second,
      @Name("layers.4") Linear third,
      @Name("layers.6") Linear fourth,
      @Name("layers.7") Linear fifth)
      implements Layer {

    static AestheticHead load(Path file, Loading how) throws IOException {
      AestheticHead head =
          new AestheticHead(
              Linear.declared(768, 1024, true),
              Linear.declared(1024, 128, true),
              Linear.declared(128, 64, true),
              Linear.declared(64, 16, true),
              Linear.declared(16, 1, true));
      try (TensorFile tensors = TensorFile.open(file)) {
        assertThat(tensors.format()).isEqualTo(TensorFile.Format.TORCH_ZIP);
        Parameters.of(head).load(Checkpoint.of(tensors), how);
      }
      return head;
    }

    List<Linear> layers() {
      return List.of(first, second, third, fourth, fifth);
    }

    @Override
    public Tensor forward(Tensor x) {
      Tensor y = x;
      for (Linear layer : layers()) {
        y = layer.forward(y);
      }
      return y;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "alex, '64 192 384 256 256'",
    "vgg, '64 128 256 512 512'",
    "squeeze, '64 128 256 384 384 512 512'"
  })
  void perceptualHeadsLoadAndWeighChannels(String name, String text) throws IOException {
    int[] channels = List.of(text.split(" ")).stream().mapToInt(Integer::parseInt).toArray();
    PerceptualHeads heads = PerceptualHeads.declared(channels);
    try (TensorFile file =
        TensorFile.open(Data.file("weights/lpips-v0.1-" + name + "-linear.pth"))) {
      assertThat(file.format()).isEqualTo(TensorFile.Format.TORCH_LEGACY);
      Parameters.of(heads).load(Checkpoint.of(file), Loading.forInference());

      Tensor x = Tensor.uniform(Shape.of(1, 3, 2, channels[1]), 0, 1, RandomStream.of(30));
      float[] y = heads.lin1.forward(x).toArray(); // (1,3,2,1)
      float[] w = file.load("lin1.model.1.weight").toArray();
      float[] values = x.toArray();
      assertThat(y).hasSize(6);
      for (int cell = 0; cell < 6; cell++) {
        double sum = 0;
        for (int c = 0; c < w.length; c++) {
          sum += (double) w[c] * values[cell * w.length + c];
        }
        assertThat(sum).isPositive();
        assertThat((double) y[cell]).isEqualTo(sum, within(SUM * (1 + sum)));
      }

      int last = channels.length - 1;
      channels[last]++;
      assertThatThrownBy(() ->
              Parameters.of(PerceptualHeads.declared(channels))
                  .load(Checkpoint.of(file), Loading.forInference()))
          .isInstanceOf(FileFormatException.class)
          .hasMessageContaining("1 misshaped (lin" + last + ".model.1.weight");
    }
  }

  @Test
  void theAestheticHeadIsOneLinearMapOfKnownLength() throws IOException {
    Path file = Data.file("weights/laion-aesthetic-v2-sac-logos-ava1-l14-linearMSE.pth");
    AestheticHead rows = AestheticHead.load(file, Loading.forTraining());
    Tensor w = rows.fifth.weight().value(); // (1,16)
    for (Linear layer : rows.layers().reversed().subList(1, 5)) {
      w = w.matmul(layer.weight().value()); // (1,N) (N,K) -> (1,K), at last (1,768)
    }
    Tensor bias = rows.forward(Tensor.zeros(Shape.of(1, 768)));

    // Three and five decimals are known; the rest is room for 2000 roundings in five products.
    assertThat((double) w.square().sum().sqrt().item()).isEqualTo(17.996, within(6e-4));
    assertThat((double) bias.item()).isEqualTo(5.23665, within(2e-5));

    AestheticHead prepared = AestheticHead.load(file, Loading.forInference());
    Tensor x = Tensor.normal(Shape.of(4, 768), 0, 1, RandomStream.of(31)).l2Normalize(1e-12f);
    float[] scores = prepared.forward(x).toArray();
    float[] collapsed = x.linear(w, bias.reshape(1)).toArray();
    for (int i = 0; i < scores.length; i++) {
      // Inner layers are of order 10.
      assertThat((double) scores[i]).isEqualTo(collapsed[i], within(10 * SUM));
    }
  }
}
