package io.nextscale.tensor.cpu;

/**
 * The one-dimensional transforms of Winograd's F(4,3): four outputs of a filter with three taps
 * from six inputs, {@code y = Aᵀ [(G g) ⊙ (Bᵀ d)]}, six products instead of twelve. Applied to rows
 * and columns they give F(4x4, 3x3): 36 products per 16 outputs instead of 144.
 *
 * <p>The method of Toom and Cook with interpolation points 0, ±a, ±b, ∞. The usual a = 1, b = 2
 * lose five times more digits than a = 5/8, b = 3/2, whose powers are exact floats as well; the
 * error of a convolution of 160 channels is then below 2e-5 of the outputs' root mean square.
 *
 * <p>Each transform works on vectors of numbers that lie {@code step} apart, for n neighbouring
 * channels at once.
 *
 * @see <a href="https://arxiv.org/abs/1509.09308">Lavin and Gray 2015, section 4.3</a>
 * @see <a href="https://openreview.net/forum?id=H1ZaRZVKg">Vincent et al. 2017: choice of
 *     points</a>
 */
sealed interface WinogradTransforms permits ScalarWinogradTransforms, VectorWinogradTransforms {

  float A = 0.625f;
  float A2 = A * A;
  float A3 = A * A * A;
  float B = 1.5f;
  float B2 = B * B;
  float B3 = B * B * B;

  /** Coefficients of (x² - a²)(x² - b²) = x⁴ - SUM x² + PRODUCT. */
  float SUM = A2 + B2;

  float PRODUCT = A2 * B2;

  /** 1 over the product of the differences between a point and the others, for 0, ±a, ±b. */
  float WEIGHT_0 = (float) (1.0 / PRODUCT);

  float WEIGHT_A = (float) (1.0 / (2.0 * A2 * (A2 - B2)));
  float WEIGHT_B = (float) (1.0 / (2.0 * B2 * (B2 - A2)));

  /** {@code y = Bᵀ x}: six inputs to six. */
  void input(float[] x, int x0, int xStep, float[] y, int y0, int yStep, int n);

  /** {@code y = G x}: three weights to six. */
  void weight(float[] x, int x0, int xStep, float[] y, int y0, int yStep, int n);

  /** {@code y = Aᵀ x}: six products to four outputs. */
  void output(float[] x, int x0, int xStep, float[] y, int y0, int yStep, int n);

  /** {@code y = A x}, the transpose of {@link #output}: four gradients of outputs to six. */
  void outputGradient(float[] x, int x0, int xStep, float[] y, int y0, int yStep, int n);

  /** {@code y = Gᵀ x}, the transpose of {@link #weight}: six sums to three weights. */
  void weightGradient(float[] x, int x0, int xStep, float[] y, int y0, int yStep, int n);
}
