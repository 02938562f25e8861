package io.nextscale.shapes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ShapesWorldTest {

  private static final int EXAMPLES = 300;

  @Test
  void anExampleDependsOnSeedSplitAndIndexOnly() {
    ShapesWorld world = new ShapesWorld(5);
    Example seventh = world.example(Split.TRAIN, 7);
    world.example(Split.TEST, 0);
    assertThat(new ShapesWorld(5).example(Split.TRAIN, 7)).isEqualTo(seventh);
    assertThat(new ShapesWorld(5).example(Split.TRAIN, 7).picture())
        .containsExactly(seventh.picture());
    assertThat(new ShapesWorld(6).example(Split.TRAIN, 7)).isNotEqualTo(seventh);
    assertThat(world.example(Split.TEST, 7)).isNotEqualTo(seventh);
  }

  @Test
  void theMeaningOfASeedIsFrozen() {
    assertThat(new ShapesWorld(42).example(Split.TRAIN, 0).caption())
        .isEqualTo("a scene with a cyan cross");
  }

  @Test
  void tasksComeAsOftenAsTheirSharesSay() {
    ShapesWorld world = new ShapesWorld(6);
    Map<Task, Integer> counts = new EnumMap<>(Task.class);
    int examples = 20 * EXAMPLES;
    for (int i = 0; i < examples; i++) {
      counts.merge(world.example(Split.TRAIN, i).prompt().task(), 1, Integer::sum);
    }
    for (Task task : Task.values()) {
      double expected = task.share() / 12.0;
      assertThat(counts.get(task) / (double) examples)
          .as("%s", task)
          .isBetween(expected - 0.02, expected + 0.02);
    }
  }

  @ParameterizedTest
  @EnumSource(Task.class)
  void promptsBelongToTheirTask(Task task) {
    ShapesWorld world = new ShapesWorld(1);
    for (int i = 0; i < EXAMPLES; i++) {
      assertThat(world.example(task, Split.TRAIN, i).prompt().task()).isEqualTo(task);
    }
  }

  @ParameterizedTest
  @EnumSource(Split.class)
  void captionsStayInTheirSplit(Split split) {
    ShapesWorld world = new ShapesWorld(2);
    for (int i = 0; i < EXAMPLES; i++) {
      Example example = world.example(split, i);
      assertThat(Split.of(example.caption(), example.prompt())).isEqualTo(split);
    }
  }

  @Test
  void heldOutPairsAppearInNoPictureThatIsTrainedOn() {
    ShapesWorld world = new ShapesWorld(3);
    for (int i = 0; i < 10 * EXAMPLES; i++) {
      for (Thing thing : world.example(Split.TRAIN, i).scene().things()) {
        assertThat(Split.heldOut(thing.colour(), thing.form())).as("%s", thing).isFalse();
      }
    }
  }

  @Test
  void compositionNamesAHeldOutPairEveryTime() {
    ShapesWorld world = new ShapesWorld(3);
    for (int i = 0; i < EXAMPLES; i++) {
      List<Thing> things = world.example(Split.COMPOSITION, i).scene().things();
      assertThat(things).anyMatch(t -> Split.heldOut(t.colour(), t.form()));
    }
  }

  @Test
  void thingsLieOnTheCanvasAndApart() {
    ShapesWorld world = new ShapesWorld(4);
    for (int i = 0; i < EXAMPLES; i++) {
      List<Thing> things = world.example(Split.TRAIN, i).scene().things();
      assertThat(things).hasSizeBetween(1, Scene.MOST);
      for (Thing a : things) {
        assertThat(a.x() - a.halfWidth()).isGreaterThanOrEqualTo(0);
        assertThat(a.y() + a.halfWidth()).isLessThanOrEqualTo(Scene.SIDE);
        for (Thing b : things) {
          double apart = Math.max(Math.abs(a.x() - b.x()), Math.abs(a.y() - b.y()));
          assertThat(a == b || apart > a.halfWidth() + b.halfWidth()).isTrue();
        }
      }
    }
  }

  @Test
  void thingsHaveOneOfTwoSizesAndLieInFields() {
    ShapesWorld world = new ShapesWorld(4);
    Set<Float> places = new HashSet<>();
    Set<Float> halfWidths = new HashSet<>();
    for (int i = 0; i < EXAMPLES; i++) {
      for (Thing thing : world.example(Split.TRAIN, i).scene().things()) {
        places.add(thing.x());
        places.add(thing.y());
        halfWidths.add(thing.halfWidth());
        assertThat(thing.halfWidth()).isEqualTo(thing.size().halfWidth());
      }
    }
    assertThat(halfWidths).containsExactlyInAnyOrder(5.5f, 7f);
    assertThat(places).containsExactlyInAnyOrder(8f, 24f, 40f, 56f);
  }

  @Test
  void whoLearnsToDrawSeesPairsInReadingOrder() {
    ShapesWorld world = new ShapesWorld(10);
    int exchanged = 0;
    for (int i = 0; i < 10 * EXAMPLES; i++) {
      Example free = world.example(Split.TRAIN, i);
      Example ordered = free.inReadingOrder();
      assertThat(ordered.inReadingOrder()).isEqualTo(ordered);
      if (free.prompt().relation() != Relation.AND) {
        assertThat(ordered).isEqualTo(free);
        continue;
      }
      List<Thing> before = free.scene().things();
      List<Thing> after = ordered.scene().things();
      Group first = free.prompt().first();
      assertThat(first.describes(after.get(0).form(), after.get(0).colour(), after.get(0).size()))
          .isTrue();
      assertThat(Scene.SIDE * after.get(0).y() + after.get(0).x())
          .isLessThan(Scene.SIDE * after.get(1).y() + after.get(1).x());
      assertThat(places(after)).isEqualTo(places(before));
      assertThat(kinds(after)).isEqualTo(kinds(before));
      assertThat(Checker.shows(ordered.picture(), ordered.prompt())).isTrue();
      exchanged += ordered.equals(free) ? 0 : 1;
    }
    assertThat(exchanged)
        .as("about half of the pairs, a third of all captions")
        .isBetween(4 * EXAMPLES / 3, 2 * EXAMPLES);
  }

  private static Set<List<Float>> places(List<Thing> things) {
    return things.stream().map(t -> List.of(t.x(), t.y())).collect(Collectors.toSet());
  }

  private static List<Thing> kinds(List<Thing> things) {
    return things.stream().map(t -> t.at(0, 0)).toList();
  }

  @Test
  void everyTaskFormAndColourTurnsUp() {
    ShapesWorld world = new ShapesWorld(9);
    Set<Task> tasks = EnumSet.noneOf(Task.class);
    Set<Form> forms = EnumSet.noneOf(Form.class);
    Set<Colour> colours = EnumSet.noneOf(Colour.class);
    Set<Texture> textures = EnumSet.noneOf(Texture.class);
    Set<String> captions = new HashSet<>();
    for (int i = 0; i < EXAMPLES; i++) {
      Example example = world.example(Split.TRAIN, i);
      tasks.add(example.prompt().task());
      textures.add(example.scene().ground().texture());
      captions.add(example.caption());
      example
          .scene()
          .things()
          .forEach(t -> {
            forms.add(t.form());
            colours.add(t.colour());
          });
    }
    assertThat(tasks).containsExactlyInAnyOrder(Task.values());
    assertThat(forms).containsExactlyInAnyOrder(Form.values());
    assertThat(colours).containsExactlyInAnyOrder(Colour.values());
    assertThat(textures).containsExactlyInAnyOrder(Texture.values());
    assertThat(captions).hasSizeGreaterThan(EXAMPLES * 3 / 4);
  }

  @Test
  void crowdsFillEveryFieldAtTimesAndShowNothingThatIsHeldOut() {
    ShapesWorld world = new ShapesWorld(7);
    Set<List<Float>> places = new HashSet<>();
    Set<Integer> counts = new HashSet<>();
    double things = 0;
    for (int i = 0; i < EXAMPLES; i++) {
      Scene scene = world.crowd(Split.TRAIN, i);
      Set<List<Float>> own = new HashSet<>();
      for (Thing thing : scene.things()) {
        own.add(List.of(thing.x(), thing.y()));
        assertThat(Split.heldOut(thing.colour(), thing.form())).as("%s", thing).isFalse();
      }
      assertThat(own).as("one thing to a field").hasSameSizeAs(scene.things());
      places.addAll(own);
      counts.add(scene.things().size());
      things += scene.things().size();
    }
    assertThat(places).hasSize(16);
    assertThat(counts).contains(0, 16);
    assertThat(things / EXAMPLES).isBetween(7.0, 9.0);
    assertThat(new ShapesWorld(7).crowd(Split.TRAIN, 3)).isEqualTo(world.crowd(Split.TRAIN, 3));
    assertThat(world.crowd(Split.VALIDATION, 3)).isNotEqualTo(world.crowd(Split.TRAIN, 3));
  }
}
