package io.nextscale.training.plot;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What an axis shows.
 *
 * @param label its name, with a unit where there is one
 * @param logarithmic whether equal distances are equal factors; values of 0 and less are then left
 *     out
 */
public record Axis(String label, boolean logarithmic) {

  /** About so many ticks. */
  private static final int TICKS = 7;

  /** Below a factor of 2.5 a logarithmic axis has too few whole digits: it is nearly linear. */
  private static final double NARROW = 0.4;

  /** A linear axis. */
  public static Axis linear(String label) {
    return new Axis(label, false);
  }

  /** A logarithmic axis. */
  public static Axis logarithmic(String label) {
    return new Axis(label, true);
  }

  /** A line across the chart; without text it is a minor one. */
  record Tick(double value, String text) {}

  /** Whether a value has a place. */
  boolean shows(double value) {
    return Double.isFinite(value) && (!logarithmic || value > 0);
  }

  /** The place of a value before it is fitted into the chart. */
  double place(double value) {
    return logarithmic ? StrictMath.log10(value) : value;
  }

  /** The ticks between two places. */
  List<Tick> ticks(double low, double high) {
    if (!logarithmic) {
      return steps(low, high);
    }
    return high - low < NARROW
        ? steps(StrictMath.pow(10, low), StrictMath.pow(10, high))
        : decades(low, high);
  }

  /** Multiples of 1, 2 or 5 times a power of ten. */
  private static List<Tick> steps(double low, double high) {
    double rough = (high - low) / TICKS;
    double power = StrictMath.pow(10, Math.floor(StrictMath.log10(rough)));
    double digit = rough / power;
    double step = power * (digit < 1.4 ? 1 : digit < 3.2 ? 2 : digit < 7.1 ? 5 : 10);
    double largest = Math.max(Math.abs(low), Math.abs(high));
    List<Tick> ticks = new ArrayList<>();
    for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) {
      ticks.add(new Tick(i * step, number(i * step, step, largest)));
    }
    return ticks;
  }

  /** Powers of ten; with few of them, 2 and 5 times these as well. */
  private static List<Tick> decades(double low, double high) {
    double span = high - low;
    int every = (int) Math.max(1, Math.ceil(span / TICKS));
    List<Tick> ticks = new ArrayList<>();
    for (int power = (int) Math.floor(low); power <= high; power++) {
      for (int digit = 1; digit < 10; digit++) {
        double place = power + StrictMath.log10(digit);
        boolean named = digit == 1 ? Math.floorMod(power, every) == 0 : isNamed(digit, span);
        if (place >= low - 1e-9 && place <= high + 1e-9 && (every == 1 || digit == 1)) {
          double value = digit * StrictMath.pow(10, power);
          ticks.add(new Tick(value, named ? number(value, value, value) : ""));
        }
      }
    }
    return ticks;
  }

  private static boolean isNamed(int digit, double span) {
    return span < 0.8 || (span < 2.2 && (digit == 2 || digit == 5));
  }

  /**
   * A number with as many decimals as tell it from its neighbours, in thousands, k, millions, M, or
   * thousands of millions, G, where the largest one is of that size.
   */
  private static String number(double value, double step, double largest) {
    if (largest < 1e4 || value == 0) {
      return plain(value, step);
    }
    int group = largest < 1e6 ? 1 : largest < 1e9 ? 2 : 3;
    double unit = StrictMath.pow(1000, group);
    return plain(value / unit, step / unit) + "kMG".charAt(group - 1);
  }

  private static String plain(double value, double step) {
    int decimals = (int) Math.clamp(Math.ceil(-StrictMath.log10(step) - 1e-9), 0, 12);
    String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
    return text.startsWith("-") ? "\u2212" + text.substring(1) : text;
  }
}
