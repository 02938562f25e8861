package io.nextscale.examples;

import io.nextscale.image.Png;
import io.nextscale.image.RgbImage;
import io.nextscale.tensor.Tensor;
import io.nextscale.var.Generated;
import io.nextscale.var.Generation;
import io.nextscale.var.Generator;
import io.nextscale.var.Var;
import io.nextscale.vqvae.VqVae;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The ten lines of the project's README: two pictures from the published weights. */
public final class FirstPictures {

  private FirstPictures() {}

  /** {@code FirstPictures var_d16.pth vae_ch160v4096z32.pth} writes first_0.png and first_1.png. */
  public static void main(String[] args) throws IOException {
    Var transformer = Var.load(Path.of(args[0]));
    VqVae tokenizer = VqVae.load(Path.of(args[1]), transformer.config().scales());
    Generator generator = new Generator(transformer, tokenizer);

    Generation request = Generation.quality(List.of(207, 88), 42); // two classes; seeds 42 and 43
    Generated made =
        generator.generate(
            request,
            progress -> {
              System.out.println(
                  "scale " + (progress.scale() + 1) + " of " + progress.scales().count());
              return true; // false cancels
            });
    Tensor images = made.images(); // (2, 256, 256, 3) in [0, 1]

    int h = images.shape().dim(1);
    int w = images.shape().dim(2);
    float[] values = images.times(2).minus(1).toArray(); // pictures are made of [-1, 1]
    for (int i = 0; i < made.count(); i++) {
      Png.write(
          Path.of("first_" + i + ".png"),
          RgbImage.fromFloats(values, i * h * w * 3, h, w),
          List.of());
    }
  }
}
