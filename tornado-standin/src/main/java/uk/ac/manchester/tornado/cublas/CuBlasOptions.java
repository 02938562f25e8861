package uk.ac.manchester.tornado.cublas;

import uk.ac.manchester.tornado.cublas.enums.CuBlasMathMode;

/** How a call of cuBLAS is to be done. */
public final class CuBlasOptions {

  private CuBlasMathMode mathMode = CuBlasMathMode.CUBLAS_DEFAULT_MATH;

  public CuBlasOptions() {}

  /** The arithmetic of this call. */
  public CuBlasOptions withMathMode(CuBlasMathMode mathMode) {
    this.mathMode = mathMode;
    return this;
  }

  public CuBlasMathMode getMathMode() {
    return mathMode;
  }
}
