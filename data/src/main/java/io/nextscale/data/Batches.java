package io.nextscale.data;

import io.nextscale.image.RgbImage;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Batches of a source by number, made ready ahead of the step that asks for them.
 *
 * <pre>{@code
 * try (PictureSource pictures = PictureSource.open(path);
 *     Batches batches =
 *         Batches.open(pictures, Preprocess.training(256), Loading.training(32, 42))) {
 *   for (long iteration = 0; iteration < steps; iteration++) {
 *     step(batches.batch(iteration));
 *   }
 * }
 * }</pre>
 *
 * <p><b>Order.</b> Item j of batch i of B has position {@code p = i B + j}. For N pictures it is
 * the one at place {@code p mod N} of a random permutation of epoch {@code p / N}: each picture
 * comes once per epoch, and batches go on across the border of epochs. An endless source is taken
 * as it comes: picture p. In a single pass ({@link Loading#pass}) pictures come in order.
 *
 * <p><b>Determinism.</b> A batch is a function of the source, the seed and its number. Mirroring,
 * crops and the choice among captions depend on (seed, epoch, index of the picture). So batch 1000
 * is the same bits after a restart, for any number of threads.
 *
 * <p><b>Damaged pictures</b>, those for which the source throws a {@link FileFormatException}, are
 * reported by name once. The next good picture of the epoch takes the place of one, or, in a single
 * pass, nothing; with {@link Loading#strict} the exception reaches the caller instead. Other
 * failures always do.
 */
public final class Batches implements AutoCloseable {

  /** So many damaged pictures in a row, and something else is wrong. */
  static final int MOST_DAMAGED = 1000;

  private static final System.Logger LOGGER = System.getLogger(Batches.class.getName());

  private final PictureSource source;
  private final Preprocess preprocess;
  private final Loading loading;
  private final Order order;
  private final Consumer<String> report;
  private final ExecutorService workers;

  /** Batches on their way, by number. */
  private final TreeMap<Long, List<Future<Loaded>>> pending = new TreeMap<>();

  /** Pictures that are known to be damaged, so that none is decoded again in vain. */
  private final Map<Long, FileFormatException> damaged = new ConcurrentHashMap<>();

  private final Set<Long> reported = new HashSet<>();
  private boolean closed;

  /** What is at a position: a picture, unless it is left out, and the damaged ones before it. */
  private record Loaded(Batch.@Nullable Item item, float[] values, List<Long> skipped) {}

  private Batches(
      PictureSource source, Preprocess preprocess, Loading loading, Consumer<String> report) {
    this.source = source;
    this.preprocess = preprocess;
    this.loading = loading;
    this.order = new Order(source.size(), loading.seed(), !source.endless() && !loading.once());
    this.report = report;
    this.workers =
        Executors.newFixedThreadPool(
            loading.threads(), Thread.ofPlatform().daemon().name("pictures-", 0).factory());
  }

  /** Batches of a source; damaged pictures are reported to the log. */
  public static Batches open(PictureSource source, Preprocess preprocess, Loading loading) {
    return open(source, preprocess, loading, line -> LOGGER.log(System.Logger.Level.WARNING, line));
  }

  /**
   * Batches of a source, which stays open when they are closed.
   *
   * @param report takes the message about each damaged picture, once, on the thread that asks for
   *     batches, in an order that is always the same
   * @throws IllegalArgumentException for a single pass over an endless source
   */
  public static Batches open(
      PictureSource source, Preprocess preprocess, Loading loading, Consumer<String> report) {
    if (loading.once() && source.endless()) {
      throw new IllegalArgumentException(
          "batches: a source that ends for a single pass; got "
              + source.describe()
              + " — take a range of it");
    }
    return new Batches(source, preprocess, loading, report);
  }

  /** How many batches there are; {@link PictureSource#ENDLESS} unless it is a single pass. */
  public long count() {
    return loading.once()
        ? (source.size() + loading.batchSize() - 1) / loading.batchSize()
        : PictureSource.ENDLESS;
  }

  /**
   * How many passes over the source are complete when {@code iteration} begins; 0 of an endless.
   */
  public long epoch(long iteration) {
    return order.epoch(Math.multiplyExact(iteration, (long) loading.batchSize()));
  }

  /**
   * Batch {@code iteration}; waits for it where it is not ready, and has the next ones made.
   *
   * @throws FileFormatException when a picture is damaged and {@link Loading#strict}, or very many
   *     in a row are
   * @throws IOException when the source cannot be read, or the wait is interrupted
   * @throws IndexOutOfBoundsException when there is none of this number
   * @throws IllegalStateException after {@link #close}
   */
  public synchronized Batch batch(long iteration) throws IOException {
    if (closed) {
      throw new IllegalStateException("batches: open ones; got closed ones");
    }
    if (iteration < 0 || iteration >= count()) {
      throw new IndexOutOfBoundsException(
          "batches: a number of at least 0"
              + (loading.once() ? " and below " + count() : "")
              + "; got "
              + iteration);
    }
    long last = Math.min(iteration + loading.ahead(), count() - 1);
    pending.headMap(iteration).values().forEach(Batches::cancel);
    pending.headMap(iteration).clear();
    pending.tailMap(last, false).values().forEach(Batches::cancel);
    pending.tailMap(last, false).clear();
    for (long i = iteration; i <= last; i++) {
      pending.computeIfAbsent(i, this::begin);
    }
    List<Future<Loaded>> items = pending.remove(iteration);
    try {
      return assemble(iteration, items == null ? begin(iteration) : items);
    } finally {
      if (items != null) {
        cancel(items);
      }
    }
  }

  private static void cancel(List<Future<Loaded>> items) {
    items.forEach(item -> item.cancel(false));
  }

  private List<Future<Loaded>> begin(long iteration) {
    long first = Math.multiplyExact(iteration, (long) loading.batchSize());
    long end = first + loading.batchSize();
    if (loading.once()) {
      end = Math.min(end, source.size());
    }
    List<Future<Loaded>> items = new ArrayList<>();
    for (long position = first; position < end; position++) {
      long p = position;
      items.add(workers.submit(() -> load(p)));
    }
    return items;
  }

  private Batch assemble(long iteration, List<Future<Loaded>> futures) throws IOException {
    int side = preprocess.size();
    int each = side * side * 3;
    float[] values = new float[Math.multiplyExact(futures.size(), each)];
    List<Batch.Item> items = new ArrayList<>();
    for (Future<Loaded> future : futures) {
      Loaded loaded = await(future);
      for (long index : loaded.skipped()) {
        FileFormatException damage = damaged.get(index);
        if (damage != null && reported.add(index)) {
          report.accept(damage.getMessage());
        }
      }
      Batch.Item item = loaded.item();
      if (item != null) {
        System.arraycopy(loaded.values(), 0, values, items.size() * each, each);
        items.add(item);
      }
    }
    float[] present =
        items.size() == futures.size() ? values : Arrays.copyOf(values, items.size() * each);
    return new Batch(iteration, Tensor.of(Shape.of(items.size(), side, side, 3), present), items);
  }

  private static Loaded await(Future<Loaded> future) throws IOException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("batches: time to wait for pictures; got an interruption");
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException failure -> throw failure;
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        case null, default -> throw new IllegalStateException(e);
      }
    }
  }

  /** The picture at a position, on a worker. */
  private Loaded load(long position) throws IOException {
    long epoch = order.epoch(position);
    List<Long> skipped = new ArrayList<>();
    while (true) {
      long index = order.index(position, skipped.size());
      try {
        return loaded(epoch, index, skipped);
      } catch (FileFormatException damage) {
        damaged.putIfAbsent(index, damage);
        if (loading.strict()) {
          throw damage;
        }
        skipped.add(index);
        if (loading.once()) {
          return new Loaded(null, new float[0], skipped);
        }
        if (skipped.size() == Math.min(MOST_DAMAGED, source.size())) {
          throw new FileFormatException(
              source.describe(),
              "pictures that can be read",
              skipped.size() + " in a row that cannot; the last: " + damage.getMessage(),
              "repair the source");
        }
      }
    }
  }

  private Loaded loaded(long epoch, long index, List<Long> skipped) throws IOException {
    FileFormatException known = damaged.get(index);
    if (known != null) {
      throw known;
    }
    Picture picture = source.get(index);
    RgbImage image;
    try {
      image = preprocess.apply(picture.image(), order.chances("preprocess", epoch, index));
    } catch (IllegalArgumentException e) { // a thread of a picture, too long once enlarged
      throw new FileFormatException("read " + picture.name() + ": " + e.getMessage());
    }
    List<String> captions = picture.captions();
    String caption = order.caption(epoch, index, captions);
    Batch.Item item = new Batch.Item(index, picture.name(), picture.label(), caption, captions);
    return new Loaded(item, image.toFloats(), skipped);
  }

  /** Ends the threads, once they are through with the pictures they have begun. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    pending.values().forEach(Batches::cancel);
    pending.clear();
    workers.shutdown(); // no interruption: it would close the files that are being read
    boolean interrupted = false;
    while (true) {
      try {
        if (workers.awaitTermination(1, TimeUnit.SECONDS)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
