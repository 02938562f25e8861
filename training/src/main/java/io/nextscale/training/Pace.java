package io.nextscale.training;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SequencedMap;
import java.util.function.LongSupplier;

/** Measures how fast a run goes and smooths its loss. */
final class Pace {

  /** The speed is that of so many seconds. */
  private static final long WINDOW_NANOS = 60_000_000_000L;

  /** The share of the past in the smoothed loss: a memory of about 50 iterations. */
  private static final double MEMORY = 0.98;

  private record Sample(long nanos, int completed) {}

  private final double spent;
  private final int iterations;
  private final int batch;
  private final LongSupplier clock;
  private final long start;
  private final Deque<Sample> window = new ArrayDeque<>();
  private double sum;
  private double weight;

  Pace(int completed, double spent, int iterations, int batch) {
    this(completed, spent, iterations, batch, System::nanoTime);
  }

  Pace(int completed, double spent, int iterations, int batch, LongSupplier clock) {
    this.spent = spent;
    this.iterations = iterations;
    this.batch = batch;
    this.clock = clock;
    this.start = clock.getAsLong();
    window.add(new Sample(start, completed));
  }

  /** Seconds spent on the run, those before it was resumed among them. */
  double seconds() {
    return spent + (clock.getAsLong() - start) / 1e9;
  }

  /** Takes in an iteration. */
  Progress after(int completed, double loss, SequencedMap<String, Double> metrics) {
    long now = clock.getAsLong();
    while (window.size() > 1 && now - window.getFirst().nanos > WINDOW_NANOS) {
      window.removeFirst();
    }
    Sample first = window.getFirst();
    window.add(new Sample(now, completed));
    double seconds = Math.max(1e-9, (now - first.nanos) / 1e9);
    double perSecond = (completed - first.completed) / seconds;
    sum = MEMORY * sum + (1 - MEMORY) * loss;
    weight = MEMORY * weight + (1 - MEMORY);
    double left = (iterations - completed) / perSecond;
    return new Progress(
        completed,
        iterations,
        sum / weight,
        perSecond * batch,
        Duration.ofSeconds(Math.round(Math.min(left, 1e9))),
        metrics);
  }
}
