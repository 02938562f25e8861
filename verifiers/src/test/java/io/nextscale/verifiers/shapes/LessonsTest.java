package io.nextscale.verifiers.shapes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nextscale.shapes.Checker;
import io.nextscale.shapes.Example;
import io.nextscale.shapes.Renderer;
import io.nextscale.shapes.Scene;
import io.nextscale.shapes.ShapesWorld;
import io.nextscale.shapes.Split;
import io.nextscale.shapes.Thing;
import io.nextscale.tensor.RandomStream;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LessonsTest {

  private static final ShapesWorld WORLD = new ShapesWorld(3);

  private static RandomStream random(long index) {
    return RandomStream.of(17).split(index);
  }

  @ParameterizedTest
  @EnumSource
  void flawsMakeOtherProperScenes(Flaw flaw) {
    int made = 0;
    int wrong = 0;
    for (int i = 0; i < 80; i++) {
      Example example = WORLD.example(Split.TRAIN, i);
      Scene scene = flaw.of(example.scene(), random(i));
      if (scene == null) {
        continue;
      }
      made++;
      assertThat(scene).isNotEqualTo(example.scene());
      assertThat(scene.ground()).isEqualTo(example.scene().ground());
      assertThat(scene).isEqualTo(flaw.of(example.scene(), random(i)));
      assertProper(scene);
      boolean right = Checker.shows(Renderer.render(scene), example.prompt());
      assertThat(Checker.satisfies(Checker.report(scene), example.prompt())).isEqualTo(right);
      wrong += right ? 0 : 1;
    }
    assertThat(made).as("scenes that can have it").isGreaterThan(24);
    assertThat(wrong).as("of these the caption is not true").isGreaterThan(6);
  }

  private static void assertProper(Scene scene) {
    List<Thing> things = scene.things();
    assertThat(things).hasSizeBetween(1, Scene.MOST);
    for (int i = 0; i < things.size(); i++) {
      Thing t = things.get(i);
      assertThat(Split.heldOut(t.colour(), t.form())).isFalse();
      assertThat(t.x()).isBetween(t.halfWidth(), Scene.SIDE - t.halfWidth());
      assertThat(t.y()).isBetween(t.halfWidth(), Scene.SIDE - t.halfWidth());
      for (Thing other : things.subList(0, i)) {
        assertThat(t.clearOf(other)).isTrue();
      }
    }
  }

  @Test
  void flawsDoWhatTheirNamesSay() {
    Map<Flaw, Integer> seen = new EnumMap<>(Flaw.class);
    for (int i = 0; i < 100; i++) {
      List<Thing> before = WORLD.example(Split.TRAIN, i).scene().things();
      for (Flaw flaw : Flaw.values()) {
        Scene scene = flaw.of(WORLD.example(Split.TRAIN, i).scene(), random(i));
        if (scene == null) {
          continue;
        }
        seen.merge(flaw, 1, Integer::sum);
        List<Thing> after = scene.things();
        switch (flaw) {
          case COLOUR -> assertThat(differing(before, after, Thing::colour)).isEqualTo(1);
          case COLOURS_EXCHANGED -> {
            assertThat(differing(before, after, Thing::colour)).isEqualTo(2);
            assertThat(after.stream().map(Thing::colour))
                .containsExactlyInAnyOrderElementsOf(before.stream().map(Thing::colour).toList());
          }
          case FORM -> assertThat(differing(before, after, Thing::form)).isEqualTo(1);
          case PLACE -> {
            assertThat(differing(before, after, Thing::form)).isZero();
            assertThat(differing(before, after, t -> List.of(t.x(), t.y())))
                .isEqualTo(before.size());
          }
          case MISSING -> assertThat(before).containsAll(after).hasSize(after.size() + 1);
          case EXTRA -> assertThat(after).containsAll(before).hasSize(before.size() + 1);
        }
      }
    }
    assertThat(seen.keySet()).containsExactlyInAnyOrder(Flaw.values());
  }

  private static long differing(
      List<Thing> before, List<Thing> after, Function<Thing, Object> what) {
    assertThat(after).hasSameSizeAs(before);
    long count = 0;
    for (int i = 0; i < before.size(); i++) {
      count += what.apply(before.get(i)).equals(what.apply(after.get(i))) ? 0 : 1;
    }
    return count;
  }

  @ParameterizedTest
  @EnumSource
  void damageGrowsWithItsStrength(Damage damage) {
    double slight = 0;
    double strong = 0;
    for (int i = 0; i < 20; i++) {
      float[] clean = WORLD.example(Split.TRAIN, i).picture();
      float[] before = clean.clone();
      assertThat(damage.of(clean, 0, random(i))).isEqualTo(clean);
      float[] little = damage.of(clean, 0.2, random(i));
      float[] much = damage.of(clean, 0.9, random(i));
      assertThat(clean).isEqualTo(before);
      assertThat(much).isEqualTo(damage.of(clean, 0.9, random(i)));
      for (float value : much) {
        assertThat(value).isBetween(0f, 1f);
      }
      slight += distance(clean, little);
      strong += distance(clean, much);
    }
    assertThat(slight).isPositive();
    assertThat(strong).isGreaterThan(1.5 * slight);
    assertThatThrownBy(() -> damage.of(new float[3], 0.5, random(0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("damage: a strength of 0 to 1 and 12288 values; got 0.5 and 3");
  }

  private static double distance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return Math.sqrt(sum / a.length);
  }

  /** A transform whose rows are orthonormal gives back what it got, but for the rounding. */
  @Test
  void blocksComeBackFromTheCosineTransform() {
    float[] values = new float[64];
    for (int i = 0; i < values.length; i++) {
      values[i] = random(i).nextFloat();
    }
    float[] fine = values.clone();
    Cosines.round(fine, 0, 1, 8, 1e-6);
    assertThat(distance(values, fine)).isLessThan(1e-6);
    float[] coarse = values.clone();
    Cosines.round(coarse, 0, 1, 8, 100); // nothing is left
    assertThat(coarse).containsOnly(0);
    float[] flat = new float[64];
    Arrays.fill(flat, 0.5f);
    Cosines.round(flat, 0, 1, 8, 0.8); // 4 is 40 grains of 0.1
    for (float value : flat) {
      assertThat(value).isCloseTo(0.5f, within(1e-6f));
    }
  }

  @Test
  void theBetterPictureShowsTheCaptionAndAContrastDoesNot() {
    Lessons lessons = new Lessons(5, Split.TRAIN);
    int clean = 0;
    int seen = 0;
    int damaged = 0;
    for (int i = 0; i < 120; i++) {
      Lessons.Pair contrast = lessons.contrast(i);
      boolean same =
          Arrays.equals(contrast.better(), new ShapesWorld(5).example(Split.TRAIN, i).picture());
      if (same) {
        clean++;
        assertThat(Checker.shows(contrast.better(), contrast.example().prompt())).isTrue();
        assertThat(Checker.shows(contrast.worse(), contrast.example().prompt())).isFalse();
      }
      seen += Checker.shows(contrast.better(), contrast.example().prompt()) ? 1 : 0;
      Lessons.Pair pair = lessons.pair(i);
      damaged += Checker.shows(pair.worse(), pair.example().prompt()) ? 1 : 0;
      assertThat(pair.better()).isNotEqualTo(pair.worse());
    }
    assertThat(clean).isBetween(42, 78);
    assertThat(seen).as("also under slight damage").isGreaterThan(96);
    assertThat(damaged).as("right but damaged").isBetween(2, 24);
  }

  @Test
  void lessonsAreFunctionsOfSeedAndNumber() {
    Lessons lessons = new Lessons(5, Split.TRAIN);
    Lessons.Graded later = lessons.graded(40);
    for (int i = 0; i < 40; i++) {
      Lessons.Graded graded = lessons.graded(i);
      assertThat(graded.quality()).isBetween(0.0, 1.0);
    }
    assertThat(lessons.graded(40).picture()).isEqualTo(later.picture());
    assertThat(new Lessons(5, Split.TRAIN).pair(7).worse()).isEqualTo(lessons.pair(7).worse());
    assertThat(new Lessons(6, Split.TRAIN).pair(7).worse()).isNotEqualTo(lessons.pair(7).worse());
    assertThat(new Lessons(5, Split.VALIDATION).pair(7).example().caption())
        .isNotEqualTo(lessons.pair(7).example().caption());
    assertThatThrownBy(() -> new Lessons(5, Split.COMPOSITION))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
