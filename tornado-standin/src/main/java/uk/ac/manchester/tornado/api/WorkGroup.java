package uk.ac.manchester.tornado.api;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/**
 * The items of one group in lock-step: one runs at a time, from barrier to barrier, and then hands
 * over to its neighbour.
 *
 * <p>Item 0 is the caller's thread. When it ends without a barrier, the others run after it on the
 * same thread; at its first barrier they get threads of their own. The order is ascending up to the
 * first barrier, descending up to the second, and so on: the results of a kernel that lacks a
 * barrier are wrong, and wrong in the same way each time.
 */
final class WorkGroup {

  /** Bytes that NVIDIA's devices give a group without being asked for more. */
  private static final int LOCAL_MEMORY_BYTES = 48 << 10;

  private static final int POISON = 0x7fc0dead;

  private static final StackWalker STACK = StackWalker.getInstance();

  private static final Set<String> WITHIN =
      Set.of(WorkGroup.class.getName(), KernelContext.class.getName());

  /** A call in a kernel or in a helper. */
  private record Place(String type, String method, int at) {}

  /** The body of a kernel. */
  @FunctionalInterface
  interface Body {
    void run(KernelContext context);
  }

  private final String task;
  private final int index;
  private final int size;
  private final int groups;
  private final Body body;

  /** Local arrays by where they are allocated. */
  private final Map<List<Place>, Object> local = new HashMap<>();

  private int localBytes;

  /** Threads of the items, once there was a barrier. */
  private Thread[] items;

  private int arrived;
  private volatile int ended;
  private int phase;
  private volatile int turn;
  private volatile Throwable failure;

  WorkGroup(String task, int index, int groups, int size, Body body) {
    this.task = task;
    this.index = index;
    this.groups = groups;
    this.size = size;
    this.body = body;
  }

  int size() {
    return size;
  }

  int index() {
    return index;
  }

  int globalSize() {
    return groups * size;
  }

  /** Runs all items; the caller is a virtual thread, so that handing over is cheap. */
  void run() {
    try {
      body.run(new KernelContext(this, 0));
      if (items == null) {
        runOneAfterAnother();
        return;
      }
      end(0);
      while (ended < size && failure == null) {
        LockSupport.park(this);
      }
    } catch (Abandoned e) {
      // another item failed, which is said below
    } catch (RuntimeException | Error e) {
      failure = e;
      abandon(0);
    }
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure instanceof RuntimeException exception) {
      throw exception;
    }
  }

  private void runOneAfterAnother() {
    ended = 1;
    for (int item = 1; item < size; item++) {
      body.run(new KernelContext(this, item));
      ended++;
    }
  }

  /** Waits for the others; the last to arrive goes on at once. */
  void barrier(int item) {
    if (ended > 0) {
      throw fail(item, "items of a group to pass the same barriers; got " + ended + " that ended");
    }
    if (items == null) {
      give(item);
    }
    if (++arrived == size) {
      arrived = 0;
      phase++;
      return;
    }
    handOver(item + direction());
    await(item);
  }

  /** Gives every item a thread; item 0 has one. */
  private void give(int item) {
    items = new Thread[size];
    items[item] = Thread.currentThread();
    for (int i = 1; i < size; i++) {
      KernelContext context = new KernelContext(this, i);
      items[i] = Thread.ofVirtual().unstarted(() -> runItem(context));
    }
  }

  private void runItem(KernelContext context) {
    try {
      body.run(context);
      end(context.localIdx);
    } catch (Abandoned e) {
      // another item failed and says why
    } catch (RuntimeException | Error e) {
      failure = e;
      abandon(context.localIdx);
    }
  }

  private void end(int item) {
    if (arrived > 0) {
      throw fail(item, "items of a group to pass the same barriers; got " + arrived + " that wait");
    }
    ended++;
    if (ended < size) {
      handOver(item + direction());
    } else if (item != 0) {
      LockSupport.unpark(items[0]);
    }
  }

  private int direction() {
    return phase % 2 == 0 ? 1 : -1;
  }

  private void handOver(int next) {
    turn = next;
    if (items[next].getState() == Thread.State.NEW) {
      items[next].start();
    } else {
      LockSupport.unpark(items[next]);
    }
  }

  private void await(int item) {
    while (turn != item) {
      if (failure != null) {
        throw new Abandoned();
      }
      LockSupport.park(this);
    }
  }

  private TornadoRuntimeException fail(int item, String what) {
    return new TornadoRuntimeException(
        "task " + task + ": " + what + ", at item " + item + " of group " + index);
  }

  /** Wakes the items that wait for one that failed. */
  private void abandon(int item) {
    for (int i = 0; items != null && i < size; i++) {
      if (i != item) {
        LockSupport.unpark(items[i]);
      }
    }
  }

  float[] localFloats(int length) {
    if (local(length, float[]::new) instanceof float[] floats && floats.length == length) {
      return floats;
    }
    throw unlike();
  }

  int[] localInts(int length) {
    if (local(length, int[]::new) instanceof int[] ints && ints.length == length) {
      return ints;
    }
    throw unlike();
  }

  private Object local(int length, IntFunction<Object> make) {
    return local.computeIfAbsent(
        place(),
        _ -> {
          takeLocal(length * Integer.BYTES);
          Object array = make.apply(length);
          switch (array) {
            case float[] floats -> Arrays.fill(floats, Float.intBitsToFloat(POISON));
            case int[] ints -> Arrays.fill(ints, POISON);
            default -> throw new IllegalStateException(array.toString());
          }
          return array;
        });
  }

  /**
   * The calls that lead from the kernel to an allocation. TornadoVM puts helpers into the kernel:
   * each call of one that allocates has an array of its own, and the same one each time.
   */
  private static List<Place> place() {
    return STACK.walk(frames ->
        frames
            .dropWhile(f -> WITHIN.contains(f.getClassName()))
            .takeWhile(f -> !f.getClassName().equals(DeviceTask.class.getName()))
            .map(f -> new Place(f.getClassName(), f.getMethodName(), f.getByteCodeIndex()))
            .toList());
  }

  private void takeLocal(int bytes) {
    localBytes += bytes;
    if (localBytes > LOCAL_MEMORY_BYTES) {
      throw new TornadoRuntimeException(
          "task "
              + task
              + ": at most "
              + LOCAL_MEMORY_BYTES
              + " bytes of local memory; got "
              + localBytes);
    }
  }

  private TornadoRuntimeException unlike() {
    return new TornadoRuntimeException(
        "task "
            + task
            + ": the same local arrays in all items of a group; got one of another size");
  }

  /** Ends an item that waits for others of which one failed. */
  private static final class Abandoned extends Error {
    private static final long serialVersionUID = 1;

    Abandoned() {
      super(null, null, false, false);
    }
  }
}
