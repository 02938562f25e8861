package io.nextscale.cli.parity;

import io.nextscale.nn.Observer;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Keeps copies of some of the results inside a generation, whose names end in given words. */
final class Trace implements Observer {

  private final Set<String> words;
  private final Map<String, Tensor> kept = new HashMap<>();

  /** A trace of the results whose last part of the name, after the scale, is one of these. */
  Trace(String... words) {
    this.words = Set.of(words);
  }

  @Override
  public void observe(String name, Tensor value) {
    if (words.contains(name.substring(name.indexOf('.') + 1))) {
      kept.put(name, copy(value));
    }
  }

  /** A tensor that stays when the value is released. */
  static Tensor copy(Tensor value) {
    return value.dtype() == DType.I32
        ? Tensor.ofInts(value.shape(), value.toInts())
        : Tensor.of(value.shape(), value.toArray());
  }

  /** A result of a scale. */
  Tensor at(int scale, String word) {
    Tensor value = kept.get(scale + "." + word);
    if (value == null) {
      throw new IllegalStateException(
          "trace: a result " + scale + "." + word + "; got " + kept.keySet());
    }
    return value;
  }

  /** The results of all scales one after another along axis 1: (B,l) each to (B,L). */
  Tensor joined(int scales, String word) {
    Tensor[] parts = new Tensor[scales];
    int length = 0;
    for (int s = 0; s < scales; s++) {
      parts[s] = at(s, word);
      length += parts[s].shape().dim(1);
    }
    int batch = parts[0].shape().dim(0);
    int[] all = new int[batch * length];
    int begin = 0;
    for (Tensor part : parts) {
      int[] ids = part.toInts();
      int l = part.shape().dim(1);
      for (int b = 0; b < batch; b++) {
        System.arraycopy(ids, b * l, all, b * length + begin, l);
      }
      begin += l;
    }
    return Tensor.ofInts(Shape.of(batch, length), all);
  }
}
