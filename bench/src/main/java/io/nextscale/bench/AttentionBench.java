package io.nextscale.bench;

import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Param;

/**
 * Attention of one block of VAR-d16 (16 heads of 64) for one image with guidance: the tokens of a
 * scale over those of all scales so far, one chunk of keys per scale; and of the tokenizer's
 * decoder (one head of 640, 16x16 tokens).
 */
public class AttentionBench extends KernelBench {

  private static final int[] SIDES = {1, 2, 3, 4, 5, 6, 8, 10, 13, 16};

  /** Scores are near 1: errors are some roundings of sums over 640 keys. */
  private static final double BOUND = 1e-5;

  /** Which. */
  @Param({"d16.scale1", "d16.scale5", "d16.scale8", "d16.scale10", "decoder.attention"})
  public String shape = "";

  private final List<Tensor> keys = new ArrayList<>();
  private final List<Tensor> values = new ArrayList<>();
  private Tensor q = Tensor.scalar(0);

  /** Tokens of each chunk; the last are the queries. */
  private int[] tokens() {
    if (shape.equals("decoder.attention")) {
      return new int[] {256};
    }
    int scales = shape.startsWith("d16.scale") ? Integer.parseInt(shape.substring(9)) : 0;
    if (scales < 1 || scales > SIDES.length) {
      throw new IllegalArgumentException(
          "shape: d16.scale1 to d16.scale10 or decoder.attention; got " + shape);
    }
    int[] tokens = new int[scales];
    for (int i = 0; i < scales; i++) {
      tokens[i] = SIDES[i] * SIDES[i];
    }
    return tokens;
  }

  /** Images, heads and elements of a head. */
  private int[] bhd() {
    return shape.startsWith("decoder") ? new int[] {1, 1, 640} : new int[] {2, 16, 64};
  }

  private Shape shape(int tokens) {
    return Shape.of(bhd()[0], tokens, bhd()[1], bhd()[2]);
  }

  @Override
  void prepare() {
    RandomStream random = RandomStream.of(20260102);
    for (int n : tokens()) {
      keys.add(Tensor.normal(shape(n), 0, 1, random));
      values.add(Tensor.normal(shape(n), 0, 1, random));
      q = Tensor.normal(shape(n), 0, 1, random);
    }
  }

  private float scale() {
    return (float) (1 / Math.sqrt(bhd()[2]));
  }

  @Override
  List<Tensor> inputs() {
    List<Tensor> all = new ArrayList<>(keys);
    all.addAll(values);
    all.add(q);
    return all;
  }

  @Override
  Tensor run() {
    return q.attention(keys, values, null, scale());
  }

  @Override
  double flops() {
    int[] tokens = tokens();
    double pairs = 0;
    for (int n : tokens) {
      pairs += (double) n * tokens[tokens.length - 1];
    }
    return 4 * pairs * bhd()[0] * bhd()[1] * bhd()[2];
  }

  /** One head of the last query. */
  @Override
  void check(float[] y) {
    int heads = bhd()[1];
    int d = bhd()[2];
    int head = y.length - d;
    float[] query = q.toArray();
    List<Double> scores = new ArrayList<>();
    double sum = 0;
    double[] expected = new double[d];
    for (int c = 0; c < keys.size(); c++) {
      float[] k = keys.get(c).toArray();
      float[] v = values.get(c).toArray();
      int first = k.length / bhd()[0] * (bhd()[0] - 1) + (heads - 1) * d; // the last image and head
      for (int at = first; at < k.length; at += heads * d) {
        double score = 0;
        for (int i = 0; i < d; i++) {
          score += (double) query[head + i] * k[at + i];
        }
        double e = Math.exp(score * scale());
        scores.add(e);
        sum += e;
        for (int i = 0; i < d; i++) {
          expected[i] += e * v[at + i];
        }
      }
    }
    for (int i = 0; i < d; i++) {
      requireClose(shape + " element " + i, y[head + i], expected[i] / sum, BOUND);
    }
  }
}
