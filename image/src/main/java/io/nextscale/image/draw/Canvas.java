package io.nextscale.image.draw;

import io.nextscale.image.RgbImage;
import java.util.List;

/**
 * A white sheet to draw on with soft edges. Coordinates are pixels, (0, 0) the top left corner of
 * the first one, whose centre is (0.5, 0.5). Colours are {@code 0xRRGGBB}.
 *
 * <p>The coverage of a pixel by a line of width w is {@code clamp(w/2 + 1/2 − d, 0, 1)} at distance
 * d of its centre from the line, which makes round ends and joints.
 */
public final class Canvas {

  /** Rows of points per pixel in filled areas. */
  private static final int FILL_ROWS = 4;

  private final int width;
  private final int height;
  private final float[] rgb; // (h,w,3) in 0 .. 255

  /** A white sheet of a size in pixels. */
  public Canvas(int width, int height) {
    this.width = width;
    this.height = height;
    rgb = new float[3 * width * height];
    java.util.Arrays.fill(rgb, 255);
  }

  /** A connected sequence of points. */
  public record Path(double[] x, double[] y) {

    /** Two points. */
    public static Path line(double x0, double y0, double x1, double y1) {
      return new Path(new double[] {x0, x1}, new double[] {y0, y1});
    }
  }

  /** The part of the sheet that a shape may touch, within limits. */
  private record Box(int left, int top, int right, int bottom) {

    static Box around(List<Path> paths, double margin, Box limits) {
      double left = limits.right;
      double top = limits.bottom;
      double right = limits.left;
      double bottom = limits.top;
      for (Path path : paths) {
        for (int i = 0; i < path.x.length; i++) {
          left = Math.min(left, path.x[i]);
          right = Math.max(right, path.x[i]);
          top = Math.min(top, path.y[i]);
          bottom = Math.max(bottom, path.y[i]);
        }
      }
      return new Box(
          (int) Math.max(limits.left, Math.floor(left - margin)),
          (int) Math.max(limits.top, Math.floor(top - margin)),
          (int) Math.min(limits.right, Math.ceil(right + margin)),
          (int) Math.min(limits.bottom, Math.ceil(bottom + margin)));
    }

    boolean isEmpty() {
      return left >= right || top >= bottom;
    }

    int columns() {
      return right - left;
    }
  }

  private Box limits = new Box(0, 0, Integer.MAX_VALUE, Integer.MAX_VALUE);

  /** Draws only inside a rectangle from now on. */
  public void clip(double left, double top, double right, double bottom) {
    limits = new Box((int) left, (int) top, (int) Math.ceil(right), (int) Math.ceil(bottom));
  }

  /** Draws everywhere again. */
  public void unclip() {
    limits = new Box(0, 0, width, height);
  }

  private Box area() {
    return new Box(
        Math.max(0, limits.left),
        Math.max(0, limits.top),
        Math.min(width, limits.right),
        Math.min(height, limits.bottom));
  }

  /** Lines of one width; where they cross, nothing is drawn twice. */
  public void stroke(List<Path> paths, double lineWidth, int colour, double opacity) {
    double reach = lineWidth / 2 + 0.5;
    Box box = Box.around(paths, reach, area());
    if (box.isEmpty()) {
      return;
    }
    float[] coverage = new float[box.columns() * (box.bottom - box.top)];
    for (Path path : paths) {
      for (int i = 0; i < path.x.length; i++) {
        int next = Math.min(i + 1, path.x.length - 1); // a single point is a dot
        cover(path.x[i], path.y[i], path.x[next], path.y[next], reach, box, coverage);
      }
    }
    blend(box, coverage, colour, opacity);
  }

