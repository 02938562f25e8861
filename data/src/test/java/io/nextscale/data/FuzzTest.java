package io.nextscale.data;

import static io.nextscale.data.Fixtures.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import io.nextscale.tensor.io.FileFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged files of every form give pictures or a {@link FileFormatException} of one line, and
 * nothing else; the heap of these tests is small.
 */
class FuzzTest {

  private static final int CASES = 300;

  /** Far more than it takes; a case that hangs fails instead of stopping the build. */
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @TempDir Path temporary;

  /** Something that reads a file to its end. */
  @FunctionalInterface
  private interface Reading {
    void read() throws IOException;
  }

  /** Whether a file was refused. */
  private static boolean refused(Reading reading) {
    try {
      reading.read();
      return false;
    } catch (FileFormatException e) {
      assertThat(e.getMessage()).startsWith("read ").doesNotContain("\n");
      return true;
    } catch (IOException e) {
      throw new AssertionError("not the documented exception", e);
    }
  }

  private void fuzz(byte[] good, Path file, Reading reading) {
    Random random = new Random(file.getFileName().toString().hashCode());
    int[] refused = new int[1];
    assertTimeout(
        LIMIT,
        () -> {
          Files.write(file, good);
          assertThat(refused(reading)).as("the undamaged file").isFalse();
          for (int i = 0; i < CASES; i++) {
            byte[] bad = Fixtures.mutate(good, random);
            Files.write(file, bad);
            try {
              refused[0] += refused(reading) ? 1 : 0;
            } catch (Throwable failure) {
              throw new AssertionError("case " + i, failure);
            }
          }
        });
    assertThat(refused[0]).isGreaterThan(CASES / 10); // the damage does reach the parsers
  }

  private static Reading everything(Path path) {
    return () -> {
      try (PictureSource source = PictureSource.open(path)) {
        assertThat(source.describe()).isNotBlank();
        FileFormatException damage = null;
        for (long i = 0; i < Math.min(source.size(), 20); i++) {
          try {
            Picture picture = source.get(i);
            assertThat(picture.label()).isBetween(-1, source.classes().size() - 1);
          } catch (FileFormatException e) {
            damage = e;
          }
        }
        if (damage != null) {
          throw damage;
        }
      }
    };
  }

  @Test
  void archives() {
    Map<String, byte[]> files = new TreeMap<>();
    files.put("a/1.png", Fixtures.png(1, 3, 2));
    files.put("a/1.txt", text("a picture\n"));
    files.put("b/2.png", Fixtures.png(2, 2, 3));
    Path file = temporary.resolve("fuzz.zip");
    fuzz(Fixtures.zip(files), file, everything(file));
  }

  @Test
  void lists() throws IOException {
    Path folder = Fixtures.folder(temporary.resolve("set"), Map.of("a.png", Fixtures.png(1, 2, 2)));
    Path file = folder.resolve("list.jsonl");
    String line = "{\"image\": \"a.png\", \"captions\": [\"é\", \"\\u00e9\"], \"class\": \"x\"}\n";
    fuzz(text(line + "{\"image\": \"a.png\", \"caption\": \"b\"}\n"), file, everything(file));
  }

  @Test
  void batchesOfCifar() {
    Path file = temporary.resolve("fuzz.bin");
    fuzz(Fixtures.cifar(1, 2), file, everything(file));
  }

  @Test
  void filesOfMnist() throws IOException {
    byte[] labels = Fixtures.idx(new byte[] {1, 2, 3, 9}, 4);
    byte[] images = Fixtures.idx(new byte[4 * 3 * 2], 4, 3, 2);
    Path imageFile = temporary.resolve("train-images-idx3-ubyte");
    Path labelFile = temporary.resolve("train-labels-idx1-ubyte");
    Files.write(labelFile, labels);
    fuzz(images, imageFile, everything(imageFile));
    Files.write(imageFile, images);
    fuzz(labels, labelFile, everything(imageFile));
    Files.delete(imageFile);
    Files.write(labelFile, labels);
    Path compressed = temporary.resolve("train-images-idx3-ubyte.gz");
    fuzz(Fixtures.gzip(images), compressed, everything(compressed));
  }

  @Test
  void filesOfTokens() throws IOException {
    Path folder = TokenShardsTest.written(temporary.resolve("tokens"), 5, 3, 9);
    Reading everyPicture =
        () -> {
          try (TokenShards shards = TokenShards.open(folder)) {
            for (long i = 0; i < shards.size(); i++) {
              assertThat(shards.get(i).tokens()).hasSize(shards.set().length());
            }
          }
        };
    for (String name : new String[] {"tokens-00000.safetensors", "tokens.json"}) {
      Path file = folder.resolve(name);
      byte[] good = Files.readAllBytes(file);
      fuzz(good, file, everyPicture);
      Files.write(file, good);
    }
  }
}
