package io.nextscale.var;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.vqvae.MultiScaleQuantizer;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.TokenPyramid;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CorruptionTest {

  /** Every token tells which image and place it is from. */
  private static TokenPyramid numbered(Scales scales, int batch) {
    List<Tensor> ids = new ArrayList<>();
    for (int s = 0; s < scales.count(); s++) {
      int[] values = new int[batch * scales.tokens(s)];
      for (int i = 0; i < values.length; i++) {
        values[i] = i;
      }
      ids.add(Tensor.ofInts(Shape.of(batch, scales.tokens(s)), values));
    }
    return new TokenPyramid(scales, ids);
  }

  @Test
  void tokensComeFromTheSamePlaceOfAnotherImageAndTheLastScaleStays() {
    Scales scales = Scales.of(1, 2, 4, 8);
    int batch = 5;
    TokenPyramid tokens = numbered(scales, batch);
    int[] replaced = new int[scales.count()];
    int rounds = 200;
    for (int round = 0; round < rounds; round++) {
      TokenPyramid fed = Corruption.draw(tokens, 0.6, RandomStream.of(round));
      for (int s = 0; s < scales.count(); s++) {
        int length = scales.tokens(s);
        int[] ids = fed.ids().get(s).toInts();
        for (int i = 0; i < ids.length; i++) {
          assertThat(ids[i] % length).isEqualTo(i % length);
          replaced[s] += ids[i] == i ? 0 : 1;
        }
      }
    }
    for (int s = 0; s < 3; s++) {
      double share = replaced[s] / (double) (rounds * batch * scales.tokens(s));
      assertThat(share).as("scale %d", s).isBetween(0.25, 0.35); // the mean of 0 .. 0.6
    }
    assertThat(replaced[3]).isZero();
  }

  @Test
  void nothingIsReplacedWhereThereIsNoOtherImage() {
    TokenPyramid one = numbered(Scales.of(1, 2, 4), 1);
    assertThat(Corruption.draw(one, 1, RandomStream.of(1)).sequence().toInts())
        .containsExactly(one.sequence().toInts());
  }

  @Test
  void trueTokensNeedNoCorrection() throws IOException {
    TokenPyramid tokens = Tiny.vae().tokenize(Tiny.images(4));
    TokenPyramid corrections = Tiny.vae().quantizer().corrections(tokens, tokens);
    assertThat(corrections.sequence().toInts()).containsExactly(tokens.sequence().toInts());
  }

  @Test
  void correctionsBringTheSumNearerToTheImage() throws IOException {
    MultiScaleQuantizer quantizer = Tiny.vae().quantizer();
    TokenPyramid tokens = Tiny.vae().tokenize(Tiny.images(6));
    Scales scales = tokens.scales();
    int last = scales.count() - 1;
    Tensor target = quantizer.sums(tokens).getLast();
    double corrected = 0;
    double left = 0;
    for (int seed = 0; seed < 10; seed++) {
      TokenPyramid fed = Corruption.draw(tokens, 0.8, RandomStream.of(seed));
      TokenPyramid corrections = quantizer.corrections(tokens, fed);
      for (int b = 0; b < 6; b++) {
        boolean wrong = false;
        for (int s = 0; s <= last; s++) {
          int[] own = tokens.image(b).ids().get(s).toInts();
          if (!wrong) { // what was read until here is true
            assertThat(corrections.image(b).ids().get(s).toInts()).containsExactly(own);
          }
          wrong |= !java.util.Arrays.equals(own, fed.image(b).ids().get(s).toInts());
        }
      }
      List<Tensor> ids = new ArrayList<>(fed.ids());
      left += distance(quantizer, new TokenPyramid(scales, ids), target);
      ids.set(last, corrections.ids().get(last));
      corrected += distance(quantizer, new TokenPyramid(scales, ids), target);
    }
    assertThat(corrected).isLessThan(0.9 * left);
  }

  private static double distance(MultiScaleQuantizer quantizer, TokenPyramid fed, Tensor target) {
    return quantizer.sums(fed).getLast().meanSquaredError(target).item();
  }

  /** What the transformer reads is what was fed, and what it should say are the corrections. */
  @Test
  void aBatchHoldsWhatWasFedAndWhatSetsItRight() throws IOException {
    VarTrainer trainer =
        new VarTrainer(
            Tiny.model(Tiny.TRANSFORMER, io.nextscale.nn.Loading.forTraining()),
            Tiny.vae(),
            Training.published(TrainerStateTest.SCHEDULE, 2));
    TokenPyramid tokens = Tiny.vae().tokenize(Tiny.images(3));
    TokenPyramid fed = Corruption.draw(tokens, 1, RandomStream.of(3));
    int scales = tokens.scales().count();
    VarTrainer.Batch batch = trainer.batch(tokens, fed, scales);
    MultiScaleQuantizer quantizer = Tiny.vae().quantizer();
    assertThat(batch.input().toArray()).containsExactly(quantizer.teacherInput(fed).toArray());
    assertThat(batch.targets().toInts())
        .containsExactly(quantizer.corrections(tokens, fed).sequence().toInts());
    assertThat(fed.sequence().toInts()).isNotEqualTo(tokens.sequence().toInts());
  }
}
