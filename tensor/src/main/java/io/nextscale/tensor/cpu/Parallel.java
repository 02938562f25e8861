package io.nextscale.tensor.cpu;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Loops shared out to a fixed pool of daemon threads.
 *
 * <p>{@link #forRange} cuts a range into chunks whose borders depend on the range alone, never on
 * the number of threads, and hands them out to whichever thread is free; the calling thread works
 * too. A kernel whose chunks write disjoint outputs thus gives the same bits with any number of
 * threads. Several application threads may call at once; they share the workers.
 *
 * <p>The number of threads, the caller counted, is the property {@code io.nextscale.threads}, or
 * else the number of processors.
 */
final class Parallel {

  /** The work on one chunk, the indices {@code from <= i < to}. */
  @FunctionalInterface
  interface RangeBody {
    void run(int from, int to);
  }

  /**
   * How long an idle worker looks for new work before it sleeps: waking one costs about as much.
   */
  private static final long SPIN_NANOS = 50_000;

  private static final Parallel DEFAULT = new Parallel(configuredThreads());

  /** Another pool than {@link #DEFAULT}, bound by {@link #withThreads}. */
  private static final ScopedValue<Parallel> POOL = ScopedValue.newInstance();

  /** The region whose chunk the current thread works on; a loop inside it runs inline. */
  private static final ThreadLocal<Region> INSIDE = new ThreadLocal<>();

  private final Worker[] workers;
  private final ConcurrentLinkedQueue<Region> regions = new ConcurrentLinkedQueue<>();

  /** With more threads than processors, spinning would keep the others from running. */
  private final boolean spins;

  private volatile boolean closed;

  private Parallel(int threads) {
    workers = new Worker[threads - 1];
    spins = threads <= Runtime.getRuntime().availableProcessors();
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker("nextscale-cpu-" + (i + 1));
    }
    for (Worker worker : workers) {
      worker.start();
    }
  }

  /** The number of threads that loops of the calling thread run on. */
  static int threads() {
    return POOL.orElse(DEFAULT).workers.length + 1;
  }

  /**
   * Runs {@code body} on every chunk {@code [i grain, min(count, (i + 1) grain))} and returns when
   * all are done. A loop inside a chunk of another runs its chunks one after the other. If a chunk
   * throws, chunks not yet begun are skipped, and the first exception is rethrown with the others
   * suppressed.
   *
   * @param count the number of indices; 0 runs nothing
   * @param grain indices per chunk, at least 1
   */
  static void forRange(int count, int grain, RangeBody body) {
    if (count < 0 || grain < 1) {
      throw new IllegalArgumentException(
          "forRange: count >= 0 and grain >= 1; got count " + count + ", grain " + grain);
    }
    int chunks = (int) (((long) count + grain - 1) / grain);
    if (chunks == 1) {
      body.run(0, count); // loops inside may still use all threads
      return;
    }
    Parallel pool = POOL.orElse(DEFAULT);
    if (pool.workers.length == 0 || INSIDE.get() != null) {
      for (int i = 0; i < chunks; i++) {
        body.run(i * grain, end(count, grain, i));
      }
      return;
    }
    if (chunks > 1) {
      pool.run(new Region(count, grain, chunks, body));
    }
  }

  /** Runs {@code body} with loops on {@code threads} threads, the caller counted. */
  static <T> T withThreads(int threads, Supplier<T> body) {
    Parallel pool = new Parallel(threads);
    try {
      return ScopedValue.where(POOL, pool).call(body::get);
    } finally {
      pool.closed = true;
      for (Worker worker : pool.workers) {
        LockSupport.unpark(worker);
      }
    }
  }

  private void run(Region region) {
    regions.add(region);
    for (int i = 0; i < Math.min(workers.length, region.chunks - 1); i++) {
      Worker worker = workers[i];
      if (worker.parked) {
        LockSupport.unpark(worker);
      }
    }
    region.work();
    regions.remove(region);
    region.await(spins);
    region.rethrow();
  }

  private static int end(int count, int grain, int chunk) {
    return (int) Math.min(count, (chunk + 1L) * grain);
  }

  private static int configuredThreads() {
    int processors = Runtime.getRuntime().availableProcessors();
    String wanted = System.getProperty("io.nextscale.threads");
    if (wanted == null) {
      return processors;
    }
    try {
      int threads = Integer.parseInt(wanted.strip());
      if (threads >= 1 && threads <= 4096) {
        return threads;
      }
    } catch (NumberFormatException e) {
      // reported below
    }
    System.getLogger("io.nextscale")
        .log(
            System.Logger.Level.WARNING,
            "cpu: io.nextscale.threads a number from 1 to 4096; got "
                + wanted
                + " — using "
                + processors);
    return processors;
  }

  /** One call of {@link #forRange}. */
  private static final class Region {
    private final int count;
    private final int grain;
    private final int chunks;
    private final RangeBody body;
    private final Thread caller = Thread.currentThread();
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger unfinished;
    private volatile boolean callerWaits;
    private @Nullable Throwable failure; // guarded by this
    private volatile boolean failed;

    Region(int count, int grain, int chunks, RangeBody body) {
      this.count = count;
      this.grain = grain;
      this.chunks = chunks;
      this.body = body;
      this.unfinished = new AtomicInteger(chunks);
    }

    boolean hasWork() {
      return next.get() < chunks;
    }

    /** Takes chunks until none is left. */
    void work() {
      INSIDE.set(this);
      try {
        for (int i = next.getAndIncrement(); i < chunks; i = next.getAndIncrement()) {
          try {
            if (!failed) {
              body.run(i * grain, end(count, grain, i));
            }
          } catch (Throwable e) {
            fail(e);
          }
          if (unfinished.decrementAndGet() == 0 && callerWaits) {
            LockSupport.unpark(caller);
          }
        }
      } finally {
        INSIDE.remove();
      }
    }

    void await(boolean spin) {
      long deadline = System.nanoTime() + SPIN_NANOS;
      while (spin && unfinished.get() > 0 && System.nanoTime() < deadline) {
        Thread.onSpinWait();
      }
      callerWaits = true; // written before the next read of unfinished; work() does the reverse
      boolean interrupted = false;
      while (unfinished.get() > 0) {
        LockSupport.park(this);
        interrupted |= Thread.interrupted(); // else park would return at once
      }
      if (interrupted) {
        caller.interrupt();
      }
    }

    @SuppressWarnings("ReferenceEquality") // the same exception object may be thrown twice
    private synchronized void fail(Throwable e) {
      failed = true;
      if (failure == null) {
        failure = e;
      } else if (failure != e) {
        failure.addSuppressed(e);
      }
    }

    synchronized void rethrow() {
      if (failure instanceof RuntimeException e) {
        throw e;
      }
      if (failure instanceof Error e) {
        throw e;
      }
    }
  }

  private final class Worker extends Thread {
    private volatile boolean parked;

    Worker(String name) {
      super(null, null, name, 0, false);
      setDaemon(true);
    }

    @Override
    public void run() {
      while (!closed) {
        Region region = await();
        if (region != null) {
          region.work();
          regions.remove(region);
        }
      }
    }

    /** The oldest region with work left; sleeps while there is none. */
    private @Nullable Region await() {
      Region region = find();
      long deadline = System.nanoTime() + SPIN_NANOS;
      while (spins && region == null && System.nanoTime() < deadline) {
        Thread.onSpinWait();
        region = find();
      }
      if (region != null) {
        return region;
      }
      parked = true; // written before regions is read again; run(Region) does the reverse
      region = find();
      if (region == null && !closed) {
        LockSupport.park(Parallel.this);
      }
      parked = false;
      return region;
    }

    private @Nullable Region find() {
      for (Region region : regions) {
        if (region.hasWork()) {
          return region;
        }
      }
      return null;
    }
  }
}
