package io.nextscale.training;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.SequencedMap;

/**
 * How far a run is, after an iteration.
 *
 * @param completed iterations that are done, of all runs of this folder
 * @param iterations all there will be
 * @param loss smoothed over about fifty iterations
 * @param imagesPerSecond speed of the last seconds; 0 when the learner does not count pictures
 * @param left at the speed of the last seconds
 * @param metrics the numbers of this iteration
 */
public record Progress(
    int completed,
    int iterations,
    double loss,
    double imagesPerSecond,
    Duration left,
    SequencedMap<String, Double> metrics) {

  /** Copies the numbers. */
  public Progress {
    metrics = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(metrics));
  }

  /** One line: {@code 120 of 2000, loss 4.2171, 12.3 images/s, 0:02:41 left}. */
  public String line() {
    StringBuilder line = new StringBuilder();
    line.append(completed).append(" of ").append(iterations);
    line.append(String.format(Locale.ROOT, ", loss %.4f", loss));
    if (imagesPerSecond > 0) {
      line.append(
          String.format(
              Locale.ROOT,
              imagesPerSecond < 10 ? ", %.2f images/s" : ", %.0f images/s",
              imagesPerSecond));
    }
    if (completed < iterations) {
      line.append(
          String.format(
              Locale.ROOT,
              ", %d:%02d:%02d left",
              left.toHours(),
              left.toMinutesPart(),
              left.toSecondsPart()));
    }
    return line.toString();
  }
}
