package io.nextscale.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressBarTest {

  private final StringWriter text = new StringWriter();
  private final AtomicLong clock = new AtomicLong(5_000_000_000L);

  private ProgressBar bar(boolean visible, String label, long done, long total, String unit) {
    return new ProgressBar(new PrintWriter(text), visible, label, done, total, unit, clock::get);
  }

  private void seconds(double s) {
    clock.addAndGet((long) (s * 1e9));
  }

  /** What a terminal shows: the last text after a carriage return of the last line. */
  private String shown() {
    String all = text.toString().stripTrailing();
    return all.substring(all.lastIndexOf('\r') + 1).stripTrailing();
  }

  @Test
  void bytesShowShareSpeedAndTimeLeft() {
    ProgressBar bar = bar(true, "var_d16.pth", 0, 1_000_000_000, "");
    seconds(10);
    bar.to(100_000_000);

    assertThat(shown())
        .isEqualTo(
            "var_d16.pth  10% [==>                 ] 100 MB of 1.00 GB, 10.0 MB/s, 1:30 left");
  }

  @Test
  void theSpeedIsThatOfTheLastSeconds() {
    ProgressBar bar = bar(true, "f", 0, 10_000, "images");
    for (int i = 1; i <= 100; i++) {
      seconds(1);
      bar.to(i); // one per second
    }
    assertThat(shown()).contains("1.0/s");
    for (int i = 1; i <= 30; i++) {
      seconds(1);
      bar.to(100 + 50 * i);
    }

    assertThat(shown()).contains("50.0/s").contains("2:48 left"); // 8400 / 50
  }

  @Test
  void bytesThatWereThereBeforeDoNotCountAsSpeed() {
    ProgressBar bar = bar(true, "f", 900_000_000, 1_000_000_000, "");
    seconds(1);
    bar.to(901_000_000);

    assertThat(shown()).contains("1.00 MB/s").contains("1:39 left");
  }

  @Test
  void anUnknownTotalShowsNoShare() {
    ProgressBar bar = bar(true, "f", 0, -1, "");
    seconds(2);
    bar.to(5000);

    assertThat(shown()).isEqualTo("f  5.00 kB, 2.50 kB/s");
  }

  @Test
  void slowThingsShowSecondsEach() {
    ProgressBar bar = bar(true, "generate", 0, 8, "images");
    seconds(4);
    bar.step();

    assertThat(shown()).contains("1 of 8 images, 4.0 s each, 0:28 left");
  }

  @Test
  void theEndShowsTheWholeTime() {
    ProgressBar bar = bar(true, "f", 0, 10, "images");
    seconds(75);
    bar.to(10);
    bar.close();
    bar.close();

    assertThat(shown()).contains("100%").endsWith("1:15");
    assertThat(text.toString()).endsWith(System.lineSeparator());
    assertThat(text.toString().chars().filter(c -> c == '\n').count()).isEqualTo(1);
  }

  @Test
  void manyUpdatesDrawTenTimesASecond() {
    ProgressBar bar = bar(true, "f", 0, 100_000, "images");
    for (int i = 0; i < 100_000; i++) {
      seconds(0.00001);
      bar.to(i);
    }

    assertThat(text.toString().chars().filter(c -> c == '\r').count()).isBetween(9L, 12L);
  }

  @Test
  void aMessageStandsAboveTheBar() {
    ProgressBar bar = bar(true, "f", 0, 10, "images");
    bar.message("wrote a.png");
    seconds(1);
    bar.to(5);
    bar.close();

    assertThat(text.toString()).contains("\rwrote a.png" + System.lineSeparator());
    assertThat(shown()).startsWith("f  50%");
  }

  @Test
  void aHiddenBarPrintsMessagesOnly() {
    ProgressBar bar = bar(false, "f", 0, 10, "images");
    seconds(1);
    bar.to(5);
    bar.message("wrote a.png");
    bar.close();

    assertThat(text.toString()).isEqualTo("wrote a.png" + System.lineSeparator());
  }

  @Test
  void noLineIsWiderThanATerminal() {
    ProgressBar bar = bar(true, "a".repeat(100), 0, 1_000_000, "");
    seconds(1);
    bar.to(500_000);
    bar.close();

    assertThat(text.toString().split("[\r\n]+")).allMatch(line -> line.length() <= 79);
  }

  @Test
  void moreThanAllIsAllRight() {
    ProgressBar bar = bar(true, "f", 0, 10, "images");
    seconds(1);
    bar.to(15);

    assertThat(shown()).startsWith("f 100%");
  }

  @ParameterizedTest
  @CsvSource({
    "0,0 B",
    "999,999 B",
    "1000,1.00 kB",
    "9994,9.99 kB",
    "9996,10.0 kB",
    "99960,100 kB",
    "999499,999 kB",
    "999500,1.00 MB",
    "1044000000,1.04 GB",
    "9223372036854775807,9.22 EB"
  })
  void sizesHaveThreeDigits(long bytes, String text) {
    assertThat(ProgressBar.size(bytes)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"0,0:00", "59.6,1:00", "3599,59:59", "3600,1:00:00", "1e300,360000:00:00"})
  void durationsAreClockTimes(double seconds, String text) {
    assertThat(ProgressBar.duration(seconds)).isEqualTo(text);
  }
}
