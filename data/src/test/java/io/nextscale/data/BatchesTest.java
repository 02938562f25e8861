package io.nextscale.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.image.RgbImage;
import io.nextscale.shapes.Split;
import io.nextscale.tensor.io.FileFormatException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which pictures a batch holds, and that nothing but the seed decides. */
@Timeout(60)
class BatchesTest {

  private static final Preprocess PREPROCESS = Preprocess.training(8).withFlip();

  /** Pictures in memory, of which some are damaged; counts what is read. */
  private static class Numbered implements PictureSource {
    final int size;
    final Set<Long> damaged;
    final AtomicInteger reads = new AtomicInteger();
    final Set<Thread> threads = Collections.synchronizedSet(new java.util.HashSet<>());

    Numbered(int size, Long... damaged) {
      this.size = size;
      this.damaged = Set.of(damaged);
    }

    @Override
    public long size() {
      return size;
    }

    @Override
    public List<String> classes() {
      return List.of("even", "odd");
    }

    @Override
    public String name(long index) {
      return "n" + index;
    }

    @Override
    public Picture get(long index) throws IOException {
      reads.incrementAndGet();
      threads.add(Thread.currentThread());
      if (damaged.contains(index)) {
        throw new FileFormatException(name(index), "a picture", "noise");
      }
      RgbImage image = Fixtures.image(index, 9 + (int) (index % 5), 12);
      return new Picture(name(index), image, (int) (index % 2), List.of("one", "two", "three"));
    }

    @Override
    public String describe() {
      return "numbers";
    }

    @Override
    public void close() {}
  }

