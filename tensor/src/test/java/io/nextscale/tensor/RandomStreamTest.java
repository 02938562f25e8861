package io.nextscale.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

class RandomStreamTest {

  private static final int DRAWS = 100_000;

  /** Five standard deviations of a mean of 100,000 draws of variance 1. */
  private static final double MEAN = 5 / Math.sqrt(DRAWS);

  private static long[] longs(RandomStream stream) {
    long[] values = new long[8];
    Arrays.setAll(values, _ -> stream.nextLong());
    return values;
  }

  @Test
  void sameSeedAndNamesGiveTheSameNumbers() {
    assertThat(longs(RandomStream.of(7).split("noise").split(3)))
        .isEqualTo(longs(RandomStream.of(7).split("noise").split(3)));
  }

  @Test
  void drawingDoesNotChangeWhatIsSplitOff() {
    RandomStream parent = RandomStream.of(7);
    long[] before = longs(parent.split("a"));
    longs(parent);
    assertThat(longs(parent.split("a"))).isEqualTo(before);
  }

  @Test
  void seedsNamesAndIndicesGiveDifferentStreams() {
    Set<Long> first = new HashSet<>();
    int streams = 0;
    for (long seed : new long[] {0, 1, 2, -1, 1L << 32, Long.MIN_VALUE, Long.MAX_VALUE}) {
      RandomStream root = RandomStream.of(seed);
      first.add(root.nextLong());
      streams++;
      for (String name : new String[] {"", "a", "b", "ab", "ba", "ä"}) {
        first.add(root.split(name).nextLong());
        first.add(root.split(name).split(name).nextLong());
        streams += 2;
      }
      for (long index = -2; index < 300; index++) {
        first.add(root.split(index).nextLong());
        streams++;
      }
    }
    assertThat(first).hasSize(streams);
  }

  /** A seed means the same for all time: these numbers are in files that people keep. */
  @Test
  void numbersOfASeedNeverChange() {
    RandomStream stream = RandomStream.of(42).split("sampling").split(3);
    assertThat(stream.nextLong()).isEqualTo(FIRST_LONG);
    assertThat(stream.nextInt(1000)).isEqualTo(FIRST_INT);
    assertThat(stream.nextFloat()).isEqualTo(FIRST_FLOAT);
    assertThat(stream.nextDouble()).isEqualTo(FIRST_DOUBLE);
    assertThat(stream.nextGaussian()).isEqualTo(FIRST_GAUSSIAN);
    assertThat(stream.nextExponential()).isEqualTo(FIRST_EXPONENTIAL);
  }

  private static final long FIRST_LONG = 5314557737162286923L;
  private static final int FIRST_INT = 427;
  private static final float FIRST_FLOAT = 0.86724985f;
  private static final double FIRST_DOUBLE = 0.9224583369048083;
  private static final double FIRST_GAUSSIAN = -0.8922499022123853;
  private static final double FIRST_EXPONENTIAL = 0.8382004393811224;

  @Test
  void momentsAreThoseOfTheDistributions() {
    RandomStream stream = RandomStream.of(1);
    assertMoments(stream::nextFloat, 0.5, 1.0 / 12);
    assertMoments(stream::nextDouble, 0.5, 1.0 / 12);
    assertMoments(stream::nextGaussian, 0, 1);
    assertMoments(stream::nextExponential, 1, 1);
    assertMoments(() -> stream.nextInt(3), 1, 2.0 / 3);
  }

  private static void assertMoments(DoubleSupplier draw, double mean, double variance) {
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < DRAWS; i++) {
      double x = draw.getAsDouble();
      sum += x;
      squares += (x - mean) * (x - mean);
    }
    assertThat(sum / DRAWS).isCloseTo(mean, within(MEAN));
    // the fourth moment of an exponential, the widest here, is 9: its square deviates by √8
    assertThat(squares / DRAWS).isCloseTo(variance, within(3 * MEAN));
  }

  @Test
  void rangesAreKept() {
    RandomStream stream = RandomStream.of(2);
    for (int i = 0; i < DRAWS; i++) {
      assertThat(stream.nextFloat()).isGreaterThanOrEqualTo(0).isLessThan(1);
      assertThat(stream.nextDouble()).isGreaterThanOrEqualTo(0).isLessThan(1);
      assertThat(stream.nextExponential()).isPositive();
      assertThat(stream.nextInt(5)).isBetween(0, 4);
    }
  }
}
