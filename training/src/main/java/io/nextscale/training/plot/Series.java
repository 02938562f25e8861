package io.nextscale.training.plot;

/**
 * Something that a chart shows under a name; series of one name have one colour and one line in the
 * legend. All arrays of a series have one length; points that are not finite are left out.
 */
public sealed interface Series {

  /** What the legend calls it. */
  String name();

  /** The places along the horizontal axis. */
  double[] x();

  /** Points joined by a line. */
  record Line(String name, double[] x, double[] y) implements Series {}

  /** A faint line behind others of the same name, such as one that is smoothed in front of it. */
  record Faint(String name, double[] x, double[] y) implements Series {}

  /** A dashed line, such as one that was fitted. */
  record Dashed(String name, double[] x, double[] y) implements Series {}

  /** Separate points. */
  record Points(String name, double[] x, double[] y) implements Series {}

  /** The area between two lines, such as an interval of confidence. */
  record Band(String name, double[] x, double[] low, double[] high) implements Series {}
}
