package uk.ac.manchester.tornado.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static uk.ac.manchester.tornado.api.enums.DataTransferMode.EVERY_EXECUTION;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import uk.ac.manchester.tornado.api.exceptions.TornadoBailoutRuntimeException;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Items, groups, barriers and local memory. */
class WorkGroupTest {

  private final KernelContext context = new KernelContext();
  private final FloatArray x = new FloatArray(16);
  private final FloatArray y = new FloatArray(16);

  WorkGroupTest() {
    for (int i = 0; i < 16; i++) {
      x.set(i, i);
    }
  }

  private void execute(TaskGraph graph, int items, int group) {
    Plans.of(graph.transferToHost(EVERY_EXECUTION, y), items, group).execute();
  }

  private TaskGraph graph() {
    return new TaskGraph("g").transferToDevice(EVERY_EXECUTION, x);
  }

  @Test
  void itemsKnowWhereTheyAre() {
    IntArray places = new IntArray(18);
    TaskGraph graph =
        new TaskGraph("g")
            .task("t", Kernels::places, context, places)
            .transferToHost(EVERY_EXECUTION, places);
    Plans.of(graph, 6, 3).execute();
    assertThat(places.toHeapArray())
        .containsExactly(0, 0, 3006, 0, 1, 3006, 0, 2, 3006, 1, 0, 3006, 1, 1, 3006, 1, 2, 3006);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 50})
  void groupsShareLocalMemoryBetweenBarriers(int rounds) {
    execute(graph().task("t", Kernels::reverse, context, x, y, rounds), 16, 8);
    float[] reversed = {7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8};
    assertThat(y.toHeapArray()).containsExactly(rounds % 2 == 1 ? reversed : x.toHeapArray());
  }

  @Test
  void missingBarrierGivesPoison() {
    execute(graph().task("t", Kernels::reverseWithoutBarrier, context, x, y), 16, 8);
    assertThat(y.get(0)).isNaN();
    assertThat(y.get(7)).isZero();
  }

  @Test
  void missingSecondBarrierGivesWrongResults() {
    execute(graph().task("t", Kernels::reverseWithOneBarrier, context, x, y, 2), 16, 8);
    assertThat(y.toHeapArray()).isNotEqualTo(x.toHeapArray());
    float[] first = y.toHeapArray();
    execute(graph().task("t", Kernels::reverseWithOneBarrier, context, x, y, 2), 16, 8);
    assertThat(y.toHeapArray()).as("wrong in the same way").isEqualTo(first);
  }

  /** A thousand rounds of two arrays would take more than there is. */
  @ParameterizedTest
  @ValueSource(ints = {1, 1000})
  void eachCallOfAHelperHasItsOwnArrayAndALoopTheSame(int rounds) {
    execute(graph().task("t", Kernels::sums, context, x, y, rounds), 16, 8);
    assertThat(y.get(0)).isEqualTo(28 + 1000 * 140);
    assertThat(y.get(15)).isEqualTo(92 + 1000 * 1100);
  }

  @Test
  void functionsHaveTheWeaknessesOfTheDevice() {
    assertThat(TornadoMath.max(Float.NaN, 1f)).isEqualTo(1);
    assertThat(TornadoMath.min(1f, Float.NaN)).isEqualTo(1);
    assertThat(TornadoMath.max(2f, 1f)).isEqualTo(2);
    assertThat(TornadoMath.tanh(-40f)).isGreaterThan(-1);
    assertThat(TornadoMath.tanh(0.5f)).isEqualTo((float) Math.tanh(0.5));
  }

  @Test
  void unwrittenLocalMemoryIsPoison() {
    execute(new TaskGraph("g").task("t", Kernels::unwritten, context, y), 16, 8);
    assertThat(y.toHeapArray()).containsOnly(Float.NaN);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 7})
  void itemsThatMissABarrierAreAnErrorAndNoDeadlock(int border) {
    IntArray borders = IntArray.fromElements(border);
    TaskGraph graph =
        new TaskGraph("g")
            .transferToDevice(EVERY_EXECUTION, borders)
            .task("t", Kernels::diverging, context, borders, y);
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () ->
            assertThatThrownBy(() -> execute(graph, 16, 8))
                .isInstanceOf(TornadoRuntimeException.class)
                .hasMessageContaining("task g.t: items of a group to pass the same barriers"));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 8})
  void barrierThatAllOrNoneReachIsFine(int border) {
    IntArray borders = IntArray.fromElements(border);
    TaskGraph graph =
        new TaskGraph("g")
            .transferToDevice(EVERY_EXECUTION, borders)
            .task("t", Kernels::diverging, context, borders, y);
    execute(graph, 16, 8);
    assertThat(y.toHeapArray()).containsOnly(1);
  }

  @Test
  void localMemoryThatNoDeviceGivesIsAnError() {
    assertThatThrownBy(
            () -> execute(new TaskGraph("g").task("t", Kernels::unlikeArrays, context, y), 16, 8))
        .hasMessageContaining("the same local arrays in all items");
    assertThatThrownBy(
            () -> execute(new TaskGraph("g").task("t", Kernels::greedy, context, y), 16, 8))
        .hasMessage("task g.t: at most 49152 bytes of local memory; got 65536");
  }

  @Test
  void kernelThatFailsNamesTheTask() {
    assertThatThrownBy(
            () -> execute(new TaskGraph("g").task("t", Kernels::beyond, context, y), 16, 8))
        .isInstanceOf(TornadoBailoutRuntimeException.class)
        .hasMessageContaining("task g.t: ")
        .hasCauseInstanceOf(IndexOutOfBoundsException.class);
  }

  @ParameterizedTest
  @CsvSource({"10, 4", "16, 2048", "16, 0", "0, 8"})
  void gridsThatDoNotDivideAreErrors(int items, int group) {
    TaskGraph graph = graph().task("t", Kernels::scale, context, x, y, 1f);
    assertThatThrownBy(() -> execute(graph, items, group))
        .isInstanceOf(TornadoRuntimeException.class)
        .hasMessageContaining(
            "task g.t: one axis of work items, a multiple of groups of 1 to 1024");
  }

  @Test
  void taskWithoutGridIsAnError() {
    TaskGraph graph = graph().task("t", Kernels::scale, context, x, y, 1f);
    assertThatThrownBy(() -> new TornadoExecutionPlan(graph.snapshot()).execute())
        .hasMessageContaining("task g.t: a WorkerGrid with global and local work");
    TornadoExecutionPlan plan =
        new TornadoExecutionPlan(graph.snapshot())
            .withGridScheduler(new GridScheduler("g.t", new WorkerGrid1D(16)));
    assertThatThrownBy(plan::execute).hasMessageContaining("global and local work");
  }

  @Test
  void hostHasNoBarrier() {
    assertThatThrownBy(context::localBarrier).hasMessageContaining("got a call from the host");
  }
}
