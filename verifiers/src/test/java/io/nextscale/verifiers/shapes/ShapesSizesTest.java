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
import io.nextscale.var.text.WordPieces;
import io.nextscale.verifiers.clip.Aesthetic;
import io.nextscale.verifiers.clip.Clip;
import io.nextscale.verifiers.layer.VerifierInitialization;
import io.nextscale.verifiers.reward.ImageReward;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
  void eachHasLessThanAMillionParametersAndAllFitIntoSixMebibytes() throws IOException {
    long bytes = 0;
    for (Parameters parameters : all()) {
      assertThat(parameters.count()).isBetween(300_000L, 1_000_000L);
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
    assertDeviation(clip, "visual.conv1.weight", 1 / Math.sqrt(192));
    assertDeviation(clip, "visual.proj", 1 / Math.sqrt(128));
    assertDeviation(clip, "text_projection", 1 / Math.sqrt(96));
    assertDeviation(clip, "token_embedding.weight", 0.02);
    assertDeviation(clip, "visual.positional_embedding", 0.02);
    assertThat(clip.tensor("logit_scale").item()).isEqualTo((float) Math.log(1 / 0.07));
    assertThat(clip.tensor("ln_final.weight").toArray()).containsOnly(1);
    assertThat(clip.tensor("ln_final.bias").toArray()).containsOnly(0);
    assertThat(clip.tensor("visual.transformer.resblocks.1.attn.in_proj_bias").toArray())
        .containsOnly(0);

    Checkpoint reward = values(2);
    assertDeviation(reward, "blip.visual_encoder.patch_embed.proj.weight", 1 / Math.sqrt(192));
    assertDeviation(reward, "blip.visual_encoder.pos_embed", 0.02);
    assertDeviation(reward, "blip.text_encoder.embeddings.position_embeddings.weight", 0.02);
    assertDeviation(
        reward,
        "blip.text_encoder.encoder.layer.1.crossattention.self.key.weight",
        1 / Math.sqrt(112));
    assertThat(reward.tensor("blip.text_encoder.embeddings.LayerNorm.weight").toArray())
        .containsOnly(1);
    assertDeviation(reward, "mlp.layers.0.weight", 1 / Math.sqrt(96));
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
