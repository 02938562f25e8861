package uk.ac.manchester.tornado.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static uk.ac.manchester.tornado.api.enums.DataTransferMode.EVERY_EXECUTION;

import io.nextscale.standin.Addresses;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.common.Access;
import uk.ac.manchester.tornado.api.common.LibraryTaskDescriptor;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;
import uk.ac.manchester.tornado.cublas.CuBlasOptions;
import uk.ac.manchester.tornado.cublas.enums.CuBlasMathMode;

/** Calls of libraries as tasks, and cuBLAS. */
class LibraryTest {

  private static final String FLOATS = "cublasSgemmStridedBatched";

  /** 1 + 2⁻¹⁰ + 2⁻¹¹: halfway between two numbers of 10 bits, above one of 7. */
  private static final float TIE = 1 + 0x1p-10f + 0x1p-11f;

  /** By columns (1 3 5; 2 4 6), and (1 0 1; 0 1 1) likewise. */
  private final FloatArray a = FloatArray.fromElements(1, 2, 3, 4, 5, 6);

  private final FloatArray b = FloatArray.fromElements(1, 0, 1, 0, 1, 1);
  private final FloatArray c = new FloatArray(4);

  @BeforeEach
  void withCuda() {
    System.setProperty("tornado.standin.cuda", "true");
  }

  @AfterEach
  void withoutCuda() {
    System.clearProperty("tornado.standin.cuda");
  }

  private static LibraryTaskDescriptor describe(
      String library, String function, Integer lda, Object tuning, Object[] rest, Access[] access) {
    Object[] parameters = rest.clone();
    parameters[7] = lda;
    return new LibraryTaskDescriptor()
        .withLibrary(library)
        .withFunction(function)
        .withTuning(tuning)
        .withParameters(parameters)
        .withAccess(access);
  }

  private static Access[] accesses(int count) {
    Access[] all = new Access[count];
    Arrays.fill(all, Access.READ_WRITE);
    return all;
  }

  /** A graph of one product of 2 x 3 and 3 x 2. */
  private TaskGraph graph(String library, String function, int lda, Object tuning, Object... rest) {
    TaskGraph graph = new TaskGraph("g").transferToDevice(EVERY_EXECUTION, a, b);
    Access[] access = accesses(rest.length);
    graph.libraryTask("t", LibraryTest::describe, library, function, lda, tuning, rest, access);
    return graph.transferToHost(EVERY_EXECUTION, c);
  }

  private Object[] product() {
    return new Object[] {0, 0, 2, 2, 3, 1f, a, 0, 0L, b, 3, 0L, 0f, c, 2, 0L, 1};
  }

  private static void execute(TaskGraph graph, int device) throws Exception {
    try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
      plan.withDevice(TornadoExecutionPlan.getDevice(1, device)).execute();
    }
  }

  @Test
  void matricesAreStoredByColumns() throws Exception {
    execute(graph("nvidia/cublas", FLOATS, 2, null, product()), 0);
    assertThat(c.toHeapArray()).containsExactly(6, 8, 8, 10);
    Object[] transposed = product();
    transposed[0] = 1; // a is (1 4; 2 5; 3 6) by columns, and read as its transpose
    execute(graph("nvidia/cublas", FLOATS, 3, null, transposed), 0);
    assertThat(c.toHeapArray()).containsExactly(4, 10, 5, 11);
  }

  @Test
  void operandsOfTensorCoresAreRounded() throws Exception {
    a.init(TIE);
    execute(graph("nvidia/cublas", FLOATS, 2, null, product()), 0);
    assertThat(c.get(0)).isEqualTo(2 * TIE);
    Object tuning = new CuBlasOptions().withMathMode(CuBlasMathMode.CUBLAS_TF32_TENSOR_OP_MATH);
    execute(graph("nvidia/cublas", FLOATS, 2, tuning, product()), 0);
    assertThat(c.get(0)).as("away from zero").isEqualTo(2 * (1 + 0x1p-9f));
  }

  /** Two to a word, one after the other: 1 and 2 as binary16, then 1 and 1.5 as bfloat16. */
  @Test
  void shortsAreReadFromWords() throws Exception {
    IntArray halves = IntArray.fromElements(0x40003c00, 0x40003c00);
    Object[] rest = {0, 0, 1, 1, 2, 1f, halves, 0, halves, 2, 0f, c, 1};
    TaskGraph graph = new TaskGraph("g").transferToDevice(EVERY_EXECUTION, halves);
    graph.libraryTask(
        "t",
        LibraryTest::describe,
        "nvidia/cublas",
        "cublasGemmExFP16FP32",
        1,
        null,
        rest,
        accesses(13));
    execute(graph.transferToHost(EVERY_EXECUTION, c), 0);
    assertThat(c.get(0)).isEqualTo(5);
    IntArray brains = IntArray.fromElements(0x3fc03f80, 0);
    IntArray sum = new IntArray(1);
    Object[] small = {0, 0, 1, 1, 2, 1f, brains, 0, brains, 2, 0f, sum, 1};
    graph = new TaskGraph("g").transferToDevice(EVERY_EXECUTION, brains);
    graph.libraryTask(
        "t",
        LibraryTest::describe,
        "nvidia/cublas",
        "cublasGemmExBF16",
        1,
        null,
        small,
        accesses(13));
    execute(graph.transferToHost(EVERY_EXECUTION, sum), 0);
    assertThat(sum.get(0) & 0xffff).as("3.25").isEqualTo(0x4050);
  }

  @Test
  void whatALibraryCannotDoIsAnError() {
    assertThatThrownBy(() -> execute(graph("nvidia/cublas", FLOATS, 1, null, product()), 0))
        .isInstanceOf(TornadoRuntimeException.class)
        .hasMessage(FLOATS + ": columns of 2 elements; got one every 1");
    assertThatThrownBy(() -> execute(graph("nvidia/cublas", "gemm", 2, null, product()), 0))
        .hasMessage("cuBLAS: a known function; got gemm");
    assertThatThrownBy(() -> execute(graph("nvidia/cublas", FLOATS, 2, null, product()), 1))
        .hasMessage("library: one that is called nvidia/cublas and works on stand-in; got none");
    assertThatThrownBy(() -> execute(graph("none", FLOATS, 2, null, product()), 0))
        .hasMessageStartingWith("library: one that is called none");
    Object[] rest = product();
    assertThatThrownBy(() ->
            new TaskGraph("g")
                .libraryTask(
                    "t", LibraryTest::describe, "l", "f", 2, new Object(), rest, accesses(3)))
        .hasMessage("task g.t: an access for each of 17 arguments; got 3");
  }

  @Test
  void addressesAreKnownWhileALibraryIsCalled() {
    TornadoNativeArray array = FloatArray.fromElements(1, 2, 3);
    long at;
    try (Addresses addresses = new Addresses()) {
      at = addresses.give(array.getSegment());
      MemorySegment rest = Addresses.from(at + 4);
      assertThat(rest.byteSize()).isEqualTo(8);
      assertThatThrownBy(() -> Addresses.from(at + 16))
          .hasMessageStartingWith("device: an address");
    }
    assertThatThrownBy(() -> Addresses.from(at)).isInstanceOf(IllegalArgumentException.class);
  }
}
