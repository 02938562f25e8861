package io.nextscale.verifiers.layer;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Initializer;
import io.nextscale.nn.Member;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;

/**
 * The first values of a verifier's network, by the names of its parameters: norms 1 and 0, biases
 * 0, matrices normal with deviation {@code 1/√inputs} and cut off at twice that; the logarithm of
 * CLIP's factor {@code log(1/0.07)}.
 *
 * <p>Embeddings are normal with deviation 0.5, not 0.02 as in CLIP: steps of Adam are as large as
 * the rate whatever the gradient, at 0.002 a tenth of that. Those of places are sines and cosines
 * of as much deviation, {@code 0.5 √2 sin(t / 100^(2i/C))}, for pictures half of the channels for
 * rows and half for columns: "the word after" and "the patch below" are the same turn everywhere
 * and need not be learnt for each place.
 *
 * <p>Source: openai/CLIP clip/model.py, CLIP.initialize_parameters @d05afc4, without its factors
 * for depth; Vaswani et al. 2017, section 3.5, for the sines.
 */
public final class VerifierInitialization implements Initializer {

  private static final double EMBEDDING = 0.5;
  private static final double TEMPERATURE = 0.07;

  /** The base of the waves: captions and grids are short. */
  private static final double LONGEST = 100;

  /** First values for a model, drawn when asked for. */
  public static Checkpoint of(Parameters model, RandomStream random) {
    return Checkpoint.initial(model, new VerifierInitialization(), random);
  }

  @Override
  public Tensor initial(Member member, RandomStream random) {
    String name = member.name();
    Shape shape = member.shape();
    if (name.endsWith("logit_scale")) {
      return Tensor.scalar((float) StrictMath.log(1 / TEMPERATURE));
    }
    if (name.endsWith("bias")) {
      return Tensor.zeros(shape);
    }
    if (isTextPlaces(name)) {
      return textPlaces(shape);
    }
    if (isPicturePlaces(name)) {
      return picturePlaces(shape);
    }
    if (isEmbedding(name)) {
      return Initializer.truncatedNormal(shape, EMBEDDING, 2 * EMBEDDING, random);
    }
    if (shape.rank() == 1) {
      return Tensor.ones(shape); // the weight of a norm
    }
    boolean inputsFirst = name.endsWith("projection") || name.endsWith("visual.proj");
    double inputs = inputsFirst ? shape.dim(0) : (double) shape.size() / shape.dim(0);
    double std = 1 / Math.sqrt(inputs);
    return Initializer.truncatedNormal(shape, std, 2 * std, random);
  }

  private static boolean isTextPlaces(String name) {
    return name.endsWith("position_embeddings.weight") || name.equals("positional_embedding");
  }

  private static boolean isPicturePlaces(String name) {
    return name.endsWith("visual.positional_embedding") || name.endsWith("pos_embed");
  }

  /** (T,C): T words. */
  private static Tensor textPlaces(Shape shape) {
    int channels = shape.dim(1);
    float[] values = new float[Math.toIntExact(shape.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = wave(i / channels, i % channels, channels);
    }
    return Tensor.of(shape, values);
  }

  /** (1+g²,C), perhaps with a 1 before: the whole, then g rows of g patches. */
  private static Tensor picturePlaces(Shape shape) {
    int channels = shape.dim(shape.rank() - 1);
    int half = channels / 2;
    int patches = Math.toIntExact(shape.size()) / channels - 1;
    int grid = (int) Math.sqrt(patches);
    float[] values = new float[Math.toIntExact(shape.size())];
    for (int patch = 0; patch < patches; patch++) {
      for (int i = 0; i < 2 * half; i++) {
        int place = i < half ? patch / grid : patch % grid;
        values[(1 + patch) * channels + i] = wave(place, i % half, half);
      }
    }
    return Tensor.of(shape, values);
  }

  /** A sine in even channels, a cosine in odd ones. */
  private static float wave(int place, int channel, int channels) {
    double turn = place * StrictMath.pow(LONGEST, -(channel / 2 * 2.0) / channels);
    double wave = channel % 2 == 0 ? StrictMath.sin(turn) : StrictMath.cos(turn);
    return (float) (EMBEDDING * StrictMath.sqrt(2) * wave);
  }

  private static boolean isEmbedding(String name) {
    return name.contains("_embed") && !name.contains("patch_embed") || name.endsWith("cls_token");
  }
}
