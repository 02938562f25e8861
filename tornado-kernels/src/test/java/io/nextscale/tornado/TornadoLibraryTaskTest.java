package io.nextscale.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static uk.ac.manchester.tornado.api.enums.DataTransferMode.EVERY_EXECUTION;

import io.nextscale.tornado.RecordingLibrary.Call;
import io.nextscale.tornado.kernels.TransferKernels;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * What {@link CuBlasProducts} stands on, with any device: a library of ours is found, called in the
 * order of the tasks, and sees arrays of the host as they are at each execution.
 */
class TornadoLibraryTaskTest {

  private final IntArray args = IntArray.fromElements(0, 64);
  private final FloatArray memory = new FloatArray(64);
  private final IntArray words = new IntArray(64);
  private final FloatArray staged = new FloatArray(64);

  /** Sets what TornadoVM reads once, for all tests. */
  @BeforeAll
  static void find() {
    assertThat(new TornadoBackendProvider().devices()).isNotEmpty();
  }

  @AfterEach
  void forget() {
    RecordingLibrary.CALLS.clear();
  }

  private TaskGraph graph(String function) {
    memory.init(1);
    words.init(2);
    staged.init(3);
    return new TaskGraph("library")
        .transferToDevice(EVERY_EXECUTION, args, memory, words, staged)
        .libraryTask("first", RecordingLibrary::task, "before", 7, args, memory, 0f, 0)
        .task(
            "store", TransferKernels::storeFloats, new KernelContext(), args, memory, words, staged)
        .libraryTask("second", RecordingLibrary::task, function, 8, args, memory, 0f, 0)
        .transferToHost(EVERY_EXECUTION, memory);
  }

  private static TornadoExecutionPlan plan(TaskGraph graph) {
    WorkerGrid grid = Memory.grid(64);
    return new TornadoExecutionPlan(graph.snapshot())
        .withGridScheduler(new GridScheduler("library.store", grid));
  }

  @Test
  void librariesSeeTheArgumentsOfEachExecution() throws Exception {
    try (TornadoExecutionPlan plan = plan(graph("after"))) {
      plan.execute();
      args.set(0, 32);
      args.set(1, 32);
      memory.init(1);
      plan.execute();
    }
    assertThat(RecordingLibrary.CALLS)
        .extracting(Call::function, Call::number, Call::first, Call::array)
        .containsExactly(
            org.assertj.core.api.Assertions.tuple("before", 7, 0, true),
            org.assertj.core.api.Assertions.tuple("after", 8, 0, true),
            org.assertj.core.api.Assertions.tuple("before", 7, 32, true),
            org.assertj.core.api.Assertions.tuple("after", 8, 32, true));
    assertThat(RecordingLibrary.CALLS)
        .allSatisfy(call -> assertThat(call.memory()).isNotZero().isNotEqualTo(call.args()));
    assertThat(memory.get(0)).as("what the kernel between them left alone").isEqualTo(1);
    assertThat(memory.get(63)).isEqualTo(3);
  }

  @Test
  void failureOfALibraryIsHeardOf() throws Exception {
    try (TornadoExecutionPlan plan = plan(graph("fails"))) {
      assertThatThrownBy(plan::execute).hasStackTraceContaining("task fails: as it was told");
    }
    assertThat(RecordingLibrary.CALLS)
        .extracting(Call::function)
        .containsExactly("before", "fails");
  }
}
