package io.nextscale.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a search may cost at most. A strategy asks before it spends, so that no limit is exceeded,
 * but for that of time, which is looked at between batches.
 *
 * @param images complete pictures
 * @param evaluations steps of single pictures (NFE)
 * @param flops floating-point operations of model and pictures
 * @param verified pictures that are scored
 * @param seconds by the clock
 * @see Spent
 */
public record Budget(long images, long evaluations, double flops, long verified, double seconds) {

  private static final long ANY = Long.MAX_VALUE;

  /** No limits: a strategy ends by itself. */
  public static final Budget UNLIMITED =
      new Budget(ANY, ANY, Double.POSITIVE_INFINITY, ANY, Double.POSITIVE_INFINITY);

  /** Checks the ranges. */
  public Budget {
    if (images < 1 || evaluations < 1 || verified < 1 || !(flops > 0) || !(seconds > 0)) {
      throw new IllegalArgumentException(
          "budget: limits greater than 0; got "
              + List.of(images, evaluations, flops, verified, seconds));
    }
  }

  /**
   * A budget in words: {@code nfe=1365}, {@code images=195,seconds=60}, {@code flops=2.5e12},
   * {@code verified=100}.
   *
   * @throws IllegalArgumentException naming what is not understood
   */
  public static Budget parse(String text) {
    Budget budget = UNLIMITED;
    List<String> seen = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      String[] sides = part.strip().split("=", -1);
      String name = sides[0].strip().toLowerCase(Locale.ROOT);
      if (sides.length != 2 || seen.contains(name)) {
        throw unclear(text, part);
      }
      seen.add(name);
      double value;
      try {
        value = Double.parseDouble(sides[1].strip());
      } catch (NumberFormatException e) {
        throw unclear(text, part);
      }
      if (!(value > 0) || Double.isInfinite(value)) {
        throw unclear(text, part);
      }
      budget = budget.with(name, value, text, part);
    }
    return budget;
  }

  private Budget with(String name, double value, String text, String part) {
    boolean counts = !name.equals("flops") && !name.equals("seconds");
    if (counts && (value != Math.rint(value) || value >= ANY)) {
      throw unclear(text, part);
    }
    return switch (name) {
      case "images" -> new Budget((long) value, evaluations, flops, verified, seconds);
      case "nfe" -> new Budget(images, (long) value, flops, verified, seconds);
      case "verified" -> new Budget(images, evaluations, flops, (long) value, seconds);
      case "flops" -> new Budget(images, evaluations, value, verified, seconds);
      case "seconds" -> new Budget(images, evaluations, flops, verified, value);
      default -> throw unclear(text, part);
    };
  }

  private static IllegalArgumentException unclear(String text, String part) {
    return new IllegalArgumentException(
        "budget: limits images, nfe, flops, verified or seconds, each a number greater than 0 and"
            + " once; got '"
            + part.strip()
            + "' in '"
            + text
            + "' — such as nfe=1365 or images=195,seconds=60");
  }

  /** How often a cost fits into what is left after {@code spent}. */
  public long left(Spent spent, Spent cost) {
    long times = fit(images - spent.images(), cost.images());
    times = Math.min(times, fit(evaluations - spent.evaluations(), cost.evaluations()));
    times = Math.min(times, fit(verified - spent.verified(), cost.verified()));
    if (cost.flops() > 0 && !Double.isInfinite(flops)) {
      times = Math.min(times, (long) Math.floor((flops - spent.flops()) / cost.flops()));
    }
    return spent.seconds() >= seconds ? 0 : Math.max(0, times);
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    List<String> limits = new ArrayList<>();
    Object[][] all = {
      {"images", images, ANY},
      {"nfe", evaluations, ANY},
      {"flops", flops, Double.POSITIVE_INFINITY},
      {"verified", verified, ANY},
      {"seconds", seconds, Double.POSITIVE_INFINITY}
    };
    for (Object[] limit : all) {
      if (!limit[1].equals(limit[2])) {
        limits.add(limit[0] + "=" + limit[1]);
      }
    }
    return limits.isEmpty() ? "no limits" : String.join(",", limits);
  }

  /** Whether a cost fits into what is left after {@code spent}. */
  public boolean affords(Spent spent, Spent cost) {
    return left(spent, cost) > 0;
  }

  private static long fit(long left, long each) {
    return each == 0 ? ANY : left / each;
  }
}
