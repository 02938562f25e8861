package io.nextscale.tensor.cpu;

import static io.nextscale.tensor.cpu.Samples.assertClose;
import static io.nextscale.tensor.cpu.Samples.assertSameBits;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AttentionForwardTest {

  /**
   * Scores of some units carry errors near 1e-6, which probabilities take over as relative ones.
   */
  private static final double TOLERANCE = 1e-5;

  static Stream<AttentionCase> cases() {
    return Stream.of(
        AttentionCase.of(1, 1, 1, 1, 1),
        AttentionCase.of(2, 1, 3, 12, 1),
        AttentionCase.of(1, 5, 2, 16, 7),
        AttentionCase.of(2, 7, 8, 32, 5, 0, 8, 20),
        AttentionCase.of(1, 50, 1, 64, 63, 2, 70),
        AttentionCase.of(3, 49, 3, 64, 130),
        AttentionCase.of(1, 20, 1, 640, 20),
        AttentionCase.of(1, 9, 2, 100, 33, 64),
        AttentionCase.of(2, 14, 2, 64, 14).withVisible(AttentionCase.blockCausal(1, 4, 9)),
        AttentionCase.of(1, 130, 2, 20, 65, 65)
            .withVisible(AttentionCase.blockCausal(1, 4, 60, 65)),
        AttentionCase.of(1, 6, 1, 8, 10).withVisible(3, 1, 10, 10, 2, 7));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void followsTheDefinition(AttentionCase c) {
    assertClose(c.forward(CpuKernels.ACTIVE), c.expected(), TOLERANCE, TOLERANCE, c.toString());
  }

  @Test
  void chunksOfKeysAreOneSequence() {
    AttentionCase chunked = AttentionCase.of(2, 11, 3, 20, 5, 60, 1, 70);
    AttentionCase whole = AttentionCase.of(2, 11, 3, 20, chunked.keys());
    float[] k = chunked.joined(chunked.k());
    float[] v = chunked.joined(chunked.v());
    assertSameBits(
        whole.forward(CpuKernels.ACTIVE, whole.q(), new float[][] {k}, new float[][] {v}),
        chunked.forward(CpuKernels.ACTIVE),
        "joined chunks");
  }

  @Test
  void hiddenKeysDoNotMatter() {
    int[] visible = AttentionCase.blockCausal(1, 4, 9, 20);
    AttentionCase c = AttentionCase.of(1, 34, 2, 16, 34).withVisible(visible);
    float[] expected = c.forward(CpuKernels.ACTIVE);
    float[][] k = c.k();
    float[][] v = c.v();
    Arrays.fill(k[0], 14 * 32, 34 * 32, Float.NaN); // the last block
    Arrays.fill(v[0], 14 * 32, 34 * 32, Float.POSITIVE_INFINITY);
    float[] y = c.forward(CpuKernels.ACTIVE, c.q(), k, v);
    assertSameBits(
        Arrays.copyOf(y, 14 * 32), Arrays.copyOf(expected, 14 * 32), "queries that see none of it");
    // and the last block alone equals the last block in company
    AttentionCase last = AttentionCase.of(1, 20, 2, 16, 34);
    float[] q = Arrays.copyOfRange(c.q(), 14 * 32, 34 * 32);
    assertSameBits(
        last.forward(CpuKernels.ACTIVE, q, c.k(), c.v()),
        Arrays.copyOfRange(expected, 14 * 32, 34 * 32),
        "the last block");
  }

  @Test
  void anImageHasTheSameBitsInAnyBatch() {
    AttentionCase four = AttentionCase.of(4, 50, 3, 24, 33, 40);
    float[] all = four.forward(CpuKernels.ACTIVE);
    AttentionCase one = AttentionCase.of(1, 50, 3, 24, 33, 40);
    for (int b = 0; b < 4; b++) {
      float[] alone =
          one.forward(
              CpuKernels.ACTIVE,
              image(four.q(), b),
              new float[][] {image(four.k()[0], b), image(four.k()[1], b)},
              new float[][] {image(four.v()[0], b), image(four.v()[1], b)});
      assertSameBits(alone, image(all, b), "image " + b);
    }
  }

  private static float[] image(float[] x, int b) {
    int size = x.length / 4;
    return Arrays.copyOfRange(x, b * size, (b + 1) * size);
  }

  @Test
  void largeScoresDoNotOverflow() {
    AttentionCase c = AttentionCase.of(1, 3, 1, 4, 5);
    float[] q = c.q();
    for (int i = 0; i < q.length; i++) {
      q[i] *= 1e4f;
    }
    for (float y : c.forward(CpuKernels.ACTIVE, q, c.k(), c.v())) {
      assertThat(y).isFinite();
    }
  }
}
