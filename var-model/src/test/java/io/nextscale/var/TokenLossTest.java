package io.nextscale.var;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.vqvae.Scales;
import org.junit.jupiter.api.Test;

class TokenLossTest {

  private static final Scales SCALES = Scales.of(1, 2, 4);
  private static final int CODES = 8;

  /** A loss of ln 8 on the tokens of one scale, and of nothing on the others. */
  private static double lossOf(int scale, double balance) {
    int length = SCALES.length();
    float[] logits = new float[length * CODES];
    for (int i = 0; i < length; i++) {
      boolean unsure = i >= SCALES.begin(scale) && i < SCALES.end(scale);
      logits[i * CODES] = unsure ? 0 : 100; // all targets are code 0
    }
    return new TokenLoss(SCALES, SCALES.count(), 1, 0, balance)
        .of(
            Tensor.of(Shape.of(1, length, CODES), logits),
            Tensor.ofInts(Shape.of(1, length), new int[length]))
        .item();
  }

  @Test
  void aBalanceMovesWeightFromLargeScalesToSmallOnes() {
    double unsure = Math.log(CODES);
    double[] tokens = {1, 4, 16};
    for (double balance : new double[] {0, 0.5, 1}) {
      double sum = 0;
      for (double n : tokens) {
        sum += Math.pow(n, 1 - balance);
      }
      for (int s = 0; s < tokens.length; s++) {
        double share = Math.pow(tokens[s], 1 - balance) / sum;
        assertThat(lossOf(s, balance) / unsure).isCloseTo(share, offset(1e-5));
      }
    }
  }

  @Test
  void withoutBalanceTheLossIsThePublishedOne() {
    Tensor logits = Tensor.normal(Shape.of(2, 21, CODES), 0, 1, RandomStream.of(4));
    Tensor targets = Tensor.ofInts(Shape.of(2, 21), new int[42]);
    assertThat(new TokenLoss(SCALES, 3, 1, 0.1, 0).of(logits, targets).item())
        .isEqualTo(TokenLoss.of(SCALES, 0.1).of(logits, targets).item())
        .isCloseTo(logits.crossEntropy(targets, 0.1f).mean().item(), offset(1e-5f));
  }
}
