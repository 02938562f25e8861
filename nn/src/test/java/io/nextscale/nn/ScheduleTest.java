package io.nextscale.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.nextscale.nn.Schedule.Curve;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleTest {

  /** Double precision on both sides: 1e-12 of the value, in percent. */
  private static final org.assertj.core.data.Percentage ROUNDING = withinPercentage(1e-10);

  private static Schedule schedule(String name) {
    return new Schedule(Curve.of(name), 3e-4, 0.05, 0.08, 4, 40, 0.005, 0.01);
  }

  @Test
  void everyCurveIsThatOfTheReferenceCode() throws Exception {
    Path csv = Path.of(ScheduleTest.class.getResource("/golden/lr_schedule.csv").toURI());
    List<String> lines = Files.readAllLines(csv);
    assertThat(lines.getFirst()).startsWith("sche,it,lr,wd_group_D,wd_group_ND");
    assertThat(lines).hasSize(1 + 6 * 40);
    for (String line : lines.subList(1, lines.size())) {
      String[] cell = line.split(",", -1);
      Schedule schedule = schedule(cell[0]);
      int iteration = Integer.parseInt(cell[1]);
      assertThat(schedule.learningRate(iteration))
          .as(line)
          .isCloseTo(Double.parseDouble(cell[2]), ROUNDING);
      assertThat(schedule.weightDecay(iteration))
          .as(line)
          .isCloseTo(Double.parseDouble(cell[3]), ROUNDING);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "cosine", "lin1", "lin0.", "lin-0.3", "lin00.4", "lin0.0", "linX"})
  void otherNamesAreRefused(String name) {
    assertThatThrownBy(() -> Curve.of(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "schedule: one of cos, lin, lin0, lin00, exp, or lin and a fraction")
        .hasMessageEndingWith("got " + name);
  }

  @Test
  void aWarmUpThatTakesAllIterationsNeverFalls() {
    Schedule schedule = new Schedule(Curve.of("lin"), 1, 0, 0, 9, 10, 0, 0.5);

    assertThat(schedule.learningRate(8)).isCloseTo(8.0 / 9, ROUNDING);
    assertThat(schedule.learningRate(9)).isEqualTo(0.5);
  }
}
