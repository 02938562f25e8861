package io.nextscale.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sequences cut where they repeat themselves. */
class DivisionTest {

  private static final Division<Integer> DIVISION = new Division<>(4, 10, _ -> false);

  private static List<Integer> letters(String text) {
    return text.chars().boxed().toList();
  }

  private static List<String> parts(Division<Integer> division, String text) {
    return division.of(letters(text)).stream()
        .map(part -> {
          StringBuilder letters = new StringBuilder();
          part.forEach(letter -> letters.append((char) (int) letter));
          return letters.toString();
        })
        .toList();
  }

  @Test
  void blocksAreEqualPartsAndTheRestItsOwn() {
    assertThat(parts(DIVISION, "xyabcdeabcdeabcdez"))
        .containsExactly("xy", "abcde", "abcde", "abcde", "z");
    assertThat(parts(DIVISION, "abcdabcdxefghiefghi"))
        .containsExactly("abcd", "abcd", "x", "efghi", "efghi");
  }

  @Test
  void whatNeverRepeatsIsOnePartUnlessItIsLong() {
    assertThat(parts(DIVISION, "abcdefgh")).containsExactly("abcdefgh");
    assertThat(parts(DIVISION, "abcdefghijkl")).containsExactly("abcdefghij", "kl");
    assertThat(parts(DIVISION, "")).isEmpty();
  }

  @Test
  void periodsHaveALengthBetweenTheLimits() {
    assertThat(parts(DIVISION, "abababab")).as("not ab").containsExactly("abab", "abab");
    assertThat(parts(DIVISION, "abcabc")).as("too short to look for").containsExactly("abcabc");
    assertThat(parts(new Division<>(4, 5, _ -> false), "abcdefabcdef"))
        .as("longer than a part may be")
        .containsExactly("abcde", "fabcd", "ef");
  }

  /** What is before the first block may end like a block. */
  @Test
  void knownPeriodIsFoundAgainWhereverTheRepetitionBegins() {
    assertThat(parts(DIVISION, "xdeabcdeabcdeabcd"))
        .containsExactly("x", "deabc", "deabc", "deabc", "d");
    Division<Integer> knowing = new Division<>(4, 10, letters("abcde")::equals);
    assertThat(parts(knowing, "xdeabcdeabcdeabcd"))
        .containsExactly("xde", "abcde", "abcde", "abcd");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void partsAreTheSequenceAndRepeatWhatWasRepeated(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 200; round++) {
      int least = random.nextInt(1, 6);
      int most = least + random.nextInt(20);
      int period = random.nextInt(least, most + 1);
      int count = random.nextInt(2, 9);
      List<Integer> block = IntStream.range(100, 100 + period).boxed().toList(); // all different
      List<Integer> before = noise(random);
      List<Integer> sequence = new ArrayList<>(before);
      Collections.nCopies(count, block).forEach(sequence::addAll);
      sequence.addAll(noise(random));
      List<List<Integer>> parts = new Division<Integer>(least, most, _ -> false).of(sequence);
      assertThat(parts.stream().flatMap(List::stream).toList()).isEqualTo(sequence);
      assertThat(parts).allMatch(part -> !part.isEmpty() && part.size() <= most);
      assertThat(parts.stream().filter(block::equals)).hasSize(count);
      assertThat(new Division<Integer>(least, most, _ -> false).of(sequence)).isEqualTo(parts);
    }
  }

  /** Elements that all differ, so that nothing else repeats. */
  private static List<Integer> noise(SplittableRandom random) {
    int from = random.nextInt(1000, 1_000_000);
    return IntStream.range(from, from + random.nextInt(12)).boxed().toList();
  }
}
