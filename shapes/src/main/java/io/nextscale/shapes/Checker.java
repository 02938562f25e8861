package io.nextscale.shapes;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Says from pixels alone what a picture shows, by rules and without any learned model.
 *
 * <ol>
 *   <li>Pixels that are far from grey belong to a thing; their hue names a colour.
 *   <li>Connected pixels of one colour are a thing; specks are ignored.
 *   <li>How much of each pixel is covered follows from its chroma. The outline is the form that,
 *       drawn with soft edges, agrees best with that by intersection over union; its size is the
 *       thing's.
 * </ol>
 *
 * A picture shows what a prompt asks if things and groups can be matched one to one, every relation
 * and the tone of the ground hold, and nothing else is there.
 */
public final class Checker {

  /** Of 1: the chroma, largest minus smallest channel, from which a pixel counts as coloured. */
  private static final double CHROMA = 0.26;

  /** Components of fewer pixels are specks; the smallest thing, a small cross, covers 67. */
  private static final int SPECK = 14;

  /** An outline that fits worse than this is no form at all. */
  private static final double LEAST_FIT = 0.6;

  /** Pixels around a component when forms are compared with it. */
  private static final int FRAME = 2;

  /** Pixels by which the half-width of a pointed form is measured short. */
  private static final double MOST_TRIMMED = 1;

  /** How often the drawn form is blurred a little at most, to compare it with a soft one. */
  private static final int MOST_SOFT = 2;

  /** The sum of the weights of a blur. */
  private static final int BLUR = 16;

  /** Points along the side of a pixel at which forms are asked what they cover. */
  private static final int POINTS = 3;

  private static final double[] HUES =
      Arrays.stream(Colour.values())
          .mapToDouble(colour -> hue(colour.channel(0), colour.channel(1), colour.channel(2)))
          .toArray();

  private static final int NONE = -1;

  private Checker() {}

  /** What a picture shows. */
  public record Report(List<Sighting> things, int unknown, Tone tone) {}

  /** What a look at the picture of a scene reports that misses nothing. */
  public static Report report(Scene scene) {
    List<Sighting> things =
        scene.things().stream()
            .map(t -> new Sighting(t.form(), t.colour(), t.x(), t.y(), t.halfWidth(), 1))
            .toList();
    return new Report(things, 0, scene.ground().tone());
  }

  /** Whether a picture shows exactly what a prompt asks for. */
  public static boolean shows(float[] picture, Prompt prompt) {
    return satisfies(look(picture), prompt);
  }

  /**
   * Looks at a picture.
   *
   * @param picture red, green, blue in [0, 1], ({@link Scene#SIDE}, {@link Scene#SIDE}, 3)
   */
  public static Report look(float[] picture) {
    int side = Scene.SIDE;
    if (picture.length != side * side * 3) {
      throw new IllegalArgumentException(
          "checker: a picture of " + side + " x " + side + " x 3 values; got " + picture.length);
    }
    int[] colours = smooth(colours(picture), side, side);
    double[] ground = meanChroma(picture, colours);
    List<Sighting> things = new ArrayList<>();
    int unknown = 0;
    boolean[] seen = new boolean[colours.length];
    for (int start = 0; start < colours.length; start++) {
      if (colours[start] == NONE || seen[start]) {
        continue;
      }
      List<Integer> component = component(colours, start, seen);
      if (component.size() < SPECK) {
        continue;
      }
      Sighting sighting = recognise(picture, component, Colour.values()[colours[start]], ground);
      if (sighting.fit() >= LEAST_FIT) {
        things.add(sighting);
      } else {
        unknown++;
      }
    }
    return new Report(List.copyOf(things), unknown, tone(picture, colours));
  }

  /** Whether what was seen is what a prompt asks for. */
  public static boolean satisfies(Report report, Prompt prompt) {
    List<Sighting> things = report.things();
    if (report.unknown() > 0 || things.size() != prompt.things()) {
      return false;
    }
    if (prompt.tone() != null && prompt.tone() != report.tone()) {
      return false;
    }
    return matches(things, prompt, 0, new boolean[things.size()]);
  }

