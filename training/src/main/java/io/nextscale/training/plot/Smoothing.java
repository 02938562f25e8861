package io.nextscale.training.plot;

/** Makes the course of noisy numbers visible. */
public final class Smoothing {

  private Smoothing() {}

  /**
   * The mean of the numbers around each one, those at distance d with the weight {@code memory^d}:
   * {@code s_i = Σ_j m^|i−j| y_j / Σ_j m^|i−j|} over the finite y_j. It looks both ways and so does
   * not lag behind.
   *
   * @param memory m in 0 .. 1, 1 not included; 0.98 looks 50 numbers far
   */
  public static double[] centred(double[] y, double memory) {
    if (!(memory >= 0 && memory < 1)) {
      throw new IllegalArgumentException(
          "smoothing: a memory of 0 .. 1, 1 not included; got " + memory);
    }
    double[] sums = new double[y.length];
    double[] weights = new double[y.length];
    double sum = 0;
    double weight = 0;
    for (int i = 0; i < y.length; i++) { // j ≤ i
      boolean there = Double.isFinite(y[i]);
      sum = memory * sum + (there ? y[i] : 0);
      weight = memory * weight + (there ? 1 : 0);
      sums[i] = sum;
      weights[i] = weight;
    }
    sum = 0;
    weight = 0;
    for (int i = y.length - 1; i >= 0; i--) { // j > i
      sums[i] += sum;
      weights[i] += weight;
      boolean there = Double.isFinite(y[i]);
      sum = memory * (sum + (there ? y[i] : 0));
      weight = memory * (weight + (there ? 1 : 0));
    }
    double[] smooth = new double[y.length];
    for (int i = 0; i < y.length; i++) {
      smooth[i] = sums[i] / weights[i];
    }
    return smooth;
  }
}
