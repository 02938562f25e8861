package io.nextscale.vqvae.training;

import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.util.Arrays;

/**
 * Random changes to what a discriminator sees, of real and made images alike, through which
 * gradients flow: a discriminator cannot learn its few images by heart, and the changes do not leak
 * into what is made.
 *
 * <p>In this order, each with draws per image:
 *
 * <ol>
 *   <li>brightness: {@code x + u}, u of [-0.5, 0.5); saturation: {@code (x − mean over channels) ·
 *       u + mean}, u of [0, 2); contrast: {@code (x − mean of the image) · u + mean}, u of [0.5,
 *       1.5)
 *   <li>translation by up to a share of the side, zeros where nothing comes in
 *   <li>cutout: zeros in a rectangle whose centre lies anywhere in the image
 * </ol>
 *
 * @param color whether brightness, saturation and contrast change
 * @param translation the largest shift, a share of the side, 0 .. 1; 0: none
 * @param cutout the sides of the rectangle, a share of the image's, 0 .. 1; 0: none
 * @see <a href="https://arxiv.org/abs/2006.10738">Zhao et al. 2020, Differentiable augmentation for
 *     data-efficient GAN training, section 4 and appendix B</a>
 */
public record DiffAugment(boolean color, double translation, double cutout) {

  /** Nothing changes. */
  public static final DiffAugment NONE = new DiffAugment(false, 0, 0);

  /** As in the paper: shifts of an eighth, rectangles of half the side. */
  public static final DiffAugment PAPER = new DiffAugment(true, 0.125, 0.5);

  /** As the published tokenizer was trained: smaller rectangles. */
  public static final DiffAugment PUBLISHED = new DiffAugment(true, 0.125, 0.2);

  /** Checks the ranges. */
  public DiffAugment {
    if (!(translation >= 0 && translation <= 1 && cutout >= 0 && cutout <= 1)) {
      throw new IllegalArgumentException(
          "diffAugment: shares of 0 to 1; got " + translation + ", " + cutout);
    }
  }

  /**
   * The changed images. Two batches with one stream are changed alike.
   *
   * @param images (B,h,w,3)
   * @param random looked at by name only: each image draws from streams of its own
   */
  public Tensor apply(Tensor images, RandomStream random) {
    Tensor x = color ? colored(images, random.split("color")) : images;
    x = translation > 0 ? translated(x, random.split("translation")) : x;
    return cutout > 0 ? cut(x, random.split("cutout")) : x;
  }

  private static Tensor colored(Tensor images, RandomStream random) {
    int batch = images.shape().dim(0);
    Tensor brightness = perImage(batch, -0.5f, 0.5f, random.split("brightness"));
    Tensor saturation = perImage(batch, 0, 2, random.split("saturation"));
    Tensor contrast = perImage(batch, 0.5f, 1.5f, random.split("contrast"));
    Tensor x = images.plus(brightness.to(images.backend()));
    Tensor gray = x.mean(3); // (B,h,w,1)
    x = x.minus(gray).times(saturation.to(images.backend())).plus(gray);
    Tensor mean = x.reshape(batch, -1).mean(1).reshape(batch, 1, 1, 1);
    return x.minus(mean).times(contrast.to(images.backend())).plus(mean);
  }

  /** (B,1,1,1) uniform in [low, high). */
  private static Tensor perImage(int batch, float low, float high, RandomStream random) {
    float[] values = new float[batch];
    for (int b = 0; b < batch; b++) {
      values[b] = low + (high - low) * random.split(b).nextFloat();
    }
    return Tensor.of(Shape.of(batch, 1, 1, 1), values);
  }

  private Tensor translated(Tensor images, RandomStream random) {
    int farthestDown = (int) Math.round(images.shape().dim(1) * translation);
    int farthestRight = (int) Math.round(images.shape().dim(2) * translation);
    Tensor[] moved = new Tensor[images.shape().dim(0)];
    Arrays.setAll(
        moved,
        b -> {
          RandomStream own = random.split(b);
          int down = own.nextInt(2 * farthestDown + 1) - farthestDown;
          int right = own.nextInt(2 * farthestRight + 1) - farthestRight;
          return shifted(shifted(images.slice(0, b, b + 1), 1, down), 2, right);
        });
    return Tensor.concat(0, moved);
  }

  /** Moved along an axis, zeros where nothing comes in. */
  private static Tensor shifted(Tensor x, int axis, int by) {
    int size = x.shape().dim(axis);
    return x.slice(axis, Math.max(0, -by), size - Math.max(0, by))
        .pad(axis, Math.max(0, by), Math.max(0, -by));
  }

  private Tensor cut(Tensor images, RandomStream random) {
    int batch = images.shape().dim(0);
    int height = images.shape().dim(1);
    int width = images.shape().dim(2);
    int rows = (int) Math.round(height * cutout);
    int columns = (int) Math.round(width * cutout);
    float[] mask = new float[batch * height * width];
    Arrays.fill(mask, 1);
    for (int b = 0; b < batch; b++) {
      RandomStream own = random.split(b);
      int top = own.nextInt(height + 1 - rows % 2) - rows / 2;
      int left = own.nextInt(width + 1 - columns % 2) - columns / 2;
      for (int y = Math.max(0, top); y < Math.min(height, top + rows); y++) {
        int row = (b * height + y) * width;
        int from = row + Math.max(0, left);
        int to = row + Math.min(width, left + columns);
        Arrays.fill(mask, Math.min(from, to), to, 0);
      }
    }
    Tensor kept = Tensor.of(Shape.of(batch, height, width, 1), mask);
    return images.times(kept.to(images.backend()));
  }
}
