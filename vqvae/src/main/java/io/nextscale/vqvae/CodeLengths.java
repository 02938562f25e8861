package io.nextscale.vqvae;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;

/** What tokens cost a quantizer with thrift, see {@link MultiScaleQuantizer#tokenize(Tensor)}. */
final class CodeLengths {

  /** The part of all probability that all codes share alike, so that none is impossible. */
  private static final double SHARED = 0.01;

  private CodeLengths() {}

  /**
   * What each code adds to a squared distance in a scale, (V,1); zeros before any code was used.
   */
  static Tensor charges(MultiScaleQuantizer quantizer, int scale) {
    float[] hits = quantizer.hits().peek().slice(0, scale, scale + 1).toArray(); // (V)
    for (int k = 0; k < hits.length; k++) {
      hits[k] = hits[k] > 0 && hits[k] < Float.POSITIVE_INFINITY ? hits[k] : 0; // files may lie
    }
    Scales scales = quantizer.scales();
    double area = (double) scales.tokens(scale) / scales.last().tokens(); // (p/P)^2
    double unit = quantizer.thrift() * area * meanSquare(quantizer.codebook().weight().peek());
    double all = 0;
    for (float hit : hits) {
      all += hit;
    }
    float[] charges = new float[hits.length];
    for (int k = 0; k < hits.length && all > 0; k++) {
      double share = (1 - SHARED) * hits[k] / all + SHARED / hits.length;
      charges[k] = (float) (-unit * StrictMath.log(share));
    }
    return Tensor.of(Shape.of(hits.length, 1), charges);
  }

  /** The mean squared length of codes (V,Cv). */
  private static double meanSquare(Tensor codes) {
    double sum = 0;
    for (float value : codes.toArray()) {
      sum += (double) value * value;
    }
    return sum / codes.shape().dim(0);
  }
}
