package io.nextscale.verifiers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nextscale.nn.Checkpoint;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.TensorFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.stream.Stream;

/** Results of the official code on small models with procedural weights: see the README beside. */
public final class Golden {

  private Golden() {}

  /** A resource as lines. */
  public static List<String> lines(String name) {
    try (InputStream in = Golden.class.getResourceAsStream("/golden/" + name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A tensor of a resource with several. */
  public static Tensor tensor(String file, String name) {
    try (InputStream in = Golden.class.getResourceAsStream("/golden/" + file);
        TensorFile tensors = TensorFile.read(file, Objects.requireNonNull(in, file))) {
      return tensors.load(name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The weights that a table of names, shapes and ranges describes. */
  public static Checkpoint weights(String csv) {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    for (String line : lines(csv).stream().skip(1).toList()) {
      String[] cell = line.split(",", -1);
      weights.put(
          cell[0],
          procedural(
              cell[0], shape(cell[1]), Float.parseFloat(cell[2]), Float.parseFloat(cell[3])));
    }
    return Checkpoint.of(csv, weights);
  }

  /** Names and shapes of a published model. */
  public static SequencedMap<String, Shape> names(String csv) {
    SequencedMap<String, Shape> names = new LinkedHashMap<>();
    for (String line : lines("names/" + csv).stream().skip(1).toList()) {
      String[] cell = line.split(",", -1);
      names.put(cell[0], shape(cell[1]));
    }
    return names;
  }

  private static Shape shape(String text) {
    return text.isEmpty()
        ? Shape.of()
        : Shape.of(Stream.of(text.split("x", -1)).mapToInt(Integer::parseInt).toArray());
  }

  /** {@code a·u + b} with u in [-1, 1) from SplitMix64 over a hash of the name. */
  public static Tensor procedural(String name, Shape shape, float a, float b) {
    long h = 0xcbf29ce484222325L;
    for (byte c : name.getBytes(StandardCharsets.UTF_8)) {
      h = (h ^ (c & 0xff)) * 0x100000001b3L;
    }
    float[] values = new float[shape.size()];
    for (int i = 0; i < values.length; i++) {
      long z = h + (i + 1) * 0x9E3779B97F4A7C15L;
      z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
      z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
      z ^= z >>> 31;
      values[i] = ((z >>> 40) - (1 << 23)) * 0x1p-23f * a + b;
    }
    return Tensor.of(shape, values);
  }

  /** Procedural pictures, channels last. */
  public static Tensor pictures(String name, int count, int side, float a, float b) {
    return procedural(name, Shape.of(count, 3, side, side), a, b).permute(0, 2, 3, 1);
  }

  /** A file of the folder {@code shared} beside the project; without it the test is skipped. */
  public static Path shared(String name) {
    for (Path p = Path.of("").toAbsolutePath(); p != null; p = p.getParent()) {
      Path file = p.resolve("shared").resolve(name);
      if (Files.exists(file)) {
        return file;
      }
    }
    assumeTrue(false, "../shared/" + name + " is not there");
    throw new AssertionError();
  }

  /** The largest difference, as a part of the largest expected value, is within a limit. */
  public static void assertNear(Tensor actual, Tensor expected, double limit) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    float[] a = actual.toArray();
    float[] e = expected.toArray();
    double worst = 0;
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      worst = Math.max(worst, Double.isNaN(a[i]) ? Double.MAX_VALUE : Math.abs(a[i] - e[i]));
      largest = Math.max(largest, Math.abs(e[i]));
    }
    assertThat(largest).isPositive();
    assertThat(worst / largest).as("largest difference over largest value").isLessThan(limit);
  }
}
