package io.nextscale.verifiers.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.verifiers.Golden;
import io.nextscale.verifiers.ImageRewardScore;
import io.nextscale.verifiers.layer.ScoreHead;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

class ImageRewardTest {

  /** Some twenty products one after another and four exact norms: about 1e-6 each. */
  private static final double FLOATS = 2e-5;

  private static final RewardConfig SMALL =
      new RewardConfig(
          new RewardConfig.Vision(16, 4, 32, 2, 4),
          new RewardConfig.Text(40, 16, 24, 2, 3),
          ScoreHead.Widths.PUBLISHED);

  private static final int[] PROMPT = {1, 5, 7, 9, 11, 2};

  private static ImageReward small() throws IOException {
    return ImageReward.load(Golden.weights("imagereward-small.csv"), SMALL, Loading.forTraining());
  }

  private static Tensor pixels() {
    return Golden.pictures("pixels", 3, 16, 2, 0);
  }

  private static Tensor ids(int count) {
    int[] ids = new int[count * PROMPT.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = PROMPT[i % PROMPT.length];
    }
    return Tensor.ofInts(Shape.of(count, PROMPT.length), ids);
  }

  @Test
  void agreesWithTheOfficialCodeWhichHidesTheFill() throws IOException {
    ImageReward model = small();
    Tensor pictures = model.vision().forward(pixels());
    Golden.assertNear(pictures, Golden.tensor("imagereward-small.npz", "images"), FLOATS);
    Golden.assertNear(
        model.text().forward(ids(3), pictures),
        Golden.tensor("imagereward-small.npz", "hidden"),
        FLOATS);
    Tensor rewards = model.forward(pixels(), ids(3));
    Tensor standard = rewards.minus((float) ImageReward.MEAN).div((float) ImageReward.DEVIATION);
    Golden.assertNear(
        standard.reshape(3, 1), Golden.tensor("imagereward-small.npz", "rewards"), FLOATS);
  }

  @Test
  void namesAndShapesAreThoseOfThePublishedModel() {
    SequencedMap<String, Shape> names = Golden.names("imagereward.csv");
    names.keySet().removeIf(name -> name.matches("blip\\.(vision|text)_proj\\..*")); // unused
    assertThat(ImageReward.declared(RewardConfig.PUBLISHED).parameters().shapes())
        .containsExactlyInAnyOrderEntriesOf(names);
    assertThat(ImageReward.declared(RewardConfig.PUBLISHED).parameters().count())
        .isEqualTo(446_666_465 - 1024 * 256 - 256 - 768 * 256 - 256 - 512);
  }

  @Test
  void missingTensorsAreNamed() throws IOException {
    Checkpoint whole = Golden.weights("imagereward-small.csv");
    Map<String, Tensor> less = new LinkedHashMap<>();
    for (String name : whole.names()) {
      if (!name.equals("mlp.layers.4.bias")) {
        less.put(name, whole.tensor(name));
      }
    }
    assertThatThrownBy(
            () -> ImageReward.load(Checkpoint.of("part.pt", less), SMALL, Loading.forTraining()))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining("1 missing (mlp.layers.4.bias (64))");
  }

  @Test
  void everyPartTakesPart() throws IOException {
    ImageReward model = small();
    Gradients gradients = Gradients.of(() -> model.forward(pixels(), ids(3)).square().mean());
    model
        .parameters()
        .trained()
        .forEach((name, parameter) -> assertThat(gradients.of(parameter)).as(name).isNotNull());
  }

  @Test
  void scoreIsStandardisedAndReadsPromptAndPicture() throws IOException {
    ImageReward model = small();
    Tensor pictures = Golden.pictures("pictures", 4, 16, 0.5f, 0.5f);
    ImageRewardScore score = new ImageRewardScore(model, text -> PROMPT, 0.25, 2);
    ImageRewardScore raw = new ImageRewardScore(model, text -> PROMPT, 0, 1);
    ImageRewardScore other = new ImageRewardScore(model, text -> new int[] {1, 6, 2}, 0.25, 2);
    double[] scores = score.of("p").score(pictures);
    double[] raws = raw.of("p").score(pictures);
    double[] others = other.of("p").score(pictures);
    for (int i = 0; i < scores.length; i++) {
      assertThat(scores[i]).isEqualTo((raws[i] - 0.25) / 2).isNotEqualTo(others[i]);
      assertThat(score.of("p").score(pictures.slice(0, i, i + 1))).containsExactly(scores[i]);
    }
    assertThat(scores).doesNotHaveDuplicates();
    assertThatThrownBy(() -> new ImageRewardScore(model, text -> PROMPT, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("positive deviation; got 0.0, 0.0");
  }

  @Test
  void errorsSayWhatIsExpected() throws IOException {
    ImageReward model = small();
    assertThatThrownBy(() -> model.forward(pixels(), ids(2)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("image reward: tokens (3, T) with T from 1 to 16; got (2, 6)");
    assertThatThrownBy(() -> model.forward(Tensor.zeros(Shape.of(1, 20, 16, 3)), ids(1)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("pictures of 16 patches; got (1, 20, 16, 3)");
    assertThatThrownBy(() -> new RewardConfig.Text(40, 16, 25, 2, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3, 25, 2 for text");
  }
}
