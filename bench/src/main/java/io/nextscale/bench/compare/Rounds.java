package io.nextscale.bench.compare;

import java.io.IOException;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Measures devices on a task: first the result of each against the CPU's, then, of those that
 * agree, the time of rounds in which each has its turn. Another device begins each round, so that
 * noise and the heat of the one before hit all alike.
 *
 * @param count how many rounds, at least 1
 * @param warmUpNanos how long each device runs before the first round
 * @param sampleNanos a turn repeats the run until this time is over, and counts the mean
 * @param nanoTime a clock
 * @param between called before each turn, outside of its time: a garbage collection, which would
 *     otherwise come whenever a device runs out of memory
 */
public record Rounds(
    int count, long warmUpNanos, long sampleNanos, LongSupplier nanoTime, Runnable between) {

  /** The device whose results are taken for right. */
  public static final String REFERENCE = "cpu";

  private static final double NANOS = 1e-9;

  /** Checks that there is a round. */
  public Rounds {
    if (count < 1) {
      throw new IllegalArgumentException("rounds: at least 1; got " + count);
    }
  }

  /** A device on its way through the rounds. */
  private static final class Entry {
    private final Subject subject;
    private final double first;
    private final double error;
    private final double[] runs;
    private final double[] uploads;
    private final double[] downloads;
    private @Nullable String failure;

    private Entry(Subject subject, double first, double error, int rounds) {
      this.subject = subject;
      this.first = first;
      this.error = error;
      runs = new double[rounds];
      uploads = new double[rounds];
      downloads = new double[rounds];
    }
  }

  /** The outcomes of a task in the order of the devices. */
  public List<Outcome> measure(Task task, List<String> devices) throws IOException {
    Subject reference = task.maker().on(REFERENCE);
    double first = seconds(reference::run);
    float[] expected = reference.result();

    Outcome[] outcomes = new Outcome[devices.size()];
    Entry[] entries = new Entry[devices.size()];
    for (int i = 0; i < entries.length; i++) {
      if (devices.get(i).equals(REFERENCE)) {
        entries[i] = new Entry(reference, first, 0, count);
        continue;
      }
      try {
        Entry entry = enter(task, devices.get(i), expected);
        if (entry.error <= task.tolerance()) {
          entries[i] = entry;
        } else {
          outcomes[i] = new Outcome.Wrong(entry.error, task.tolerance());
        }
      } catch (RuntimeException e) {
        outcomes[i] = new Outcome.Missing(reason(e));
      }
    }
    time(entries);
    for (int i = 0; i < entries.length; i++) {
      if (entries[i] != null) {
        outcomes[i] = outcome(entries[i]);
      }
    }
    return List.of(outcomes);
  }

  private Entry enter(Task task, String device, float[] expected) throws IOException {
    Subject subject = task.maker().on(device);
    double first = seconds(subject::run);
    return new Entry(subject, first, error(subject.result(), expected), count);
  }

  /** {@code max |actual - expected| / max |expected|}; infinite where they cannot be compared. */
  static double error(float[] actual, float[] expected) {
    if (actual.length != expected.length) {
      return Double.POSITIVE_INFINITY;
    }
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      double d = Math.abs((double) actual[i] - expected[i]);
      difference = Math.max(difference, Double.isNaN(d) ? Double.POSITIVE_INFINITY : d);
      largest = Math.max(largest, Math.abs(expected[i]));
    }
    return difference == 0 ? 0 : difference / largest;
  }

  private void time(@Nullable Entry[] entries) {
    for (Entry entry : entries) {
      attempt(entry, this::warmUp);
    }
    for (int round = 0; round < count; round++) {
      int now = round;
      for (int turn = 0; turn < entries.length; turn++) {
        attempt(entries[(round + turn) % entries.length], entry -> turn(entry, now));
      }
    }
  }

  @FunctionalInterface
  private interface Work {
    void on(Entry entry);
  }

  /** Does something with a device that has not failed yet. */
  private static void attempt(@Nullable Entry entry, Work work) {
    if (entry == null || entry.failure != null) {
      return;
    }
    try {
      work.on(entry);
    } catch (RuntimeException e) {
      entry.failure = reason(e);
    }
  }

  private void warmUp(Entry entry) {
    between.run();
    long end = nanoTime.getAsLong() + warmUpNanos;
    while (nanoTime.getAsLong() < end) {
      entry.subject.run();
    }
    seconds(entry.subject.upload());
    seconds(entry.subject.download());
  }

  private void turn(Entry entry, int round) {
    between.run();
    entry.uploads[round] = seconds(entry.subject.upload());
    entry.runs[round] = sample(entry.subject);
    entry.downloads[round] = seconds(entry.subject.download());
  }

  private double sample(Subject subject) {
    long start = nanoTime.getAsLong();
    long passed = 0;
    int runs = 0;
    while (runs == 0 || passed < sampleNanos) {
      subject.run();
      runs++;
      passed = nanoTime.getAsLong() - start;
    }
    return passed * NANOS / runs;
  }

  private double seconds(Subject.@Nullable Transfer transfer) {
    return transfer == null ? 0 : seconds(transfer.move());
  }

  private double seconds(Runnable work) {
    long start = nanoTime.getAsLong();
    work.run();
    return (nanoTime.getAsLong() - start) * NANOS;
  }

  private static Outcome outcome(Entry entry) {
    if (entry.failure != null) {
      return new Outcome.Missing(entry.failure);
    }
    return new Outcome.Timed(
        entry.error,
        entry.first,
        Spread.of(entry.runs),
        moved(entry.subject.upload(), entry.uploads),
        moved(entry.subject.download(), entry.downloads));
  }

  private static Outcome.@Nullable Moved moved(
      Subject.@Nullable Transfer transfer, double... seconds) {
    return transfer == null ? null : new Outcome.Moved(transfer.bytes(), Spread.of(seconds));
  }

  private static String reason(RuntimeException e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }
}
