package io.nextscale.bench;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.op.Convolution.Padding;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.annotations.Param;

/**
 * 3x3 convolutions of the tokenizer (160 channels times 1, 1, 2, 2, 4) for a picture of 256 pixels:
 * {@code decoder.convC@S} has C channels on a map of S x S.
 *
 * <p>Operations are those of the definition: a kernel that needs fewer may exceed the peak.
 */
public class ConvolutionBench extends KernelBench {

  /** A factor above the largest error of Winograd's method, relative to outputs near 1. */
  private static final double BOUND = 1e-4;

  /** Which. */
  @Param({
    "decoder.conv_in@16",
    "decoder.conv640@16",
    "decoder.conv640@32",
    "decoder.conv640-320@32",
    "decoder.conv320@32",
    "decoder.conv320@64",
    "decoder.conv320@128",
    "decoder.conv320-160@128",
    "decoder.conv160@128",
    "decoder.conv160@256",
    "decoder.conv_out@256",
    "encoder.conv_in@256",
    "encoder.down160@256"
  })
  public String layer = "";

  /** How weights are stored. */
  @Param("f32")
  public String weights = "";

  private Tensor x = Tensor.scalar(0);
  private Tensor plain = Tensor.scalar(0);
  private Tensor weight = Tensor.scalar(0);
  private Tensor bias = Tensor.scalar(0);

  /** Inputs, outputs, side, stride. */
  private int[] sizes() {
    String name = layer.substring(layer.indexOf('.') + 1, Math.max(1, layer.indexOf('@')));
    int side = Integer.parseInt(layer.substring(layer.indexOf('@') + 1));
    if (name.equals("conv_in")) {
      return layer.startsWith("decoder")
          ? new int[] {32, 640, side, 1}
          : new int[] {3, 160, side, 1};
    }
    if (name.equals("conv_out")) {
      return new int[] {160, 3, side, 1};
    }
    String[] channels = name.replaceFirst("conv|down", "").split("-", 2);
    int first = Integer.parseInt(channels[0]);
    int last = Integer.parseInt(channels[channels.length - 1]);
    return new int[] {first, last, side, name.startsWith("down") ? 2 : 1};
  }

  private Padding padding() {
    return sizes()[3] == 1 ? Padding.same(3) : new Padding(0, 0, 1, 1);
  }

  @Override
  void prepare() {
    int[] s = sizes();
    RandomStream random = RandomStream.of(20260103);
    x = Tensor.normal(Shape.of(1, s[2], s[2], s[0]), 0, 1, random);
    float std = (float) (1 / Math.sqrt(9.0 * s[0]));
    plain =
        Tensor.normal(Shape.of(s[1], s[0], 3, 3), 0, std, random)
            .to(DType.valueOf(weights.toUpperCase(Locale.ROOT)));
    bias = Tensor.normal(Shape.of(s[1]), 0, 0.02f, random);
    weight = plain.prepared();
  }

  @Override
  List<Tensor> inputs() {
    return List.of(x);
  }

  @Override
  Tensor run() {
    return x.conv2d(weight, bias, sizes()[3], padding(), null);
  }

  @Override
  double flops() {
    int[] s = sizes();
    double side = s[2] / s[3];
    return 18.0 * s[0] * s[1] * side * side;
  }

  /** Some outputs, those of the corners among them. */
  @Override
  void check(float[] y) {
    int[] s = sizes();
    int side = s[2] / s[3];
    float[] xs = x.toArray();
    float[] ws = plain.to(DType.F32).toArray();
    for (int sample = 0; sample < 200; sample++) {
      int cell = (int) (sample * 2_654_435_761L % (side * side));
      if (sample < 4) {
        cell = (sample & 1) * (side - 1) + (sample >> 1) * side * (side - 1);
      }
      int o = sample % s[1];
      double sum = bias.toArray()[o];
      for (int u = 0; u < 3; u++) {
        for (int v = 0; v < 3; v++) {
          int row = cell / side * s[3] + u - padding().top();
          int column = cell % side * s[3] + v - padding().left();
          if (row < 0 || row >= s[2] || column < 0 || column >= s[2]) {
            continue;
          }
          for (int c = 0; c < s[0]; c++) {
            int at = (row * s[2] + column) * s[0] + c;
            sum += (double) xs[at] * ws[((o * s[0] + c) * 3 + u) * 3 + v];
          }
        }
      }
      requireClose(layer + " cell " + cell + " channel " + o, y[cell * s[1] + o], sum, BOUND);
    }
  }
}
