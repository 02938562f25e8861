package io.nextscale.vqvae;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The tokens of a batch of images: for each scale an I32 tensor (B, p²) of code numbers, row by
 * row.
 *
 * @param scales the grids
 * @param ids one tensor per scale
 */
public record TokenPyramid(Scales scales, List<Tensor> ids) {

  /** Checks the shapes. */
  public TokenPyramid {
    ids = List.copyOf(ids);
    if (ids.size() != scales.count()) {
      throw new ShapeException(
          "tokens: one tensor for each of " + scales.count() + " scales; got " + ids.size());
    }
    for (int s = 0; s < ids.size(); s++) {
      Shape expected = Shape.of(ids.getFirst().shape().dim(0), scales.tokens(s));
      if (!ids.get(s).shape().equals(expected)) {
        throw new ShapeException("tokens: scale " + s, expected.toString(), ids.get(s).shape());
      }
    }
  }

  /**
   * The tokens of a batch as one sequence per image.
   *
   * @param ids B sequences of L numbers, one after the other
   */
  public static TokenPyramid of(Scales scales, int... ids) {
    int length = scales.length();
    if (ids.length == 0 || ids.length % length != 0) {
      throw new ShapeException(
          "tokens: a multiple of " + length + " for scales " + scales + "; got " + ids.length);
    }
    int batch = ids.length / length;
    List<Tensor> parts = new ArrayList<>();
    for (int s = 0; s < scales.count(); s++) {
      int tokens = scales.tokens(s);
      int[] part = new int[batch * tokens];
      for (int b = 0; b < batch; b++) {
        System.arraycopy(ids, b * length + scales.begin(s), part, b * tokens, tokens);
      }
      parts.add(Tensor.ofInts(Shape.of(batch, tokens), part));
    }
    return new TokenPyramid(scales, parts);
  }

  /** The number of images, B. */
  public int batch() {
    return ids.getFirst().shape().dim(0);
  }

  /** All tokens as one sequence per image, I32 (B,L). */
  public Tensor sequence() {
    int length = scales.length();
    int[] all = new int[batch() * length];
    for (int s = 0; s < scales.count(); s++) {
      int tokens = scales.tokens(s);
      int[] part = ids.get(s).toInts();
      for (int b = 0; b < batch(); b++) {
        System.arraycopy(part, b * tokens, all, b * length + scales.begin(s), tokens);
      }
    }
    return Tensor.ofInts(Shape.of(batch(), length), all);
  }

  /** The tokens of one image, a batch of 1. */
  public TokenPyramid image(int index) {
    int length = scales.length();
    int[] all = sequence().toInts();
    return of(scales, java.util.Arrays.copyOfRange(all, index * length, (index + 1) * length));
  }
}
