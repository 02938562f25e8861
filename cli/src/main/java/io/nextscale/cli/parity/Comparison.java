package io.nextscale.cli.parity;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.util.Arrays;
import java.util.Locale;

/**
 * One row of the table while it is made: numbers of any count of tensors against golden ones, of
 * which the largest error counts. Closing it adds the row.
 */
final class Comparison implements AutoCloseable {

  private final Findings findings;
  private final String file;
  private final String item;
  private Tolerance tolerance;
  private Tolerance shownTolerance;
  private double error;
  private double excess;
  private boolean passed = true;
  private long different;
  private long total;
  private String remark = "";

  Comparison(Findings findings, String file, String item, Tolerance tolerance) {
    this.findings = findings;
    this.file = file;
    this.item = item;
    this.tolerance = tolerance;
    this.shownTolerance = tolerance;
  }

  /** The tolerance of what is compared next. */
  Tolerance tolerance() {
    return tolerance;
  }

  /** Sets another tolerance for what is compared next. */
  Comparison under(Tolerance next) {
    tolerance = next;
    return this;
  }

  /** Compares a tensor of the golden extents. */
  Comparison tensor(String name, GoldenArray golden, Tensor actual) {
    if (!golden.shape().equals(actual.shape())) {
      return fail(name, "shape " + actual.shape() + ", golden " + golden.shape());
    }
    return numbers(name, golden.shape(), golden.values(), doubles(actual));
  }

  /** Compares a map (B,h,w,C) with a golden one (B,C,h,w). */
  Comparison map(String name, GoldenArray golden, Tensor actual) {
    return tensor(name, golden, GoldenArray.channelsFirst(actual));
  }

  /** Compares numbers in order. */
  Comparison numbers(String name, double[] golden, double... actual) {
    return numbers(name, Shape.of(golden.length), golden, actual);
  }

  /** Compares one value of any kind: text, lists. */
  Comparison equal(String name, Object golden, Object actual) {
    total++;
    return golden.equals(actual) ? this : fail(name, actual + ", golden " + golden);
  }

  /** A difference that no number measures. */
  Comparison fail(String name, String why) {
    if (passed || remark.isEmpty()) {
      remark = name.isEmpty() ? why : name + ": " + why;
    }
    passed = false;
    excess = Double.POSITIVE_INFINITY;
    return this;
  }

  private Comparison numbers(String name, Shape shape, double[] golden, double[] actual) {
    if (golden.length != actual.length) {
      return fail(name, actual.length + " numbers, golden " + golden.length);
    }
    double largest = 0;
    for (double value : golden) {
      largest = Double.isFinite(value) ? Math.max(largest, Math.abs(value)) : largest;
    }
    for (int i = 0; i < golden.length; i++) {
      double off = difference(golden[i], actual[i]);
      double limit = tolerance.limit(golden[i], largest);
      total++;
      if (off > limit) {
        different++;
        passed = false;
      }
      double share = off == 0 ? 0 : off / limit;
      if (off != 0 && (share > excess || excess == 0)) {
        excess = share;
        error = inUnits(off, golden[i], largest);
        shownTolerance = tolerance;
        remark = at(name, shape, i) + actual[i] + ", golden " + golden[i];
      }
    }
    return this;
  }

  private static double difference(double golden, double actual) {
    if (golden == actual || Double.isNaN(golden) && Double.isNaN(actual)) {
      return 0;
    }
    double off = Math.abs(golden - actual);
    return Double.isNaN(off) ? Double.POSITIVE_INFINITY : off;
  }

  private double inUnits(double off, double golden, double largest) {
    return switch (tolerance) {
      case Tolerance.Exact exact -> off;
      case Tolerance.Absolute absolute -> off;
      case Tolerance.AbsoluteOrNoise absolute -> off;
      case Tolerance.OfLargest ofLargest -> off / largest;
      case Tolerance.Relative relative -> off / Math.abs(golden);
    };
  }

  private static String at(String name, Shape shape, int index) {
    int[] place = new int[shape.rank()];
    int rest = index;
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      place[axis] = rest % shape.dim(axis);
      rest /= shape.dim(axis);
    }
    String where = place.length == 0 ? "" : Arrays.toString(place).replace(" ", "");
    return (name + where).isEmpty() ? "" : name + where + " ";
  }

  private static double[] doubles(Tensor tensor) {
    if (tensor.dtype() == DType.I32) {
      return Arrays.stream(tensor.toInts()).asDoubleStream().toArray();
    }
    float[] floats = tensor.toArray();
    double[] doubles = new double[floats.length];
    for (int i = 0; i < doubles.length; i++) {
      doubles[i] = floats[i];
    }
    return doubles;
  }

  /** Adds the row. */
  @Override
  public void close() {
    if (total == 0 && passed) {
      fail("", "nothing to compare");
    }
    String why = remark;
    if (different > 0) {
      why = String.format(Locale.ROOT, "%d of %d differ, most at %s", different, total, remark);
    }
    double shown = passed || different > 0 ? error : Double.NaN;
    findings.add(new Findings.Row(file, item, shown, shownTolerance, passed, passed ? "" : why));
  }
}
