package io.nextscale.training.plot;

import java.util.List;

/** The places of an axis that are shown, and where they are on the sheet. */
record Span(Axis axis, double low, double high, double from, double to) {

  /** The part of the axes that stays free on each side of the data. */
  private static final double FREE = 0.04;

  static Span of(Axis axis, double[] values, double from, double to) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (double value : values) {
      if (axis.shows(value)) {
        low = Math.min(low, axis.place(value));
        high = Math.max(high, axis.place(value));
      }
    }
    if (low > high) { // nothing to show
      low = 0;
      high = 1;
    }
    double free = FREE * (high - low);
    if (free <= 1e-9 * Math.max(Math.abs(low), Math.abs(high))) { // one value
      free = low == 0 || axis.logarithmic() ? 0.5 : Math.abs(low) / 2;
    }
    return new Span(axis, low - free, high + free, from, to);
  }

  double pixel(double value) {
    return from + (axis.place(value) - low) / (high - low) * (to - from);
  }

  List<Axis.Tick> ticks() {
    return axis.ticks(low, high);
  }
}
