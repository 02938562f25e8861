package io.nextscale.tensor.cpu;

/**
 * The heavy kernels over one set of innermost loops.
 *
 * @param tiles register tiles of products
 * @param gemm matrix products
 * @param attention attention
 * @param attentionGradients gradients of attention
 * @param convolution convolution
 * @param convolutionGradients gradients of convolution
 */
record CpuKernels(
    Tiles tiles,
    Gemm gemm,
    AttentionForward attention,
    AttentionBackward attentionGradients,
    Convolution2d convolution,
    ConvolutionGradients convolutionGradients) {

  /** The kernels that {@link CpuInfo} chose. */
  static final CpuKernels ACTIVE =
      CpuInfo.VECTOR
          ? of(new VectorTiles(), RowKernels.ROWS, new VectorWinogradTransforms())
          : scalar();

  /** Kernels in plain Java, whatever the processor. */
  static CpuKernels scalar() {
    return of(new ScalarTiles(), new ScalarRowKernels(), new ScalarWinogradTransforms());
  }

  private static CpuKernels of(Tiles tiles, RowKernels rows, WinogradTransforms transforms) {
    Gemm gemm = new Gemm(tiles);
    WinogradConvolution winograd = new WinogradConvolution(tiles, transforms);
    Convolution2d convolution = new Convolution2d(tiles, gemm, winograd);
    return new CpuKernels(
        tiles,
        gemm,
        new AttentionForward(tiles, rows),
        new AttentionBackward(tiles, rows),
        convolution,
        new ConvolutionGradients(
            tiles, convolution, new WinogradWeightGradient(tiles, transforms, winograd)));
  }
}
