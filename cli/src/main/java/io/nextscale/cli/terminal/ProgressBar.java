package io.nextscale.cli.terminal;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * One line on a terminal that shows how far a task is, how fast it goes and when it will end:
 *
 * <pre>{@code
 * var_d16.pth   42% [=========>             ] 436 MB of 1.04 GB, 11.2 MB/s, 0:54 left
 * }</pre>
 *
 * <p>The speed is that of the last {@value #WINDOW_SECONDS} seconds. A hidden bar draws nothing, so
 * callers need no second path for quiet runs and files. All methods may be called from any thread.
 */
public final class ProgressBar implements AutoCloseable {

  private static final int WINDOW_SECONDS = 15;
  private static final long WINDOW_NANOS = WINDOW_SECONDS * 1_000_000_000L;
  private static final long REDRAW_NANOS = 100_000_000L;
  private static final long SAMPLE_NANOS = 500_000_000L;

  /** The widest line: one column less than the narrowest usual terminal. */
  private static final int COLUMNS = 79;

  private static final int LONGEST_BAR = 24;

  private record Sample(long nanos, long done) {}

  private final PrintWriter out;
  private final boolean visible;
  private final String label;
  private final long total;
  private final String unit; // empty: bytes
  private final LongSupplier clock;
  private final long start;
  private final Deque<Sample> window = new ArrayDeque<>();
  private long done;
  private long drawn = Long.MIN_VALUE;
  private int lineLength;
  private String note = ""; // takes the place of the speed
  private boolean closed;

  ProgressBar(
      PrintWriter out,
      boolean visible,
      String label,
      long done,
      long total,
      String unit,
      LongSupplier clock) {
    this.out = out;
    this.visible = visible;
    this.label = label;
    this.total = total;
    this.unit = unit;
    this.clock = clock;
    this.start = clock.getAsLong();
    this.done = done;
    window.add(new Sample(start, done));
    draw(start);
  }

  /**
   * A bar that counts bytes.
   *
   * @param visible whether to draw at all, see {@link #isTerminal()}
   * @param done bytes that are there already
   * @param total all bytes, or a negative number when that is unknown
   */
  public static ProgressBar bytes(
      PrintWriter out, boolean visible, String label, long done, long total) {
    return new ProgressBar(out, visible, label, done, total, "", System::nanoTime);
  }

  /** A bar that counts things, such as images; {@code unit} is their plural. */
  public static ProgressBar count(
      PrintWriter out, boolean visible, String label, long total, String unit) {
    return count(out, visible, label, 0, total, unit);
  }

  /** The same where some are done already. */
  public static ProgressBar count(
      PrintWriter out, boolean visible, String label, long done, long total, String unit) {
    return new ProgressBar(out, visible, label, done, total, unit, System::nanoTime);
  }

  /**
   * Whether standard error, where bars belong, is a terminal that can redraw a line.
   *
   * <p>Java has no such question; Linux answers it in /proc, elsewhere the console has to do, which
   * speaks of standard input and output.
   */
  public static boolean isTerminal() {
    if ("dumb".equals(System.getenv("TERM"))) {
      return false;
    }
    Path stderr = Path.of("/proc/self/fd/2");
    try {
      if (Files.isSymbolicLink(stderr)) {
        String target = Files.readSymbolicLink(stderr).toString();
        return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
      }
    } catch (IOException e) {
      return false; // closed standard error
    }
    return System.console() != null && System.console().isTerminal();
  }

  /** Now {@code done} in all. */
  public synchronized void to(long done) {
    to(done, note);
  }

  /**
   * Now {@code done} in all.
   *
   * @param note shown in place of the speed, {@code loss 4.2171, 12 images/s}
   */
  public synchronized void to(long done, String note) {
    this.done = done;
    this.note = note;
    if (!visible || closed) {
      return;
    }
    long now = clock.getAsLong();
    if (now - window.getLast().nanos >= SAMPLE_NANOS) {
      window.add(new Sample(now, done));
      while (window.size() > 2 && now - window.getFirst().nanos > WINDOW_NANOS) {
        window.removeFirst();
      }
    }
    if (now - drawn >= REDRAW_NANOS) {
      draw(now);
    }
  }

  /** One more is done. */
  public synchronized void step() {
    to(done + 1);
  }

  /** Prints a line above the bar; also when the bar is hidden. */
  public void message(String line) {
    above(() -> {
      out.println(line);
      out.flush();
    });
  }

  /** Runs something that prints to the same terminal, with the bar out of its way. */
  public synchronized void above(Runnable printing) {
    erase();
    out.flush();
    printing.run();
    if (!closed) {
      draw(clock.getAsLong());
    }
  }

  /** Draws the final state and ends the line. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    draw(clock.getAsLong());
    closed = true;
    if (visible) {
      out.println();
      out.flush();
    }
  }

  private void erase() {
    if (visible && lineLength > 0) {
      out.print("\r" + " ".repeat(lineLength) + "\r");
      lineLength = 0;
    }
  }

  private void draw(long now) {
    if (!visible || closed) {
      return;
    }
    drawn = now;
    String line = line(now);
    out.print("\r" + line + " ".repeat(Math.max(0, lineLength - line.length())));
    out.flush();
    lineLength = line.length();
  }

  private String line(long now) {
    boolean finished = done >= total;
    double seconds = (now - window.getFirst().nanos) / 1e9;
    double rate = seconds > 0 ? (done - window.getFirst().done) / seconds : 0;
    StringBuilder tail = new StringBuilder();
    tail.append(total < 0 ? amount(done) : amount(done) + " of " + amount(total));
    if (!unit.isEmpty()) {
      tail.append(' ').append(unit);
    }
    if (!note.isEmpty()) {
      tail.append(", ").append(note);
    } else if (rate > 0) {
      tail.append(", ").append(unit.isEmpty() ? amount((long) rate) + "/s" : perSecond(rate));
    }
    if (total >= 0 && finished) {
      tail.append(", ").append(duration((now - start) / 1e9));
    } else if (total >= 0 && rate > 0) {
      tail.append(", ").append(duration((total - done) / rate)).append(" left");
    }
    if (total <= 0) {
      return cut(label + "  " + tail);
    }
    int percent = (int) (100 * Math.min(1.0, (double) done / total));
    String head = "%s %3d%% ".formatted(label, percent);
    int room = Math.min(LONGEST_BAR, COLUMNS - head.length() - tail.length() - 3);
    if (room < 5) {
      return cut(head + tail);
    }
    int filled = (int) (room * Math.min(1.0, (double) done / total));
    String arrow = filled < room ? ">" : "";
    String empty = " ".repeat(Math.max(0, room - filled - 1));
    return head + "[" + "=".repeat(filled) + arrow + empty + "] " + tail;
  }

  private static String cut(String line) {
    return line.length() <= COLUMNS ? line : line.substring(0, COLUMNS);
  }

  private String amount(long n) {
    return unit.isEmpty() ? size(n) : Long.toString(n);
  }

  private static String perSecond(double rate) {
    return rate >= 1
        ? String.format(Locale.ROOT, "%.1f/s", rate)
        : String.format(Locale.ROOT, "%.1f s each", 1 / rate);
  }

  /** Bytes with three digits and a decimal unit: 999 B, 1.04 GB. */
  public static String size(long bytes) {
    if (bytes < 1000) {
      return bytes + " B";
    }
    double value = bytes;
    int unit = 0;
    while (value >= 999.5) { // what would print as 1000
      value /= 1000;
      unit++;
    }
    String format = value < 9.995 ? "%.2f %sB" : value < 99.95 ? "%.1f %sB" : "%.0f %sB";
    return String.format(Locale.ROOT, format, value, "kMGTPE".charAt(unit - 1));
  }

  /** Seconds as m:ss or h:mm:ss. */
  static String duration(double seconds) {
    long s = Math.round(Math.min(seconds, 360_000 * 3600.0));
    return s < 3600
        ? "%d:%02d".formatted(s / 60, s % 60)
        : "%d:%02d:%02d".formatted(s / 3600, s / 60 % 60, s % 60);
  }
}
