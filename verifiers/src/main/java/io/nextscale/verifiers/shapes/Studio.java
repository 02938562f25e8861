package io.nextscale.verifiers.shapes;

import io.nextscale.shapes.Renderer;
import io.nextscale.shapes.Scene;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import io.nextscale.vqvae.TokenPyramid;
import io.nextscale.vqvae.VqVae;
import org.jspecify.annotations.Nullable;

/**
 * Makes pictures of scenes as a model makes them: clean, or through a tokenizer, with more or less
 * of another scene in them.
 *
 * @param tokenizer of pictures of {@link Scene#SIDE} pixels; null: without
 */
record Studio(@Nullable VqVae tokenizer) {

  /** The most damage that does not hide what a picture shows. */
  private static final double SLIGHT = 0.15;

  /** The most stray tokens that hardly ever do. */
  private static final double FEW = 0.04;

  private static final double LEAST = 0.05;
  private static final double MOST = 0.7;

  /** A picture that shows a scene, with small faults at most. */
  float[] nearly(Scene scene, Scene other, RandomStream random) {
    double chance = random.nextDouble();
    double strength = random.nextDouble();
    if (chance < 0.2) {
      return Renderer.render(scene);
    }
    if (chance < 0.4 || tokenizer == null) {
      return any(Damage.values(), random).of(Renderer.render(scene), SLIGHT * strength, random);
    }
    double stray = chance < 0.7 ? 0 : FEW * strength;
    return faulty(TokenFault.STRAY, stray, scene, other, random);
  }

  /** A picture that was to show a scene, and may show anything between it and another. */
  float[] hardly(Scene scene, Scene other, RandomStream random) {
    double chance = random.nextDouble();
    double strength = LEAST + (MOST - LEAST) * random.nextDouble();
    if (chance < 0.2) {
      return any(Damage.values(), random).of(Renderer.render(scene), strength, random);
    }
    if (chance < 0.45 || tokenizer == null) {
      return blended(scene, other, random);
    }
    return faulty(any(TokenFault.values(), random), strength, scene, other, random);
  }

  /** A picture of which a share of the tokens are another's. */
  float[] faulty(TokenFault fault, double strength, Scene scene, Scene other, RandomStream random) {
    VqVae vae = tokenizer;
    if (vae == null) {
      throw new IllegalStateException("studio: a tokenizer for faults of tokens; got none");
    }
    int[] own = tokens(vae, scene);
    int[] mixed =
        strength == 0
            ? own
            : fault.of(own, tokens(vae, other), vae.config().scales(), strength, random);
    float[] picture =
        Workspace.scope(() -> vae.reconstruct(TokenPyramid.of(vae.config().scales(), mixed)))
            .toArray(); // (1,64,64,3) in [-1, 1]
    for (int i = 0; i < picture.length; i++) {
      picture[i] = (picture[i] + 1) / 2;
    }
    return picture;
  }

  private static int[] tokens(VqVae vae, Scene scene) {
    float[] picture = Renderer.render(scene);
    for (int i = 0; i < picture.length; i++) {
      picture[i] = 2 * picture[i] - 1;
    }
    Tensor image = Tensor.of(Shape.of(1, Scene.SIDE, Scene.SIDE, 3), picture);
    return Workspace.scope(() -> vae.tokenize(image).sequence()).toInts();
  }

  /** A part of one picture shines through the other, everywhere or in a rectangle. */
  private static float[] blended(Scene scene, Scene other, RandomStream random) {
    float[] picture = Renderer.render(scene);
    float[] under = Renderer.render(other);
    float part = 0.15f + 0.7f * random.nextFloat();
    int side = Scene.SIDE;
    int width = random.nextInt(3) == 0 ? side : side / 4 + random.nextInt(side / 2);
    int height = random.nextInt(3) == 0 ? side : side / 4 + random.nextInt(side / 2);
    int left = random.nextInt(side - width + 1);
    int top = random.nextInt(side - height + 1);
    for (int y = top; y < top + height; y++) {
      for (int i = 3 * (y * side + left); i < 3 * (y * side + left + width); i++) {
        picture[i] += part * (under[i] - picture[i]);
      }
    }
    return picture;
  }

  private static <T> T any(T[] values, RandomStream random) {
    return values[random.nextInt(values.length)];
  }
}