  private static List<Batch> take(Batches batches, int count) throws IOException {
    List<Batch> taken = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      taken.add(batches.batch(i));
    }
    return taken;
  }

  private static void assertSame(Batch a, Batch b) {
    assertThat(a.items()).isEqualTo(b.items());
    assertThat(a.images().shape()).isEqualTo(b.images().shape());
    assertThat(a.images().toArray()).isEqualTo(b.images().toArray());
  }

  @Test
  void everyPictureComesOncePerEpochInAnotherOrder() throws IOException {
    Numbered source = new Numbered(10);
    try (Batches batches =
        Batches.open(source, PREPROCESS, Loading.training(4, 3).withThreads(2))) {
      List<Long> order = new ArrayList<>();
      take(batches, 10).forEach(b -> b.items().forEach(item -> order.add(item.index())));
      List<List<Long>> epochs = new ArrayList<>();
      for (int epoch = 0; epoch < 4; epoch++) {
        epochs.add(order.subList(10 * epoch, 10 * epoch + 10));
        assertThat(new TreeSet<>(epochs.getLast())).hasSize(10);
      }
      assertThat(epochs).doesNotHaveDuplicates();
      assertThat(batches.epoch(2)).isZero(); // it holds the last two of epoch 0
      assertThat(batches.epoch(3)).isEqualTo(1);
      assertThat(batches.count()).isEqualTo(PictureSource.ENDLESS);
    }
  }

  @Test
  void aBatchHoldsThePicturesAsAModelTakesThem() throws IOException {
    Numbered source = new Numbered(3);
    try (Batches batches = Batches.open(source, Preprocess.evaluation(8), Loading.training(2, 1))) {
      Batch batch = batches.batch(7);
      assertThat(batch.images().shape().dims()).containsExactly(2, 8, 8, 3);
      float[] values = batch.images().toArray();
      for (int b = 0; b < 2; b++) {
        Batch.Item item = batch.items().get(b);
        float[] expected =
            Preprocess.evaluation(8)
                .apply(source.get(item.index()).image(), io.nextscale.tensor.RandomStream.of(0))
                .toFloats();
        assertThat(java.util.Arrays.copyOfRange(values, b * 192, b * 192 + 192))
            .isEqualTo(expected);
        assertThat(item.name()).isEqualTo("n" + item.index());
        assertThat(batch.labels()[b]).isEqualTo((int) (item.index() % 2));
        assertThat(item.captions()).contains(batch.captions().get(b)).hasSize(3);
      }
    }
  }

  @Test
  void theNumberOfThreadsAndTheStartDoNotMatter() throws IOException {
    Numbered source = new Numbered(23, 4L, 5L, 17L);
    List<Batch> expected;
    Loading loading = Loading.training(5, 42);
    try (Batches batches =
        Batches.open(source, PREPROCESS, loading.withThreads(1).withAhead(0), line -> {})) {
      expected = take(batches, 12);
    }
    for (int threads : new int[] {1, 4}) {
      try (Batches batches =
          Batches.open(source, PREPROCESS, loading.withThreads(threads), line -> {})) {
        for (Batch batch : expected) {
          assertSame(batches.batch(batch.iteration()), batch);
        }
        for (int i : new int[] {11, 0, 6, 5}) { // as after a restart, and backwards
          assertSame(batches.batch(i), expected.get(i));
        }
      }
    }
    try (Batches other = Batches.open(source, PREPROCESS, Loading.training(5, 43), line -> {})) {
      assertThat(other.batch(0).items()).isNotEqualTo(expected.getFirst().items());
    }
  }

  @Test
  void cropsAndCaptionsChangeFromEpochToEpoch() throws IOException {
    Numbered source = new Numbered(1);
    try (Batches batches = Batches.open(source, PREPROCESS, Loading.training(1, 42))) {
      Set<String> captions = new TreeSet<>();
      Set<Integer> images = new TreeSet<>();
      for (Batch batch : take(batches, 40)) {
        captions.addAll(batch.captions());
        images.add(java.util.Arrays.hashCode(batch.images().toArray()));
      }
      assertThat(captions).containsExactly("one", "three", "two");
      assertThat(images).hasSizeGreaterThan(4);
    }
  }

  @Test
  void damagedPicturesAreReportedOnceAndReplacedByTheNext() throws IOException {
    Numbered whole = new Numbered(10);
    Numbered broken = new Numbered(10, 2L, 3L);
    List<String> reports = new ArrayList<>();
    Loading loading = Loading.training(5, 8);
    try (Batches good = Batches.open(whole, PREPROCESS, loading);
        Batches bad = Batches.open(broken, PREPROCESS, loading, reports::add)) {
      for (int epoch = 0; epoch < 3; epoch++) {
        List<Long> order = new ArrayList<>();
        List<Long> got = new ArrayList<>();
        for (int i = 2 * epoch; i < 2 * epoch + 2; i++) {
          good.batch(i).items().forEach(item -> order.add(item.index()));
          bad.batch(i).items().forEach(item -> got.add(item.index()));
        }
        for (int p = 0; p < 10; p++) {
          int q = p;
          while (broken.damaged.contains(order.get(q))) {
            q = (q + 1) % 10;
          }
          assertThat(got.get(p)).isEqualTo(order.get(q));
        }
      }
    }
    assertThat(reports)
        .containsExactlyInAnyOrder(
            "read n2: a picture; got noise", "read n3: a picture; got noise");
  }

  @Test
  void strictlyADamagedPictureEndsItAll() throws IOException {
    Numbered broken = new Numbered(10, 2L);
    try (Batches batches = Batches.open(broken, PREPROCESS, Loading.training(10, 8).strictly())) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> batches.batch(0))
            .isInstanceOf(FileFormatException.class)
            .hasMessage("read n2: a picture; got noise");
      }
    }
  }

  @Test
  void nothingButDamageIsAnError() throws IOException {
    Numbered broken = new Numbered(3, 0L, 1L, 2L);
    Loading alone = Loading.training(2, 8).withThreads(1); // two may read the same at once
    try (Batches batches = Batches.open(broken, PREPROCESS, alone, line -> {})) {
      assertThatThrownBy(() -> batches.batch(0))
          .isInstanceOf(FileFormatException.class)
          .hasMessageContaining("numbers: pictures that can be read; got 3 in a row that cannot")
          .hasMessageContaining("the last: read n");
    }
    assertThat(broken.reads).hasValue(3);
  }

  @Test
  void aPassTakesEveryPictureOnceAndLeavesOutTheDamaged() throws IOException {
    Numbered source = new Numbered(11, 0L, 6L, 9L, 10L, 8L);
    List<String> reports = new ArrayList<>();
    try (Batches batches =
        Batches.open(source, Preprocess.exact(8), Loading.pass(4), reports::add)) {
      assertThat(batches.count()).isEqualTo(3);
      List<Batch> all = take(batches, 3);
      assertThat(all.get(0).names()).containsExactly("n1", "n2", "n3");
      assertThat(all.get(1).names()).containsExactly("n4", "n5", "n7");
      assertThat(all.get(1).images().shape().dims()).containsExactly(3, 8, 8, 3);
      assertThat(all.get(2).size()).isZero();
      assertThatThrownBy(() -> batches.batch(3))
          .isInstanceOf(IndexOutOfBoundsException.class)
          .hasMessageContaining("below 3; got 3");
      assertThatThrownBy(() -> batches.batch(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }
    assertThat(reports).hasSize(5).first().isEqualTo("read n0: a picture; got noise");
  }

  @Test
  void anEndlessSourceIsTakenAsItComes() throws IOException {
    PictureSource shapes = PictureSource.shapes(1, Split.TRAIN);
    try (Batches batches = Batches.open(shapes, Preprocess.exact(64), Loading.training(3, 1))) {
      Batch batch = batches.batch(1L << 40);
      assertThat(batch.items()).extracting(Batch.Item::index).startsWith(3L << 40);
      assertThat(batch.captions().getFirst()).isEqualTo(shapes.get(3L << 40).captions().getFirst());
      assertThat(batches.epoch(1000)).isZero();
    }
    assertThatThrownBy(() -> Batches.open(shapes, Preprocess.exact(64), Loading.pass(3)))
        .hasMessageContaining("take a range of it");
  }

  @Test
  void aPictureThatCannotBeEnlargedIsDamage() throws IOException {
    Numbered source =
        new Numbered(2) {
          @Override
          public Picture get(long index) throws IOException {
            return index == 0
                ? new Picture("thread", Fixtures.image(0, 1, 9000), 0, List.of())
                : super.get(index);
          }
        };
    List<String> reports = new ArrayList<>();
    try (Batches batches =
        Batches.open(source, Preprocess.exact(64), Loading.pass(2), reports::add)) {
      assertThat(batches.batch(0).names()).containsExactly("n1");
      assertThat(reports).singleElement().asString().startsWith("read thread: resize");
    }
  }

  @Test
  void otherFailuresReachTheCaller() throws IOException {
    Numbered source =
        new Numbered(2) {
          @Override
          public Picture get(long index) throws IOException {
            switch (reads.getAndIncrement()) {
              case 0 -> throw new IOException("the disk is gone");
              case 1 -> throw new IllegalStateException("a mistake");
              case 2 -> throw new OutOfMemoryError("too large");
              default -> {
                return super.get(index);
              }
            }
          }
        };
    try (Batches batches =
        Batches.open(source, PREPROCESS, Loading.training(1, 1).withThreads(1).withAhead(0))) {
      assertThatThrownBy(() -> batches.batch(0))
          .isExactlyInstanceOf(IOException.class)
          .hasMessage("the disk is gone");
      assertThatThrownBy(() -> batches.batch(0)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> batches.batch(0)).isInstanceOf(OutOfMemoryError.class);
      assertThat(batches.batch(0).size()).isEqualTo(1); // and it goes on
    }
  }

  @Test
  void noMoreIsReadThanAsked() throws IOException {
    Numbered source = new Numbered(1000);
    try (Batches batches =
        Batches.open(source, PREPROCESS, Loading.training(4, 1).withThreads(3).withAhead(2))) {
      batches.batch(0);
      batches.batch(1);
    } // waits for what was begun
    assertThat(source.reads.get()).isLessThanOrEqualTo(4 * 4);
  }

  @Test
  void closingEndsTheThreads() throws Exception {
    Numbered source = new Numbered(1000);
    Batches batches =
        Batches.open(source, PREPROCESS, Loading.training(8, 1).withThreads(4).withAhead(5));
    batches.batch(0);
    batches.close();
    batches.close();
    assertThat(source.threads).isNotEmpty().allMatch(Thread::isDaemon);
    for (Thread thread : source.threads) {
      thread.join(10_000);
      assertThat(thread.isAlive()).isFalse();
    }
    assertThatThrownBy(() -> batches.batch(1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("got closed ones");
  }

  @Test
  void anInterruptionEndsTheWait() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    Numbered source =
        new Numbered(2) {
          @Override
          public Picture get(long index) throws IOException {
            try {
              release.await();
            } catch (InterruptedException e) {
              throw new AssertionError("workers are not interrupted", e);
            }
            return super.get(index);
          }
        };
    try (Batches batches = Batches.open(source, PREPROCESS, Loading.training(1, 1))) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> batches.batch(0)).isInstanceOf(InterruptedIOException.class);
      assertThat(Thread.interrupted()).isTrue();
      release.countDown();
    }
  }
}
