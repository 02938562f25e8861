package io.nextscale.training.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nextscale.image.ImageFile;
import io.nextscale.search.Spent;
import io.nextscale.shapes.Split;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.training.experiment.Interval;
import io.nextscale.training.inference.Difference.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers to questions whose answer is known. */
class InferenceReportTest {

  @TempDir static Path shared;

  private static Path run;

  /** A model of which one picture of 64 is right, and one verifier that hates right pictures. */
  @BeforeAll
  static void search() throws IOException {
    run = shared.resolve("run");
    InferenceSettings settings =
        new InferenceSettings(List.of(6L, 24L, 60L), 6, Split.TEST, 5, false, 16, false);
    SequencedMap<String, CaptionVerifier> judges = Guesses.verifiers();
    judges.remove("checker");
    try (InferenceScaling scaling =
        InferenceScaling.open(
            run,
            settings,
            List.of(
                Guesses.contender(Method.RANDOM, Method.BEAM, Method.PARTIAL),
                Guesses.contender("twin", "diffusion transformer", false, Method.RANDOM)),
            Panel.of(judges))) {
      assertThat(scaling.run((_, _) -> {}, () -> false)).isTrue();
      for (Path file : scaling.report().write(run, "## Memory\n\nforks share")) {
        assertThat(file).exists();
      }
    }
  }

  private static String text() throws IOException {
    return Files.readString(run.resolve("inference-scaling.md"));
  }

