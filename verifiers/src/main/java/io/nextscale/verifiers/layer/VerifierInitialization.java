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
 * 0, embeddings normal with deviation 0.02, matrices normal with deviation {@code 1/√inputs} and
 * cut off at twice that; the logarithm of CLIP's factor {@code log(1/0.07)}.
 *
 * <p>Source: openai/CLIP clip/model.py, CLIP.initialize_parameters @d05afc4, without its factors
 * for depth.
 */
public final class VerifierInitialization implements Initializer {

  private static final double EMBEDDING = 0.02;
  private static final double TEMPERATURE = 0.07;

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

  private static boolean isEmbedding(String name) {
    return name.contains("_embed") && !name.contains("patch_embed") || name.endsWith("cls_token");
  }
}
