package io.nextscale.vqvae.training;

import io.nextscale.nn.Conv2d;
import io.nextscale.nn.Embedding;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.op.Lookup.Metric;
import io.nextscale.vqvae.MultiScaleQuantizer;
import io.nextscale.vqvae.Phi;
import io.nextscale.vqvae.PhiBank;
import java.util.List;

/**
 * A codebook from data: residual k-means over the scales.
 *
 * <p>Coarse to fine, each scale gets an equal share of the codes that are not given away yet, at
 * most one per vector: the means of clusters of what the codes so far leave of the maps there. φ
 * becomes the identity, so that codes add what they are.
 *
 * <p>Codes for which there is no vector keep their values.
 */
final class CodebookStart {

  private static final int ROUNDS = 10;

  private CodebookStart() {}

  /**
   * Gives a quantizer its codebook.
   *
   * @param f maps (B,H,W,Cv)
   */
  static void from(MultiScaleQuantizer quantizer, Tensor f, RandomStream random) {
    phis(quantizer.phis()).forEach(phi -> makeIdentity(phi.conv()));
    Parameter codebook = quantizer.codebook().weight();
    int vocabulary = codebook.shape().dim(0);
    int width = codebook.shape().dim(1);
    Tensor codes = Tensor.zeros(Shape.of(1, width)); // a first code that adds nothing
    int scales = quantizer.scales().count();
    for (int s = 0; s < scales; s++) {
      int share = (vocabulary + 1 - codes.shape().dim(0)) / (scales - s);
      Tensor rest = using(codes, quantizer).steps(f, quantizer.scales()).get(s).rest();
      Tensor vectors = rest.reshape(-1, width); // (B,p,p,Cv) -> (B·p·p,Cv)
      int count = Math.min(share, vectors.shape().dim(0));
      if (count > 0) {
        codes = Tensor.concat(0, codes, means(vectors, count, random.split(s)));
      }
    }
    int found = codes.shape().dim(0);
    Tensor kept = codebook.peek().slice(0, found - 1, vocabulary);
    Tensor given = codes.slice(0, 1, found);
    codebook.set(found - 1 == vocabulary ? given : Tensor.concat(0, given, kept));
  }

  /** The quantizer with another codebook. */
  private static MultiScaleQuantizer using(Tensor codes, MultiScaleQuantizer quantizer) {
    return new MultiScaleQuantizer(
        quantizer.hits(),
        quantizer.phis(),
        new Embedding(new Parameter(codes)),
        quantizer.scales(),
        quantizer.metric(),
        quantizer.beta(),
        0); // no code was used yet
  }

  /**
   * The means of clusters (count,Cv): Lloyd's algorithm from vectors drawn without putting back. A
   * cluster that loses all its vectors stays where it is.
   *
   * @param vectors (N,Cv)
   * @param count at most N
   */
  static Tensor means(Tensor vectors, int count, RandomStream random) {
    int width = vectors.shape().dim(1);
    float[] x = vectors.toArray();
    float[] centres = drawn(x, count, width, random);
    Shape shape = Shape.of(count, width);
    for (int round = 0; round < ROUNDS; round++) {
      int[] nearest = vectors.nearest(Tensor.of(shape, centres), Metric.EUCLIDEAN).toInts();
      double[] sums = new double[count * width];
      int[] sizes = new int[count];
      for (int i = 0; i < nearest.length; i++) {
        sizes[nearest[i]]++;
        for (int c = 0; c < width; c++) {
          sums[nearest[i] * width + c] += x[i * width + c];
        }
      }
      float[] next = centres.clone();
      for (int i = 0; i < next.length; i++) {
        int size = sizes[i / width];
        next[i] = size == 0 ? centres[i] : (float) (sums[i] / size);
      }
      centres = next;
    }
    return Tensor.of(shape, centres);
  }

  private static float[] drawn(float[] x, int count, int width, RandomStream random) {
    int[] order = new int[x.length / width];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    float[] drawn = new float[count * width];
    for (int i = 0; i < count; i++) { // the first steps of a Fisher-Yates shuffle
      int other = i + random.nextInt(order.length - i);
      int vector = order[other];
      order[other] = order[i];
      System.arraycopy(x, vector * width, drawn, i * width, width);
    }
    return drawn;
  }

  private static List<Phi> phis(PhiBank bank) {
    return switch (bank) {
      case PhiBank.Identity _ -> List.of();
      case PhiBank.Shared(Phi phi) -> List.of(phi);
      case PhiBank.PartiallyShared(List<Phi> phis) -> phis;
      case PhiBank.PerScale(List<Phi> phis) -> phis;
    };
  }

  /** One at the middle of the kernel from each channel to itself, else zero. */
  private static void makeIdentity(Conv2d conv) {
    Shape shape = conv.weight().shape(); // (C,C,k,k)
    float[] weight = new float[shape.size()];
    int kernel = shape.dim(2) * shape.dim(3);
    for (int c = 0; c < shape.dim(0); c++) {
      weight[(c * shape.dim(1) + c) * kernel + kernel / 2] = 1;
    }
    conv.weight().set(Tensor.of(shape, weight));
    Parameter bias = conv.bias();
    if (bias != null) {
      bias.set(Tensor.zeros(bias.shape()));
    }
  }
}
