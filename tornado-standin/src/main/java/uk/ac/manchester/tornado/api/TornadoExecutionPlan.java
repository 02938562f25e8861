package uk.ac.manchester.tornado.api;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;
import uk.ac.manchester.tornado.runtime.library.LibraryRegistry;

/**
 * Executes the graphs it was made of, one at a time, with one device memory for all. A graph may be
 * in several plans: what it has on the device, and what graph was executed before it, goes with it.
 */
public class TornadoExecutionPlan implements AutoCloseable {

  private static final AtomicLong IDS = new AtomicLong();

  private final long id = IDS.incrementAndGet();
  private final List<ImmutableTaskGraph> graphs;
  private final DeviceMemory memory = new DeviceMemory();
  private final AtomicBoolean running = new AtomicBoolean();
  private TornadoXPUDevice device = (TornadoXPUDevice) getDevice(0, 0);
  private GridScheduler grids;
  private int selected;
  private boolean closed;

  public TornadoExecutionPlan(ImmutableTaskGraph... immutableTaskGraphs) {
    this.graphs = List.of(immutableTaskGraphs);
    long names =
        Arrays.stream(immutableTaskGraphs).map(ImmutableTaskGraph::name).distinct().count();
    if (names < graphs.size()) {
      throw new TornadoRuntimeException("plan: graphs of different names; got one twice");
    }
  }

  /** A device. */
  public static TornadoDevice getDevice(int driverIndex, int deviceIndex) {
    return TornadoRuntimeProvider.getTornadoRuntime()
        .getBackend(driverIndex)
        .getDevice(deviceIndex);
  }

  /** Chooses the device, the first unless another one is chosen. */
  public TornadoExecutionPlan withDevice(TornadoDevice device) {
    if (!(device instanceof TornadoXPUDevice known)) {
      throw new TornadoRuntimeException("plan: a device of the runtime; got another one");
    }
    this.device = known;
    return this;
  }

  /** Chooses the graph that is executed. */
  public TornadoExecutionPlan withGraph(int graphIndex) {
    if (graphIndex < 0 || graphIndex >= graphs.size()) {
      throw new TornadoRuntimeException(
          "plan: a graph 0 .. " + (graphs.size() - 1) + "; got " + graphIndex);
    }
    selected = graphIndex;
    return this;
  }

  /** Gives tasks their grids. */
  public TornadoExecutionPlan withGridScheduler(GridScheduler gridScheduler) {
    Set<String> tasks = new HashSet<>();
    graphs.forEach(graph -> graph.addTaskNames(tasks));
    if (!tasks.containsAll(gridScheduler.keySet())) {
      throw new TornadoRuntimeException(
          "plan: grids for tasks " + tasks + "; got " + gridScheduler.keySet());
    }
    grids = gridScheduler;
    return this;
  }

  long id() {
    return id;
  }

  TornadoXPUDevice device() {
    return device;
  }

  /** The grid of a task, or null. */
  WorkerGrid grid(String task) {
    return grids == null ? null : grids.get(task);
  }

  /** Executes the chosen graph, the first unless another one was chosen. */
  public TornadoExecutionResult execute() {
    if (closed) {
      throw new TornadoRuntimeException("plan: to be executed before it is closed");
    }
    if (!running.compareAndSet(false, true)) {
      throw new TornadoRuntimeException("plan: one execution at a time; got two");
    }
    try {
      ImmutableTaskGraph graph = graphs.get(selected);
      graph.execute(memory, this);
      graphs.forEach(other -> other.executedAfter(graph));
      return new TornadoExecutionResult(graph);
    } finally {
      running.set(false);
    }
  }

  /** Frees the device's memory. */
  @Override
  public void close() throws TornadoExecutionPlanException {
    closed = true;
    LibraryRegistry.destroyContexts(id);
  }
}
