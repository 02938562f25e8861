package io.nextscale.bench.compare;

import java.util.ArrayList;
import java.util.List;

/** Devices that take the time they are told to, on a clock of their own. */
final class Fake {

  static final long MILLI = 1_000_000;

  /** What was done, in order. */
  final List<String> log = new ArrayList<>();

  long now;

  /** A device whose runs take some milliseconds, one after the other; the last stays. */
  final class Device implements Subject {
    private final String name;
    private final float[] result;
    private final long[] millis;
    private final boolean moves;
    private int runs;

    /** After so many runs it fails. */
    int patience = Integer.MAX_VALUE;

    Device(String name, boolean moves, float[] result, long... millis) {
      this.name = name;
      this.moves = moves;
      this.result = result;
      this.millis = millis;
    }

    private void pass(String what, long time) {
      log.add(name + " " + what);
      now += time * MILLI;
    }

    @Override
    public void run() {
      if (runs == patience) {
        throw new IllegalStateException(name + ": out of memory");
      }
      pass("run", millis[Math.min(runs++, millis.length - 1)]);
    }

    @Override
    public float[] result() {
      pass("result", 1000);
      return result;
    }

    @Override
    public Transfer upload() {
      return moves ? new Transfer(4_000_000, () -> pass("up", 2)) : null;
    }

    @Override
    public Transfer download() {
      return moves ? new Transfer(1_000_000, () -> pass("down", 5)) : null;
    }
  }

  Rounds rounds(int count, long warmUpMillis, long sampleMillis) {
    return new Rounds(
        count, warmUpMillis * MILLI, sampleMillis * MILLI, () -> now, () -> log.add("between"));
  }

  /** A task on devices by their names; one that is not among them is not prepared. */
  Task task(double tolerance, Device... devices) {
    return new Task(
        "product",
        6e6,
        tolerance,
        asked -> {
          for (Device device : devices) {
            if (device.name.equals(asked)) {
              return device;
            }
          }
          throw new UnsupportedOperationException("product: no kernel on " + asked);
        });
  }
}
