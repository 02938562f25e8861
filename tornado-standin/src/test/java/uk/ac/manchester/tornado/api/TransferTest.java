package uk.ac.manchester.tornado.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static uk.ac.manchester.tornado.api.enums.DataTransferMode.EVERY_EXECUTION;
import static uk.ac.manchester.tornado.api.enums.DataTransferMode.FIRST_EXECUTION;
import static uk.ac.manchester.tornado.api.enums.DataTransferMode.UNDER_DEMAND;

import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.exceptions.TornadoBailoutRuntimeException;
import uk.ac.manchester.tornado.api.exceptions.TornadoOutOfMemoryException;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** What is copied when, and what is there when nothing was. */
class TransferTest {

  private final KernelContext context = new KernelContext();
  private final FloatArray x = FloatArray.fromElements(1, 2, 3, 4);
  private final FloatArray y = new FloatArray(4);

  private TaskGraph scaling() {
    return new TaskGraph("g").task("t", Kernels::scale, context, x, y, 2f);
  }

  @Test
  void tasksComputeOnTheDeviceAndResultsComeBack() throws Exception {
    TaskGraph graph =
        scaling().transferToDevice(EVERY_EXECUTION, x).transferToHost(EVERY_EXECUTION, y);
    try (TornadoExecutionPlan plan = Plans.of(graph, 4, 2)) {
      plan.execute();
      assertThat(y.toHeapArray()).containsExactly(2, 4, 6, 8);
      x.set(0, 10);
      plan.execute();
      assertThat(y.get(0)).isEqualTo(20);
    }
  }

  @Test
  void whatIsSentOnceDoesNotSeeLaterChanges() {
    TaskGraph graph =
        scaling().transferToDevice(FIRST_EXECUTION, x).transferToHost(EVERY_EXECUTION, y);
    TornadoExecutionPlan plan = Plans.of(graph, 4, 4);
    x.set(0, 5);
    plan.execute();
    x.set(0, 10);
    plan.execute();
    assertThat(y.get(0)).isEqualTo(10);
  }

  @Test
  void whatIsNotSentIsPoison() {
    Plans.of(scaling().transferToHost(EVERY_EXECUTION, y), 4, 4).execute();
    assertThat(y.toHeapArray()).containsOnly(Float.NaN);
  }

  @Test
  void whatIsNotWrittenIsPoisonAlsoWhereTheHostHadValues() {
    y.init(7);
    TaskGraph graph =
        new TaskGraph("g")
            .transferToDevice(EVERY_EXECUTION, x)
            .task("t", Kernels::firstHalf, context, x, y)
            .transferToHost(EVERY_EXECUTION, y);
    Plans.of(graph, 4, 4).execute();
    assertThat(y.toHeapArray()).containsExactly(1, 2, Float.NaN, Float.NaN);
  }

  @Test
  void whatIsNotFetchedStaysOnTheDevice() {
    y.init(7);
    Plans.of(scaling().transferToDevice(EVERY_EXECUTION, x), 4, 4).execute();
    assertThat(y.toHeapArray()).containsOnly(7);
  }

  @Test
  void newArraysArePoisonOnTheHostToo() {
    assertThat(new FloatArray(3).toHeapArray()).containsOnly(Float.NaN);
  }

  @Test
  void onDemandComesWholeOrInPart() {
    y.init(7);
    TaskGraph graph =
        scaling().transferToDevice(EVERY_EXECUTION, x).transferToHost(UNDER_DEMAND, y);
    TornadoExecutionResult result = Plans.of(graph, 4, 4).execute();
    assertThat(y.toHeapArray()).containsOnly(7);
    result.transferToHost(new DataRange(y).withOffset(1).withSize(2));
    assertThat(y.toHeapArray()).containsExactly(7, 4, 6, 7);
    result.transferToHost(y);
    assertThat(y.toHeapArray()).containsExactly(2, 4, 6, 8);
    assertThatThrownBy(() -> result.transferToHost(new DataRange(y).withOffset(3).withSize(2)))
        .isInstanceOf(TornadoRuntimeException.class)
        .hasMessage("data range: a part of 4 elements; got 2 from 3 on");
    assertThatThrownBy(() -> result.transferToHost(x)).hasMessageContaining("UNDER_DEMAND");
  }

