package io.nextscale.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SequencedMap;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged files: each is refused with a message, or reads as something that is in bounds. */
class MutationTest {

  private static final int CASES = 4000;

  /** Far more than it takes; a case that hangs fails instead of stopping the build. */
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mixed.pth",
        "mixed_torch2_layout.pth",
        "mixed_legacy.pth",
        "mixed_expected.safetensors",
        "no checksums",
        "npy",
        "npz"
      })
  void damageOfAnyKindIsRefusedOrHarmless(String name) {
    byte[] good = file(name);
    assertThat(Hostile.read(good)).isNotNull();
    Random random = new Random(name.hashCode());
    int[] refused = new int[1];
    assertTimeout(
        LIMIT,
        () -> {
          for (int i = 0; i < CASES; i++) {
            byte[] bad = mutate(good, random);
            try {
              refused[0] += Hostile.read(bad) == null ? 1 : 0;
            } catch (Throwable failure) {
              throw new AssertionError("case " + i + " of " + name, failure);
            }
          }
        });
    assertThat(refused[0]).isGreaterThan(CASES / 10); // the damage does reach the parsers
  }

  /** Zip archives have checksums: what reads at all reads as it was written. */
  @ParameterizedTest
  @ValueSource(strings = {"mixed.pth", "mixed_torch2_layout.pth", "npz"})
  void singleBitsFlippedInAnArchiveAreFoundOrDoNotMatter(String name) {
    byte[] good = file(name);
    SequencedMap<String, byte[]> expected = Objects.requireNonNull(Hostile.read(good));
    int stride = 7; // every bit position of a byte, and most bytes, in a fraction of the time
    for (int bit = 0; bit < good.length * 8; bit += stride) {
      byte[] bad = good.clone();
      bad[bit / 8] ^= (byte) (1 << bit % 8);
      SequencedMap<String, byte[]> read = Hostile.read(bad);
      if (read != null) {
        assertThat(Arrays.deepEquals(parts(read), parts(expected))).as("bit %d", bit).isTrue();
      }
    }
  }

  private static Object[] parts(SequencedMap<String, byte[]> tensors) {
    return new Object[] {tensors.keySet().toArray(), tensors.values().toArray()};
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"mixed.pth", "mixed_legacy.pth", "mixed_expected.safetensors", "npy", "npz"})
  void everyTruncationIsRefused(String name) {
    byte[] good = file(name);
    for (int length = 0; length < good.length; length++) {
      assertThat(Hostile.read(Arrays.copyOf(good, length))).as("length %d", length).isNull();
    }
  }

  @Test
  void noiseIsRefused() {
    Random random = new Random(5);
    byte[][] starts = {
      {}, {'P', 'K', 3, 4}, {(byte) 0x80, 2}, NpyReader.MAGIC, {90, 0, 0, 0, 0, 0, 0, 0, '{'}
    };
    for (int i = 0; i < CASES; i++) {
      byte[] noise = new byte[random.nextInt(300)];
      random.nextBytes(noise);
      byte[] start = starts[i % starts.length];
      System.arraycopy(start, 0, noise, 0, Math.min(start.length, noise.length));
      assertThat(Hostile.read(noise)).isNull();
    }
  }

  /** The same archive, so that damage reaches the pickle. */
  private static byte[] withoutChecksums(byte[] file) {
    StoredZip zip = new StoredZip();
    zip.checksums = false;
    try {
      for (ZipDirectory.Entry entry :
          ZipDirectory.read("a", MemorySegment.ofArray(file)).values()) {
        int from = (int) entry.offset();
        zip.add(entry.name(), Arrays.copyOfRange(file, from, from + (int) entry.size()));
      }
    } catch (FileFormatException e) {
      throw new AssertionError(e);
    }
    return zip.end();
  }

  private static byte[] file(String name) {
    byte[] array =
        NpyTest.npy(
            1, "{'descr': '<i2', 'fortran_order': True, 'shape': (2, 3)}", 1, 2, 3, 4, 5, 6);
    return switch (name) {
      case "npy" -> array;
      case "npz" -> new StoredZip().add("x.npy", array).add("y.npy", array).end();
      case "no checksums" -> withoutChecksums(Fixtures.bytes("mixed.pth"));
      default -> Fixtures.bytes(name);
    };
  }

  private static byte[] mutate(byte[] good, Random random) {
    byte[] bad = good.clone();
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      bad = MUTATIONS.get(random.nextInt(MUTATIONS.size())).apply(bad, random);
    }
    return bad;
  }

  private static final Map<Integer, BiFunction<byte[], Random, byte[]>> MUTATIONS =
      Map.of(
          0, MutationTest::flip,
          1, MutationTest::overwrite,
          2, MutationTest::truncate,
          3, MutationTest::remove,
          4, MutationTest::repeat,
          5, MutationTest::number);

  private static byte[] flip(byte[] bytes, Random random) {
    if (bytes.length > 0) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return bytes;
  }

  private static byte[] overwrite(byte[] bytes, Random random) {
    int from = random.nextInt(bytes.length + 1);
    int to = Math.min(bytes.length, from + random.nextInt(16));
    Arrays.fill(bytes, from, to, (byte) (random.nextBoolean() ? 0xff : random.nextInt()));
    return bytes;
  }

  private static byte[] truncate(byte[] bytes, Random random) {
    return Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
  }

  private static byte[] remove(byte[] bytes, Random random) {
    int from = random.nextInt(bytes.length + 1);
    int to = Math.min(bytes.length, from + random.nextInt(64));
    byte[] shorter = Arrays.copyOf(bytes, bytes.length - (to - from));
    System.arraycopy(bytes, to, shorter, from, bytes.length - to);
    return shorter;
  }

  private static byte[] repeat(byte[] bytes, Random random) {
    int from = random.nextInt(bytes.length + 1);
    int to = Math.min(bytes.length, from + random.nextInt(64));
    byte[] longer = Arrays.copyOf(bytes, bytes.length + to - from);
    System.arraycopy(bytes, from, longer, to, bytes.length - from);
    return longer;
  }

  /** Puts a number that is often a limit somewhere. */
  private static byte[] number(byte[] bytes, Random random) {
    long[] numbers = {0, -1, 1, 0x7fffffff, 0x80000000L, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 32};
    byte[] number = StoredZip.little(8).putLong(numbers[random.nextInt(numbers.length)]).array();
    int at = random.nextInt(bytes.length + 1);
    int width = 1 << random.nextInt(4);
    System.arraycopy(number, 0, bytes, at, Math.min(width, bytes.length - at));
    return bytes;
  }
}
