package io.nextscale.cli;

import io.nextscale.image.ImageFile;
import io.nextscale.shapes.Scene;
import io.nextscale.tensor.RandomStream;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;

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
      BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
      for (int i = 0; i < SIDE * SIDE; i++) {
        int rgb = 0;
        for (int c = 0; c < 3; c++) {
          rgb = rgb << 8 | Math.clamp(Math.round(picture[3 * i + c] * 255), 0, 255);
        }
        image.setRGB(i % SIDE, i / SIDE, rgb);
      }
      try {
        byte[] back = ImageFile.read(compressed(image)).toBytes();
        float[] result = new float[picture.length];
        for (int i = 0; i < result.length; i++) {
          result[i] = (back[i] & 255) / 255f;
        }
        return result;
      } catch (IOException e) { // of arrays in memory
        throw new UncheckedIOException(e);
      }
    }
  };

  private static final int SIDE = Scene.SIDE;
  private static final double DEVIATION = 0.03;
  private static final float QUALITY = 0.75f;

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

  private static byte[] compressed(BufferedImage image) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (var out = ImageIO.createImageOutputStream(bytes)) {
      ImageWriteParam quality = writer.getDefaultWriteParam();
      quality.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      quality.setCompressionQuality(QUALITY);
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, null), quality);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
