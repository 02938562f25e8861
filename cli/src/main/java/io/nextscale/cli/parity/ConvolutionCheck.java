package io.nextscale.cli.parity;

import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.op.Convolution.Padding;
import io.nextscale.tensor.op.Resampling;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Convolutions with the gradients of input, weight and bias. The name of a case says what is done:
 *
 * <ul>
 *   <li>{@code k3s1p1}: a 3×3 kernel, stride 1, one cell of zeros all around; {@code s} and {@code
 *       p} may be left out,
 *   <li>{@code down_pad0101_k3s2}: before it zeros left, right, above and below, here the
 *       downsampling of the encoder,
 *   <li>{@code up_nearest2_k3s1p1}: before it each cell twice in both directions, the upsampling of
 *       the decoder,
 *   <li>{@code phi}: {@code (1 − r) x + r conv(x)}, the smoothing of the quantizer.
 * </ul>
 */
final class ConvolutionCheck {

  private static final Pattern NAME =
      Pattern.compile(
          "(?:down_pad(\\d)(\\d)(\\d)(\\d)_)?(?:up_nearest(\\d)_)?k(\\d)(?:s(\\d))?(?:p(\\d))?");

  private ConvolutionCheck() {}

  static Check check() {
    return new OpCheck("convolution", "ops/conv2d.safetensors", ConvolutionCheck::check);
  }

  private static boolean check(OpCase op, Comparison comparison) throws FileFormatException {
    Matcher name = NAME.matcher(op.name());
    boolean phi = op.name().equals("phi");
    if (!phi && !name.matches()) {
      return false;
    }
    Tensor x = op.map("x");
    Tensor w = op.in("w");
    Tensor b = op.in("b");
    if (phi) {
      float r = (float) op.number("phi_resi_ratio");
      Padding same = Padding.same(w.shape().dim(2));
      op.differentiate(
          comparison, true, () -> x.times(1 - r).plus(x.conv2d(w, b, 1, same, null).times(r)));
      return true;
    }
    int pad = digit(name, 8, 0);
    Padding padding =
        name.group(1) == null
            ? new Padding(pad, pad, pad, pad)
            : new Padding(
                digit(name, 3, 0), digit(name, 1, 0), digit(name, 4, 0), digit(name, 2, 0));
    int stride = digit(name, 7, 1);
    int factor = digit(name, 5, 1);
    int height = x.shape().dim(1) * factor;
    int width = x.shape().dim(2) * factor;
    op.differentiate(
        comparison,
        true,
        () -> x.resize(Resampling.Mode.NEAREST, height, width).conv2d(w, b, stride, padding, null));
    return true;
  }

  private static int digit(Matcher name, int group, int otherwise) {
    return name.group(group) == null ? otherwise : Integer.parseInt(name.group(group));
  }
}
