package io.nextscale.cli;

import io.nextscale.image.ImageFile;
import io.nextscale.image.ImageFormatException;
import io.nextscale.image.JpegEncoder;
import io.nextscale.image.RgbImage;
import io.nextscale.shapes.Scene;
import io.nextscale.tensor.RandomStream;

/** How scenes of the shapes world reach the checker when it is judged itself. */
enum SceneView {
  /** As they were rendered. */
  clean {
    @Override
    float[] of(float[] picture, RandomStream random) {
      return picture;
    }
  },
  /** Each pixel is the mean of the 3 x 3 around it, fewer at the edges. */
  blurred {
    @Override
    float[] of(float[] picture, RandomStream random) {
      float[] result = new float[picture.length];
      for (int i = 0; i < result.length; i++) {
        result[i] = around(picture, i / 3 / SIDE, i / 3 % SIDE, i % 3);
      }
      return result;
    }
  },
  /** With normal noise of deviation 0.03. */
  noisy {
    @Override
    float[] of(float[] picture, RandomStream random) {
      float[] result = picture.clone();
      for (int i = 0; i < result.length; i++) {
        result[i] += (float) (DEVIATION * random.nextGaussian());
      }
      return result;
    }
  },
  /** There and back through a JPEG file of quality 75, its colours at half the resolution. */
  jpeg {
    @Override
    float[] of(float[] picture, RandomStream random) {
      byte[] rgb = new byte[picture.length];
      for (int i = 0; i < rgb.length; i++) {
        rgb[i] = (byte) Math.clamp(Math.round(picture[i] * 255), 0, 255);
      }
      byte[] file = JpegEncoder.encode(RgbImage.of(rgb, SIDE, SIDE), QUALITY);
      try {
        byte[] back = ImageFile.read(file).toBytes();
        float[] result = new float[back.length];
        for (int i = 0; i < result.length; i++) {
          result[i] = (back[i] & 255) / 255f;
        }
        return result;
      } catch (ImageFormatException e) {
        throw new IllegalStateException(e); // what was written can be read
      }
    }
  };

  private static final int SIDE = Scene.SIDE;
  private static final double DEVIATION = 0.03;
  private static final int QUALITY = 75;

  /**
   * A picture as the checker sees it.
   *
   * @param picture ({@link Scene#SIDE}, {@link Scene#SIDE}, 3) in [0, 1]
   */
  abstract float[] of(float[] picture, RandomStream random);

  private static float around(float[] picture, int y, int x, int c) {
    float sum = 0;
    int count = 0;
    for (int j = Math.max(0, y - 1); j <= Math.min(SIDE - 1, y + 1); j++) {
      for (int i = Math.max(0, x - 1); i <= Math.min(SIDE - 1, x + 1); i++) {
        sum += picture[(j * SIDE + i) * 3 + c];
        count++;
      }
    }
    return sum / count;
  }
}
