package io.nextscale.vqvae.training;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Numbers that PyTorch 1.13 computed in double precision, {@code expected.csv}, and the formula by
 * which both sides make weights and images: element i of a tensor is a hash of i and a salt.
 */
final class Expected {

  private Expected() {}

  /** The numbers of a row. */
  static double[] row(String name) throws IOException {
    try (InputStream in = Expected.class.getResourceAsStream("/training/expected.csv")) {
      for (String line : new String(in.readAllBytes(), StandardCharsets.US_ASCII).split("\n")) {
        if (line.startsWith(name + ",")) {
          return Arrays.stream(line.substring(name.length() + 1).split(","))
              .mapToDouble(Double::parseDouble)
              .toArray();
        }
      }
    }
    throw new AssertionError("no row " + name);
  }

  /** Values in [low, high). */
  static Tensor tensor(Shape shape, int salt, double low, double high) {
    float[] values = new float[shape.size()];
    for (int i = 0; i < values.length; i++) {
      long x = (i * 2654435761L + salt * 40503L) & 0xffffffffL;
      x ^= x >>> 15;
      x = x * 2246822519L & 0xffffffffL;
      x ^= x >>> 13;
      values[i] = (float) (low + (high - low) * (x / 4294967296.0));
    }
    return Tensor.of(shape, values);
  }

  /** Each {@code step}-th element. */
  static double[] every(int step, Tensor tensor) {
    float[] values = tensor.toArray();
    double[] some = new double[(values.length + step - 1) / step];
    for (int i = 0; i < some.length; i++) {
      some[i] = values[i * step];
    }
    return some;
  }
}
