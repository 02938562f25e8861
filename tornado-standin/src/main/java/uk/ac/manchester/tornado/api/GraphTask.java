package uk.ac.manchester.tornado.api;

import java.util.Arrays;
import java.util.Map;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** What a graph does, with its arguments. Scalars are what they were when it was added. */
abstract sealed class GraphTask permits DeviceTask, LibraryTask {

  private final String graph;
  private final String id;
  final Object[] arguments;

  GraphTask(String graph, String id, Object[] arguments) {
    this.graph = graph;
    this.id = id;
    this.arguments = arguments.clone();
    for (Object argument : arguments) {
      requireUsable(argument);
    }
  }

  private void requireUsable(Object argument) {
    boolean usable =
        argument instanceof TornadoNativeArray
            || argument instanceof KernelContext
            || argument instanceof Integer
            || argument instanceof Long
            || argument instanceof Float
            || argument instanceof Double;
    if (!usable) {
      throw new TornadoRuntimeException(
          "task "
              + name()
              + ": arrays of uk.ac.manchester.tornado.api.types.arrays, a KernelContext, numbers;"
              + " got "
              + (argument == null ? "null" : argument.getClass().getSimpleName()));
    }
  }

  String id() {
    return id;
  }

  String name() {
    return graph + "." + id;
  }

  boolean takes(TornadoNativeArray array) {
    return Arrays.stream(arguments).anyMatch(argument -> argument == array);
  }

  /** The arrays among the arguments. */
  Iterable<TornadoNativeArray> arrays() {
    return Arrays.stream(arguments)
        .filter(TornadoNativeArray.class::isInstance)
        .map(TornadoNativeArray.class::cast)
        .toList();
  }

  /** Does it, with the device's copies of its arrays. */
  abstract void run(
      Map<TornadoNativeArray, TornadoNativeArray> onDevice, TornadoExecutionPlan plan);
}