  @Test
  void stateOfTheDeviceOutlivesAnExecution() {
    TaskGraph graph =
        new TaskGraph("g")
            .transferToDevice(FIRST_EXECUTION, x)
            .task("t", Kernels::increment, context, x)
            .transferToHost(UNDER_DEMAND, x);
    TornadoExecutionPlan plan = Plans.of(graph, 4, 4);
    plan.execute();
    plan.execute();
    plan.execute().transferToHost(x);
    assertThat(x.toHeapArray()).containsExactly(4, 5, 6, 7);
  }

  @Test
  void graphsHandArraysOverToTheNext() {
    TaskGraph first =
        new TaskGraph("first")
            .transferToDevice(FIRST_EXECUTION, x)
            .task("t", Kernels::increment, context, x)
            .persistOnDevice(x);
    TaskGraph second =
        new TaskGraph("second")
            .consumeFromDevice("first", x)
            .task("t", Kernels::scale, context, x, y, 2f)
            .transferToHost(EVERY_EXECUTION, y);
    GridScheduler grids = new GridScheduler("first.t", Plans.grid(4, 4));
    grids.addWorkerGrid("second.t", Plans.grid(4, 4));
    TornadoExecutionPlan plan =
        new TornadoExecutionPlan(first.snapshot(), second.snapshot()).withGridScheduler(grids);
    assertThatThrownBy(() -> plan.withGraph(1).execute())
        .hasMessageContaining("none does not have");
    plan.withGraph(0).execute();
    plan.withGraph(1).execute();
    assertThat(y.toHeapArray()).containsExactly(4, 6, 8, 10);
    plan.withGraph(0).execute();
    plan.withGraph(1).execute();
    assertThat(y.toHeapArray()).containsExactly(6, 8, 10, 12);
    assertThat(x.toHeapArray()).containsExactly(1, 2, 3, 4);
  }

  @Test
  void graphInBetweenThatLacksAnArrayLosesIt() {
    TaskGraph first =
        new TaskGraph("first")
            .transferToDevice(FIRST_EXECUTION, x)
            .task("t", Kernels::increment, context, x)
            .persistOnDevice(x);
    TaskGraph between = new TaskGraph("between").task("t", Kernels::unwritten, context, y);
    TaskGraph last =
        new TaskGraph("last")
            .consumeFromDevice("first", x)
            .task("t", Kernels::scale, context, x, y, 2f);
    GridScheduler grids = new GridScheduler("first.t", Plans.grid(4, 4));
    grids.addWorkerGrid("between.t", Plans.grid(4, 4));
    grids.addWorkerGrid("last.t", Plans.grid(4, 4));
    TornadoExecutionPlan plan =
        new TornadoExecutionPlan(first.snapshot(), between.snapshot(), last.snapshot())
            .withGridScheduler(grids);
    plan.withGraph(0).execute();
    plan.withGraph(2).execute();
    plan.withGraph(0).execute();
    plan.withGraph(1).execute();
    assertThatThrownBy(() -> plan.withGraph(2).execute())
        .hasMessage(
            "graph last: an array that the graph before it left on the device; got one that between"
                + " does not have");
  }

  @Test
  void graphsThatHandNothingOverSeePoison() {
    TaskGraph first =
        new TaskGraph("first")
            .transferToDevice(FIRST_EXECUTION, x)
            .task("t", Kernels::increment, context, x);
    TaskGraph second =
        new TaskGraph("second")
            .task("t", Kernels::scale, context, x, y, 2f)
            .transferToHost(EVERY_EXECUTION, y);
    GridScheduler grids = new GridScheduler("first.t", Plans.grid(4, 4));
    grids.addWorkerGrid("second.t", Plans.grid(4, 4));
    TornadoExecutionPlan plan =
        new TornadoExecutionPlan(first.snapshot(), second.snapshot()).withGridScheduler(grids);
    plan.withGraph(0).execute();
    plan.withGraph(1).execute();
    assertThat(y.toHeapArray()).containsOnly(Float.NaN);
  }

