package io.nextscale.verifiers.shapes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Parameters;
import io.nextscale.shapes.Example;
import io.nextscale.shapes.ShapesWorld;
import io.nextscale.shapes.Split;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Tensor;
import io.nextscale.var.text.WordPieces;
import io.nextscale.verifiers.clip.Aesthetic;
import io.nextscale.verifiers.clip.Clip;
import io.nextscale.verifiers.layer.VerifierInitialization;
import io.nextscale.verifiers.reward.ImageReward;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShapesSizesTest {

  private static final ShapesWords WORDS = ShapesWords.ofGrammar();

  @TempDir Path temporary;

  private static List<Parameters> all() {
    return List.of(
        Clip.declared(ShapesSizes.clip(WORDS)).parameters(),
        Aesthetic.declared(ShapesSizes.AESTHETIC, ShapesSizes.AESTHETIC_EMBEDDING, ShapesSizes.HEAD)
            .parameters(),
        ImageReward.declared(ShapesSizes.imageReward(WORDS)).parameters());
  }

  @Test
  void eachHasAboutAMillionParametersAndAllFitIntoSixMebibytes() throws IOException {
    long bytes = 0;
    for (Parameters parameters : all()) {
      assertThat(parameters.count()).isBetween(300_000L, 1_100_000L);
      Path file = temporary.resolve(bytes + ".safetensors");
      parameters.save(
          file, VerifierInitialization.of(parameters, RandomStream.of(1)), DType.BF16, Map.of());
      bytes += Files.size(file);
    }
    assertThat(bytes).isLessThan(6 << 20);
  }

  /** A normal distribution that is cut off at two deviations has this part of its deviation. */
  private static final double CUT = 0.8796;

  @Test
  void firstValuesFollowTheirRule() throws IOException {
    Checkpoint clip = values(0);
    assertDeviation(clip, "visual.transformer.resblocks.0.mlp.c_proj.weight", 1 / Math.sqrt(512));
    assertDeviation(clip, "visual.transformer.resblocks.1.attn.in_proj_weight", 1 / Math.sqrt(128));
    assertDeviation(clip, "visual.conv1.weight", 1 / Math.sqrt(768));
    assertDeviation(clip, "visual.proj", 1 / Math.sqrt(128));
    assertDeviation(clip, "text_projection", 1 / Math.sqrt(96));
    assertDeviation(clip, "token_embedding.weight", 0.5);
    assertThat(clip.tensor("logit_scale").item()).isEqualTo((float) Math.log(1 / 0.07));
    assertThat(clip.tensor("ln_final.weight").toArray()).containsOnly(1);
    assertThat(clip.tensor("ln_final.bias").toArray()).containsOnly(0);
    assertThat(clip.tensor("visual.transformer.resblocks.1.attn.in_proj_bias").toArray())
        .containsOnly(0);

    Checkpoint reward = values(2);
    assertDeviation(reward, "blip.visual_encoder.patch_embed.proj.weight", 1 / Math.sqrt(768));
    assertDeviation(
        reward,
        "blip.text_encoder.encoder.layer.1.crossattention.self.key.weight",
        1 / Math.sqrt(112));
    assertThat(reward.tensor("blip.text_encoder.embeddings.LayerNorm.weight").toArray())
        .containsOnly(1);
    assertDeviation(reward, "mlp.layers.0.weight", 1 / Math.sqrt(96));
  }

  /** Every step from a place to the next is the same turn, in a text, down and across. */
  @Test
  void placesAreSines() throws IOException {
    for (String name :
        List.of(
            "positional_embedding", "blip.text_encoder.embeddings.position_embeddings.weight")) {
      Tensor places = values(name.startsWith("blip") ? 2 : 0).tensor(name); // (T,C)
      for (int t = 0; t + 1 < places.shape().dim(0); t++) {
        assertTurn(row(places, t), row(places, t + 1));
      }
    }
    for (String name : List.of("visual.positional_embedding", "blip.visual_encoder.pos_embed")) {
      Tensor given = values(name.startsWith("blip") ? 2 : 0).tensor(name);
      int channels = given.shape().dim(given.shape().rank() - 1);
      Tensor places = given.reshape(17, channels); // the whole, 4 x 4 patches
      assertThat(row(places, 0)).containsOnly(0);
      for (int i = 0; i < 16; i++) {
        float[] here = row(places, 1 + i);
        if (i + 4 < 16) {
          float[] below = row(places, 5 + i);
          assertTurn(part(here, 0), part(below, 0));
          assertThat(part(below, 1)).containsExactly(part(here, 1));
        }
        if (i % 4 < 3) {
          float[] beside = row(places, 2 + i);
          assertTurn(part(here, 1), part(beside, 1));
          assertThat(part(beside, 0)).containsExactly(part(here, 0));
        }
      }
    }
  }

  private static float[] row(Tensor places, int t) {
    return places.slice(0, t, t + 1).toArray();
  }

  private static float[] part(float[] values, int half) {
    return Arrays.copyOfRange(values, half * values.length / 2, (half + 1) * values.length / 2);
  }

  private static void assertTurn(float[] from, float[] to) {
    for (int i = 0; i < from.length; i += 2) {
      double angle = Math.pow(100, -(double) i / from.length);
      double turned = from[i] * Math.cos(angle) + from[i + 1] * Math.sin(angle);
      assertThat((double) to[i]).as("channel %d", i).isCloseTo(turned, within(1e-6));
      double length = Math.hypot(from[i], from[i + 1]);
      assertThat(length).isCloseTo(0.5 * Math.sqrt(2), within(1e-6));
    }
  }

  private static Checkpoint values(int model) {
    return VerifierInitialization.of(all().get(model), RandomStream.of(1));
  }

  private static void assertDeviation(Checkpoint values, String name, double expected)
      throws IOException {
    float[] numbers = values.tensor(name).toArray();
    double squares = 0;
    for (float number : numbers) {
      squares += (double) number * number;
    }
    double deviation = Math.sqrt(squares / numbers.length);
    // The deviation of n draws is known to about 1/√2n: 1.5 % at 2,400, the smallest; four of
    // these.
    assertThat(deviation).as(name).isCloseTo(CUT * expected, within(0.06 * CUT * expected));
  }

  @Test
  void allCaptionsOfTheWorldAreKnownWordByWord() {
    ShapesWorld world = new ShapesWorld(2);
    for (int i = 0; i < 500; i++) {
      Example example = world.example(Split.TRAIN, i);
      int[] ids = WORDS.of(example.caption());
      int words = WordPieces.words(example.caption()).size();
      assertThat(ids).hasSize(WORDS.length()).startsWith(WordPieces.BEGIN);
      assertThat(ids[words + 1]).as(example.caption()).isEqualTo(WORDS.size() - 1);
      for (int at = 0; at < ids.length; at++) {
        assertThat(ids[at]).isNotEqualTo(WordPieces.UNKNOWN).isLessThan(WORDS.size());
        assertThat(ids[at] == WordPieces.PAD).isEqualTo(at > words + 1);
      }
    }
    assertThat(WORDS.of("")).startsWith(WordPieces.BEGIN, WORDS.size() - 1, WordPieces.PAD);
  }
}
