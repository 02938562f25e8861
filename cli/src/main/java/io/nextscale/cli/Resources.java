package io.nextscale.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** What a run has cost. */
final class Resources {

  private final long start = System.nanoTime();

  /** Seconds since this was made. */
  double seconds() {
    return (System.nanoTime() - start) / 1e9;
  }

  /**
   * For example {@code 4.21 s, peak memory 2.13 GB}; without the memory where it cannot be told.
   */
  String summary() {
    String time = String.format(Locale.ROOT, "%.2f s", seconds());
    long peak = peakBytes();
    return peak < 0 ? time : time + String.format(Locale.ROOT, ", peak memory %.2f GB", peak / 1e9);
  }

  /** The largest resident size of this process, or −1 where the system does not tell. */
  static long peakBytes() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("VmHWM:")) {
          return Long.parseLong(line.replaceAll("\\D+", "")) * 1024;
        }
      }
    } catch (IOException | NumberFormatException e) {
      return -1; // not Linux
    }
    return -1;
  }
}
