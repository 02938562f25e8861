package io.nextscale.tornado;

import io.nextscale.tensor.DType;
import io.nextscale.tornado.kernels.Groups;
import io.nextscale.tornado.kernels.Storage;
import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/**
 * One device: its memory, and the kernels that are to run there.
 *
 * <p>Kernels are kept until somebody wants to see a result, or there are many of them, and then run
 * as few task graphs. Until then they hold on to their storage, so that none of it is given to
 * another tensor; what is sent meanwhile goes to ranges that nobody waits for.
 */
final class Device implements AutoCloseable {

  private static final Cleaner CLEANER = Cleaner.create();

  /** How often a full memory waits for the collector before it is an error. */
  private static final int PATIENCE = 20;

  /** Kernels that are kept before they run in any case. */
  private static final int PENDING = 1024;

  private final String name;
  private final Memory memory;
  private final Blocks floatBlocks;
  private final Blocks wordBlocks;
  private final Traffic traffic = new Traffic();
  private final Transfers transfers;
  private final KernelGraphs graphs;
  private final int most;
  private final List<Launch> pending = new ArrayList<>();

  /** Floats and words that were given out since kernels ran last. */
  private long given;

  /**
   * @param memoryBytes what tensors may take on the device
   * @param most kernels of a task graph; with 1 they run at once, each by itself
   */
  Device(String name, TornadoDevice device, long memoryBytes, int most) {
    this.name = name;
    this.most = most;
    int floats = (int) Math.min(memoryBytes / 4 * 3 / Float.BYTES, Integer.MAX_VALUE - 64);
    this.memory = new Memory(device, floats, floats / 3);
    this.floatBlocks = new Blocks(floats);
    this.wordBlocks = new Blocks(floats / 3);
    this.transfers = new Transfers(this, memory, traffic);
    this.graphs = new KernelGraphs(this, memory, traffic, most);
    floatBlocks.take(Storage.POWERS);
    transfers.store(0, powers());
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

  /** Runs a kernel, now or later; before anything is read it has run. */
  synchronized void run(Launch launch) {
    pending.add(launch);
    if (most == 1 || pending.size() == PENDING) {
      flush();
    }
  }

  /**
   * Runs what is to run.
   *
   * @throws IllegalStateException when a kernel fails
   */
  synchronized void flush() {
    given = 0;
    if (!pending.isEmpty()) {
      List<Launch> launches = List.copyOf(pending);
      pending.clear();
      graphs.execute(launches);
    }
  }

  /** Groups for one item per element. */
  static int groups(int elements) {
    return (int) ((elements + Groups.WIDE - 1L) / Groups.WIDE);
  }

  IllegalStateException failure(String kernel, Throwable why) {
    boolean library = kernel.contains(Kernel.LIBRARY_PRODUCT.label());
    return new IllegalStateException(
        "tornado: kernel "
            + kernel
            + " to run on "
            + name
            + "; got "
            + why.getMessage()
            + " — run with "
            + (library ? "--gpu-products own or " : "")
            + "--device cpu",
        why);
  }

  Traffic traffic() {
    return traffic;
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

  /**
   * Kernels that are kept hold on to their storage: they run before that is much of the memory. It
   * depends on the program only, so that the same program is the same graphs each time.
   */
  private synchronized void countGiven(int size) {
    given += size;
    if (given > (floatBlocks.capacity() + (long) wordBlocks.capacity()) / 4) {
      flush();
    }
  }

  /** A range; when there is none, what the program has forgotten is collected first. */
  private int take(Blocks blocks, int size) {
    countGiven(size);
    int at = blocks.take(size);
    if (at == Blocks.NONE) {
      flush();
    }
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
  public synchronized void close() {
    pending.clear();
    memory.close();
  }
}
