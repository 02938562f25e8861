package io.nextscale.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ParallelTest {

  @ParameterizedTest(name = "count {0}, grain {1}")
  @CsvSource({"0,1", "1,1", "1,8", "7,8", "8,8", "9,8", "100,1", "1000,7", "1000,2147483647"})
  void everyIndexRunsOnceInChunksThatDependOnSizesOnly(int count, int grain) {
    for (int threads = 1; threads <= 8; threads++) {
      AtomicIntegerArray runs = new AtomicIntegerArray(count);
      var chunks = new ConcurrentSkipListSet<Integer>();
      onThreads(
          threads,
          () ->
              Parallel.forRange(
                  count,
                  grain,
                  (from, to) -> {
                    assertThat(from % grain).isZero();
                    assertThat((long) to).isEqualTo(Math.min(count, (long) from + grain));
                    chunks.add(from);
                    for (int i = from; i < to; i++) {
                      runs.incrementAndGet(i);
                    }
                  }));
      assertThat(chunks).hasSize((int) ((count + (long) grain - 1) / grain));
      for (int i = 0; i < count; i++) {
        assertThat(runs.get(i)).isEqualTo(1);
      }
    }
  }

  @Test
  void chunksRunOnSeveralThreadsAtOnce() {
    CountDownLatch allThere = new CountDownLatch(3);
    onThreads(
        3,
        () ->
            Parallel.forRange(
                3,
                1,
                (from, to) -> {
                  allThere.countDown();
                  assertThat(reaches(allThere)).isTrue();
                }));
  }

  @Test
  void aLoopInsideAChunkRunsOnThatThread() {
    onThreads(
        4,
        () ->
            Parallel.forRange(
                16,
                1,
                (from, to) -> {
                  Thread outer = Thread.currentThread();
                  List<Integer> seen = new ArrayList<>(); // not safe for threads, on purpose
                  Parallel.forRange(
                      10,
                      3,
                      (start, end) -> {
                        assertThat(Thread.currentThread()).isSameAs(outer);
                        seen.add(start);
                      });
                  assertThat(seen).containsExactly(0, 3, 6, 9);
                }));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8})
  void theFirstExceptionIsRethrownAndTheLoopStays(int threads) {
    onThreads(
        threads,
        () -> {
          assertThatThrownBy(() ->
                  Parallel.forRange(
                      100,
                      1,
                      (from, to) -> {
                        if (from == 3) {
                          throw new IllegalStateException("chunk 3");
                        }
                      }))
              .isInstanceOf(IllegalStateException.class)
              .hasMessage("chunk 3");
          AtomicInteger sum = new AtomicInteger();
          Parallel.forRange(100, 1, (from, to) -> sum.addAndGet(from));
          assertThat(sum.get()).isEqualTo(4950);
        });
  }

  @Test
  void errorsOfSeveralChunksAreAllReported() {
    CountDownLatch both = new CountDownLatch(2);
    assertThatThrownBy(() ->
            onThreads(
                2,
                () ->
                    Parallel.forRange(
                        2,
                        1,
                        (from, to) -> {
                          both.countDown();
                          assertThat(reaches(both)).isTrue();
                          throw new OutOfMemoryError("chunk " + from);
                        })))
        .isInstanceOf(OutOfMemoryError.class)
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
  }

  @Test
  void severalApplicationThreadsShareThePool() throws InterruptedException {
    AtomicInteger total = new AtomicInteger();
    List<Thread> callers = new ArrayList<>();
    for (int t = 0; t < 6; t++) {
      Thread.Builder builder = t % 2 == 0 ? Thread.ofPlatform() : Thread.ofVirtual();
      callers.add(
          builder.start(() -> {
            for (int round = 0; round < 300; round++) {
              Parallel.forRange(37, 4, (from, to) -> total.addAndGet(to - from));
            }
          }));
    }
    for (Thread caller : callers) {
      caller.join();
    }
    assertThat(total.get()).isEqualTo(6 * 300 * 37);
  }

  @Test
  void workersThatSleepWakeForNewWork() throws InterruptedException {
    for (int round = 0; round < 5; round++) {
      Thread.sleep(5); // longer than an idle worker looks for work
      chunksRunOnSeveralThreadsAtOnce();
    }
  }

  @Test
  void anInterruptedCallerFinishesItsLoopAndStaysInterrupted() {
    AtomicInteger sum = new AtomicInteger();
    Thread.currentThread().interrupt();
    onThreads(3, () -> Parallel.forRange(1000, 1, (from, to) -> sum.addAndGet(from)));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(sum.get()).isEqualTo(499_500);
  }

  private static void onThreads(int threads, Runnable body) {
    Parallel.withThreads(
        threads,
        () -> {
          assertThat(Parallel.threads()).isEqualTo(threads);
          body.run();
          return 0;
        });
  }

  private static boolean reaches(CountDownLatch latch) {
    try {
      return latch.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