  /** The row of a table under a heading that begins with these words. */
  private static String row(String heading, String start) throws IOException {
    String text = text();
    int from = text.indexOf(heading);
    assertThat(from).as(heading).isNotNegative();
    return text.substring(from)
        .lines()
        .filter(line -> line.startsWith(start))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aBeamThatSeesItsWayBeatsRandomSearch() throws IOException {
    // 20 pictures hold a right one with a chance of 1 − (63/64)^20 = 0.27. A beam of 10 candidates
    // at
    // each of three steps goes on from digits that are 0, though a roll-out may have them by luck.
    assertThat(row("At equal NFE", "| guesses | honest | beam |"))
        .contains("| 60.00 |")
        .endsWith("| yes |");
    assertThat(row("At equal FLOPs", "| guesses | honest | beam |")).endsWith("| yes |");
    InferenceReport report = InferenceReport.of(run);
    Curve beam = report.curve("guesses", Method.BEAM, "honest");
    assertThat(beam).isNotNull();
    assertThat(Bootstrap.average(beam.last().truth(), i -> true)).isGreaterThan(0.27 + 0.2);
    Curve random = report.curve("guesses", Method.RANDOM, "honest");
    assertThat(random).isNotNull();
    Curve.Level level =
        random.levels().stream().filter(one -> one.budget() == 60).findFirst().orElseThrow();
    // 36 captions: three deviations are 0.22.
    assertThat(Bootstrap.average(level.truth(), i -> true))
        .isCloseTo(1 - StrictMath.pow(63 / 64.0, 20), within(0.22));
  }

  /** The twin draws the same pictures and has random search alone. */
  @Test
  void modelsAreComparedByRandomSearchAndByTheirBest() throws IOException {
    String heading = "### Does next-scale prediction";
    assertThat(row(heading, "| guesses, random search | twin, random search | x 1.00 | honest |"))
        .endsWith(
            "| 0 / 0 / 5 | 3.000 | +0.0 [+0.0, +0.0] | not distinguishable |"
                + " 60.00 | +0.0 [+0.0, +0.0] | not distinguishable |");
    assertThat(row(heading, "| guesses, beam of partial pictures | twin, random search |"))
        .endsWith("| yes |");
    assertThat(text()).doesNotContain("| twin, random search | twin");
  }

  @Test
  void aPriceIsWhereTheLineBetweenBudgetsGetsThere() {
    Curve curve =
        new Curve(
            "a",
            Method.RANDOM,
            "b",
            List.of(0, 1),
            List.of(
                new Curve.Level(10, List.of(point(0, 10), point(1, 10))),
                new Curve.Level(30, List.of(point(1, 30), point(1, 30))),
                new Curve.Level(50, List.of(point(0, 50), point(1, 50)))));
    assertThat(curve.price(Cost.NFE, 0.5)).hasValue(10);
    assertThat(curve.price(Cost.NFE, 0.1)).hasValue(10);
    assertThat(curve.price(Cost.NFE, 0.75)).hasValue(20);
    assertThat(curve.price(Cost.FLOPS, 1)).hasValue(300);
    Curve first = new Curve("a", Method.RANDOM, "b", List.of(0, 1), curve.levels().subList(0, 1));
    assertThat(first.price(Cost.NFE, 0.6)).isEmpty();
  }

  /** Without a way to see, equal numbers of pictures are equally good: the truth is 0 or 1. */
  @Test
  void theAnswerIsOpenWhereNothingIsKnown() throws IOException {
    assertThat(row("At equal FLOPs", "| guesses | deceived | beam |")).doesNotEndWith("| yes |");
  }

  @Test
  void partialPicturesSaveOperations() throws IOException {
    assertThat(row("### Where does early pruning pay?", "| guesses | honest | beam of partial"))
        .endsWith("| yes |");
    assertThat(text())
        .contains(
            "As good as the beam with half of its operations: beam of partial pictures (guesses, ");
  }

  @Test
  void theGainOfBeamsIsAskedByTask() throws IOException {
    for (String task : List.of("position", "colour attribution")) {
      assertThat(row("### Do position", "| guesses | honest | " + task)).endsWith("| yes |");
      assertThat(row("### Do position", "| guesses | deceived | " + task)).endsWith("| no |");
    }
  }

  @Test
  void theBestLevelIsTheSmallestOfThoseThatAreRightMostOften() {
    List<Curve.Level> levels = new ArrayList<>();
    double[][] truths = {{1, 0, 0}, {1, 1, 0}, {0, 1, 1}, {0, 0, 1}};
    for (double[] truth : truths) {
      long budget = 10L * (levels.size() + 1);
      levels.add(
          new Curve.Level(
              budget,
              Arrays.stream(truth)
                  .mapToObj(one -> new Point(budget, one, Map.of(), Spent.NOTHING))
                  .toList()));
    }
    Curve curve = new Curve("model", Method.RANDOM, "clip", List.of(0, 1, 2), levels);
    assertThat(curve.best().budget()).isEqualTo(20);
    assertThat(curve.last().right()).isEqualTo(1 / 3.0);
  }

  @Test
  void aDeceivedVerifierIsSeen() {
    Difference up = new Difference(1, new Interval(0.5, 1.5));
    Difference down = new Difference(-1, new Interval(-1.5, -0.5));
    Difference open = new Difference(0.1, new Interval(-0.5, 0.6));
    assertThat(InferenceClaims.deceived(up, down)).isEqualTo(Verdict.YES);
    assertThat(InferenceClaims.deceived(up, up)).isEqualTo(Verdict.NO);
    assertThat(InferenceClaims.deceived(up, open)).isEqualTo(Verdict.UNCLEAR);
    assertThat(InferenceClaims.deceived(open, down)).isEqualTo(Verdict.UNCLEAR);
    assertThat(InferenceClaims.deceived(down, down)).isEqualTo(Verdict.UNCLEAR);
    assertThat(up.exceeds(0.5)).isEqualTo(Verdict.UNCLEAR);
    assertThat(up.exceeds(0.4)).isEqualTo(Verdict.YES);
    assertThat(up.exceeds(1.6)).isEqualTo(Verdict.NO);
  }

  @Test
  void tablesFiguresAndRawDataAreWritten() throws IOException {
    String text = text();
    assertThat(text)
        .contains("36 held-out captions (6 single object, 6 two objects")
        .contains("| random search | ", "| beam | ", "no search", "GFLOP, decoder")
        .contains("forks share")
        .doesNotContain("NaN", "null");
    for (String line : text.lines().filter(l -> l.startsWith("![")).toList()) {
      String name = line.substring(line.indexOf('(') + 1, line.indexOf(')'));
      assertThat(ImageFile.read(run.resolve(name)).width()).isGreaterThan(600);
    }
    List<String> csv = Files.readAllLines(run.resolve("inference-scaling.csv"));
    // Beam and partial at three budgets, random at these, at 1 picture and at as many as a beam.
    assertThat(csv).hasSize(1 + 36 * 2 * (3 + 3 + 5 + 4));
    int columns = csv.getFirst().split(",", -1).length;
    assertThat(csv).allMatch(line -> line.split(",", -1).length == columns);
    assertThat(csv.getFirst()).endsWith("score deceived,score honest");
  }

  @Test
  void theSameDataGiveTheSameWords() throws IOException {
    String before = text();
    InferenceReport.of(run).write(run, "## Memory\n\nforks share");
    assertThat(text()).isEqualTo(before);
  }

  @Test
  void anExperimentWithoutACaptionHasNoReport() throws IOException {
    Path empty = Files.createDirectory(shared.resolve("empty"));
    Files.copy(run.resolve("experiment.json"), empty.resolve("experiment.json"));
    Files.writeString(empty.resolve("cells.jsonl"), "");
    assertThatThrownBy(() -> InferenceReport.of(empty).write(empty, ""))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining("let the experiment go on");
  }

  private static Point point(double truth, long nfe) {
    return new Point(nfe, truth, Map.of(), new Spent(nfe, nfe, 10.0 * nfe, 0, 0, 0, nfe));
  }

  @Test
  void costsBetweenBudgetsAreHadByChance() {
    Curve curve =
        new Curve(
            "a",
            Method.BEAM,
            "b",
            List.of(0, 1),
            List.of(
                new Curve.Level(10, List.of(point(0, 10), point(1, 10))),
                new Curve.Level(30, List.of(point(1, 30), point(1, 30)))));
    assertThat(curve.truth(Cost.NFE, 10)).containsExactly(0, 1);
    assertThat(curve.truth(Cost.NFE, 15)).containsExactly(0.25, 1);
    assertThat(curve.truth(Cost.FLOPS, 250)).containsExactly(0.75, 1);
    assertThat(curve.truth(Cost.SECONDS, 30)).containsExactly(1, 1);
    assertThat(curve.truth(Cost.NFE, 99)).containsExactly(1, 1);
    assertThatThrownBy(() -> curve.truth(Cost.NFE, 9)).hasMessageContaining("at least 10.0 NFE");
    assertThat(curve.within(20)).isEqualTo(curve.levels().getFirst());
    assertThat(curve.within(9)).isNull();
    assertThat(curve.single()).isNull();
  }

  /** Of n values with deviation s the interval is about ±1.96 s/√n; within tasks nothing varies. */
  @Test
  void intervalsAreAsWideAsTheyShouldBe() {
    int count = 600;
    List<Integer> captions = IntStream.range(0, count).boxed().toList();
    Bootstrap bootstrap = new Bootstrap(captions, 3);
    RandomStream random = RandomStream.of(9);
    double[] values = new double[count];
    Arrays.setAll(values, i -> random.nextFloat() < 0.3 ? 1 : 0);
    double mean = Bootstrap.average(values, i -> true);
    Interval interval = bootstrap.mean(values);
    double radius = 1.96 * Math.sqrt(mean * (1 - mean) / count);
    assertThat(interval.low()).isCloseTo(mean - radius, within(0.25 * radius));
    assertThat(interval.high()).isCloseTo(mean + radius, within(0.25 * radius));

    double[] byTask = new double[count];
    Arrays.setAll(byTask, i -> Caption.task(i).namesColours() ? 1 : 0);
    assertThat(bootstrap.mean(byTask).low()).isEqualTo(bootstrap.mean(byTask).high());
  }

  /** Intervals hold the true value about as often as they say. */
  @Test
  void intervalsHoldTheTruth() {
    List<Integer> captions = IntStream.range(0, 120).boxed().toList();
    List<Boolean> holds = new ArrayList<>();
    for (int seed = 0; seed < 100; seed++) {
      RandomStream random = RandomStream.of(seed).split("values");
      double[] values = new double[captions.size()];
      Arrays.setAll(values, i -> random.nextFloat() < 0.4 ? 1 : 0);
      holds.add(new Bootstrap(captions, seed).mean(values).contains(0.4));
    }
    // 95 of 100, within three deviations of 2.2.
    assertThat(holds.stream().filter(hold -> hold).count()).isBetween(88L, 100L);
  }
}
