package io.nextscale.tornado;

import io.nextscale.tornado.kernels.Storage;
import java.lang.reflect.InvocationTargetException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.common.Access;
import uk.ac.manchester.tornado.api.common.LibraryTaskDescriptor;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.exceptions.TornadoBailoutRuntimeException;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;
import uk.ac.manchester.tornado.runtime.library.LibraryRegistry;
import uk.ac.manchester.tornado.runtime.library.spi.LibraryContext;
import uk.ac.manchester.tornado.runtime.library.spi.LibraryInvocation;
import uk.ac.manchester.tornado.runtime.library.spi.TornadoLibraryProvider;

/**
 * A library of one function for TornadoVM: a product of ranges of the device's memory, which it
 * hands on to cuBLAS.
 *
 * <p>TornadoVM's own tasks of cuBLAS take whole arrays, and their extents are those of the time the
 * graph was made. A library is told the arrays of the host as they are at each execution, though,
 * and where those of the device are. So this one reads extents and places from the array that all
 * kernels of a graph have their arguments in, and calls cuBLAS with addresses of ranges: one graph
 * serves all shapes, and nothing is copied.
 *
 * <p>Args: {@link Precision}, batches, M, N, K; A, whether it is transposed; B, whether it is
 * transposed, whether it is shared by all batches; C. Offsets count floats, those of 16-bit
 * operands words.
 */
public final class CuBlasProducts implements TornadoLibraryProvider {

  private static final String NAME = "io.nextscale/products";
  private static final String CUBLAS = "nvidia/cublas";

  /** Parameters of the task. */
  private static final int ARGS = 1;

  private static final int MEMORY = 3;
  private static final int WORDS = 4;

  /** Nothing is kept here: the handle of a plan is cuBLAS's own. */
  private record Nothing() implements LibraryContext {}

  /** For {@link java.util.ServiceLoader}. */
  public CuBlasProducts() {}

  /** The task, as a graph takes it: parameters as those of kernels. */
  static LibraryTaskDescriptor task(
      String id,
      Integer base,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    return new LibraryTaskDescriptor()
        .withLibrary(NAME)
        .withFunction(id)
        .withParameters(new Object[] {base, args, numbers, memory, words})
        .withAccess(
            new Access[] {
              Access.READ_ONLY,
              Access.READ_ONLY,
              Access.READ_ONLY,
              Access.READ_WRITE,
              Access.READ_WRITE
            });
  }

  /** Why a device of CUDA has no cuBLAS; empty when it has. */
  static Optional<String> missingOn(TornadoDevice device) {
    try {
      LibraryRegistry.findProvider(NAME, (TornadoXPUDevice) device);
      LibraryRegistry.findProvider(CUBLAS, (TornadoXPUDevice) device);
      return Optional.empty();
    } catch (TornadoRuntimeException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public String libraryName() {
    return NAME;
  }

  @Override
  public boolean canHandle(TornadoXPUDevice device) {
    return device.getTornadoVMBackend() == TornadoVMBackendType.CUDA;
  }

  @Override
  public LibraryContext createContext(TornadoXPUDevice device, long executionPlanId) {
    return new Nothing();
  }

  @Override
  public void destroyContext(LibraryContext context) {}

  /**
   * Computes a product.
   *
   * @param functionName the task, which is named when it fails
   */
  @Override
  public void dispatch(String functionName, LibraryInvocation invocation) {
    try {
      multiply(invocation);
    } catch (RuntimeException e) {
      throw new TornadoBailoutRuntimeException("task " + functionName + ": " + e.getMessage(), e);
    }
  }

  private static void multiply(LibraryInvocation call) {
    IntArray args = (IntArray) call.getArg(ARGS);
    int base = (int) call.getArg(0);
    Precision precision = Precision.values()[args.get(base)];
    Gemm gemm = gemm(call, args, base, precision);
    switch (precision) {
      case F32 -> cublas(call, "cublasSgemmStridedBatched", null, gemm.ofFloats());
      case TF32 -> cublas(call, "cublasSgemmStridedBatched", tensorCores(), gemm.ofFloats());
      case F16 -> eachBatch(call, "cublasGemmExFP16FP32", gemm, Float.BYTES);
      case BF16 -> eachBatch(call, "cublasGemmExBF16", gemm, Short.BYTES);
    }
  }

  private static Gemm gemm(LibraryInvocation call, IntArray args, int base, Precision precision) {
    int inputs = precision.format == Storage.F32 ? MEMORY : WORDS;
    int sums = precision == Precision.BF16 ? WORDS : MEMORY;
    int m = args.get(base + 2);
    int n = args.get(base + 3);
    int k = args.get(base + 4);
    long a = address(call, inputs, args.get(base + 5));
    int transposeA = args.get(base + 6);
    long b = address(call, inputs, args.get(base + 7));
    int transposeB = args.get(base + 8);
    long strideB = args.get(base + 9) == 1 ? 0 : (long) k * n;
    return new Gemm(
        args.get(base + 1),
        m,
        n,
        k,
        new Gemm.Matrix(a, transposeA, transposeA == 1 ? m : k, (long) m * k),
        new Gemm.Matrix(b, transposeB, transposeB == 1 ? k : n, strideB),
        new Gemm.Matrix(address(call, sums, args.get(base + 10)), 0, n, (long) m * n));
  }

  /** One after the other: there is no function of 16-bit operands for all. */
  private static void eachBatch(LibraryInvocation call, String function, Gemm gemm, int sumBytes) {
    for (int i = 0; i < gemm.batches(); i++) {
      cublas(call, function, null, gemm.ofShorts(i, sumBytes));
    }
  }

  private static long address(LibraryInvocation call, int array, int offset) {
    return call.getDevicePointer(array) + (long) offset * Integer.BYTES;
  }

  private static void cublas(
      LibraryInvocation call, String function, @Nullable Object tuning, Object[] arguments) {
    long[] pointers = new long[arguments.length];
    boolean[] references = new boolean[arguments.length];
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i] instanceof Gemm.Address(long at)) {
        pointers[i] = at;
        references[i] = true;
      }
    }
    TornadoXPUDevice device = call.getDevice();
    long plan = call.getExecutionPlanId();
    TornadoLibraryProvider cublas = LibraryRegistry.findProvider(CUBLAS, device);
    LibraryContext handle = LibraryRegistry.getOrCreateContext(cublas, device, plan);
    cublas.dispatch(
        function,
        new LibraryInvocation(arguments, pointers, references, device, plan, handle, tuning));
  }

  /** What has cuBLAS round floats to TF32; by name, since its module may be absent. */
  private static Object tensorCores() {
    try {
      Class<?> modes = Class.forName("uk.ac.manchester.tornado.cublas.enums.CuBlasMathMode");
      Object mode =
          modes.getMethod("valueOf", String.class).invoke(null, "CUBLAS_TF32_TENSOR_OP_MATH");
      Class<?> options = Class.forName("uk.ac.manchester.tornado.cublas.CuBlasOptions");
      return options
          .getMethod("withMathMode", modes)
          .invoke(options.getConstructor().newInstance(), mode);
    } catch (ClassNotFoundException
        | NoSuchMethodException
        | InstantiationException
        | IllegalAccessException
        | InvocationTargetException e) {
      throw new TornadoRuntimeException("cuBLAS: products in TF32; got " + e);
    }
  }
}
