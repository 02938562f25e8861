package uk.ac.manchester.tornado.api;

import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.common.TornadoFunctions;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** Tasks in order, with what is copied before and after them. */
public class TaskGraph {

  /** Bytes that TornadoVM 5.2 has for the tasks of a graph, for each of them and each argument. */
  private static final int ROOM = 8192;

  private static final int ROOM_FOR_TASK = 15;
  private static final int ROOM_FOR_ARGUMENT = 5;

  private final String name;
  private int room = ROOM;
  private final List<Transfer> toDevice = new ArrayList<>();
  private final List<Transfer> toHost = new ArrayList<>();
  private final List<Consumed> consumed = new ArrayList<>();
  private final List<TornadoNativeArray> persisted = new ArrayList<>();
  private final List<GraphTask> tasks = new ArrayList<>();

  public TaskGraph(String name) {
    this.name = name;
  }

  /** What is copied when. */
  record Transfer(int mode, TornadoNativeArray array) {}

  /** An array that another graph left on the device. */
  record Consumed(String graph, TornadoNativeArray array) {}

  /** Copies to the device before the tasks. */
  public TaskGraph transferToDevice(int mode, Object... objects) {
    requireMode(mode, DataTransferMode.FIRST_EXECUTION, DataTransferMode.EVERY_EXECUTION);
    for (Object object : objects) {
      toDevice.add(new Transfer(mode, array(object)));
    }
    return this;
  }

  /** Copies to the host after the tasks, or when it is asked for. */
  public TaskGraph transferToHost(int mode, Object... objects) {
    requireMode(mode, DataTransferMode.EVERY_EXECUTION, DataTransferMode.UNDER_DEMAND);
    for (Object object : objects) {
      toHost.add(new Transfer(mode, array(object)));
    }
    return this;
  }

  /** Leaves arrays on the device for other graphs of the plan. */
  public TaskGraph persistOnDevice(Object... objects) {
    for (Object object : objects) {
      persisted.add(array(object));
    }
    return this;
  }

  /**
   * Takes arrays that a graph of the plan left on the device. As in TornadoVM 5.2 they are those of
   * the graph that was executed last, whatever the name says; it has to have them.
   */
  public TaskGraph consumeFromDevice(String uniqueTaskGraphName, Object... objects) {
    for (Object object : objects) {
      consumed.add(new Consumed(uniqueTaskGraphName, array(object)));
    }
    return this;
  }

  private void requireMode(int mode, int one, int other) {
    if (mode != one && mode != other) {
      throw new TornadoRuntimeException(
          "graph " + name + ": a mode for this direction; got mode " + mode);
    }
  }

  private TornadoNativeArray array(Object object) {
    if (object instanceof TornadoNativeArray array) {
      return array;
    }
    throw new TornadoRuntimeException(
        "graph "
            + name
            + ": arrays of uk.ac.manchester.tornado.api.types.arrays; got "
            + object.getClass().getSimpleName());
  }

  /** Adds a task of 1 argument. */
  @SuppressWarnings("unchecked")
  public <T1> TaskGraph task(String id, TornadoFunctions.Task1<T1> code, T1 arg1) {
    return add(id, code, a -> code.apply((T1) a[0]), arg1);
  }

  /** Adds a task of 2 arguments. */
  @SuppressWarnings("unchecked")
  public <T1, T2> TaskGraph task(String id, TornadoFunctions.Task2<T1, T2> code, T1 arg1, T2 arg2) {
    return add(id, code, a -> code.apply((T1) a[0], (T2) a[1]), arg1, arg2);
  }

  /** Adds a task of 3 arguments. */
  @SuppressWarnings("unchecked")
  public <T1, T2, T3> TaskGraph task(
      String id, TornadoFunctions.Task3<T1, T2, T3> code, T1 arg1, T2 arg2, T3 arg3) {
    return add(id, code, a -> code.apply((T1) a[0], (T2) a[1], (T3) a[2]), arg1, arg2, arg3);
  }

  /** Adds a task of 4 arguments. */
  @SuppressWarnings("unchecked")
  public <T1, T2, T3, T4> TaskGraph task(
      String id, TornadoFunctions.Task4<T1, T2, T3, T4> code, T1 arg1, T2 arg2, T3 arg3, T4 arg4) {
    return add(
        id,
        code,
        a -> code.apply((T1) a[0], (T2) a[1], (T3) a[2], (T4) a[3]),
        arg1,
        arg2,
        arg3,
        arg4);
  }

  /** Adds a task of 5 arguments. */
  @SuppressWarnings("unchecked")
  public <T1, T2, T3, T4, T5> TaskGraph task(
      String id,
      TornadoFunctions.Task5<T1, T2, T3, T4, T5> code,
      T1 arg1,
      T2 arg2,
      T3 arg3,
      T4 arg4,
      T5 arg5) {
    return add(
        id,
        code,
        a -> code.apply((T1) a[0], (T2) a[1], (T3) a[2], (T4) a[3], (T5) a[4]),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5);
  }

  /** Adds a task of 6 arguments. */
  @SuppressWarnings("unchecked")
  public <T1, T2, T3, T4, T5, T6> TaskGraph task(
      String id,
      TornadoFunctions.Task6<T1, T2, T3, T4, T5, T6> code,
      T1 arg1,
      T2 arg2,
      T3 arg3,
      T4 arg4,
      T5 arg5,
      T6 arg6) {
    return add(
        id,
        code,
        a -> code.apply((T1) a[0], (T2) a[1], (T3) a[2], (T4) a[3], (T5) a[4], (T6) a[5]),
        arg1,
        arg2,
        arg3,
        arg4,
        arg5,
        arg6);
  }

  /** Adds a call of a library that 6 arguments describe. */
  public <T1, T2, T3, T4, T5, T6> TaskGraph libraryTask(
      String id,
      TornadoFunctions.LibraryTask6<T1, T2, T3, T4, T5, T6> code,
      T1 arg1,
      T2 arg2,
      T3 arg3,
      T4 arg4,
      T5 arg5,
      T6 arg6) {
    return add(new LibraryTask(name, id, code.apply(arg1, arg2, arg3, arg4, arg5, arg6)));
  }

  private TaskGraph add(String id, Object code, DeviceTask.Code call, Object... arguments) {
    return add(new DeviceTask(name, id, code, call, arguments));
  }

  private TaskGraph add(GraphTask task) {
    if (tasks.stream().anyMatch(other -> other.id().equals(task.id()))) {
      throw new TornadoRuntimeException(
          "graph " + name + ": tasks of different names; got " + task.id());
    }
    room -= ROOM_FOR_TASK + ROOM_FOR_ARGUMENT * task.arguments.length;
    if (room < 0) {
      throw new TornadoRuntimeException(
          "graph "
              + name
              + ": tasks of "
              + ROOM
              + " bytes together; got one too many, "
              + task.id());
    }
    tasks.add(task);
    return this;
  }

  /** The graph as it is now, for a plan. */
  public ImmutableTaskGraph snapshot() {
    return new ImmutableTaskGraph(
        name,
        List.copyOf(toDevice),
        List.copyOf(toHost),
        List.copyOf(consumed),
        List.copyOf(persisted),
        List.copyOf(tasks));
  }
}
