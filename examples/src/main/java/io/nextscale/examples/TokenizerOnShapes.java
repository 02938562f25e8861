package io.nextscale.examples;

import io.nextscale.image.Grid;
import io.nextscale.image.Png;
import io.nextscale.image.RgbImage;
import io.nextscale.nn.AdamW;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Parameters;
import io.nextscale.shapes.Checker;
import io.nextscale.shapes.Scene;
import io.nextscale.shapes.ShapesWorld;
import io.nextscale.shapes.Split;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.TokenPyramid;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Trains a small multi-scale tokenizer on the shapes world and draws what each scale holds.
 *
 * <p>The loss is that of pixels, {@code mean d² + 0.2 mean |d|}, plus the quantizer's own. Codes
 * that nobody used for a while start again at vectors of the current map, without which most of a
 * codebook stays dead.
 *
 * <pre>{@code java @examples/TokenizerOnShapes.args [STEPS [PICTURE.png [WEIGHTS.safetensors]]]}
 * </pre>
 */
public final class TokenizerOnShapes {

  private static final int BATCH = 8;
  private static final int REPORT = 50;
  private static final float RATE = 1e-3f;
  private static final int ROWS = 6;
  private static final int JUDGED = 200;

  private final ShapesWorld world = new ShapesWorld(1);
  private final RandomStream random = RandomStream.of(1);
  private final VqVae vae;
  private final Parameters parameters;

  private TokenizerOnShapes() throws IOException {
    VqVaeConfig config =
        new VqVaeConfig(
            32,
            List.of(1, 2, 2),
            1,
            512,
            16,
            Scales.of(1, 2, 3, 4, 6, 8, 12, 16),
            4,
            0.5f,
            0.25f,
            false);
    vae = VqVae.load(VqVae.initial(config, random.split("init")), config, Loading.forTraining());
    parameters = vae.parameters();
  }

  /** Trains, tells how many reconstructions the checker judges right, draws. */
  public static void main(String[] args) throws IOException {
    int steps = args.length > 0 ? Integer.parseInt(args[0]) : 2000;
    TokenizerOnShapes example = new TokenizerOnShapes();
    System.out.printf(Locale.ROOT, "%,d parameters%n", example.parameters.count());
    example.train(steps);
    System.out.printf(
        Locale.ROOT,
        "judged right after reconstruction: %d of %d%n",
        example.judgedRight(),
        JUDGED);
    Path picture = Path.of(args.length > 1 ? args[1] : "scales.png");
    Png.write(picture, example.drawing(), List.of());
    System.out.println(picture);
    if (args.length > 2) {
      example.parameters.save(
          Path.of(args[2]), example.parameters.checkpoint("tokenizer"), DType.F32, Map.of());
    }
  }

  private void train(int steps) {
    AdamW optimizer = new AdamW(parameters.trained().values(), 0.5, 0.9, 1e-8);
    int[] used = new int[vae.config().vocabulary()];
    long start = System.nanoTime();
    for (int step = 0; step < steps; step++) {
      Tensor images = images(Split.TRAIN, (long) step * BATCH, BATCH);
      VqVae.Output[] output = new VqVae.Output[1];
      Gradients gradients =
          Gradients.of(() -> {
            output[0] = vae.forward(images);
            Tensor difference = output[0].image().minus(images);
            Tensor pixels = difference.square().mean().plus(difference.abs().mean().times(0.2f));
            return pixels.plus(output[0].loss());
          });
      optimizer.step(parameters.gradients(gradients), rate(step, steps), 0.005);
      for (Tensor ids : output[0].tokens().ids()) {
        for (int id : ids.toInts()) {
          used[id]++;
        }
      }
      if ((step + 1) % REPORT == 0) {
        System.out.printf(
            Locale.ROOT,
            "%5d  loss %.4f  %d of %d codes used  %.2f s per step%n",
            step + 1,
            gradients.loss().item(),
            java.util.Arrays.stream(used).filter(n -> n > 0).count(),
            used.length,
            (System.nanoTime() - start) / 1e9 / (step + 1));
        if (step < steps * 0.8) {
          restart(used, images);
        }
        java.util.Arrays.fill(used, 0);
      }
    }
  }

  /** Warm-up over 50 steps, then half a cosine down to a fiftieth. */
  private static double rate(int step, int steps) {
    double warm = Math.min(1, (step + 1) / 50.0);
    return RATE * warm * (0.02 + 0.98 * (0.5 + 0.5 * StrictMath.cos(Math.PI * step / steps)));
  }

  /**
   * Codes that were not used start again at vectors of the map, shortened: residuals are shorter.
   */
  private void restart(int[] used, Tensor images) {
    float[] map = vae.encode(images).toArray();
    Parameter codebook = vae.quantizer().codebook().weight();
    int width = codebook.shape().dim(1);
    float[] codes = codebook.peek().toArray();
    for (int code = 0; code < used.length; code++) {
      if (used[code] == 0) {
        int cell = random.nextInt(map.length / width);
        float share = random.nextFloat();
        for (int c = 0; c < width; c++) {
          codes[code * width + c] = map[cell * width + c] * share * share;
        }
      }
    }
    codebook.set(Tensor.of(codebook.shape(), codes));
  }

  /** (count,64,64,3) in [-1, 1]. */
  private Tensor images(Split split, long first, int count) {
    int size = Scene.SIDE * Scene.SIDE * 3;
    float[] values = new float[count * size];
    for (int i = 0; i < count; i++) {
      float[] picture = world.example(split, first + i).picture();
      for (int j = 0; j < size; j++) {
        values[i * size + j] = picture[j] * 2 - 1;
      }
    }
    return Tensor.of(Shape.of(count, Scene.SIDE, Scene.SIDE, 3), values);
  }

  private int judgedRight() {
    int size = Scene.SIDE * Scene.SIDE * 3;
    int right = 0;
    for (int i = 0; i < JUDGED; i++) {
      float[] picture = vae.reconstruct(vae.tokenize(images(Split.TEST, i, 1))).toArray();
      for (int j = 0; j < size; j++) {
        picture[j] = (picture[j] + 1) / 2;
      }
      right += Checker.shows(picture, world.example(Split.TEST, i).prompt()) ? 1 : 0;
    }
    return right;
  }

  /** A row per picture: after 1, 2, 3, … scales, the original last. */
  private RgbImage drawing() {
    List<RgbImage> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      Tensor image = images(Split.TEST, i, 1);
      TokenPyramid tokens = vae.tokenize(image);
      List<RgbImage> row = new ArrayList<>();
      for (Tensor partial : vae.reconstructions(tokens)) {
        row.add(RgbImage.fromFloats(partial.toArray(), Scene.SIDE, Scene.SIDE));
      }
      row.add(RgbImage.fromFloats(image.toArray(), Scene.SIDE, Scene.SIDE));
      rows.add(Grid.strip(row, 2));
    }
    return Grid.of(rows, 1, 0);
  }
}
