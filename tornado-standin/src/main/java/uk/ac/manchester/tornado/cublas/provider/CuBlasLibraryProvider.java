package uk.ac.manchester.tornado.cublas.provider;

import io.nextscale.standin.Addresses;
import java.lang.foreign.MemorySegment;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.cublas.CuBlasOptions;
import uk.ac.manchester.tornado.cublas.enums.CuBlasMathMode;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;
import uk.ac.manchester.tornado.runtime.library.spi.LibraryContext;
import uk.ac.manchester.tornado.runtime.library.spi.LibraryInvocation;
import uk.ac.manchester.tornado.runtime.library.spi.TornadoLibraryProvider;

/**
 * Products as cuBLAS does them: of matrices stored by columns, of operands that are rounded to what
 * the function says, and added up in single precision.
 *
 * @see <a href="https://docs.nvidia.com/cuda/cublas/#cublasgemmex">cublasGemmEx</a>
 */
public final class CuBlasLibraryProvider implements TornadoLibraryProvider {

  /** Calls of a plan go through a handle that was made for it. */
  private record Handle(long plan) implements LibraryContext {}

  /** For {@link java.util.ServiceLoader}. */
  public CuBlasLibraryProvider() {}

  @Override
  public String libraryName() {
    return "nvidia/cublas";
  }

  /** One that says so: the stand-in has devices of CUDA with and without it. */
  @Override
  public boolean canHandle(TornadoXPUDevice device) {
    return device.getTornadoVMBackend() == TornadoVMBackendType.CUDA
        && device.getDescription().endsWith("cuBLAS");
  }

  @Override
  public LibraryContext createContext(TornadoXPUDevice device, long executionPlanId) {
    return new Handle(executionPlanId);
  }

  @Override
  public void destroyContext(LibraryContext context) {}

  @Override
  public void dispatch(String functionName, LibraryInvocation call) {
    if (!new Handle(call.getExecutionPlanId()).equals(call.getContext())) {
      throw new TornadoRuntimeException(functionName + ": the handle of the plan; got another");
    }
    boolean tensorCores =
        call.getTuning() instanceof CuBlasOptions options
            && options.getMathMode() == CuBlasMathMode.CUBLAS_TF32_TENSOR_OP_MATH;
    Numbers floats = tensorCores ? Numbers.TF32 : Numbers.F32;
    switch (functionName) {
      case "cublasSgemmStridedBatched" -> batched(functionName, call, floats);
      case "cublasGemmExFP16FP32" -> gemm(functionName, call, Numbers.F16, Numbers.F32);
      case "cublasGemmExBF16" -> gemm(functionName, call, Numbers.BF16, Numbers.BF16);
      default -> throw new TornadoRuntimeException("cuBLAS: a known function; got " + functionName);
    }
  }

  /** (transa, transb, m, n, k, α, A, lda, B, ldb, β, C, ldc). */
  private static void gemm(String function, LibraryInvocation call, Numbers in, Numbers out) {
    ColumnMajor a = new ColumnMajor(at(call, 6), in, integer(call, 7), integer(call, 0) == 1);
    ColumnMajor b = new ColumnMajor(at(call, 8), in, integer(call, 9), integer(call, 1) == 1);
    ColumnMajor c = new ColumnMajor(at(call, 11), out, integer(call, 12), false);
    multiply(function, call, a, b, (float) call.getArg(10), c);
  }

  /**
   * (transa, transb, m, n, k, α, A, lda, strideA, B, ldb, strideB, β, C, ldc, strideC, batches).
   */
  private static void batched(String function, LibraryInvocation call, Numbers numbers) {
    for (int i = 0; i < integer(call, 16); i++) {
      MemorySegment a = at(call, 6).asSlice(i * (long) call.getArg(8) * Float.BYTES);
      MemorySegment b = at(call, 9).asSlice(i * (long) call.getArg(11) * Float.BYTES);
      MemorySegment c = at(call, 13).asSlice(i * (long) call.getArg(15) * Float.BYTES);
      multiply(
          function,
          call,
          new ColumnMajor(a, numbers, integer(call, 7), integer(call, 0) == 1),
          new ColumnMajor(b, numbers, integer(call, 10), integer(call, 1) == 1),
          (float) call.getArg(12),
          new ColumnMajor(c, Numbers.F32, integer(call, 14), false));
    }
  }

  private static int integer(LibraryInvocation call, int index) {
    return (int) call.getArg(index);
  }

  private static MemorySegment at(LibraryInvocation call, int index) {
    return Addresses.from(call.getDevicePointer(index));
  }

  /** {@code C = α A B + β C}; what C holds counts for nothing where β is 0. */
  private static void multiply(
      String function,
      LibraryInvocation call,
      ColumnMajor a,
      ColumnMajor b,
      float beta,
      ColumnMajor c) {
    int m = integer(call, 2);
    int n = integer(call, 3);
    int k = integer(call, 4);
    float alpha = (float) call.getArg(5);
    a.requireRows(function, m, k);
    b.requireRows(function, k, n);
    c.requireRows(function, m, n);
    for (int j = 0; j < n; j++) {
      for (int i = 0; i < m; i++) {
        float sum = 0;
        for (int p = 0; p < k; p++) {
          sum += a.get(i, p) * b.get(p, j);
        }
        c.set(i, j, alpha * sum + (beta == 0 ? 0 : beta * c.get(i, j)));
      }
    }
  }
}
