package io.nextscale.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Test images: seeded random ones, and files made by Pillow and the reference code. */
final class Fixtures {

  private Fixtures() {}

  /** Smooth in places and noisy in others, so that every PNG predictor wins somewhere. */
  static RgbImage random(long seed, int height, int width) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] rgb = new byte[3 * height * width];
    int noise = 1 + random.nextInt(255);
    for (int i = 0; i < rgb.length; i++) {
      int x = i / 3 % width;
      int y = i / (3 * width);
      rgb[i] = (byte) (3 * x + 5 * y * (i % 3) + random.nextInt(noise));
    }
    return RgbImage.of(rgb, height, width);
  }

  static byte[] bytes(String name) {
    try (InputStream in = Fixtures.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new AssertionError("no test resource " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static RgbImage image(String name) {
    try {
      return ImageFile.read(bytes(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An array of a .npy file (version 1, little-endian, C order): its extents and raw data. */
  record Npy(int[] shape, String type, ByteBuffer data) {

    static Npy read(String name) {
      ByteBuffer file = ByteBuffer.wrap(bytes(name)).order(ByteOrder.LITTLE_ENDIAN);
      int headerBytes = file.getShort(8);
      String header = new String(file.array(), 10, headerBytes, StandardCharsets.US_ASCII);
      Matcher type = Pattern.compile("'descr': '([^']+)'").matcher(header);
      Matcher shape = Pattern.compile("'shape': \\(([0-9, ]+)\\)").matcher(header);
      if (!type.find() || !shape.find() || header.contains("True")) {
        throw new AssertionError(name + ": " + header);
      }
      int[] extents =
          Arrays.stream(shape.group(1).split(","))
              .map(String::strip)
              .filter(s -> !s.isEmpty())
              .mapToInt(Integer::parseInt)
              .toArray();
      ByteBuffer data = file.position(10 + headerBytes).slice().order(ByteOrder.LITTLE_ENDIAN);
      return new Npy(extents, type.group(1), data);
    }

    byte[] toBytes() {
      byte[] all = new byte[data.remaining()];
      data.duplicate().get(all);
      return all;
    }

    /** A float array (3,h,w) as (h,w,3). */
    float[] channelsLast() {
      int h = shape[1];
      int w = shape[2];
      float[] out = new float[3 * h * w];
      for (int c = 0; c < 3; c++) {
        for (int i = 0; i < h * w; i++) {
          out[3 * i + c] = data.getFloat(4 * (c * h * w + i));
        }
      }
      return out;
    }
  }

  /** The folder {@code shared/data/photos} beside the project, when it is there. */
  static Optional<Path> photos() {
    for (Path p = Path.of("").toAbsolutePath(); p != null; p = p.getParent()) {
      Path photos = p.resolve("shared/data/photos");
      if (Files.isDirectory(photos)) {
        return Optional.of(photos);
      }
    }
    return Optional.empty();
  }
}
