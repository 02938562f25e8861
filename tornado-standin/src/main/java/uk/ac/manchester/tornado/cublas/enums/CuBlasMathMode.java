package uk.ac.manchester.tornado.cublas.enums;

/** The arithmetic of products of floats. */
public enum CuBlasMathMode {
  CUBLAS_DEFAULT_MATH,
  CUBLAS_PEDANTIC_MATH,
  CUBLAS_TF32_TENSOR_OP_MATH
}
