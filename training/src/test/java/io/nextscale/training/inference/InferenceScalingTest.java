package io.nextscale.training.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nextscale.search.Found;
import io.nextscale.search.RandomSearch;
import io.nextscale.search.Search;
import io.nextscale.search.Spent;
import io.nextscale.search.Verifier;
import io.nextscale.shapes.Split;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.training.TrainingException;
import io.nextscale.verifiers.CalibratedEnsemble;
import io.nextscale.verifiers.PromptVerifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Searches over a model of which everything is known. */
class InferenceScalingTest {

  private static final Method[] METHODS = {Method.RANDOM, Method.BEAM, Method.PARTIAL};

  private static final InferenceSettings SETTINGS =
      new InferenceSettings(List.of(6L, 12L, 24L), 2, Split.TEST, 5, false, 16, false);

  private static final Supplier<Tensor> NO_REFERENCES =
      () -> {
        throw new AssertionError("asked for without a need");
      };

  @TempDir static Path shared;

  private static Path whole;

  @TempDir Path folder;

  @BeforeAll
  static void runAllAtOnce() throws IOException {
    whole = shared.resolve("whole");
    try (InferenceScaling scaling = open(whole, SETTINGS, METHODS)) {
      assertThat(scaling.missing()).isEqualTo(12L * METHODS.length * 3);
      assertThat(scaling.estimate()).isPositive();
      double[] last = {0};
      assertThat(
              scaling.run(
                  (done, text) -> {
                    assertThat(done).isBetween(last[0], 1 + 1e-9);
                    last[0] = done;
                  },
                  () -> false))
          .isTrue();
      assertThat(last[0]).isGreaterThan(1 - 1e-9);
      assertThat(scaling.missing()).isZero();
      assertThat(scaling.estimate()).isZero();
    }
  }

  private static InferenceScaling open(Path run, InferenceSettings settings, Method... methods)
      throws IOException {
    return InferenceScaling.open(
        run, settings, List.of(Guesses.contender(methods)), Panel.of(Guesses.verifiers()));
  }

  private static Panel panel(
      SequencedMap<String, CaptionVerifier> judges, String name, String fingerprint) {
    return new Panel(judges, Map.of(name, fingerprint), Set.of());
  }

  @Test
  void verifiersOfOtherWeightsAreRefused() throws IOException {
    List<Contender> contenders = List.of(Guesses.contender(Method.RANDOM));
    var judges = Guesses.verifiers();
    InferenceScaling.open(folder, SETTINGS, contenders, panel(judges, "clip", "1a")).close();
    InferenceScaling.open(folder, SETTINGS, contenders, panel(judges, "reward", "2b")).close();
    InferenceScaling.open(folder, SETTINGS, contenders, panel(judges, "clip", "1a")).close();
    assertThatThrownBy(() ->
            InferenceScaling.open(folder, SETTINGS, contenders, panel(judges, "reward", "3c")))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("verifier reward")
        .hasMessageContaining("\"2b\"; got \"3c\"")
        .hasMessageContaining("name another folder");
  }

  private static SequencedMap<Cell.Key, Cell> cells(Path run) throws IOException {
    return Journal.read(run.resolve(InferenceScaling.CELLS));
  }

  /** A cell but for the time it took. */
  private static Cell timeless(Cell cell) {
    return new Cell(
        cell.key(),
        cell.points().stream()
            .map(point -> {
              Spent s = point.spent();
              Spent spent =
                  new Spent(
                      s.images(),
                      s.evaluations(),
                      s.modelFlops(),
                      s.imageFlops(),
                      s.decodes(),
                      s.verified(),
                      0);
              return new Point(point.budget(), point.truth(), point.scores(), spent);
            })
            .toList());
  }

  private static Point point(Method method, String verifier, int caption, long budget)
      throws IOException {
    Cell cell = cells(whole).get(new Cell.Key("guesses", method, verifier, caption));
    assertThat(cell).isNotNull();
    return cell.points().stream().filter(p -> p.budget() == budget).findFirst().orElseThrow();
  }

