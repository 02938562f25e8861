package io.nextscale.image.draw;

import io.nextscale.image.draw.Canvas.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Letters made of strokes, drawn for charts: printable ASCII and some signs.
 *
 * <p>A letter is a width and a path in units of a fourteenth of the height of a capital, y upwards
 * from the base line. Paths are written as {@code M x y} (begin a stroke), {@code L x y …} (lines),
 * {@code Q cx cy x y} (a quadratic curve), and {@code E cx cy rx ry a b} (begin a stroke with an
 * arc of an ellipse from angle a to b, in degrees); {@code e} is an arc that continues the stroke.
 */
public final class Letters {

  /** The height of a capital in units. */
  private static final double CAPITAL = 14;

  /** Between two letters. */
  private static final double GAP = 3.6;

  private static final double SPACE = 4.5;

  /** The width of strokes of a capital of height 1. */
  private static final double STROKE = 0.125;

  private static final int CURVE_PARTS = 8;
  private static final double DEGREES_PER_PART = 15;

  private static final String UNKNOWN = "8 M 0 0 L 8 0 8 14 0 14 0 0";

  /** Letter, width, path. */
  private static final String DRAWN =
      """
      0 8 E 4 7 4 7 0 360
      1 8 M 1.5 11 L 4.5 14 4.5 0
      2 8 E 4 10 4 4 165 -40 L 0 0 8 0
      3 8 E 4 10.5 3.5 3.5 150 -90 e 4 3.5 4 3.5 90 -150
      4 8 M 6.3 0 L 6.3 14 0 4 8.4 4
      5 8 M 7.3 14 L 1.4 14 0.8 7.8 e 3.8 4.6 4.2 4.6 135 -145
      6 8 E 4 4.5 4 4.5 0 360 M 0 4.8 Q 0.2 10.5 6 14
      7 8 M 0 14 L 8 14 3 0
      8 8 E 4 10.6 3.4 3.4 0 360 E 4 3.6 4 3.6 0 360
      9 8 E 4 9.5 4 4.5 0 360 M 8 9.2 Q 7.8 3.5 2 0
      . 0.6 M 0 0.4 L 0.6 0.4
      , 1 M 1 0.6 L 0 -2.6
      : 0.6 M 0 0.6 L 0.6 0.6 M 0 8.4 L 0.6 8.4
      ; 1 M 1 0.6 L 0 -2.6 M 0.7 8.4 L 1.2 8.4
      - 5 M 0 5.5 L 5 5.5
      \u2212 7.5 M 0 6.5 L 7.5 6.5
      \u2013 8 M 0 5.5 L 8 5.5
      + 8 M 0 6.5 L 8 6.5 M 4 2.5 L 4 10.5
      = 8 M 0 8.5 L 8 8.5 M 0 4.5 L 8 4.5
      \u00d7 7 M 0.5 3 L 6.5 9.5 M 0.5 9.5 L 6.5 3
      \u00b1 8 M 0 8 L 8 8 M 4 4 L 4 12 M 0 1 L 8 1
      \u00b7 0.6 M 0 6.3 L 0.6 6.3
      \u00b2 4.5 E 2.2 13 2.2 2.2 165 -40 L 0 7.6 4.5 7.6
      / 6 M 0 -2 L 6 16
      \\ 6 M 0 16 L 6 -2
      ( 3 M 3 17 Q -2.5 7 3 -3
      ) 3 M 0 17 Q 5.5 7 0 -3
      [ 3 M 3 17 L 0 17 0 -3 3 -3
      ] 3 M 0 17 L 3 17 3 -3 0 -3
      { 4 M 4 17 Q 2 17 2 14 L 2 10 Q 2 7 0 7 Q 2 7 2 4 L 2 0 Q 2 -3 4 -3
      } 4 M 0 17 Q 2 17 2 14 L 2 10 Q 2 7 4 7 Q 2 7 2 4 L 2 0 Q 2 -3 0 -3
      < 8 M 8 11.5 L 0 6.5 8 1.5
      > 8 M 0 11.5 L 8 6.5 0 1.5
      _ 8 M 0 -2.5 L 8 -2.5
      % 12 E 2.5 11 2.5 3 0 360 E 9.5 3 2.5 3 0 360 M 10.5 14 L 1.5 0
      * 6 M 3 14 L 3 8 M 0.4 12.5 L 5.6 9.5 M 0.4 9.5 L 5.6 12.5
      ! 0.6 M 0.3 14 L 0.3 4.5 M 0 0.4 L 0.6 0.4
      ? 7 E 3.5 10.5 3.5 3.5 170 -50 Q 3.5 6.4 3.5 4 M 3.2 0.4 L 3.8 0.4
      ' 0 M 0 14 L 0 10
      " 3 M 0 14 L 0 10 M 3 14 L 3 10
      # 10 M 2 0 L 4 14 M 6 0 L 8 14 M 0.5 4.5 L 9 4.5 M 1 9.5 L 9.5 9.5
      $ 8 E 4 10.4 3.6 3.6 30 270 e 4 3.4 4 3.4 90 -150 M 4 16.5 L 4 -2.5
      & 10 M 9.6 0 L 2.2 9.2 Q 0.8 11 1.7 12.6 Q 2.6 14 4.2 14 Q 6.8 13.8 6.6 11.2 Q 6.4 9.4 3.6 8 Q 0 6 0 3.6 Q 0.2 0 4 0 Q 7.6 0 9 5.4
      @ 13 E 6.5 6.5 3 3.2 0 360 M 9.5 9.6 L 9.5 5 Q 9.5 3.3 11 3.3 Q 13 3.5 13 7 Q 13 14 6.5 14 Q 0 14 0 6.5 Q 0 -1 7 -1 Q 9 -1 10.5 -0.3
      ^ 7 M 0 10 L 3.5 14 7 10
      ` 2 M 0 14 L 2 11
      | 0 M 0 17 L 0 -3
      ~ 9 M 0 5.8 Q 2 9 4.5 6.7 Q 7 4.4 9 7.6
      A 10 M 0 0 L 5 14 10 0 M 1.8 5 L 8.2 5
      B 8 M 0 7.3 L 4.4 7.3 e 4.4 3.65 3.6 3.65 90 -90 L 0 0 0 14 4 14 e 4 10.65 3.35 3.35 90 -90
      C 9.8 E 6 7 6 7 50 310
      D 9.5 M 0 0 L 0 14 3 14 e 3 7 6.5 7 90 -90 L 0 0
      E 7.5 M 7.5 14 L 0 14 0 0 7.5 0 M 0 7.3 L 6.5 7.3
      F 7.5 M 7.5 14 L 0 14 0 0 M 0 7 L 6.5 7
      G 11.6 E 6 7 6 7 48 340 L 11.6 6.5 6.8 6.5
      H 9 M 0 0 L 0 14 M 9 0 L 9 14 M 0 7.2 L 9 7.2
      I 0 M 0 0 L 0 14
      J 5.5 M 5.5 14 L 5.5 4 Q 5.5 0 2.6 0 Q 0.3 0 0 2.6
      K 9 M 0 0 L 0 14 M 8.5 14 L 0 5.5 M 3.2 8.6 L 9 0
      L 7 M 0 14 L 0 0 7 0
      M 11 M 0 0 L 0 14 5.5 4 11 14 11 0
      N 9 M 0 0 L 0 14 9 0 9 14
      O 12 E 6 7 6 7 0 360
      P 8 M 0 0 L 0 14 4.2 14 e 4.2 10.2 3.8 3.8 90 -90 L 0 6.4
      Q 12 E 6 7 6 7 0 360 M 7.5 3.2 L 11.8 -1.2
      R 8.5 M 0 0 L 0 14 4.2 14 e 4.2 10.2 3.8 3.8 90 -90 L 0 6.4 M 4.4 6.4 L 8.5 0
      S 8 E 4 10.4 3.6 3.6 30 270 e 4 3.4 4 3.4 90 -150
      T 9 M 0 14 L 9 14 M 4.5 14 L 4.5 0
      U 9 M 0 14 L 0 4.5 e 4.5 4.5 4.5 4.5 180 360 L 9 14
      V 10 M 0 14 L 5 0 10 14
      W 14 M 0 14 L 3.5 0 7 13 10.5 0 14 14
      X 9 M 0 14 L 9 0 M 9 14 L 0 0
      Y 9 M 0 14 L 4.5 7 9 14 M 4.5 7 L 4.5 0
      Z 8.5 M 0 14 L 8.5 14 0 0 8.5 0
      a 7.6 M 7.6 10 L 7.6 0 E 3.8 5 3.8 5 0 360
      b 7.6 M 0 14.5 L 0 0 E 3.8 5 3.8 5 0 360
      c 6.8 E 4 5 4 5 50 310
      d 7.6 M 7.6 14.5 L 7.6 0 E 3.8 5 3.8 5 0 360
      e 7.6 M 0 5.2 L 7.6 5.2 e 3.8 5 3.8 5 2 312
      f 4.6 M 5 14 Q 2 14.8 2 11.5 L 2 0 M 0 9.6 L 4.6 9.6
      g 7.6 E 3.8 5 3.8 5 0 360 M 7.6 10 L 7.6 0 Q 7.6 -4.2 3.8 -4.2 Q 1.5 -4.2 0.4 -2.8
      h 7 M 0 14.5 L 0 0 M 0 6.2 Q 0.3 10 3.8 10 Q 7 10 7 6.3 L 7 0
      i 0 M 0 0 L 0 10 M 0 13.6 L 0 13.8
      j 2 M 2 10 L 2 -2 Q 2 -4.4 -0.4 -4.2 M 2 13.6 L 2 13.8
      k 6.8 M 0 14.5 L 0 0 M 6.2 10 L 0 4 M 2.4 6.3 L 6.8 0
      l 0 M 0 14.5 L 0 0
      m 12 M 0 10 L 0 0 M 0 6.5 Q 0.2 10 3.2 10 Q 6 10 6 6.5 L 6 0 M 6 6.5 Q 6.2 10 9.2 10 Q 12 10 12 6.5 L 12 0
      n 7 M 0 10 L 0 0 M 0 6.2 Q 0.3 10 3.8 10 Q 7 10 7 6.3 L 7 0
      o 8 E 4 5 4 5 0 360
      p 7.6 M 0 10 L 0 -4.2 E 3.8 5 3.8 5 0 360
      q 7.6 M 7.6 10 L 7.6 -4.2 E 3.8 5 3.8 5 0 360
      r 4.2 M 0 10 L 0 0 M 0 6 Q 0.5 10 4.4 9.8
      s 6.2 E 3.1 7.5 2.7 2.5 25 270 e 3.1 2.5 3.1 2.5 90 -155
      t 4.6 M 2 13 L 2 3 Q 2 0 4.8 0.2 M 0 9.6 L 4.6 9.6
      u 7 M 0 10 L 0 3.7 Q 0 0 3.2 0 Q 6.7 0 7 3.8 M 7 10 L 7 0
      v 7.6 M 0 10 L 3.8 0 7.6 10
      w 11.2 M 0 10 L 2.8 0 5.6 9.5 8.4 0 11.2 10
      x 7 M 0 10 L 7 0 M 7 10 L 0 0
      y 7.6 M 0 10 L 3.9 0 M 7.6 10 L 3 -3 Q 2.4 -4.4 0.6 -4.2
      z 6.6 M 0 10 L 6.6 10 0 0 6.6 0
      """;

