package io.nextscale.training.learner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Parameters;
import io.nextscale.search.Verifier;
import io.nextscale.shapes.Checker;
import io.nextscale.shapes.Colour;
import io.nextscale.shapes.Example;
import io.nextscale.shapes.Form;
import io.nextscale.shapes.Grammar;
import io.nextscale.shapes.Ground;
import io.nextscale.shapes.Group;
import io.nextscale.shapes.Prompt;
import io.nextscale.shapes.Renderer;
import io.nextscale.shapes.Scene;
import io.nextscale.shapes.ShapesWorld;
import io.nextscale.shapes.Size;
import io.nextscale.shapes.Split;
import io.nextscale.shapes.Thing;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.training.Learner;
import io.nextscale.training.settings.Settings;
import io.nextscale.training.settings.VerifierSettings;
import io.nextscale.training.settings.VerifierSettings.Kind;
import io.nextscale.verifiers.shapes.Flaw;
import io.nextscale.verifiers.shapes.Lessons;
import io.nextscale.verifiers.shapes.ShapesVerifiers;
import io.nextscale.verifiers.shapes.ShapesWords;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VerifierLearnerTest {

  @TempDir Path folder;

  private static VerifierSettings settings(Kind kind, Map<String, String> changed) {
    Map<String, String> all = new HashMap<>(Map.of("batch", "2", "validation", "3"));
    all.putAll(changed);
    return Settings.with(VerifierSettings.of(kind), all);
  }

  @ParameterizedTest
  @EnumSource
  void trainingGoesOnFromAnyStateAsIfItHadNeverStopped(Kind kind) throws IOException {
    VerifierSettings settings =
        settings(kind, Map.of("steps", "6", "accumulate", "2", "ema", "0.9"));
    Learner straight = new VerifierLearner(settings, null);
    for (int i = 0; i < 4; i++) {
      assertThat(straight.step(i).get(Learner.LOSS)).isFinite();
    }
    Learner first = new VerifierLearner(settings, null);
    Map<String, Tensor> beginning = first.state();
    assertThat(first.memory()).isPresent();
    first.restore(Checkpoint.of("beginning", beginning));
    for (int i = 0; i < 3; i++) { // with gradients that wait
      first.step(i);
      first.evaluate(i);
    }
    Learner second = new VerifierLearner(settings, null);
    second.restore(Checkpoint.of("middle", first.state()));
    second.step(3);
    assertAlike(second.state(), straight.state());
  }

  private static void assertAlike(Map<String, Tensor> a, Map<String, Tensor> b) {
    assertThat(a.keySet()).containsExactlyElementsOf(b.keySet());
    a.forEach(
        (name, tensor) -> assertThat(tensor.toArray()).as(name).isEqualTo(b.get(name).toArray()));
  }

  /** Sixteen steps on the same four lessons. */
  @ParameterizedTest
  @EnumSource
  void lossOfTheSameLessonsFalls(Kind kind) {
    VerifierSettings settings =
        settings(
            kind, Map.of("steps", "100", "warm-up", "0", "rate", "2e-3", "optimizer", "adamw"));
    VerifierSubject subject = VerifierSubject.of(settings, null);
    Steps steps =
        new Steps(
            Parameters.of(subject.learner()),
            settings.optimizer(),
            (_, _) -> false,
            (_, _) -> false);
    double first = steps.step(0, subject.loss(0, 4)).loss();
    double last = first;
    for (int i = 1; i < 16; i++) {
      last = steps.step(i, subject.loss(0, 4)).loss();
    }
    assertThat(last).isLessThan(0.8 * first);
  }

  @ParameterizedTest
  @EnumSource
  void whatIsWrittenIsTheVerifierThatWasTrained(Kind kind) throws IOException {
    VerifierSettings settings = settings(kind, Map.of("steps", "4", "ema", "0"));
    VerifierLearner learner = new VerifierLearner(settings, null);
    learner.step(0);
    Path file = folder.resolve(kind + ".safetensors");
    learner.parameters().save(file, learner.exported(), DType.F32, learner.metadata());

    Lessons.Pair pair = new Lessons(9, Split.TRAIN, null).pair(Flaw.COLOUR, 0);
    Verifier verifier = ShapesVerifiers.load(file).of(pair.example().caption());
    double[] scores =
        verifier.score(pictures(List.of(pair.better().picture(), pair.worse().picture())));
    assertThat(scores).hasSize(2).doesNotContain(Double.NaN);
    Verifier again = ShapesVerifiers.load(file).of(pair.example().caption());
    assertThat(again.score(pictures(List.of(pair.worse().picture())))).containsExactly(scores[1]);

    Path other = folder.resolve("other.safetensors");
    learner.parameters().save(other, learner.exported(), DType.F32, Map.of());
    assertThatThrownBy(() -> ShapesVerifiers.load(other))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining("clip, aesthetic or imagereward in the metadata");
  }

  private static Tensor pictures(List<float[]> pictures) {
    int size = Scene.SIDE * Scene.SIDE * 3;
    float[] values = new float[pictures.size() * size];
    for (int i = 0; i < pictures.size(); i++) {
      System.arraycopy(pictures.get(i), 0, values, i * size, size);
    }
    return Tensor.of(Shape.of(pictures.size(), Scene.SIDE, Scene.SIDE, 3), values);
  }

  @Test
  void evaluationsAreOfHeldOutLessons() {
    List<String> byFlaw = new ArrayList<>(List.of("right"));
    for (Flaw flaw : Flaw.values()) {
      byFlaw.add("right." + flaw.word());
    }
    assertThat(measured(Kind.IMAGEREWARD)).containsOnlyKeys(byFlaw);
    byFlaw.add("retrieval");
    assertThat(measured(Kind.CLIP)).containsOnlyKeys(byFlaw);
    assertThat(measured(Kind.AESTHETIC)).containsOnlyKeys("right", "correlation", "error");
    VerifierSettings none = settings(Kind.CLIP, Map.of("validation", "0"));
    assertThat(new VerifierLearner(none, null).evaluate(0)).isEmpty();
  }

  private static Map<String, Double> measured(Kind kind) {
    return new VerifierLearner(settings(kind, Map.of()), null).evaluate(0);
  }

  /** Two captions that one picture is right for are not held against each other. */
  @Test
  void hiddenAreThePicturesThatShowAnotherCaptionToo() {
    Lessons lessons = new Lessons(0, Split.TRAIN, null);
    List<Lessons.Pair> pairs = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      pairs.add(lessons.pair(i));
    }
    float[] hidden = ClipSubject.hidden(pairs).toArray();
    int count = 0;
    for (int i = 0; i < 24; i++) {
      var prompt = pairs.get(i).example().prompt();
      for (int j = 0; j < 48; j++) {
        Lessons.Pair of = pairs.get(j % 24);
        boolean shows = Checker.shows((j < 24 ? of.better() : of.worse()).picture(), prompt);
        assertThat(hidden[i * 48 + j] < 0).isEqualTo(shows && i != j);
        count += hidden[i * 48 + j] < 0 ? 1 : 0;
      }
      assertThat(hidden[i * 48 + i]).isZero();
      assertThat(hidden[i * 48 + 24 + i]).as("its own flawed picture").isZero();
    }
    assertThat(count).isPositive();
  }

  /** What helps to learn is in the checkpoint and not in the verifier. */
  @Test
  void theLayerOnTheSideIsLearntAndNotExported() {
    VerifierLearner learner = new VerifierLearner(settings(Kind.IMAGEREWARD, Map.of()), null);
    assertThat(learner.state())
        .containsKeys("model.fields.weight", "model.parts.weight", "model.nouns.weight");
    assertThat(learner.parameters().shapes()).doesNotContainKey("fields.weight");
    Tensor before = learner.state().get("model.fields.weight");
    learner.step(0);
    assertThat(learner.state().get("model.fields.weight").toArray()).isNotEqualTo(before.toArray());
  }

  /** A thing of half-width 8 in the middle of a patch reaches into its eight neighbours. */
  @Test
  void fieldsSayWhatStandsInEachPatch() {
    Thing thing = new Thing(Form.SQUARE, Colour.YELLOW, 28, 44, 8); // patch 3 of row 5
    Ground ground = new ShapesWorld(0).example(Split.TRAIN, 0).scene().ground();
    Checker.Report report = Checker.look(Renderer.render(new Scene(List.of(thing), ground)));
    int[] classes = Fields.classes(List.of(report), 8).toInts();
    int number = 1 + Form.SQUARE.ordinal() * Colour.values().length + Colour.YELLOW.ordinal();
    for (int i = 0; i < 64; i++) {
      int far = Math.max(Math.abs(i / 8 - 5), Math.abs(i % 8 - 3));
      int expected = far == 0 ? number : far == 1 ? number + 42 : 0;
      assertThat(classes[i]).as("patch %d", i).isEqualTo(expected);
    }
  }

  /** A patch whose values are all 0.03 from clean is a fifth of ruined. */
  @Test
  void wearIsTheDistanceFromCleanPatchByPatch() {
    float[] clean = new float[64 * 64 * 3];
    float[] picture = new float[64 * 64 * 3];
    for (int y = 8; y < 16; y++) {
      for (int i = 3 * 24; i < 3 * 32; i++) {
        picture[3 * 64 * y + i] = 0.03f; // patch 3 of row 1
      }
    }
    picture[picture.length - 1] = 192; // one value, far off
    float[] worn = Wear.worn(List.of(new Lessons.Graded(picture, clean, 0.5)), 8).toArray();
    assertThat(worn).hasSize(64);
    for (int i = 0; i < 64; i++) {
      double expected = i == 11 ? 0.2 : i == 63 ? 1 : 0;
      assertThat((double) worn[i]).as("patch %d", i).isCloseTo(expected, within(1e-5));
    }
  }

  /** A picture with the things of a caption in the wrong order is right but for the relation. */
  @Test
  void partsOfACaptionHoldWhereTheRestIsNotAsked() {
    Thing circle = new Thing(Form.CIRCLE, Colour.RED, 20, 20, 8);
    Thing square = new Thing(Form.SQUARE, Colour.BLUE, 20, 44, 8);
    Ground ground = new ShapesWorld(0).example(Split.TRAIN, 0).scene().ground();
    Checker.Report report = Checker.report(new Scene(List.of(circle, square), ground));
    // Without tone, relation, colours, sizes; relation alone, colours alone, sizes alone, nothing;
    // above, below, left of, right of
    assertThat(parts("a red circle above a blue square", report))
        .containsExactly(1f, 1f, 1f, 1f, 1f, 1f, 1f, 1f, 1f, 0f, 0f, 0f);
    assertThat(parts("a red circle below a blue square", report))
        .containsExactly(0f, 1f, 0f, 0f, 0f, 1f, 1f, 1f, 1f, 0f, 0f, 0f);
    assertThat(parts("a blue circle above a red square", report))
        .containsExactly(0f, 0f, 1f, 0f, 1f, 0f, 1f, 1f, 1f, 0f, 0f, 0f);
    assertThat(parts("a square right of a circle", report))
        .containsExactly(0f, 1f, 0f, 0f, 0f, 1f, 1f, 1f, 0f, 1f, 0f, 0f);
    assertThat(parts("a red ring above a blue square", report)).containsOnly(0f);
  }

  private static List<Float> parts(String caption, Checker.Report report) {
    return Parts.ofCaption(Grammar.parse(caption), report).subList(0, 12);
  }

  @Test
  void whatIsSeenOfTheFormsOfACaption() {
    Thing circle = new Thing(Form.CIRCLE, Colour.RED, 16, 8, Size.LARGE.halfWidth());
    Thing other = new Thing(Form.CIRCLE, Colour.GREEN, 48, 24, Size.SMALL.halfWidth());
    Ground ground = new ShapesWorld(0).example(Split.TRAIN, 0).scene().ground();
    Checker.Report report = Checker.report(new Scene(List.of(circle, other), ground));
    Prompt prompt = Grammar.parse("a large square and a blue small circle");
    assertThat(Parts.ofCaption(prompt, report)).hasSize(13).last().as("any tone").isEqualTo(1f);
    List<Float> seen = Parts.ofNouns(prompt, report);
    int numbers = 6 + Colour.values().length;
    assertThat(seen).hasSize(2 * numbers);
    List<Float> square = seen.subList(0, numbers);
    // number, colour, size; across, down, size; colours
    assertThat(square.subList(0, 6)).containsExactly(0f, 1f, 0f, 0.5f, 0.5f, 0.5f);
    assertThat(square.subList(6, numbers)).containsOnly(0f);
    List<Float> circles = seen.subList(numbers, 2 * numbers);
    assertThat(circles.subList(0, 6)).containsExactly(0f, 0f, 1f, 0.5f, 0.25f, 0.5f);
    for (Colour colour : Colour.values()) {
      boolean shown = colour == Colour.RED || colour == Colour.GREEN;
      assertThat(circles.get(6 + colour.ordinal())).isEqualTo(shown ? 0.5f : 0f);
    }
    List<Float> red = Parts.ofNouns(Grammar.parse("a red circle"), report);
    assertThat(red.subList(0, 6))
        .as("the red one alone")
        .containsExactly(0f, 1f, 1f, 0.25f, 0.125f, 1f);
  }

  @Test
  void nounsAreFoundInCaptions() {
    ShapesWords words = ShapesWords.ofGrammar();
    ShapesWorld world = new ShapesWorld(3);
    for (int i = 0; i < 300; i++) {
      Example example = world.example(Split.TRAIN, i);
      Prompt prompt = example.prompt();
      int[] ids = words.of(example.caption());
      int[] nouns = ShapesWords.nouns(example.caption());
      assertThat(nouns).hasSize(prompt.second() == null ? 1 : 2);
      assertThat(words.pieces().piece(ids[nouns[0]])).isEqualTo(word(prompt.first()));
      if (prompt.second() != null) {
        assertThat(words.pieces().piece(ids[nouns[1]])).isEqualTo(word(prompt.second()));
      }
      assertThat(Parts.ofNouns(prompt, Checker.report(example.scene())))
          .hasSize(nouns.length * (6 + Colour.values().length));
    }
    assertThat(ShapesTensors.nouns(words, List.of("a ring", "a cross above a ring")).toInts())
        .containsExactly(2, words.length() + 2, words.length() + 5);
  }

  private static String word(Group group) {
    return group.count() > 1 ? group.form().plural() : group.form().word();
  }

  @Test
  void settingsAreChecked() {
    assertThatThrownBy(() -> settings(Kind.CLIP, Map.of("kind", "fid")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("kind: clip, aesthetic or imagereward; got fid");
    assertThatThrownBy(() -> settings(Kind.CLIP, Map.of("validation", "-1")))
        .hasMessage("--validation: at least 0 lessons; got -1 — 0 measures nothing");
    assertThatThrownBy(() -> settings(Kind.CLIP, Map.of("aside", "-1")))
        .hasMessage("--aside: a number from 0 on; got -1.0");
    assertThat(settings(Kind.CLIP, Map.of("kind", "aesthetic")).kind()).isEqualTo(Kind.AESTHETIC);
  }
}
