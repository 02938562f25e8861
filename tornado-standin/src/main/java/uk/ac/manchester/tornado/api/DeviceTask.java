package uk.ac.manchester.tornado.api;

import java.util.Arrays;
import java.util.Map;
import uk.ac.manchester.tornado.api.exceptions.TornadoBailoutRuntimeException;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** A kernel. */
final class DeviceTask extends GraphTask {

  /** More work items in a group than any device takes. */
  private static final int GROUP_LIMIT = 1024;

  /** Calls the kernel. */
  @FunctionalInterface
  interface Code {
    void call(Object[] arguments);
  }

  private final Code code;

  DeviceTask(String graph, String id, Object kernel, Code code, Object[] arguments) {
    super(graph, id, arguments);
    this.code = code;
    if (kernel.getClass().getDeclaredFields().length > 0) {
      throw new TornadoRuntimeException(
          "task " + name() + ": a kernel that captures nothing — hand it over as an argument");
    }
  }

  @Override
  void run(Map<TornadoNativeArray, TornadoNativeArray> onDevice, TornadoExecutionPlan plan) {
    Object[] actual = new Object[arguments.length];
    int contextAt = -1;
    for (int i = 0; i < actual.length; i++) {
      if (arguments[i] instanceof KernelContext) {
        contextAt = i;
      } else if (arguments[i] instanceof TornadoNativeArray array) {
        actual[i] = onDevice.get(array);
      } else {
        actual[i] = arguments[i];
      }
    }
    if (contextAt < 0) {
      throw new TornadoRuntimeException(
          "task " + name() + ": a KernelContext among its arguments; got none");
    }
    onVirtualThread(actual, contextAt, plan.grid(name()));
  }

  private void onVirtualThread(Object[] actual, int contextAt, WorkerGrid grid) {
    int size = groupSize(grid);
    int groups = Math.toIntExact(grid.getGlobalWork()[0] / size);
    Throwable[] failure = new Throwable[1];
    WorkGroup.Body body =
        context -> {
          Object[] own = actual.clone();
          own[contextAt] = context;
          code.call(own);
        };
    Thread driver =
        Thread.ofVirtual()
            .start(() -> {
              try {
                for (int group = 0; group < groups; group++) {
                  new WorkGroup(name(), group, groups, size, body).run();
                }
              } catch (RuntimeException | Error e) {
                failure[0] = e;
              }
            });
    try {
      driver.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TornadoRuntimeException("task " + name() + ": interrupted");
    }
    if (failure[0] instanceof TornadoRuntimeException refused) {
      throw refused;
    }
    if (failure[0] instanceof RuntimeException e) {
      throw new TornadoBailoutRuntimeException("task " + name() + ": " + e.getMessage(), e);
    }
    if (failure[0] instanceof Error e) {
      throw e;
    }
  }

  private int groupSize(WorkerGrid grid) {
    if (grid == null || grid.getLocalWork() == null) {
      throw new TornadoRuntimeException(
          "task " + name() + ": a WorkerGrid with global and local work; got none of that name");
    }
    long global = grid.getGlobalWork()[0];
    long local = grid.getLocalWork()[0];
    boolean flat =
        grid.getGlobalWork()[1] * grid.getGlobalWork()[2] == 1
            && grid.getLocalWork()[1] * grid.getLocalWork()[2] == 1;
    if (!flat || local < 1 || local > GROUP_LIMIT || global < 1 || global % local != 0) {
      throw new TornadoRuntimeException(
          "task "
              + name()
              + ": one axis of work items, a multiple of groups of 1 to "
              + GROUP_LIMIT
              + "; got "
              + Arrays.toString(grid.getGlobalWork())
              + " in groups of "
              + Arrays.toString(grid.getLocalWork()));
    }
    return (int) local;
  }
}
