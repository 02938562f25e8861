package io.nextscale.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.tensor.RandomStream;
import java.util.BitSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The order of an epoch. */
class PermutationTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 63, 100, 1000, 50_000})
  void everyNumberComesOnce(int size) {
    for (long seed = 0; seed < 3; seed++) {
      Permutation order = new Permutation(size, RandomStream.of(seed));
      BitSet seen = new BitSet(size);
      for (int place = 0; place < size; place++) {
        seen.set((int) order.at(place));
      }
      assertThat(seen.cardinality()).isEqualTo(size);
      assertThat(seen.length()).isEqualTo(size);
    }
  }

  @Test
  void hugeSetsTakeNoMemory() {
    long size = (1L << 61) + 12_345;
    Permutation order = new Permutation(size, RandomStream.of(1));
    for (long place = size - 1000; place < size; place++) {
      assertThat(order.at(place)).isBetween(0L, size - 1);
    }
  }

  /**
   * χ² of how often each item comes to each place, against equal chances: over 7 x 7 cells with 36
   * degrees of freedom, beyond 80 once in 30,000 for a fair shuffle.
   */
  @Test
  void everyItemIsAsLikelyAtEveryPlace() {
    int size = 7;
    int draws = 7_000;
    int[][] count = new int[size][size];
    for (int seed = 0; seed < draws; seed++) {
      Permutation order = new Permutation(size, RandomStream.of(seed).split("order"));
      for (int place = 0; place < size; place++) {
        count[place][(int) order.at(place)]++;
      }
    }
    double expected = (double) draws / size;
    double chiSquared = 0;
    for (int[] row : count) {
      for (int n : row) {
        chiSquared += (n - expected) * (n - expected) / expected;
      }
    }
    assertThat(chiSquared).isLessThan(80);
  }

  /** Neighbours of the order are as far apart as of a fair shuffle: a third of the size. */
  @Test
  void neighboursAreUnrelated() {
    int size = 10_000;
    Permutation order = new Permutation(size, RandomStream.of(3));
    double sum = 0;
    for (int place = 1; place < size; place++) {
      sum += Math.abs(order.at(place) - order.at(place - 1));
    }
    double mean = sum / (size - 1) / size;
    assertThat(mean).isBetween(1 / 3.0 - 0.01, 1 / 3.0 + 0.01); // four standard errors
  }
}
