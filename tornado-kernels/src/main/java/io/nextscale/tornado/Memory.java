package io.nextscale.tornado;

import io.nextscale.tornado.kernels.Groups;
import io.nextscale.tornado.kernels.TransferKernels;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The two arrays that stay on the device, and how graphs come by them.
 *
 * <p>TornadoVM 5.2 hands arrays on within a plan only, and a plan takes no further graphs. So every
 * graph has a plan of its own, which it shares with one graph that all plans have: {@code passOn}
 * is executed once in each of them, and the other finds what it left. Every graph takes both arrays
 * and leaves both, needed or not: they come from the graph that was executed last, whatever name
 * {@code consumeFromDevice} is given.
 */
final class Memory implements AutoCloseable {

  private static final String MAKE = "makeMemory";
  private static final String PASS = "passOn";

  private final TornadoDevice device;
  private final FloatArray floats;
  private final IntArray words;
  private final ImmutableTaskGraph passOn;

  /** None is closed before the others: they share the graph that passes the memory on. */
  private final List<TornadoExecutionPlan> plans = new ArrayList<>();

  Memory(TornadoDevice device, int floats, int words) {
    this.device = device;
    this.floats = new FloatArray(floats);
    this.words = new IntArray(words);
    ImmutableTaskGraph make =
        new TaskGraph(MAKE)
            .task(MAKE, TransferKernels::makeMemory, new KernelContext(), this.floats, this.words)
            .persistOnDevice(this.floats, this.words)
            .snapshot();
    this.passOn =
        new TaskGraph(PASS)
            .consumeFromDevice(MAKE, this.floats, this.words)
            .task(PASS, TransferKernels::passOn, new KernelContext(), this.floats, this.words)
            .persistOnDevice(this.floats, this.words)
            .snapshot();
    GridScheduler scheduler = new GridScheduler(MAKE + "." + MAKE, oneGroup());
    scheduler.addWorkerGrid(PASS + "." + PASS, oneGroup());
    TornadoExecutionPlan plan = plan(scheduler, make, passOn);
    plan.withGraph(0).execute();
    plan.withGraph(1).execute();
  }

  FloatArray floats() {
    return floats;
  }

  IntArray words() {
    return words;
  }

  /** A graph that finds the memory. */
  TaskGraph graph(String name) {
    return new TaskGraph(name).consumeFromDevice(PASS, floats, words);
  }

  /** A plan that executes a graph made by {@link #graph}, as number 1. */
  TornadoExecutionPlan plan(TaskGraph graph, GridScheduler scheduler) {
    ImmutableTaskGraph whole = graph.snapshot();
    scheduler.addWorkerGrid(PASS + "." + PASS, oneGroup());
    TornadoExecutionPlan plan = plan(scheduler, passOn, whole);
    plan.withGraph(0).execute();
    return plan;
  }

  private TornadoExecutionPlan plan(GridScheduler scheduler, ImmutableTaskGraph... graphs) {
    TornadoExecutionPlan plan = new TornadoExecutionPlan(graphs);
    plans.add(plan);
    plan.withDevice(device);
    plan.withGridScheduler(scheduler);
    return plan;
  }

  static WorkerGrid grid(int group) {
    WorkerGrid grid = new WorkerGrid1D(group);
    grid.setLocalWork(group, 1, 1);
    return grid;
  }

  private static WorkerGrid oneGroup() {
    return grid(Groups.ROW);
  }

  @Override
  public void close() {
    List<Exception> failures = new ArrayList<>();
    for (TornadoExecutionPlan plan : plans.reversed()) {
      try {
        plan.close();
      } catch (TornadoExecutionPlanException | RuntimeException e) {
        failures.add(e);
      }
    }
    if (!failures.isEmpty()) {
      throw new IllegalStateException(
          "tornado: " + device.getDescription() + " to be closed; got " + failures,
          failures.getFirst());
    }
  }
}
