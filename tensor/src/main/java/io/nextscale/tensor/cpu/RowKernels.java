package io.nextscale.tensor.cpu;

/**
 * Loops over one row of an array: sums in a fixed order, and maps of rows that start at different
 * offsets.
 *
 * <p>A row is {@code n} consecutive elements from an offset: {@code x[xo .. xo+n)}. Loops whose
 * arrays all use the same index need no kernel here, since the compiler turns them into vector
 * instructions by itself; with an offset per array it does not.
 *
 * <p>Every sum runs in 32 canonical lanes: lane l adds elements l, l+32, l+64, … in this order,
 * then lanes are folded in halves (lane l += lane l+16, then +8, +4, +2, +1). The order depends on
 * n only, so {@link VectorRowKernels} at any width and {@link ScalarRowKernels} give the same bits.
 */
sealed interface RowKernels permits ScalarRowKernels, VectorRowKernels {

  /** The kernels of this JVM. */
  RowKernels ROWS = CpuInfo.VECTOR ? new VectorRowKernels() : new ScalarRowKernels();

  /** Lanes of a sum. */
  int LANES = 32;

  /** Elements that one chunk of a parallel loop handles: some microseconds of work. */
  int CHUNK = 16_384;

  /** Rows per chunk of a parallel loop over rows of {@code n} elements. */
  static int rowsPerChunk(int n) {
    return Math.max(1, CHUNK / Math.max(1, n));
  }

  /** Adds the upper half of the lanes to the lower until one is left. */
  static float fold(float[] lane) {
    for (int half = LANES / 2; half > 0; half >>= 1) {
      for (int l = 0; l < half; l++) {
        lane[l] += lane[l + half];
      }
    }
    return lane[0];
  }

  // Sums

  /** Σ x. */
  float sum(float[] x, int xo, int n);

  /** Σ x y, each product added by {@code fma}. */
  float dot(float[] x, int xo, float[] y, int yo, int n);

  /** Σ (x - mean)². */
  float squaredDeviations(float[] x, int xo, int n, float mean);

  /** Σ y (x - mean) scale, the product with y added by {@code fma}. */
  float normalizedDot(float[] x, int xo, float mean, float scale, float[] y, int yo, int n);

  /** The largest element as by {@code Math.max}: a NaN if there is one; -∞ for an empty row. */
  float max(float[] x, int xo, int n);

  /** The largest element, NaNs left out: cheaper than {@link #max}, enough to choose a range. */
  float largest(float[] x, int xo, int n);

  /** y = e^(x - shift); returns Σ y. */
  float expSum(float[] x, int xo, float[] y, int yo, int n, float shift);

  // Maps

  /** y = factor x. */
  void scale(float[] x, int xo, float[] y, int yo, int n, float factor);

  /** y = x / divisor. */
  void divide(float[] x, int xo, float[] y, int yo, int n, float divisor);

  /** y = y + factor x, by {@code fma}. */
  void addScaled(float[] x, int xo, float[] y, int yo, int n, float factor);

  /** y = y + a b, by {@code fma}. */
  void addProduct(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n);

  /** y = max(x, y) as by {@code Math.max}. */
  void maximum(float[] x, int xo, float[] y, int yo, int n);

  /** y = (x - mean) scale. */
  void normalize(float[] x, int xo, float[] y, int yo, int n, float mean, float scale);

  /**
   * y = (x - mean) scale · factor + shift, the last two rows; their product is added by {@code
   * fma}.
   */
  void normalizeAffine(
      float[] x,
      int xo,
      float[] y,
      int yo,
      int n,
      float mean,
      float scale,
      float[] factor,
      int fo,
      float[] shift,
      int so);

  /** y = x factor + shift, by {@code fma}; factor and shift are rows. */
  void affine(
      float[] x, int xo, float[] y, int yo, int n, float[] factor, int fo, float[] shift, int so);

  /** y = silu(x factor + shift), as {@link #affine}. */
  void affineSilu(
      float[] x, int xo, float[] y, int yo, int n, float[] factor, int fo, float[] shift, int so);

  /** dx = dy silu'(x factor + shift), with the argument as in {@link #affine}. */
  void affineSiluGrad(
      float[] x,
      int xo,
      float[] dy,
      int dyo,
      float[] dx,
      int dxo,
      int n,
      float[] factor,
      int fo,
      float[] shift,
      int so);

  /** y = a x + b (z - mean) + c: the shape of the derivatives of normalisations. */
  void combine(
      float[] x,
      int xo,
      float a,
      float[] z,
      int zo,
      float mean,
      float b,
      float c,
      float[] y,
      int yo,
      int n);

  /** y = x (z - shift). */
  void timesShifted(float[] x, int xo, float[] z, int zo, float shift, float[] y, int yo, int n);

  // Columns of a block of rows: x[xo + row stride + column]

  /** y[column] = Σ x over the rows, in their order; {@code y[yo .. yo+n)} is overwritten. */
  void columnSums(float[] x, int xo, int stride, int rows, int n, float[] y, int yo);

  /** y[column] = Σ (x - mean[column])² over the rows, in their order. */
  void columnSquaredDeviations(
      float[] x, int xo, int stride, int rows, int n, float[] mean, int mo, float[] y, int yo);

  /**
   * Rows of a normalised map on the way back: with {@code z = x factor + shift}, {@code dz = dy
   * silu'(z)}, or dy without {@code silu}, and {@code x̂ = x unit + unitShift}, writes dz and the
   * sums over the rows, in their order, of dz and of {@code dz x̂}.
   *
   * @param o where the rows of x and dy begin, one after the other; those of dz begin at zo
   * @param bo where factor, shift, unit and unitShift begin
   * @param dz may be dy
   * @param so where both sums begin; they are overwritten
   */
  void affineSiluGradSums(
      float[] x,
      float[] dy,
      int o,
      int rows,
      int n,
      float[] factor,
      float[] shift,
      float[] unit,
      float[] unitShift,
      int bo,
      boolean silu,
      float[] dz,
      int zo,
      float[] sums,
      float[] products,
      int so);

  /**
   * {@code dx = dz factor + x̂ slope + constant} for rows of a map, {@code x̂ = x unit +
   * unitShift}.
   *
   * @param o where the rows of x, dz and dx begin, one after the other
   * @param bo where the other five begin
   * @param dx may be dz
   */
  void addNormalized(
      float[] x,
      float[] dz,
      int o,
      int rows,
      int n,
      float[] factor,
      float[] unit,
      float[] unitShift,
      float[] slope,
      float[] constant,
      int bo,
      float[] dx);
}