  @Test
  void scalarsAreThoseOfTheTimeTheTaskWasAdded() {
    FloatArray factor = FloatArray.fromElements(3);
    float[] scalar = {2};
    TaskGraph graph =
        new TaskGraph("g")
            .transferToDevice(EVERY_EXECUTION, x, factor)
            .task("t", Kernels::scale, context, x, y, scalar[0])
            .task("u", Kernels::scale, context, factor, factor, 1f)
            .transferToHost(EVERY_EXECUTION, y, factor);
    GridScheduler grids = new GridScheduler("g.t", Plans.grid(4, 4));
    grids.addWorkerGrid("g.u", Plans.grid(1, 1));
    TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot()).withGridScheduler(grids);
    plan.execute();
    scalar[0] = 5;
    factor.set(0, 6);
    plan.execute();
    assertThat(y.get(0)).as("a scalar").isEqualTo(2);
    assertThat(factor.get(0)).as("an array of one element").isEqualTo(6);
  }

  /** Each task has its own scalars and its own grid, which is that of the execution. */
  @Test
  void tasksOfAGraphRunInOrderOnGridsOfEachExecution() {
    TaskGraph graph =
        new TaskGraph("g")
            .transferToDevice(EVERY_EXECUTION, x)
            .task("t", Kernels::scale, context, x, x, 2f)
            .task("u", Kernels::scale, context, x, x, 10f)
            .task("v", Kernels::increment, context, x)
            .transferToHost(EVERY_EXECUTION, x);
    WorkerGrid ofU = Plans.grid(4, 2);
    GridScheduler grids = new GridScheduler("g.t", Plans.grid(4, 4));
    grids.addWorkerGrid("g.u", ofU);
    grids.addWorkerGrid("g.v", Plans.grid(4, 1));
    TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot()).withGridScheduler(grids);
    plan.execute();
    assertThat(x.toHeapArray()).containsExactly(21, 41, 61, 81);
    ofU.setGlobalWork(2, 1, 1);
    plan.execute();
    assertThat(x.toHeapArray()).containsExactly(421, 821, 123, 163);
  }

  /** What a graph has on the device, and what it followed, it has in every plan. */
  @Test
  void graphInTwoPlansHandsArraysFromOneToTheOther() {
    TaskGraph first =
        new TaskGraph("first")
            .transferToDevice(FIRST_EXECUTION, x)
            .task("t", Kernels::increment, context, x)
            .persistOnDevice(x);
    TaskGraph passing =
        new TaskGraph("passing")
            .consumeFromDevice("first", x)
            .task("t", Kernels::increment, context, x)
            .persistOnDevice(x);
    TaskGraph last =
        new TaskGraph("last")
            .consumeFromDevice("passing", x)
            .task("t", Kernels::scale, context, x, y, 2f)
            .transferToHost(EVERY_EXECUTION, y);
    ImmutableTaskGraph shared = passing.snapshot();
    GridScheduler grids = new GridScheduler("first.t", Plans.grid(4, 4));
    grids.addWorkerGrid("passing.t", Plans.grid(4, 4));
    TornadoExecutionPlan one =
        new TornadoExecutionPlan(first.snapshot(), shared).withGridScheduler(grids);
    GridScheduler others = new GridScheduler("passing.t", Plans.grid(4, 4));
    others.addWorkerGrid("last.t", Plans.grid(4, 4));
    TornadoExecutionPlan other =
        new TornadoExecutionPlan(shared, last.snapshot()).withGridScheduler(others);
    assertThatThrownBy(() -> other.withGraph(0).execute()).hasMessageContaining("none does not");
    one.withGraph(0).execute();
    one.withGraph(1).execute();
    other.withGraph(0).execute();
    other.withGraph(1).execute();
    assertThat(y.toHeapArray()).containsExactly(8, 10, 12, 14);
  }

  /** TornadoVM would execute what the failure left over. */
  @Test
  void graphThatStoppedInTheMiddleIsNotExecutedAgain() {
    FloatArray shorter = FloatArray.fromElements(1);
    TaskGraph graph =
        new TaskGraph("g")
            .transferToDevice(EVERY_EXECUTION, x, shorter)
            .task("t", Kernels::scale, context, x, shorter, 2f);
    TornadoExecutionPlan plan = Plans.of(graph, 4, 4);
    assertThatThrownBy(plan::execute).isInstanceOf(TornadoBailoutRuntimeException.class);
    assertThatThrownBy(plan::execute)
        .isInstanceOf(TornadoRuntimeException.class)
        .hasMessageContaining("TornadoVM goes on in");
  }

  @Test
  void graphHasRoomForSoManyTasks() {
    TaskGraph graph = new TaskGraph("g");
    for (int i = 0; i < 8192 / (15 + 4 * 5); i++) {
      graph.task("t" + i, Kernels::scale, context, x, y, 2f);
    }
    assertThatThrownBy(() -> graph.task("u", Kernels::scale, context, x, y, 2f))
        .isInstanceOf(TornadoRuntimeException.class)
        .hasMessage("graph g: tasks of 8192 bytes together; got one too many, u");
  }

  @Test
  void memoryHasALimit() {
    System.setProperty("tornado.device.memory", "1KB");
    try {
      FloatArray large = new FloatArray(300);
      TaskGraph graph = new TaskGraph("g").task("t", Kernels::increment, context, large);
      TornadoExecutionPlan plan = Plans.of(graph, 300, 1);
      assertThatThrownBy(plan::execute)
          .isInstanceOf(TornadoOutOfMemoryException.class)
          .hasMessage("device memory: at most 1024 bytes of -Dtornado.device.memory; got 1200");
    } finally {
      System.clearProperty("tornado.device.memory");
    }
  }

  @Test
  void whatAPlanCannotDoIsAnError() throws Exception {
    TornadoExecutionPlan plan = Plans.of(scaling().transferToDevice(EVERY_EXECUTION, x), 4, 4);
    plan.close();
    assertThatThrownBy(plan::execute).hasMessageContaining("before it is closed");
    assertThatThrownBy(() -> plan.withGraph(1)).hasMessage("plan: a graph 0 .. 0; got 1");
    assertThatThrownBy(() -> plan.withGridScheduler(new GridScheduler("g.u", Plans.grid(1, 1))))
        .hasMessage("plan: grids for tasks [g.t]; got [g.u]");
    assertThatThrownBy(
            () -> scaling().transferToDevice(FIRST_EXECUTION, new FloatArray(1)).snapshot())
        .hasMessageContaining("that a task takes");
    assertThatThrownBy(() -> scaling().transferToDevice(UNDER_DEMAND, x))
        .hasMessage("graph g: a mode for this direction; got mode 2");
    assertThatThrownBy(() -> scaling().transferToDevice(FIRST_EXECUTION, new float[3]))
        .hasMessageContaining("got float[]");
    assertThatThrownBy(() -> scaling().task("t", Kernels::scale, context, x, y, 1f))
        .hasMessageContaining("different names");
    assertThatThrownBy(() -> new TornadoExecutionPlan(scaling().snapshot(), scaling().snapshot()))
        .hasMessageContaining("different names");
  }

  @Test
  void argumentsThatADeviceMistakesAreRefused() {
    assertThatThrownBy(() ->
            new TaskGraph("g").task("t", (KernelContext c, byte[] b) -> {}, context, new byte[3]))
        .isInstanceOf(TornadoRuntimeException.class)
        .hasMessageContaining("got byte[]");
    float captured = x.get(0);
    assertThatThrownBy(
            () -> new TaskGraph("g").task("t", (KernelContext c) -> y.set(0, captured), context))
        .hasMessageContaining("captures nothing");
  }
}