  @Test
  void onePoolHoldsTheRandomSearchesOfAllBudgetsAndVerifiers() throws IOException {
    List<Caption> captions = Caption.of(5, Split.TEST, 1);
    for (Caption caption : captions) {
      Guesses model = Guesses.of(caption.text());
      for (Map.Entry<String, CaptionVerifier> one : Guesses.verifiers().entrySet()) {
        for (long budget : List.of(3L, 6L, 12L, 24L, 36L)) { // 36: the pictures of the beam
          Found<Guesses.Picture> found =
              new Search<>(model, one.getValue().of(caption.text(), NO_REFERENCES))
                  .seed(caption.firstSeed(5))
                  .run(new RandomSearch((int) budget / 3));
          Point point = point(Method.RANDOM, one.getKey(), caption.number(), budget);
          assertThat(point.scores()).containsEntry(one.getKey(), found.score());
          assertThat(point.truth())
              .isEqualTo(
                  new io.nextscale.verifiers.ShapesTruth()
                      .of(caption.text())
                      .score(found.image())[0]);
          assertThat(point.spent().images()).isEqualTo(found.spent().images());
          assertThat(point.spent().evaluations()).isEqualTo(budget);
          assertThat(point.spent().flops()).isEqualTo(found.spent().flops());
        }
      }
    }
  }

  @Test
  void beamsSpendTheirBudgets() throws IOException {
    for (long budget : SETTINGS.budgets()) {
      Point point = point(Method.BEAM, "honest", 0, budget);
      assertThat(point.spent().evaluations()).isEqualTo(budget); // wc K (K+1) / 2
      assertThat(point.spent().images()).isEqualTo(budget / 2); // wc K
    }
  }

  @Test
  void anExperimentThatWasKilledGoesOnToTheSameResults() throws IOException {
    Path run = folder.resolve("run");
    int[] cells = {0};
    for (int stop : List.of(1, 20, 21, 60)) {
      try (InferenceScaling scaling = open(run, SETTINGS, METHODS)) {
        assertThat(scaling.run((_, _) -> cells[0]++, () -> cells[0] >= stop)).isFalse();
      }
      // The process died in the middle of a line.
      Files.writeString(
          run.resolve(InferenceScaling.CELLS),
          "{\"generator\":\"guesses\",\"meth",
          StandardOpenOption.APPEND);
    }
    try (InferenceScaling scaling = open(run, SETTINGS, METHODS)) {
      assertThat(scaling.missing()).isBetween(1L, 88L);
      assertThat(scaling.run((_, _) -> {}, () -> false)).isTrue();
    }
    SequencedMap<Cell.Key, Cell> expected = cells(whole);
    SequencedMap<Cell.Key, Cell> found = cells(run);
    assertThat(found.sequencedKeySet()).containsExactlyElementsOf(expected.sequencedKeySet());
    found.forEach((key, cell) -> assertThat(timeless(cell)).isEqualTo(timeless(expected.get(key))));
    // One line each: nothing was searched for twice.
    assertThat(Files.readAllLines(run.resolve(InferenceScaling.CELLS))).hasSize(found.size());
  }

