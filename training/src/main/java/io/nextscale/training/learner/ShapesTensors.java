package io.nextscale.training.learner;

import io.nextscale.shapes.Scene;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.verifiers.layer.Pixels;
import io.nextscale.verifiers.shapes.ShapesWords;
import java.util.List;
import java.util.stream.IntStream;

/** Pictures and captions of the shapes world as tensors. */
final class ShapesTensors {

  private static final Pixels PIXELS = new Pixels(Scene.SIDE);

  private ShapesTensors() {}

  /** Pictures as verifiers take them, (B,64,64,3). */
  static Tensor pixels(List<float[]> pictures) {
    int size = Scene.SIDE * Scene.SIDE * 3;
    float[] values = new float[pictures.size() * size];
    for (int i = 0; i < pictures.size(); i++) {
      System.arraycopy(pictures.get(i), 0, values, i * size, size);
    }
    return PIXELS.of(Tensor.of(Shape.of(pictures.size(), Scene.SIDE, Scene.SIDE, 3), values));
  }

  /** Numbers (B). */
  static Tensor numbers(List<Float> list) {
    float[] values = new float[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.get(i);
    }
    return Tensor.of(Shape.of(values.length), values);
  }

  /** Captions as numbers, I32 (B,T). */
  static Tensor ids(ShapesWords words, List<String> captions) {
    int[] ids = new int[captions.size() * words.length()];
    for (int i = 0; i < captions.size(); i++) {
      System.arraycopy(words.of(captions.get(i)), 0, ids, i * words.length(), words.length());
    }
    return Tensor.ofInts(Shape.of(captions.size(), words.length()), ids);
  }

  /** The rows of all nouns among the tokens of captions, of (B·T,C), I32 (N). */
  static Tensor nouns(ShapesWords words, List<String> captions) {
    IntStream.Builder rows = IntStream.builder();
    for (int i = 0; i < captions.size(); i++) {
      for (int noun : ShapesWords.nouns(captions.get(i))) {
        rows.add(i * words.length() + noun);
      }
    }
    int[] all = rows.build().toArray();
    return Tensor.ofInts(Shape.of(all.length), all);
  }
}