  /** A letter in units. */
  private record Letter(double width, List<Path> strokes) {}

  private static final Map<Integer, Letter> LETTERS = new HashMap<>();
  private static final Letter BOX = parse(UNKNOWN);

  static {
    DRAWN
        .lines()
        .forEach(
            line -> LETTERS.put(line.codePointAt(0), parse(line.substring(line.indexOf(' ') + 1))));
  }

  private Letters() {}

  private static Letter parse(String text) {
    String[] words = text.split(" ", -1);
    List<Path> strokes = new ArrayList<>();
    List<double[]> points = new ArrayList<>();
    char command = 'M';
    int at = 1;
    while (at < words.length) {
      if (Character.isLetter(words[at].charAt(0))) {
        command = words[at++].charAt(0);
      }
      double[] given = new double[6];
      int count =
          switch (command) {
            case 'M', 'L' -> 2;
            case 'Q' -> 4;
            default -> 6;
          };
      for (int i = 0; i < count; i++) {
        given[i] = Double.parseDouble(words[at++]);
      }
      if (command == 'M' || command == 'E') {
        finish(points, strokes);
      }
      switch (command) {
        case 'M', 'L' -> points.add(new double[] {given[0], given[1]});
        case 'Q' -> curve(points, given);
        default -> arc(points, given);
      }
    }
    finish(points, strokes);
    return new Letter(Double.parseDouble(words[0]), List.copyOf(strokes));
  }

