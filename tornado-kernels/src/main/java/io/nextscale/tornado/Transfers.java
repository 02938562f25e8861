package io.nextscale.tornado;

import io.nextscale.tornado.kernels.Groups;
import io.nextscale.tornado.kernels.TransferKernels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * What crosses the bus: pieces of tensors, through arrays of a few fixed sizes that are copied
 * whole. Short ones spare small tensors the way of the long one.
 */
final class Transfers {

  private static final int[] SIZES = {1 << 10, 1 << 14, 1 << 20};

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

  private final Device device;
  private final Memory memory;
  private final Traffic traffic;
  private final Map<Way, Lane> lanes = new HashMap<>();

  Transfers(Device device, Memory memory, Traffic traffic) {
    this.device = device;
    this.memory = memory;
    this.traffic = traffic;
  }

  /** What goes where, in an array of this size. */
  private record Way(boolean up, boolean floats, int size) {

    String label() {
      return (up ? "store" : "load") + (floats ? "Floats" : "Words") + size;
    }
  }

  /** An array that crosses the bus, and the graph that empties or fills it on the device. */
  private record Lane(
      IntArray args, TornadoNativeArray staged, WorkerGrid grid, TornadoExecutionPlan plan) {

    MemorySegment segment() {
      return staged.getSegment();
    }
  }

  private Lane open(Way way) {
    String label = way.label();
    IntArray args = new IntArray(2);
    KernelContext context = new KernelContext();
    TaskGraph graph = memory.graph(label).transferToDevice(DataTransferMode.EVERY_EXECUTION, args);
    TornadoNativeArray staged;
    if (way.floats) {
      FloatArray floats = new FloatArray(way.size);
      staged = floats;
      graph.task(
          label,
          way.up ? TransferKernels::storeFloats : TransferKernels::loadFloats,
          context,
          args,
          memory.floats(),
          memory.words(),
          floats);
    } else {
      IntArray ints = new IntArray(way.size);
      staged = ints;
      graph.task(
          label,
          way.up ? TransferKernels::storeWords : TransferKernels::loadWords,
          context,
          args,
          memory.floats(),
          memory.words(),
          ints);
    }
    if (way.up) {
      graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, staged);
    } else {
      graph.transferToHost(DataTransferMode.EVERY_EXECUTION, staged);
    }
    WorkerGrid grid = Memory.grid(Groups.WIDE);
    TornadoExecutionPlan plan = memory.plan(graph, new GridScheduler(label + "." + label, grid));
    return new Lane(args, staged, grid, plan);
  }

  /** Does one piece of at most the lane's size. */
  @FunctionalInterface
  private interface Piece {
    void move(Lane lane, Runnable execution, int from, int count);
  }

  private void pieces(boolean up, boolean floats, int at, int size, Piece piece) {
    synchronized (device) {
      for (int from = 0; from < size; ) {
        Way way = new Way(up, floats, laneSize(size - from));
        int count = Math.min(size - from, way.size);
        int to = at + from;
        Lane lane = lanes.computeIfAbsent(way, this::open);
        piece.move(lane, () -> execute(way, lane, to, count), from, count);
        from += count;
      }
    }
  }

  private static int laneSize(int rest) {
    int i = 0;
    while (i < SIZES.length - 1 && SIZES[i] < rest) {
      i++;
    }
    return SIZES[i];
  }

  private void execute(Way way, Lane lane, int at, int count) {
    lane.args.set(0, at);
    lane.args.set(1, count);
    lane.grid.setGlobalWork(Device.groups(count) * (long) Groups.WIDE, 1, 1);
    try {
      lane.plan.withGraph(1).execute();
    } catch (VirtualMachineError e) {
      lanes.remove(way);
      throw e;
    } catch (RuntimeException | Error e) {
      lanes.remove(way);
      throw device.failure(way.label(), e);
    }
    long args = lane.args.getNumBytesOfSegment();
    long staged = lane.staged.getNumBytesOfSegment();
    traffic.countExecution(way.up ? args + staged : args, way.up ? 0 : staged);
  }

  /** Floats to the device, to a range that nothing refers to which is still to run. */
  void store(int at, float[] values) {
    pieces(
        true,
        true,
        at,
        values.length,
        (lane, execution, from, count) -> {
          MemorySegment.copy(values, from, lane.segment(), FLOAT, 0, count);
          execution.run();
        });
  }

  /** Words to the device, likewise. */
  void store(int at, int[] values) {
    pieces(
        true,
        false,
        at,
        values.length,
        (lane, execution, from, count) -> {
          MemorySegment.copy(values, from, lane.segment(), INT, 0, count);
          execution.run();
        });
  }

  /** Floats from the device, after all that is to run. */
  float[] loadFloats(int at, int size) {
    device.flush();
    float[] values = new float[size];
    pieces(
        false,
        true,
        at,
        size,
        (lane, execution, from, count) -> {
          execution.run();
          MemorySegment.copy(lane.segment(), FLOAT, 0, values, from, count);
        });
    return values;
  }

  /** Words from the device, likewise. */
  int[] loadWords(int at, int size) {
    device.flush();
    int[] values = new int[size];
    pieces(
        false,
        false,
        at,
        size,
        (lane, execution, from, count) -> {
          execution.run();
          MemorySegment.copy(lane.segment(), INT, 0, values, from, count);
        });
    return values;
  }
}
