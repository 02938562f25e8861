package io.nextscale.cli.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Expected numbers: PyTorch 1.13 on a CPU, {@code torch.Generator().manual_seed(seed)}. */
class TorchRandomTest {

  /** Logarithm, sine and cosine of Java and of PyTorch's vector library differ by an ulp or two. */
  private static final float ROUNDED = 5e-7f;

  @Test
  void wordsAreThoseOfTheMersenneTwister() {
    TorchRandom random = new TorchRandom(5489); // the seed of the published test vector
    int word = 0;
    for (int i = 0; i < 10_000; i++) {
      word = random.word();
    }
    assertThat(Integer.toUnsignedLong(word)).isEqualTo(4123659995L); // C++ std::mt19937, 10000th
  }

  @Test
  void uniformNumbersAreThoseOfRand() {
    TorchRandom random = new TorchRandom(42);
    assertThat(random.uniform()).isEqualTo(0.8822692632675171f);
    assertThat(random.uniform()).isEqualTo(0.9150039553642273f);
    assertThat(new TorchRandom(42).uniform64()).isEqualTo(0.05815448596142969);
  }

  @Test
  void aSeedBeyond32BitsActsByItsLowerBits() {
    assertThat(new TorchRandom(42 + (1L << 32)).word()).isEqualTo(new TorchRandom(42).word());
  }

  @Test
  void integersAndPermutationsAreThoseOfTorch() {
    assertThat(new TorchRandom(0).below(1000)).isEqualTo(44);
    assertThat(new TorchRandom(0).integer63()).isEqualTo(900450186894289455L);
    assertThat(new TorchRandom(0).permutation(10)).containsExactly(4, 1, 7, 5, 3, 9, 0, 8, 6, 2);
  }

  @Test
  void normalNumbersOfShortAndLongTensorsDiffer() {
    assertThat(new TorchRandom(0).normal(15)[0]).isEqualTo(1.5409960746765137f, within(ROUNDED));
    float[] block = new TorchRandom(0).normal(16);
    assertThat(block[0]).isEqualTo(-1.1258398294448853f, within(ROUNDED));
    assertThat(block[15]).isEqualTo(-0.2472781538963318f, within(ROUNDED));
  }

  @Test
  void aLastPartialBlockIsDrawnAgain() {
    float[] values = new TorchRandom(0).normal(20);
    assertThat(values).hasSize(20);
    assertThat(values[3]).isEqualTo(-0.4338788092136383f, within(ROUNDED)); // before the last 16
    assertThat(values[4]).isNotEqualTo(new TorchRandom(0).normal(16)[4]);
  }
}