  private static void finish(List<double[]> points, List<Path> strokes) {
    if (!points.isEmpty()) {
      strokes.add(
          new Path(
              points.stream().mapToDouble(p -> p[0]).toArray(),
              points.stream().mapToDouble(p -> p[1]).toArray()));
      points.clear();
    }
  }

  private static void curve(List<double[]> points, double... q) {
    double[] from = points.getLast();
    for (int i = 1; i <= CURVE_PARTS; i++) {
      double t = (double) i / CURVE_PARTS;
      double s = 1 - t;
      points.add(
          new double[] {
            s * s * from[0] + 2 * s * t * q[0] + t * t * q[2],
            s * s * from[1] + 2 * s * t * q[1] + t * t * q[3]
          });
    }
  }

  private static void arc(List<double[]> points, double... e) {
    int parts = (int) Math.ceil(Math.abs(e[5] - e[4]) / DEGREES_PER_PART);
    for (int i = 0; i <= parts; i++) {
      double angle = StrictMath.toRadians(e[4] + (e[5] - e[4]) * i / parts);
      points.add(
          new double[] {e[0] + e[2] * StrictMath.cos(angle), e[1] + e[3] * StrictMath.sin(angle)});
    }
  }

  private static Letter letter(int character) {
    return LETTERS.getOrDefault(character, BOX);
  }

