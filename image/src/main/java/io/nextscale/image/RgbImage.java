package io.nextscale.image;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An immutable picture of {@code h} rows of {@code w} pixels, each pixel three bytes red, green,
 * blue in 0..255.
 *
 * <p>Arrays are laid out as (h,w,3), row by row from the top. Inside a model the same picture is a
 * float array in [-1, 1]: {@link #toFloats()} and {@link #fromFloats(float[], int, int)}.
 *
 * <p>Array arguments come first and are followed by their extents in the order of the shape (height
 * before width).
 */
public final class RgbImage {

  /** The longest side of an image, in pixels: what a JPEG file can hold. */
  public static final int MAX_SIDE = 65_535;

  /** The most pixels of an image; at three bytes each, 300 MB. */
  public static final int MAX_PIXELS = 100_000_000;

  /** {@code UNIT[v] = v / 255 + v / 255 - 1}, every step rounded to float. */
  private static final float[] UNIT = new float[256];

  static {
    for (int v = 0; v < 256; v++) {
      float unit = v / 255f;
      UNIT[v] = unit + unit - 1f;
    }
  }

  private final int width;
  private final int height;
  private final byte[] rgb; // (h,w,3)

  private RgbImage(byte[] rgb, int height, int width) {
    this.rgb = rgb;
    this.height = height;
    this.width = width;
  }

  /**
   * The picture with a copy of these bytes.
   *
   * @param rgb (h,w,3), unsigned
   * @throws IllegalArgumentException when the extents are out of range or the array has another
   *     length than {@code 3 h w}
   */
  public static RgbImage of(byte[] rgb, int height, int width) {
    checkLength("image", rgb.length, height, width);
    return new RgbImage(rgb.clone(), height, width);
  }

  /** The picture over this very array, which nobody writes to any more. */
  static RgbImage adopt(byte[] rgb, int height, int width) {
    assert rgb.length == 3 * height * width;
    return new RgbImage(rgb, height, width);
  }

  /** Refuses a picture of these extents, where it is out of range, in the name of {@code op}. */
  static void checkExtents(String op, long width, long height) {
    String fault = extentFault(width, height);
    if (fault != null) {
      throw new IllegalArgumentException(op + ": " + fault);
    }
  }

  private static void checkLength(String op, int length, int height, int width) {
    checkExtents(op, width, height);
    if (length != 3 * height * width) {
      throw new IllegalArgumentException(
          op
              + ": "
              + 3 * height * width
              + " values for ("
              + height
              + ", "
              + width
              + ", 3); got "
              + length
              + " — pass the array of exactly this image, channels last");
    }
  }

  /** What is wrong with a picture of these extents, or null. */
  static @Nullable String extentFault(long width, long height) {
    if (width < 1 || height < 1) {
      return "at least 1 x 1 pixel; got " + width + " x " + height + " — give positive extents";
    }
    if (width > MAX_SIDE || height > MAX_SIDE) {
      return "sides of at most "
          + MAX_SIDE
          + " pixels; got "
          + width
          + " x "
          + height
          + " — crop or shrink the image first";
    }
    if (width * height > MAX_PIXELS) {
      return "at most "
          + MAX_PIXELS / 1_000_000
          + " megapixels; got "
          + width
          + " x "
          + height
          + " — crop or shrink the image first";
    }
    return null;
  }

  /**
   * The picture of decoder output: clamp to [-1, 1], then {@code (v + 1) * 0.5 * 255} with each
   * step rounded to float, then the fraction is dropped.
   *
   * <p>Dropping instead of rounding is what the official demo does (FoundationVision/VAR,
   * demo_sample.ipynb and models/var.py, autoregressive_infer_cfg), so the same floats give the
   * same bytes. NaN becomes 0.
   *
   * @param values (h,w,3)
   * @throws IllegalArgumentException as {@link #of}
   */
  public static RgbImage fromFloats(float[] values, int height, int width) {
    checkLength("image from floats", values.length, height, width);
    return fromFloats(values, 0, height, width);
  }

  /**
   * {@link #fromFloats(float[], int, int)} of the {@code 3 h w} values that start at {@code
   * offset}, such as one image of a batch (B,h,w,3).
   *
   * @throws IllegalArgumentException when the extents are out of range or the array ends too early
   */
  public static RgbImage fromFloats(float[] values, int offset, int height, int width) {
    checkExtents("image from floats", width, height);
    byte[] rgb = new byte[3 * height * width];
    if (offset < 0 || offset > values.length - rgb.length) {
      throw new IllegalArgumentException(
          "image from floats: "
              + rgb.length
              + " values from offset "
              + offset
              + "; got an array of "
              + values.length
              + " — the offset of image i is i * h * w * 3");
    }
    for (int i = 0; i < rgb.length; i++) {
      float unit = (Math.clamp(values[offset + i], -1f, 1f) + 1f) * 0.5f;
      rgb[i] = (byte) (int) (unit * 255f); // (int) NaN is 0
    }
    return new RgbImage(rgb, height, width);
  }

  /** Columns. */
  public int width() {
    return width;
  }

  /** Rows. */
  public int height() {
    return height;
  }

  /**
   * One pixel as {@code 0xRRGGBB}.
   *
   * @throws IndexOutOfBoundsException when the pixel is outside the picture
   */
  public int rgb(int x, int y) {
    int i = 3 * (Objects.checkIndex(y, height) * width + Objects.checkIndex(x, width));
    return (rgb[i] & 0xff) << 16 | (rgb[i + 1] & 0xff) << 8 | rgb[i + 2] & 0xff;
  }

  /** A copy of the bytes, (h,w,3). */
  public byte[] toBytes() {
    return rgb.clone();
  }

  /** The bytes themselves; callers only read. */
  byte[] bytes() {
    return rgb;
  }

  /**
   * The values a model takes, (h,w,3) in [-1, 1]: {@code t + t - 1} with {@code t = v / 255}, each
   * step rounded to float.
   *
   * <p>Source: torchvision ToTensor followed by FoundationVision/VAR utils/data.py,
   * normalize_01_into_pm1.
   */
  public float[] toFloats() {
    float[] values = new float[rgb.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = UNIT[rgb[i] & 0xff];
    }
    return values;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RgbImage that
        && width == that.width
        && height == that.height
        && Arrays.equals(rgb, that.rgb);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * width + height) + Arrays.hashCode(rgb);
  }

  @Override
  public String toString() {
    return "RgbImage " + width + " x " + height;
  }
}
