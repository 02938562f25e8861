package io.nextscale.cli.parity;

import org.jspecify.annotations.Nullable;

/** How far a number may be from the golden one. */
sealed interface Tolerance {

  /** Equal numbers: ids, masks, files, procedural tensors. */
  record Exact() implements Tolerance {
    @Override
    public double limit(double golden, double largest) {
      return 0;
    }

    @Override
    public String toString() {
      return "exact";
    }
  }

  /** At most {@code limit} off. */
  record Absolute(double limit) implements Tolerance {
    @Override
    public double limit(double golden, double largest) {
      return limit;
    }

    @Override
    public String toString() {
      return Findings.brief(limit);
    }
  }

  /**
   * At most {@code limit} off, or {@link #NOISE} times the largest magnitude of the golden tensor
   * where that is more: gradients of single operations, which can be of any size.
   *
   * <p>Sums of large terms, added up in float32 in whatever order, differ between two programs by a
   * share of their size, whatever the absolute limit for numbers near 1 says. Recorded gradients
   * were found up to 1e-5 of the largest one off from the same computation in float64 (for example
   * 2.1e-5 where the largest is 13.5, behind a softmax of products scaled by 100).
   */
  record AbsoluteOrNoise(double limit) implements Tolerance {
    /** A tenth of what gradients of whole models are allowed. */
    static final double NOISE = 1e-5;

    @Override
    public double limit(double golden, double largest) {
      return Math.max(limit, NOISE * largest);
    }

    @Override
    public String toString() {
      return Findings.brief(limit) + " / max";
    }
  }

  /** At most {@code factor} times the largest magnitude of the golden tensor off: gradients. */
  record OfLargest(double factor) implements Tolerance {
    @Override
    public double limit(double golden, double largest) {
      return factor * largest;
    }

    @Override
    public String toString() {
      return Findings.brief(factor) + " of max";
    }
  }

  /** At most {@code factor} times the golden number itself off: losses, norms, learning rates. */
  record Relative(double factor) implements Tolerance {
    @Override
    public double limit(double golden, double largest) {
      return factor * Math.abs(golden);
    }

    @Override
    public String toString() {
      return Findings.brief(factor) + " rel";
    }
  }

  /**
   * The largest difference allowed.
   *
   * @param golden the golden number
   * @param largest the largest magnitude of the golden tensor it belongs to
   */
  double limit(double golden, double largest);

  /**
   * What a manifest says: {@code exact}, {@code 1e-4}, {@code 1e-4 * max|golden tensor|}, {@code
   * 1e-5 * |golden|}, {@code 1e-12 rel}, each with a remark that may follow.
   *
   * @param previous what {@code as above} refers to
   * @return null when the text names no tolerance
   */
  static @Nullable Tolerance parse(String text, @Nullable Tolerance previous) {
    String said = text.strip();
    if (said.startsWith("as above")) {
      return previous;
    }
    if (said.startsWith("exact")) {
      return new Exact();
    }
    int end = said.indexOf(' ') < 0 ? said.length() : said.indexOf(' ');
    double number;
    try {
      number = Double.parseDouble(said.substring(0, end));
    } catch (NumberFormatException e) {
      return null;
    }
    String rest = said.substring(end).strip();
    if (rest.startsWith("* max|golden")) {
      return new OfLargest(number);
    }
    if (rest.startsWith("* |golden") || rest.startsWith("rel")) {
      return new Relative(number);
    }
    return new Absolute(number);
  }
}
