package uk.ac.manchester.tornado.api;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** A task graph that does not change any more, and what the device holds for it. */
public class ImmutableTaskGraph {

  private final String name;
  private final List<TaskGraph.Transfer> toDevice;
  private final List<TaskGraph.Transfer> toHost;
  private final List<TaskGraph.Consumed> consumed;
  private final List<TornadoNativeArray> persisted;
  private final List<GraphTask> tasks;

  /** The device's copy of each array, by the array of the host. */
  private final Map<TornadoNativeArray, TornadoNativeArray> onDevice = new IdentityHashMap<>();

  private boolean executed;

  /** Whether it stopped in the middle. */
  private boolean stopped;

  /** The graph that was executed last in a plan that has this one, also in another plan. */
  private ImmutableTaskGraph last;

  ImmutableTaskGraph(
      String name,
      List<TaskGraph.Transfer> toDevice,
      List<TaskGraph.Transfer> toHost,
      List<TaskGraph.Consumed> consumed,
      List<TornadoNativeArray> persisted,
      List<GraphTask> tasks) {
    this.name = name;
    this.toDevice = toDevice;
    this.toHost = toHost;
    this.consumed = consumed;
    this.persisted = persisted;
    this.tasks = tasks;
    toDevice.forEach(transfer -> requireUse("transferToDevice", transfer.array()));
    toHost.forEach(transfer -> requireUse("transferToHost", transfer.array()));
    consumed.forEach(source -> requireUse("consumeFromDevice", source.array()));
    persisted.forEach(array -> requireUse("persistOnDevice", array));
  }

  private void requireUse(String call, TornadoNativeArray array) {
    if (tasks.stream().noneMatch(task -> task.takes(array))) {
      throw new TornadoRuntimeException(
          "graph " + name + ": arrays in " + call + " that a task takes; got another one");
    }
  }

  String name() {
    return name;
  }

  /** The names of those that need grids. */
  void addTaskNames(Set<String> names) {
    tasks.stream().filter(DeviceTask.class::isInstance).forEach(task -> names.add(task.name()));
  }

  void execute(DeviceMemory memory, TornadoExecutionPlan plan) {
    if (stopped) {
      throw new TornadoRuntimeException(
          "graph " + name + ": one that ran to its end; got one that TornadoVM goes on in");
    }
    for (TaskGraph.Consumed source : consumed) {
      onDevice.put(source.array(), taken(source.array()));
    }
    for (GraphTask task : tasks) {
      for (TornadoNativeArray array : task.arrays()) {
        onDevice.computeIfAbsent(array, memory::allocate);
      }
    }
    for (TaskGraph.Transfer transfer : toDevice) {
      if (!executed || transfer.mode() == DataTransferMode.EVERY_EXECUTION) {
        TornadoNativeArray host = transfer.array();
        DeviceMemory.copy(host, onDevice.get(host), 0, host.getNumBytesOfSegment());
      }
    }
    executed = true;
    stopped = true; // until all have run
    for (GraphTask task : tasks) {
      task.run(onDevice, plan);
    }
    for (TaskGraph.Transfer transfer : toHost) {
      if (transfer.mode() == DataTransferMode.EVERY_EXECUTION) {
        copyToHost(transfer.array(), 0, transfer.array().getNumBytesOfSegment());
      }
    }
    stopped = false;
  }

  /** What the graph that was executed last left; the arrays of earlier ones are out of reach. */
  private TornadoNativeArray taken(TornadoNativeArray host) {
    TornadoNativeArray device = last == null ? null : last.left().get(host);
    if (device == null) {
      throw new TornadoRuntimeException(
          "graph "
              + name
              + ": an array that the graph before it left on the device; got one that "
              + (last == null ? "none" : last.name)
              + " does not have");
    }
    return device;
  }

  void executedAfter(ImmutableTaskGraph graph) {
    last = graph;
  }

  /** What this graph persists or took from the one before. */
  private Map<TornadoNativeArray, TornadoNativeArray> left() {
    Map<TornadoNativeArray, TornadoNativeArray> left = new IdentityHashMap<>();
    persisted.forEach(array -> left.put(array, onDevice.get(array)));
    consumed.forEach(source -> left.put(source.array(), onDevice.get(source.array())));
    return left;
  }

  /** On demand, for what was announced so. */
  void copyOnDemand(TornadoNativeArray array, long offset, long bytes) {
    boolean announced =
        toHost.stream()
            .anyMatch(t -> t.array() == array && t.mode() == DataTransferMode.UNDER_DEMAND);
    if (!announced) {
      throw new TornadoRuntimeException(
          "graph " + name + ": an array of transferToHost(UNDER_DEMAND, …); got another one");
    }
    copyToHost(array, offset, bytes);
  }

  private void copyToHost(TornadoNativeArray array, long offset, long bytes) {
    DeviceMemory.copy(onDevice.get(array), array, offset, bytes);
  }
}
