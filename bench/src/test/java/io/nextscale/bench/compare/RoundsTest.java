package io.nextscale.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class RoundsTest {

  private static final Offset<Double> EXACT = within(1e-12);
  private static final float[] RIGHT = {1, -4, 2};

  private final Fake fake = new Fake();

  private Fake.Device device(String name, long... millis) {
    return fake.new Device(name, !name.equals("cpu"), RIGHT, millis);
  }

  private static Outcome.Timed timed(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Timed.class);
    return (Outcome.Timed) outcome;
  }

  @Test
  void devicesTakeTurnsAndAnotherBeginsEachRound() throws IOException {
    Task task = fake.task(0, device("cpu", 9), device("a", 9), device("b", 9));
    fake.rounds(3, 0, 0).measure(task, List.of("cpu", "a", "b"));
    assertThat(fake.log.stream().filter(line -> line.endsWith("run") || line.endsWith("result")))
        .containsExactly(
            "cpu run",
            "cpu result",
            "a run",
            "a result",
            "b run",
            "b result", //
            "cpu run",
            "a run",
            "b run", //
            "a run",
            "b run",
            "cpu run", //
            "b run",
            "cpu run",
            "a run");
  }

  @Test
  void aTurnCollectsUploadsRunsAndDownloads() throws IOException {
    fake.rounds(1, 0, 0).measure(fake.task(0, device("cpu", 9), device("a", 9)), List.of("a"));
    assertThat(fake.log)
        .containsExactly(
            "cpu run",
            "cpu result",
            "a run",
            "a result", //
            "between",
            "a up",
            "a down", // nothing to warm up but the transfers
            "between",
            "a up",
            "a run",
            "a down");
  }

  @Test
  void firstRunAndSteadyStateAreApart() throws IOException {
    Task task = fake.task(0, device("cpu", 500, 10, 30, 20, 40), device("a", 900, 4));
    List<Outcome> found = fake.rounds(4, 0, 0).measure(task, List.of("cpu", "a"));
    Outcome.Timed cpu = timed(found.getFirst());
    assertThat(cpu.first()).isCloseTo(0.5, EXACT);
    assertThat(cpu.steady().median()).isCloseTo(0.025, EXACT);
    assertThat(cpu.steady().lower()).isCloseTo(0.0175, EXACT);
    assertThat(cpu.steady().upper()).isCloseTo(0.0325, EXACT);
    assertThat(cpu.upload()).isNull();
    assertThat(cpu.download()).isNull();
    Outcome.Timed a = timed(found.getLast());
    assertThat(a.first()).isCloseTo(0.9, EXACT);
    assertThat(a.steady()).isEqualTo(new Spread(a.steady().median(), a.steady().median(), 0.004));
    assertThat(a.upload().rate()).isCloseTo(2e9, within(1.0));
    assertThat(a.download().seconds().median()).isCloseTo(0.005, EXACT);
  }

  @Test
  void shortRunsAreRepeatedAndWarmUpIsNotCounted() throws IOException {
    Task task = fake.task(0, device("cpu", 500, 50, 50, 3));
    Outcome.Timed cpu = timed(fake.rounds(2, 100, 10).measure(task, List.of("cpu")).getFirst());
    assertThat(cpu.steady().upper()).isCloseTo(0.003, EXACT);
    assertThat(fake.log.stream().filter("cpu run"::equals)).hasSize(1 + 2 + 2 * 4);
  }

  @Test
  void wrongResultsAreNotTimed() throws IOException {
    Fake.Device a = fake.new Device("a", true, new float[] {1, -4.1f, 2}, 9);
    Task task = fake.task(1e-5, device("cpu", 9), a, device("b", 9));
    List<Outcome> found = fake.rounds(5, 20, 0).measure(task, List.of("a", "b"));
    assertThat(found.getFirst())
        .isInstanceOfSatisfying(
            Outcome.Wrong.class, wrong -> assertThat(wrong.error()).isCloseTo(0.025, within(1e-6)));
    assertThat(fake.log.stream().filter("a run"::equals)).hasSize(1);
    assertThat(timed(found.getLast()).error()).isZero();
  }

  @Test
  void resultsOfAnotherSizeOrWithoutValueAreWrong() {
    assertThat(Rounds.error(new float[] {1}, RIGHT)).isInfinite();
    assertThat(Rounds.error(new float[] {1, Float.NaN, 2}, RIGHT)).isInfinite();
    assertThat(Rounds.error(new float[] {0}, new float[] {0})).isZero();
    assertThat(Rounds.error(new float[] {1}, new float[] {0})).isInfinite();
  }

  @Test
  void whatADeviceCannotDoIsSaidInItsWords() throws IOException {
    Fake.Device tired = device("tired", 9);
    tired.patience = 3;
    Task task = fake.task(0, device("cpu", 9), tired);
    List<Outcome> found = fake.rounds(5, 0, 0).measure(task, List.of("none", "tired", "cpu"));
    assertThat(found).element(0).isEqualTo(new Outcome.Missing("product: no kernel on none"));
    assertThat(found).element(1).isEqualTo(new Outcome.Missing("tired: out of memory"));
    timed(found.getLast());
  }

  @Test
  void aRoundIsNeeded() {
    assertThatThrownBy(() -> fake.rounds(0, 0, 0)).hasMessage("rounds: at least 1; got 0");
    assertThatThrownBy(Spread::of).hasMessageContaining("at least one");
  }
}
