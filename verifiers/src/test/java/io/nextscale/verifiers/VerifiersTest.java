package io.nextscale.verifiers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nextscale.nn.Loading;
import io.nextscale.nn.Parameters;
import io.nextscale.search.Verifier;
import io.nextscale.shapes.Example;
import io.nextscale.shapes.PromptException;
import io.nextscale.shapes.Scene;
import io.nextscale.shapes.ShapesWorld;
import io.nextscale.shapes.Split;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.verifiers.clip.Aesthetic;
import io.nextscale.verifiers.clip.Clip;
import io.nextscale.verifiers.clip.ClipConfig;
import io.nextscale.verifiers.clip.ClipTokenizer;
import io.nextscale.verifiers.layer.Pixels;
import io.nextscale.verifiers.layer.ScoreHead;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class VerifiersTest {

  private static final ClipConfig SMALL =
      new ClipConfig(
          24, new ClipConfig.Vision(16, 4, 128, 2, 2), new ClipConfig.Text(50, 12, 32, 2, 2));

  private static Clip clip() throws IOException {
    return Clip.load(Golden.weights("clip-small.csv"), SMALL, Loading.forInference());
  }

  private static Tensor pictures(int count) {
    return Golden.pictures("pictures", count, 16, 0.5f, 0.5f);
  }

  /** Scores that are given, for pictures that carry their number in their first value. */
  private static Verifier given(double... scores) {
    return images -> {
      float[] values = images.toArray();
      int count = images.shape().dim(0);
      double[] own = new double[count];
      for (int i = 0; i < count; i++) {
        own[i] = scores[Math.round(values[i * values.length / count])];
      }
      return own;
    };
  }

  private static Tensor numbered(int... numbers) {
    float[] values = new float[numbers.length * 3];
    for (int i = 0; i < numbers.length; i++) {
      values[3 * i] = numbers[i];
    }
    return Tensor.of(Shape.of(numbers.length, 1, 1, 3), values);
  }

  @Test
  void clipScoreIsTheCosineCutOffAtZero() throws IOException {
    Clip clip = clip();
    int[] ids = {48, 5, 7, 49};
    String[] said = new String[1];
    ClipScore score =
        new ClipScore(
            clip,
            text -> {
              said[0] = text;
              return ids;
            },
            ClipScore.PREFIX);
    double[] zeros = score.of("a cat").score(pictures(6));
    assertThat(said[0]).isEqualTo("A photo depicts a cat");
    assertThat(Arrays.stream(cosines(clip, ids)).max().orElseThrow()).isNegative();
    assertThat(zeros).containsOnly(0);

    Parameter projection = clip.text().projection();
    projection.set(projection.peek().negate()); // the other way round
    double[] scores = score.of("a cat").score(pictures(6));
    double[] cosines = cosines(clip, ids);
    for (int i = 0; i < scores.length; i++) {
      assertThat(scores[i]).isPositive().isCloseTo(2.5 * cosines[i], within(1e-6));
    }
  }

  private static double[] cosines(Clip clip, int... ids) {
    float[] seen = clip.visual().forward(new Pixels(16).of(pictures(6))).toArray();
    float[] read = clip.text().forward(Tensor.ofInts(Shape.of(1, ids.length), ids)).toArray();
    double[] cosines = new double[6];
    for (int i = 0; i < cosines.length; i++) {
      double dot = 0;
      double a = 0;
      double b = 0;
      for (int e = 0; e < 24; e++) {
        dot += (double) seen[i * 24 + e] * read[e];
        a += (double) seen[i * 24 + e] * seen[i * 24 + e];
        b += (double) read[e] * read[e];
      }
      cosines[i] = dot / Math.sqrt(a * b);
    }
    return cosines;
  }

  @Test
  void vocabularyOfAnotherModelIsRefused() throws IOException {
    ClipTokenizer tokenizer =
        ClipTokenizer.read(
            "v", new ByteArrayInputStream("#\nt h\n".getBytes(StandardCharsets.UTF_8)));
    Clip clip = clip();
    assertThatThrownBy(() -> ClipScore.published(clip, tokenizer))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "clip score: a tokenizer of 50 symbols for this model; got 515 — use the vocabulary that belongs to it");
  }

  @Test
  void publishedScoreReadsTheWholeSentence() throws IOException {
    ClipTokenizer tokenizer =
        ClipTokenizer.read(
            "v", new ByteArrayInputStream("#\nt h\n".getBytes(StandardCharsets.UTF_8)));
    ClipConfig config =
        new ClipConfig(24, SMALL.vision(), new ClipConfig.Text(tokenizer.size(), 30, 32, 2, 2));
    Clip clip = Clip.declared(config);
    clip.parameters()
        .trained()
        .forEach((name, parameter) ->
            parameter.set(Golden.procedural(name, parameter.shape(), 0.3f, 0)));
    PromptVerifier score = ClipScore.published(clip, tokenizer);
    double[] one = score.of("a cat").score(pictures(4));
    assertThat(score.of("A   Cat").score(pictures(4))).isEqualTo(one);
    assertThat(score.of("a dog").score(pictures(4))).isNotEqualTo(one);
    assertThat(score.of("a long story ".repeat(40)).score(pictures(4))).hasSize(4);
  }

  @Test
  void aestheticScoreIsTheHeadOnTheDirection() throws IOException {
    Clip clip = clip();
    ScoreHead head = ScoreHead.declared(24, new ScoreHead.Widths(8, 6, 5, 4));
    Parameters.of(head)
        .trained()
        .forEach((name, parameter) ->
            parameter.set(Golden.procedural(name, parameter.shape(), 0.7f, 0)));
    AestheticScore score = new AestheticScore(new Aesthetic(clip.visual(), head));
    float[] expected = head.forward(clip.images(new Pixels(16).of(pictures(5)))).toArray();
    double[] scores = score.score(pictures(5));
    for (int i = 0; i < 5; i++) {
      assertThat(scores[i]).isEqualTo(expected[i]);
    }
    assertThat(PromptVerifier.any(score).of("whatever").score(pictures(5))).isEqualTo(scores);
  }

  @Test
  void classConfidenceIsTheLogarithmOfTheProbability() {
    Tensor logits = Golden.procedural("logits", Shape.of(3, 5), 4, 0);
    double[] scores = new ClassConfidence(images -> logits, 2).score(numbered(0, 1, 2));
    float[] values = logits.toArray();
    for (int i = 0; i < 3; i++) {
      double sum = 0;
      for (int k = 0; k < 5; k++) {
        sum += Math.exp(values[5 * i + k]);
      }
      assertThat(scores[i]).isCloseTo(values[5 * i + 2] - Math.log(sum), within(1e-5));
    }
    assertThatThrownBy(() -> new ClassConfidence(images -> logits, 5).score(numbered(0, 1, 2)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("class confidence: logits (3, K) with K above 5; got (3, 5)");
    assertThatThrownBy(() -> new ClassConfidence(images -> logits, 2).score(numbered(0)))
        .isInstanceOf(ShapeException.class);
  }

  @Test
  void truthIsOneForWhatTheCaptionSaysAndZeroForAnother() {
    ShapesWorld world = new ShapesWorld(5);
    ShapesTruth truth = new ShapesTruth();
    float[] values = new float[20 * Scene.SIDE * Scene.SIDE * 3];
    for (int i = 0; i < 20; i++) {
      float[] picture = world.example(Split.TRAIN, i).picture();
      System.arraycopy(picture, 0, values, i * picture.length, picture.length);
    }
    Tensor pictures = Tensor.of(Shape.of(20, Scene.SIDE, Scene.SIDE, 3), values);
    int others = 0;
    for (int i = 0; i < 20; i++) {
      Example example = world.example(Split.TRAIN, i);
      double[] scores = truth.of(example.caption()).score(pictures);
      assertThat(scores).hasSize(20).containsOnly(0, 1);
      assertThat(scores[i]).as(example.caption()).isEqualTo(1);
      for (double score : scores) {
        others += score == 0 ? 1 : 0;
      }
    }
    assertThat(others).isGreaterThan(300);
    assertThatThrownBy(() -> truth.of("a fast car")).isInstanceOf(PromptException.class);
    assertThatThrownBy(() -> truth.of("a red circle").score(pictures(1)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("shapes truth: pictures (B, 64, 64, 3); got (1, 16, 16, 3)");
  }

  @Test
  void ranksAreSharesOfTheBatch() {
    Verifier first = given(0.1, 0.4, 0.2, 0.4);
    Verifier second = given(5, -1, 7, 9);
    assertThat(new RankEnsemble(List.of(first)).score(numbered(0, 1, 2, 3)))
        .containsExactly(0, 2.5 / 3, 1 / 3.0, 2.5 / 3);
    assertThat(new RankEnsemble(List.of(first, second)).score(numbered(0, 1, 2, 3)))
        .containsExactly(
            (0 + 1 / 3.0) / 2, 2.5 / 3 / 2, (1 / 3.0 + 2 / 3.0) / 2, (2.5 / 3 + 1) / 2);
    assertThat(new RankEnsemble(List.of(first)).score(numbered(2))).containsExactly(0.5);
    assertThatThrownBy(() -> new RankEnsemble(List.of()))
        .hasMessage("rank ensemble: at least one verifier; got none");
  }

  @Test
  void ranksDoNotDependOnTheScaleOfAVerifier() {
    Random random = new Random(9);
    for (int n = 0; n < 200; n++) {
      double[] a = random.doubles(7).toArray();
      double[] b = random.doubles(7).toArray();
      double[] stretched = Arrays.stream(b).map(x -> Math.exp(50 * x) - 3).toArray();
      Tensor all = numbered(0, 1, 2, 3, 4, 5, 6);
      assertThat(new RankEnsemble(List.of(given(a), given(stretched))).score(all))
          .isEqualTo(new RankEnsemble(List.of(given(a), given(b))).score(all));
      double sum = 0;
      for (double score : new RankEnsemble(List.of(given(a), given(b))).score(all)) {
        sum += score;
      }
      assertThat(sum).isCloseTo(3.5, within(1e-12));
    }
  }

  @Test
  void calibratedScoresDoNotDependOnTheBatch() {
    Verifier first = given(0.1, 0.4, 0.2, 0.5, 0.9);
    Verifier second = given(500, -100, 700, 900, 100);
    Tensor references = numbered(0, 1, 2, 3);
    CalibratedEnsemble ensemble = CalibratedEnsemble.of(List.of(first, second), references);
    double[] together = ensemble.score(numbered(4, 0, 1, 2, 3));
    for (int i = 0; i < 5; i++) {
      assertThat(ensemble.score(numbered((i + 4) % 5))).containsExactly(together[i]);
    }
    // means 0.3 and 500, deviations √(0.1/3) and √(560000/3)
    double expected =
        ((0.9 - 0.3) / Math.sqrt(0.1 / 3) + (100 - 500) / Math.sqrt(560_000 / 3.0)) / 2;
    assertThat(together[0]).isCloseTo(expected, within(1e-12));
    double[] own = ensemble.score(references);
    assertThat(own[0] + own[1] + own[2] + own[3]).isCloseTo(0, within(1e-12));
  }

  @Test
  void verifierThatSaysNothingCannotBeCalibrated() {
    Verifier flat = given(1, 1, 1);
    assertThatThrownBy(() -> CalibratedEnsemble.of(List.of(flat), numbered(0, 1, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("got mean 1.0 and deviation 0.0 — calibrate with more pictures");
    assertThatThrownBy(() -> CalibratedEnsemble.of(List.of(given(1, 2)), numbered(0)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
