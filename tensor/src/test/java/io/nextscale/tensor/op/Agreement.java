package io.nextscale.tensor.op;

/**
 * How far a kernel's result may lie from the reference: each element by at most {@code relative} of
 * itself plus {@code ofLargest} of the largest finite element of the result. Infinite elements and
 * NaN agree exactly.
 */
record Agreement(double relative, double ofLargest) {

  private static final double ULP = 0x1p-23;

  /**
   * Results below this are as good as 0: e^-88, the smallest the kernels' exp gives, times a
   * little.
   */
  private static final double TINY = 1e-32;

  /**
   * Copies, comparisons and indices; also one IEEE operation, because rounding its exact result to
   * double and then to float gives the same as rounding it to float at once (Figueroa 1995).
   */
  static final Agreement EXACT = new Agreement(0, 0);

  /** One fused multiply-add: here the two roundings can differ from the one. */
  static final Agreement ROUNDED_ONCE = new Agreement(ULP, 0);

  /**
   * The kernels' own exp is within 1 ulp, and up to three more operations follow it. The second
   * term is for results that are differences, such as a gradient near its root.
   */
  static final Agreement EXPONENTIAL = new Agreement(4 * ULP, ULP / 2);

  /**
   * Sums in float of up to about a thousand terms of magnitude 1 in the canonical 32 lanes: 32
   * roundings in a lane, and the terms cancel, so that the result is smaller than the sum of the
   * magnitudes.
   */
  static final Agreement SUM = new Agreement(0, 16 * ULP);

  /** As {@link #SUM}, of 70,000 terms: two thousand roundings in a lane. */
  static final Agreement LONG_SUM = new Agreement(0, 64 * ULP);

  /**
   * Statistics of a row, then a few operations with them: a mean and a variance, each with the
   * error of a sum, and their product with the element.
   */
  static final Agreement STATISTICS = new Agreement(8 * ULP, 8 * ULP);

  /** One sequential fused multiply-add per term, up to a thousand terms that cancel. */
  static final Agreement PRODUCT = new Agreement(0, 16 * ULP);

  /**
   * Convolution by Winograd's F(4×4, 3×3): its transforms multiply by up to 8 and subtract, which
   * costs about one and a half decimal digits (Lavin and Gray 2015, section 5).
   */
  static final Agreement CONVOLUTION = new Agreement(0, 64 * ULP);

  /** Sums of products, their exponentials, and sums of products with these. */
  static final Agreement ATTENTION = new Agreement(0, 16 * ULP);

  /** The same of each element alone, for results whose magnitudes are far apart. */
  Agreement ofEach() {
    return new Agreement(relative + ofLargest, 0);
  }

  boolean allows(float actual, float expected, double largest) {
    if (Float.isNaN(expected) || Float.isInfinite(expected) || this.equals(EXACT)) {
      return Float.floatToIntBits(actual) == Float.floatToIntBits(expected);
    }
    double bound = relative * Math.abs((double) expected) + ofLargest * largest + TINY;
    return Math.abs((double) actual - expected) <= bound;
  }
}
