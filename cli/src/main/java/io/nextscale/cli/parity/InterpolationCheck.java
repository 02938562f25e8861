package io.nextscale.cli.parity;

import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.op.Resampling;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Maps resized by area, bicubic (a = −0.75), bilinear and nearest-neighbour interpolation, with the
 * gradient of the input: cases {@code <mode>_<h>x<w>_to_<H>x<W>} and {@code
 * <mode>_<h>x<w>_x<factor>}.
 */
final class InterpolationCheck {

  private static final Set<String> MODES = Set.of("area", "bicubic", "bilinear", "nearest");

  private InterpolationCheck() {}

  static Check check() {
    return new OpCheck("interpolation", "ops/interpolate.safetensors", InterpolationCheck::check);
  }

  private static boolean check(OpCase op, Comparison comparison) throws FileFormatException {
    String mode = op.name().substring(0, Math.max(0, op.name().indexOf('_')));
    List<Integer> sizes = Described.integersIn(op.name());
    boolean byFactor = sizes.size() == 3 && op.name().contains("_x");
    if (!MODES.contains(mode) || sizes.size() != 4 && !byFactor) {
      return false;
    }
    Resampling.Mode resampling = Resampling.Mode.valueOf(mode.toUpperCase(Locale.ROOT));
    int height = byFactor ? sizes.get(0) * sizes.get(2) : sizes.get(2);
    int width = byFactor ? sizes.get(1) * sizes.get(2) : sizes.get(3);
    Tensor x = op.map("x");
    op.differentiate(comparison, true, () -> x.resize(resampling, height, width));
    return true;
  }
}
