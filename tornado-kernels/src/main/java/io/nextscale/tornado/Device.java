package io.nextscale.tornado;

import io.nextscale.tensor.DType;
import io.nextscale.tornado.kernels.Groups;
import io.nextscale.tornado.kernels.Storage;
import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * One device: its memory, and an execution plan with one graph for each kernel.
 *
 * <p>All graphs take both arrays of memory from the graph before and leave them to the next: that
 * is how TornadoVM 5.2 hands arrays over, whatever the name of the source says, and why a graph
 * that does not need an array takes it all the same.
 */
final class Device implements AutoCloseable {

  /** The most arguments a kernel takes; attention over many chunks needs them. */
  static final int ARGS = 256;

  private static final int NUMBERS = 4;
  private static final Cleaner CLEANER = Cleaner.create();

  /** How often a full memory waits for the collector before it is an error. */
  private static final int PATIENCE = 20;

  private final String name;
  private final IntArray args = new IntArray(ARGS);
  private final FloatArray numbers = new FloatArray(NUMBERS);
  private final FloatArray memory;
  private final IntArray words;
  private final Blocks floatBlocks;
  private final Blocks wordBlocks;
  private final List<TaskGraph> graphs = new ArrayList<>();
  private final List<WorkerGrid> grids = new ArrayList<>();
  private final GridScheduler scheduler = new GridScheduler();
  private final Transfers transfers;
  private final TornadoExecutionPlan plan;

  /**
   * @param memoryBytes what tensors may take on the device
   */
  Device(String name, TornadoDevice device, long memoryBytes) {
    this.name = name;
    int floats = (int) Math.min(memoryBytes / 4 * 3 / Float.BYTES, Integer.MAX_VALUE - 64);
    this.memory = new FloatArray(floats);
    this.words = new IntArray(floats / 3);
    this.floatBlocks = new Blocks(floats);
    this.wordBlocks = new Blocks(floats / 3);
    args.init(0);
    numbers.init(0);
    for (Kernel kernel : Kernel.values()) {
      String label = kernel.label();
      TaskGraph graph =
          graph(label)
              .transferToDevice(DataTransferMode.EVERY_EXECUTION, numbers)
              .task(label, kernel.code, new KernelContext(), args, numbers, memory, words);
      add(label, graph, kernel.group);
    }
    this.transfers = new Transfers(this, memory, words, args);
    this.plan =
        new TornadoExecutionPlan(
            graphs.stream()
                .map(TaskGraph::snapshot)
                .toArray(uk.ac.manchester.tornado.api.ImmutableTaskGraph[]::new));
    plan.withDevice(device);
    plan.withGridScheduler(scheduler);
    run(Kernel.MAKE_MEMORY, 1);
    floatBlocks.take(Storage.POWERS);
    transfers.store(0, powers());
  }

  /** A graph that has the memory; the first one makes it. */
  TaskGraph graph(String label) {
    TaskGraph graph = new TaskGraph(label).transferToDevice(DataTransferMode.EVERY_EXECUTION, args);
    return graphs.isEmpty()
        ? graph
        : graph.consumeFromDevice(Kernel.MAKE_MEMORY.label(), memory, words);
  }

  /** Adds a graph with its only task of the same name; its number is returned. */
  int add(String label, TaskGraph graph, int group) {
    WorkerGrid grid = new WorkerGrid1D(group);
    grid.setLocalWork(group, 1, 1);
    grids.add(grid);
    scheduler.addWorkerGrid(label + "." + label, grid);
    graphs.add(graph.persistOnDevice(memory, words));
    return graphs.size() - 1;
  }

  /** {@code 2^(e − 134)}, the last entry infinite. */
  private static float[] powers() {
    float[] powers = new float[Storage.POWERS];
    for (int e = 0; e < powers.length - 1; e++) {
      powers[e] = (float) StrictMath.pow(2, e - Storage.POWERS_BIAS);
    }
    powers[powers.length - 1] = Float.POSITIVE_INFINITY;
    return powers;
  }

  /** Runs a kernel in so many groups. */
  void run(Kernel kernel, int groups, int... arguments) {
    run(kernel, groups, new float[0], arguments);
  }

  /** The same with numbers that are not whole. */
  synchronized void run(Kernel kernel, int groups, float[] given, int... arguments) {
    if (groups == 0) {
      return;
    }
    for (int i = 0; i < given.length; i++) {
      numbers.set(i, given[i]);
    }
    for (int i = 0; i < arguments.length; i++) {
      args.set(i, arguments[i]);
    }
    execute(kernel.label(), kernel.ordinal(), groups * (long) kernel.group);
  }

  /** Runs a kernel that has one item per element. */
  void runEach(Kernel kernel, int elements, float[] given, int... arguments) {
    run(kernel, groups(elements), given, arguments);
  }

  /** Groups for one item per element. */
  static int groups(int elements) {
    return (int) ((elements + Groups.WIDE - 1L) / Groups.WIDE);
  }

  void execute(String label, int graph, long items) {
    grids.get(graph).setGlobalWork(items, 1, 1);
    try {
      plan.withGraph(graph).execute();
    } catch (RuntimeException e) {
      throw new IllegalStateException(
          "tornado: kernel "
              + label
              + " to run on "
              + name
              + "; got "
              + e.getMessage()
              + " — run with --device cpu",
          e);
    }
  }

  Transfers transfers() {
    return transfers;
  }

  /** Memory for a tensor; bytes get one factor for each of their rows. */
  DeviceBuffer allocate(DType type, int size, int rows) {
    if (type == DType.F32) {
      int at = take(floatBlocks, size);
      DeviceBuffer buffer = new DeviceBuffer(type, size, at, DeviceBuffer.ABSENT, 0);
      giveBackLater(buffer, floatBlocks, at, size);
      return buffer;
    }
    int count = DeviceBuffer.words(type, size);
    int at = take(wordBlocks, count);
    int factors = type == DType.I8 ? take(floatBlocks, rows) : DeviceBuffer.ABSENT;
    DeviceBuffer buffer = new DeviceBuffer(type, size, at, factors, rows);
    giveBackLater(buffer, wordBlocks, at, count);
    if (type == DType.I8) {
      giveBackLater(buffer, floatBlocks, factors, rows);
    }
    return buffer;
  }

  private static void giveBackLater(DeviceBuffer buffer, Blocks blocks, int at, int size) {
    CLEANER.register(buffer, () -> blocks.giveBack(at, size));
  }

  /** A range; when there is none, what the program has forgotten is collected first. */
  private int take(Blocks blocks, int size) {
    int at = blocks.take(size);
    for (int i = 0; at == Blocks.NONE && i < PATIENCE; i++) {
      System.gc();
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
      at = blocks.take(size);
    }
    if (at == Blocks.NONE) {
      throw new IllegalStateException(
          "tornado: memory for "
              + size
              + " words in one piece on "
              + name
              + "; got "
              + blocks.used()
              + " of "
              + blocks.capacity()
              + " in use — give it more with --gpu-memory or -D"
              + TornadoBackendProvider.MEMORY
              + "=8g");
    }
    return at;
  }

  @Override
  public void close() {
    try {
      plan.close();
    } catch (TornadoExecutionPlanException e) {
      throw new IllegalStateException("tornado: " + name + " to be closed", e);
    }
  }
}
