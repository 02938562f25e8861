package io.nextscale.cli.parity;

import io.nextscale.tensor.Tensor;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tables of the Euclidean norm and the largest magnitude of every gradient of a model. */
final class GradientNorms {

  /**
   * Some gradients are zero in exact arithmetic: that of a bias right before a normalisation which
   * has one channel per group. What is recorded for them is rounding noise, which is this small
   * beside the largest gradient of the table.
   */
  private static final double NOISE = 0x1p-20;

  private GradientNorms() {}

  /** Compares every row; each number relative to itself, or to the noise. */
  static void compare(
      String path, Map<String, Tensor> gradients, GoldenFolder golden, Findings findings)
      throws IOException {
    Tolerance.Relative relative = new Tolerance.Relative(share(golden.tolerance(path)));
    List<List<String>> rows = golden.table(path, "name,l2norm,absmax");
    double largest = 0;
    for (List<String> row : rows) {
      largest = Math.max(largest, GoldenFolder.number(path, row.get(2)));
    }
    try (Comparison comparison = findings.of(path, "", relative)) {
      for (List<String> row : rows) {
        String name = row.getFirst();
        Tensor gradient = gradients.get(name);
        if (gradient == null) {
          comparison.fail(name, "no gradient of this name");
          continue;
        }
        double sum = 0;
        double most = 0;
        for (float value : gradient.toArray()) {
          sum += (double) value * value;
          most = Math.max(most, Math.abs(value));
        }
        double[] expected = {
          GoldenFolder.number(path, row.get(1)), GoldenFolder.number(path, row.get(2))
        };
        if (expected[1] < NOISE * largest) {
          comparison.equal(name + " is noise", true, most < NOISE * largest);
        } else {
          comparison.numbers(name, expected, Math.sqrt(sum), most);
        }
      }
    }
  }

  private static double share(@Nullable Tolerance tolerance) {
    return switch (tolerance) {
      case Tolerance.OfLargest(double factor) -> factor;
      case Tolerance.Relative(double factor) -> factor;
      case null, default -> 0;
    };
  }
}