  /** Whether a character has a letter of its own; others are drawn as a box. */
  public static boolean has(int character) {
    return character == ' ' || LETTERS.containsKey(character);
  }

  /** The width of a text, in pixels. */
  public static double width(String text, double capital) {
    double units =
        text.codePoints().mapToDouble(c -> c == ' ' ? SPACE : letter(c).width() + GAP).sum();
    return Math.max(0, units - GAP) * capital / CAPITAL;
  }

  /**
   * Writes a text.
   *
   * @param x where it begins (align 0), has its middle (0.5) or ends (1)
   * @param y of the base line
   * @param capital the height of a capital in pixels
   * @param upwards whether it runs from bottom to top; then x is the base line
   */
  public static void write(
      Canvas canvas,
      String text,
      double x,
      double y,
      double align,
      double capital,
      int colour,
      boolean upwards) {
    double scale = capital / CAPITAL;
    double pen = -align * width(text, capital);
    List<Path> strokes = new ArrayList<>();
    for (int character : text.codePoints().toArray()) {
      if (character == ' ') {
        pen += SPACE * scale;
        continue;
      }
      Letter letter = letter(character);
      for (Path stroke : letter.strokes()) {
        double[] px = new double[stroke.x().length];
        double[] py = new double[px.length];
        for (int i = 0; i < px.length; i++) {
          double along = pen + stroke.x()[i] * scale;
          double above = stroke.y()[i] * scale;
          px[i] = upwards ? x - above : x + along;
          py[i] = upwards ? y - along : y - above;
        }
        strokes.add(new Path(px, py));
      }
      pen += (letter.width() + GAP) * scale;
    }
    canvas.stroke(strokes, Math.max(1.05, STROKE * capital), colour, 1);
  }
}