  /** Tries every way to give the first group its things; the second gets the others. */
  private static boolean matches(List<Sighting> things, Prompt prompt, int from, boolean[] first) {
    int chosen = 0;
    for (boolean isFirst : first) {
      chosen += isFirst ? 1 : 0;
    }
    if (chosen == prompt.first().count()) {
      return fits(things, prompt, first);
    }
    for (int i = from; i < things.size(); i++) {
      if (describes(prompt.first(), things.get(i))) {
        first[i] = true;
        if (matches(things, prompt, i + 1, first)) {
          return true;
        }
        first[i] = false;
      }
    }
    return false;
  }

  private static boolean fits(List<Sighting> things, Prompt prompt, boolean[] first) {
    Group second = prompt.second();
    Relation relation = prompt.relation();
    for (int b = 0; b < first.length; b++) {
      if (first[b]) {
        continue;
      }
      if (second == null || relation == null || !describes(second, things.get(b))) {
        return false;
      }
      for (int a = 0; a < first.length; a++) {
        Sighting one = things.get(a);
        Sighting other = things.get(b);
        if (first[a] && !relation.holds(one.x(), one.y(), other.x(), other.y())) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean describes(Group group, Sighting thing) {
    return group.describes(thing.form(), thing.colour(), thing.size());
  }

  // Segmentation

  /** For every pixel the number of its colour, or {@link #NONE} for the ground. */
  private static int[] colours(float[] picture) {
    int[] colours = new int[picture.length / 3];
    for (int i = 0; i < colours.length; i++) {
      double r = picture[3 * i];
      double g = picture[3 * i + 1];
      double b = picture[3 * i + 2];
      double chroma = Math.max(r, Math.max(g, b)) - Math.min(r, Math.min(g, b));
      colours[i] = chroma < CHROMA ? NONE : nearestHue(r, g, b);
    }
    return colours;
  }

  private static int nearestHue(double r, double g, double b) {
    double hue = hue(r, g, b);
    int best = 0;
    double least = Double.MAX_VALUE;
    for (int colour = 0; colour < HUES.length; colour++) {
      double turn = Math.abs(hue - HUES[colour]);
      double distance = Math.min(turn, 360 - turn);
      if (distance < least) {
        least = distance;
        best = colour;
      }
    }
    return best;
  }

  /** The angle in degrees on the colour circle: 0 red, 120 green, 240 blue. */
  private static double hue(double r, double g, double b) {
    double[] chroma = chroma(r, g, b);
    double degrees = Math.toDegrees(Math.atan2(chroma[1], chroma[0]));
    return degrees < 0 ? degrees + 360 : degrees;
  }

  /**
   * A point of the colour circle, grey in its middle: what is left of a colour without brightness.
   */
  private static double[] chroma(double r, double g, double b) {
    return new double[] {r - (g + b) / 2, Math.sqrt(3) / 2 * (g - b)};
  }

  private static double[] meanChroma(float[] picture, int[] colours) {
    double[] mean = new double[2];
    int count = 0;
    for (int i = 0; i < colours.length; i++) {
      if (colours[i] == NONE) {
        double[] own = chroma(picture[3 * i], picture[3 * i + 1], picture[3 * i + 2]);
        mean[0] += own[0];
        mean[1] += own[1];
        count++;
      }
    }
    mean[0] /= Math.max(1, count);
    mean[1] /= Math.max(1, count);
    return mean;
  }

  /** Each pixel takes the value that most of its 3 x 3 neighbourhood has, its own on ties. */
  private static int[] smooth(int[] colours, int width, int height) {
    int[] smoothed = new int[colours.length];
    int[] votes = new int[Colour.values().length + 1];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        Arrays.fill(votes, 0);
        for (int j = Math.max(0, y - 1); j <= Math.min(height - 1, y + 1); j++) {
          for (int i = Math.max(0, x - 1); i <= Math.min(width - 1, x + 1); i++) {
            votes[colours[j * width + i] + 1]++;
          }
        }
        int best = colours[y * width + x] + 1;
        for (int v = 0; v < votes.length; v++) {
          best = votes[v] > votes[best] ? v : best;
        }
        smoothed[y * width + x] = best - 1;
      }
    }
    return smoothed;
  }

  /** The pixels of the start's colour that are connected to it by edges or corners. */
  private static List<Integer> component(int[] colours, int start, boolean[] seen) {
    int side = Scene.SIDE;
    List<Integer> pixels = new ArrayList<>();
    Deque<Integer> open = new ArrayDeque<>(List.of(start));
    seen[start] = true;
    while (!open.isEmpty()) {
      int at = open.pop();
      pixels.add(at);
      int x = at % side;
      int y = at / side;
      for (int j = Math.max(0, y - 1); j <= Math.min(side - 1, y + 1); j++) {
        for (int i = Math.max(0, x - 1); i <= Math.min(side - 1, x + 1); i++) {
          int next = j * side + i;
          if (!seen[next] && colours[next] == colours[start]) {
            seen[next] = true;
            open.push(next);
          }
        }
      }
    }
    return pixels;
  }

  private static Tone tone(float[] picture, int[] colours) {
    double sum = 0;
    int count = 0;
    for (int i = 0; i < colours.length; i++) {
      if (colours[i] == NONE) {
        sum += (picture[3 * i] + picture[3 * i + 1] + picture[3 * i + 2]) / 3;
        count++;
      }
    }
    return Tone.of(count == 0 ? 0.5 : sum / count);
  }

  // Recognition

  /**
   * How much of each pixel in a window around a component is covered, 0 to 1: the part of the
   * thing's chroma that the pixel has beyond that of the ground.
   */
  private static double[] coverage(
      float[] picture, List<Integer> component, Colour colour, double[] ground, Window window) {
    int side = Scene.SIDE;
    boolean[] near = new boolean[side * side];
    for (int at : component) {
      int x = at % side;
      int y = at / side;
      for (int j = Math.max(0, y - 1); j <= Math.min(side - 1, y + 1); j++) {
        for (int i = Math.max(0, x - 1); i <= Math.min(side - 1, x + 1); i++) {
          near[j * side + i] = true;
        }
      }
    }
    double[] full = chroma(colour.channel(0), colour.channel(1), colour.channel(2));
    double dx = full[0] - ground[0];
    double dy = full[1] - ground[1];
    double[] coverage = new double[window.width() * window.height()];
    for (int y = 0; y < window.height(); y++) {
      for (int x = 0; x < window.width(); x++) {
        int px = window.left() + x;
        int py = window.top() + y;
        if (px >= 0 && px < side && py >= 0 && py < side && near[py * side + px]) {
          int at = 3 * (py * side + px);
          double[] own = chroma(picture[at], picture[at + 1], picture[at + 2]);
          double along = (own[0] - ground[0]) * dx + (own[1] - ground[1]) * dy;
          coverage[y * window.width() + x] = Math.clamp(along / (dx * dx + dy * dy), 0, 1);
        }
      }
    }
    return coverage;
  }

  /** A part of the canvas; it may reach beyond the edge. */
  private record Window(int left, int top, int width, int height) {}

  private static Sighting recognise(
      float[] picture, List<Integer> component, Colour colour, double[] ground) {
    int side = Scene.SIDE;
    int left = side;
    int right = -1;
    int top = side;
    int bottom = -1;
    for (int at : component) {
      left = Math.min(left, at % side);
      right = Math.max(right, at % side);
      top = Math.min(top, at / side);
      bottom = Math.max(bottom, at / side);
    }
    Window window =
        new Window(
            left - FRAME, top - FRAME, right - left + 1 + 2 * FRAME, bottom - top + 1 + 2 * FRAME);
    double[] covered = coverage(picture, component, colour, ground, window);
    Profile across = Profile.of(covered, window.width(), window.height(), true);
    Profile down = Profile.of(covered, window.width(), window.height(), false);
    double x = window.left() + across.centre();
    double y = window.top() + down.centre();
    double extent = Math.max(across.width(), down.width()) / 2;
    Sighting best = new Sighting(Form.CIRCLE, colour, x, y, extent, -1);
    for (Form form : Form.values()) {
      for (double more = 0; more <= MOST_TRIMMED; more += 0.25) {
        double fit = fit(form, across.centre(), down.centre(), extent + more, covered, window);
        if (fit > best.fit()) {
          best = new Sighting(form, colour, x, y, extent + more, fit);
        }
      }
    }
    return best;
  }

  /**
   * The shadow of a thing on one axis: for each column (or row) its most covered pixel.
   *
   * @param centre the middle, from the window's edge
   * @param width the sum: a sub-pixel measure of the extent, a little short for pointed forms
   */
  private record Profile(double centre, double width) {
    static Profile of(double[] covered, int width, int height, boolean columns) {
      double sum = 0;
      double moment = 0;
      for (int i = 0; i < (columns ? width : height); i++) {
        double most = 0;
        for (int j = 0; j < (columns ? height : width); j++) {
          most = Math.max(most, covered[columns ? j * width + i : i * width + j]);
        }
        sum += most;
        moment += most * (i + 0.5);
      }
      return new Profile(moment / sum, sum);
    }
  }

  /**
   * Intersection over union of what is covered and a form drawn as sharp or as soft as agrees best.
   */
  private static double fit(
      Form form, double cx, double cy, double halfWidth, double[] covered, Window window) {
    int[] ideal = drawn(form, cx, cy, halfWidth, window);
    double whole = POINTS * POINTS;
    double best = 0;
    for (int soft = 0; soft <= MOST_SOFT; soft++) {
      if (soft > 0) {
        ideal = blurred(ideal, window);
        whole *= BLUR;
      }
      double both = 0;
      double either = 0;
      for (int i = 0; i < ideal.length; i++) {
        double share = ideal[i] / whole;
        both += Math.min(share, covered[i]);
        either += Math.max(share, covered[i]);
      }
      best = Math.max(best, both / either);
    }
    return best;
  }

  /** How many of the {@link #POINTS}² points of each pixel of a window a form covers. */
  private static int[] drawn(Form form, double cx, double cy, double halfWidth, Window window) {
    double[] across = points(window.width(), cx, halfWidth);
    double[] down = points(window.height(), cy, halfWidth);
    int[] inside = new int[window.width() * window.height()];
    for (int j = 0; j < down.length; j++) {
      if (Math.abs(down[j]) > 1) {
        continue; // beyond its bounding box
      }
      int row = j / POINTS * window.width();
      for (int i = 0; i < across.length; i++) {
        if (Math.abs(across[i]) <= 1 && form.covers(across[i], down[j])) {
          inside[row + i / POINTS]++;
        }
      }
    }
    return inside;
  }

  /** The places of points along a window, in half-widths from the centre of a thing. */
  private static double[] points(int length, double centre, double halfWidth) {
    double[] points = new double[POINTS * length];
    Arrays.setAll(points, i -> (i / POINTS + (i % POINTS + 0.5) / POINTS - centre) / halfWidth);
    return points;
  }

  /** Each pixel the sum of its 3 x 3 neighbourhood with weights 1, 2, 1 either way. */
  private static int[] blurred(int[] sharp, Window window) {
    int width = window.width();
    int[] rows = new int[sharp.length];
    for (int i = 0; i < sharp.length; i++) {
      int x = i % width;
      int left = x == 0 ? 0 : sharp[i - 1];
      int right = x == width - 1 ? 0 : sharp[i + 1];
      rows[i] = left + 2 * sharp[i] + right;
    }
    int[] soft = new int[sharp.length];
    for (int i = 0; i < sharp.length; i++) {
      int above = i < width ? 0 : rows[i - width];
      int below = i + width >= sharp.length ? 0 : rows[i + width];
      soft[i] = above + 2 * rows[i] + below;
    }
    return soft;
  }
}