  @Test
  void moreMayBeAddedLater() throws IOException {
    Path run = folder.resolve("grown");
    InferenceSettings few =
        new InferenceSettings(SETTINGS.budgets(), 1, Split.TEST, 5, false, 3, false);
    try (InferenceScaling scaling = open(run, few, Method.RANDOM)) {
      scaling.run((_, _) -> {}, () -> false);
    }
    try (InferenceScaling scaling = open(run, SETTINGS, METHODS)) {
      assertThat(scaling.missing()).isEqualTo(12L * 9 - 6 * 3);
      scaling.run((_, _) -> {}, () -> false);
    }
    assertThat(cells(run)).hasSameSizeAs(cells(whole));
    cells(run)
        .forEach((key, cell) -> {
          try {
            assertThat(timeless(cell)).isEqualTo(timeless(cells(whole).get(key)));
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
  }

  @Test
  void whereNoBeamFitsNoRandomSearchIsAsLarge() throws IOException {
    List<Contender> contenders = List.of(Guesses.contender(false, Method.RANDOM));
    try (InferenceScaling scaling =
        InferenceScaling.open(folder, SETTINGS, contenders, Panel.of(Guesses.verifiers()))) {
      assertThat(scaling.run((_, _) -> {}, () -> false)).isTrue();
    }
    assertThat(cells(folder).values())
        .allSatisfy(cell ->
            assertThat(cell.points()).extracting(Point::budget).containsExactly(3L, 6L, 12L, 24L));
  }

  @Test
  void whoWatchesScoresAllButSearchesNot() throws IOException {
    Path run = folder.resolve("watched");
    SequencedMap<String, CaptionVerifier> judges = Guesses.verifiers();
    Panel watched = new Panel(judges, Map.of(), Set.of("checker"));
    List<Contender> contenders = List.of(Guesses.contender(METHODS));
    try (InferenceScaling scaling = InferenceScaling.open(run, SETTINGS, contenders, watched)) {
      assertThat(scaling.missing()).isEqualTo(12L * (3 + 2 + 2));
      double[] done = new double[1];
      assertThat(scaling.run((part, _) -> done[0] = part, () -> false)).isTrue();
      assertThat(done[0]).isCloseTo(1, within(1e-9));
      assertThat(scaling.estimate()).isZero();
      assertThat(scaling.report().write(run, "")).allSatisfy(file -> assertThat(file).exists());
    }
    SequencedMap<Cell.Key, Cell> expected = cells(whole);
    cells(run)
        .forEach((key, cell) -> {
          assertThat(timeless(cell)).isEqualTo(timeless(expected.get(key)));
          assertThat(key.verifier().equals("checker") && key.method().selects()).isFalse();
        });
    try (InferenceScaling scaling = open(run, SETTINGS, METHODS)) {
      assertThat(scaling.missing()).as("who watched may choose later").isEqualTo(12L * 2);
    }
    assertThatThrownBy(() -> new Panel(judges, Map.of(), Set.of("nobody")))
        .hasMessageContaining("got [nobody]");
  }

  /** References are the pictures of the 32 seeds before the first candidate's. */
  @Test
  void anEnsembleIsScaledByPicturesOfTheCaption() throws IOException {
    Path run = folder.resolve("ensemble");
    SequencedMap<String, CaptionVerifier> judges = new LinkedHashMap<>();
    List<PromptVerifier> members =
        List.of(PromptVerifier.any(Guesses.HONEST), PromptVerifier.any(Guesses.DECEIVED));
    judges.put("both", CaptionVerifier.mean(members));
    InferenceSettings few =
        new InferenceSettings(SETTINGS.budgets(), 1, Split.TEST, 5, false, 16, false);
    List<Contender> contenders = List.of(Guesses.contender(Method.RANDOM));
    try (InferenceScaling scaling = InferenceScaling.open(run, few, contenders, Panel.of(judges))) {
      assertThat(scaling.run((_, _) -> {}, () -> false)).isTrue();
    }
    for (Caption caption : Caption.of(5, Split.TEST, 1)) {
      Guesses model = Guesses.of(caption.text());
      List<Guesses.Picture> pictures = Collections.nCopies(32, model.begin());
      List<Long> seeds =
          LongStream.range(caption.firstSeed(5) - 32, caption.firstSeed(5)).boxed().toList();
      while (model.decided(pictures.getFirst()) < model.steps()) {
        pictures = model.step(pictures, seeds);
      }
      Verifier both =
          CalibratedEnsemble.of(List.of(Guesses.HONEST, Guesses.DECEIVED), model.images(pictures));
      Found<Guesses.Picture> found =
          new Search<>(model, both).seed(caption.firstSeed(5)).run(new RandomSearch(8));
      Cell cell = cells(run).get(new Cell.Key("guesses", Method.RANDOM, "both", caption.number()));
      assertThat(cell).isNotNull();
      assertThat(cell.points())
          .filteredOn(point -> point.budget() == 24)
          .singleElement()
          .satisfies(point -> assertThat(point.scores()).containsEntry("both", found.score()));
    }
  }

  @Test
  void whoSaysTheSameOfAllReferencesStaysOutOfAnEnsemble() {
    Tensor references = Tensor.of(Shape.of(2, 1, 1, 1), 0.25f, 0.75f);
    Verifier grey =
        images -> {
          float[] values = images.toArray();
          return new double[] {values[0], values[1]};
        };
    PromptVerifier constant = PromptVerifier.any(_ -> new double[] {7, 7});
    double[] alone =
        CaptionVerifier.mean(List.of(PromptVerifier.any(grey)))
            .of("a circle", () -> references)
            .score(references);
    assertThat(
            CaptionVerifier.mean(List.of(constant, PromptVerifier.any(grey)))
                .of("a circle", () -> references)
                .score(references))
        .containsExactly(alone);
    assertThat(alone[1]).isEqualTo(-alone[0]).isPositive();
    assertThat(
            CaptionVerifier.mean(List.of(constant))
                .of("a circle", () -> references)
                .score(references))
        .containsExactly(7, 7);
  }

  @Test
  void captionsSideBySideGiveTheSame() throws IOException {
    Path run = folder.resolve("aside");
    InferenceSettings aside =
        new InferenceSettings(SETTINGS.budgets(), 2, Split.TEST, 5, false, 16, true);
    double[] last = {0};
    try (InferenceScaling scaling = open(run, aside, METHODS)) {
      assertThat(scaling.run((done, _) -> last[0] = done, () -> true)).isFalse();
      assertThat(scaling.missing()).isEqualTo(12L * METHODS.length * 3);
      assertThat(scaling.run((done, _) -> last[0] = done, () -> false)).isTrue();
    }
    assertThat(last[0]).isBetween(1 - 1e-9, 1 + 1e-9);
    SequencedMap<Cell.Key, Cell> expected = cells(whole);
    SequencedMap<Cell.Key, Cell> found = cells(run);
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    found.forEach((key, cell) -> assertThat(timeless(cell)).isEqualTo(timeless(expected.get(key))));
    assertThat(Files.readAllLines(run.resolve(InferenceScaling.CELLS))).hasSize(found.size());
  }

  @Test
  void otherSettingsAndASecondProcessAreRefused() throws IOException {
    InferenceSettings others =
        new InferenceSettings(List.of(7L), 2, Split.TEST, 5, false, 16, false);
    assertThatThrownBy(() -> open(whole, others, METHODS))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("\"budgets\":[6,12,24]")
        .hasMessageContaining("got")
        .hasMessageContaining("\"budgets\":[7]");
    try (InferenceScaling open = open(whole, SETTINGS, METHODS)) {
      assertThat(open.missing()).isZero();
      assertThatThrownBy(() -> open(whole, SETTINGS, METHODS))
          .hasMessageContaining("in use by process");
    }
  }

  @Test
  void aDamagedLineIsNamed() throws IOException {
    Path run = Files.createDirectory(folder.resolve("damaged"));
    Path file = run.resolve(InferenceScaling.CELLS);
    String good = Files.readAllLines(whole.resolve(InferenceScaling.CELLS)).getFirst();
    for (String bad :
        List.of(
            "{}",
            "[1]",
            "nonsense",
            good.replace("\"random\"", "\"luck\""),
            good.replace("\"caption\":0", "\"caption\":-1"),
            good.replace("\"truth\"", "\"proof\""))) {
      Files.writeString(file, good + "\n" + bad + "\n");
      assertThatThrownBy(() -> Journal.open(file)).hasMessageContaining("cells.jsonl line 2");
    }
    Files.writeString(file, good + "\n" + good.substring(0, good.length() / 2));
    assertThat(Journal.read(file)).hasSize(1);
  }

  @Test
  void whatASearchHasOnTheWayStandsForSmallerBudgets() throws IOException {
    InferenceSettings way =
        new InferenceSettings(SETTINGS.budgets(), 1, Split.TEST, 5, true, 1, false);
    Path run = folder.resolve("way");
    try (InferenceScaling scaling = open(run, way, METHODS)) {
      scaling.run((_, _) -> {}, () -> false);
    }
    for (Cell cell : cells(run).values()) {
      if (cell.key().method() == Method.PARTIAL) { // nothing is complete on the way
        Cell each = cells(whole).get(cell.key());
        assertThat(each).isNotNull();
        assertThat(cell.points()).hasSameSizeAs(each.points());
        for (int i = 0; i < each.points().size(); i++) {
          assertThat(cell.points().get(i).scores()).isEqualTo(each.points().get(i).scores());
        }
        continue;
      }
      assertThat(cell.points()).isNotEmpty();
      double before = Double.NEGATIVE_INFINITY;
      for (Point point : cell.points()) {
        double score = point.scores().getOrDefault(cell.key().verifier(), Double.NaN);
        assertThat(score).isGreaterThanOrEqualTo(before);
        assertThat(point.spent().evaluations()).isLessThanOrEqualTo(point.budget());
        before = score;
      }
      if (cell.key().method() == Method.BEAM) {
        Point last = cell.points().getLast();
        Point sized = point(Method.BEAM, cell.key().verifier(), cell.key().caption(), 24);
        assertThat(last.spent().evaluations()).isEqualTo(24);
        assertThat(last.scores()).isEqualTo(sized.scores());
      }
    }
  }
}