  private static void cover(
      double x0, double y0, double x1, double y1, double reach, Box box, float[] coverage) {
    int left = (int) Math.max(box.left, Math.floor(Math.min(x0, x1) - reach));
    int right = (int) Math.min(box.right, Math.ceil(Math.max(x0, x1) + reach));
    int top = (int) Math.max(box.top, Math.floor(Math.min(y0, y1) - reach));
    int bottom = (int) Math.min(box.bottom, Math.ceil(Math.max(y0, y1) + reach));
    double dx = x1 - x0;
    double dy = y1 - y0;
    double squared = dx * dx + dy * dy;
    for (int y = top; y < bottom; y++) {
      for (int x = left; x < right; x++) {
        double px = x + 0.5 - x0;
        double py = y + 0.5 - y0;
        double along = squared == 0 ? 0 : Math.clamp((px * dx + py * dy) / squared, 0, 1);
        double ex = px - along * dx;
        double ey = py - along * dy;
        double share = Math.clamp(reach - Math.sqrt(ex * ex + ey * ey), 0, 1);
        int at = (y - box.top) * box.columns() + x - box.left;
        coverage[at] = Math.max(coverage[at], (float) share);
      }
    }
  }

  /** A filled polygon, even-odd where it crosses itself. */
  public void fill(Path outline, int colour, double opacity) {
    Box box = Box.around(List.of(outline), 0, area());
    if (box.isEmpty()) {
      return;
    }
    float[] coverage = new float[box.columns() * (box.bottom - box.top)];
    double[] crossings = new double[outline.x.length];
    for (int row = box.top * FILL_ROWS; row < box.bottom * FILL_ROWS; row++) {
      int count = crossings(outline, (row + 0.5) / FILL_ROWS, crossings);
      int start = (row / FILL_ROWS - box.top) * box.columns();
      for (int i = 0; i + 1 < count; i += 2) {
        addSpan(crossings[i] - box.left, crossings[i + 1] - box.left, start, box, coverage);
      }
    }
    blend(box, coverage, colour, opacity);
  }

  private static int crossings(Path outline, double y, double[] crossings) {
    int count = 0;
    for (int i = 0; i < outline.x.length; i++) {
      int j = (i + 1) % outline.x.length;
      if (outline.y[i] <= y != outline.y[j] <= y) {
        double part = (y - outline.y[i]) / (outline.y[j] - outline.y[i]);
        crossings[count++] = outline.x[i] + part * (outline.x[j] - outline.x[i]);
      }
    }
    java.util.Arrays.sort(crossings, 0, count);
    return count;
  }

  private static void addSpan(double from, double to, int start, Box box, float[] coverage) {
    int first = (int) Math.max(0, Math.floor(from));
    int last = (int) Math.min(box.columns(), Math.ceil(to));
    for (int x = first; x < last; x++) {
      double share = Math.min(to, x + 1) - Math.max(from, x);
      coverage[start + x] += (float) (share / FILL_ROWS);
    }
  }

  /** A filled rectangle with edges parallel to the sheet. */
  public void fill(
      double left, double top, double right, double bottom, int colour, double opacity) {
    fill(
        new Path(new double[] {left, right, right, left}, new double[] {top, top, bottom, bottom}),
        colour,
        opacity);
  }

  /** A picture with its top left corner at a pixel; what is beyond the sheet is cut off. */
  public void paste(RgbImage picture, int left, int top) {
    for (int y = Math.max(0, -top); y < Math.min(picture.height(), height - top); y++) {
      for (int x = Math.max(0, -left); x < Math.min(picture.width(), width - left); x++) {
        int colour = picture.rgb(x, y);
        int at = 3 * ((top + y) * width + left + x);
        for (int c = 0; c < 3; c++) {
          rgb[at + c] = colour >> 8 * (2 - c) & 0xff;
        }
      }
    }
  }

  private void blend(Box box, float[] coverage, int colour, double opacity) {
    for (int y = box.top; y < box.bottom; y++) {
      for (int x = box.left; x < box.right; x++) {
        float share =
            (float) opacity * Math.min(1, coverage[(y - box.top) * box.columns() + x - box.left]);
        int at = 3 * (y * width + x);
        for (int c = 0; c < 3 && share > 0; c++) {
          rgb[at + c] += share * ((colour >> 8 * (2 - c) & 0xff) - rgb[at + c]);
        }
      }
    }
  }

  /** The sheet as a picture. */
  public RgbImage image() {
    byte[] bytes = new byte[rgb.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Math.round(rgb[i]);
    }
    return RgbImage.of(bytes, height, width);
  }
}
