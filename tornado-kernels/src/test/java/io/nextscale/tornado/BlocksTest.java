package io.nextscale.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranges that are given out and taken back. */
class BlocksTest {

  private record Range(int start, int size) {}

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void rangesNeverOverlapAndAllComeBack(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Blocks blocks = new Blocks(10_000);
    BitSet taken = new BitSet();
    List<Range> ranges = new ArrayList<>();
    int refused = 0;
    for (int step = 0; step < 5_000; step++) {
      if (ranges.isEmpty() || random.nextInt(5) < 3) {
        int size = random.nextInt(0, 600);
        int start = blocks.take(size);
        if (start == Blocks.NONE) {
          refused++;
        } else {
          assertThat(start % Blocks.GRAIN).isZero();
          assertThat(start + size).isLessThanOrEqualTo(blocks.capacity());
          assertThat(taken.get(start, start + Math.max(size, 1)).isEmpty()).isTrue();
          taken.set(start, start + Math.max(size, 1));
          ranges.add(new Range(start, size));
        }
      } else {
        Range range = ranges.remove(random.nextInt(ranges.size()));
        taken.clear(range.start(), range.start() + Math.max(range.size(), 1));
        blocks.giveBack(range.start(), range.size());
      }
    }
    assertThat(refused).isPositive();
    ranges.forEach(range -> blocks.giveBack(range.start(), range.size()));
    assertThat(blocks.used()).isZero();
    assertThat(blocks.take(blocks.capacity())).as("all in one piece again").isZero();
  }

  @Test
  void capacityIsWhole() {
    Blocks blocks = new Blocks(100);
    assertThat(blocks.capacity()).isEqualTo(96);
    assertThat(blocks.take(97)).isEqualTo(Blocks.NONE);
    assertThat(blocks.take(Integer.MAX_VALUE)).isEqualTo(Blocks.NONE);
    assertThat(blocks.take(96)).isZero();
    assertThat(blocks.used()).isEqualTo(96);
  }
}
