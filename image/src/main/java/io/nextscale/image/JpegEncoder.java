package io.nextscale.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;

/**
 * Pictures as baseline JPEG files, colours at half the resolution: to see what compression does to
 * them. Pictures that are to stay as they are become {@link Png}.
 */
public final class JpegEncoder {

  private static final int MOST = 100;

  private JpegEncoder() {}

  /**
   * A JPEG file in memory, written by {@code javax.imageio}.
   *
   * @param quality 1 to 100
   */
  public static byte[] encode(RgbImage picture, int quality) {
    if (quality < 1 || quality > MOST) {
      throw new IllegalArgumentException("jpeg: a quality of 1 to 100; got " + quality);
    }
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (var out = ImageIO.createImageOutputStream(bytes)) {
      ImageWriteParam how = writer.getDefaultWriteParam();
      how.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      how.setCompressionQuality(quality / (float) MOST);
      writer.setOutput(out);
      writer.write(null, new IIOImage(buffered(picture), null, null), how);
    } catch (IOException e) { // of an array in memory
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  private static BufferedImage buffered(RgbImage picture) {
    int width = picture.width();
    byte[] rgb = picture.toBytes();
    BufferedImage image = new BufferedImage(width, picture.height(), BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < rgb.length / 3; i++) {
      int pixel = (rgb[3 * i] & 255) << 16 | (rgb[3 * i + 1] & 255) << 8 | rgb[3 * i + 2] & 255;
      image.setRGB(i % width, i / width, pixel);
    }
    return image;
  }
}
