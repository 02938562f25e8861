package io.nextscale.verifiers.shapes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nextscale.nn.Loading;
import io.nextscale.shapes.Checker;
import io.nextscale.shapes.Example;
import io.nextscale.shapes.Renderer;
import io.nextscale.shapes.Scene;
import io.nextscale.shapes.ShapesWorld;
import io.nextscale.shapes.Split;
import io.nextscale.shapes.Thing;
import io.nextscale.tensor.RandomStream;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeConfig;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
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
      if (flaw == Flaw.TONE) {
        assertThat(scene.things()).isEqualTo(example.scene().things());
        assertThat(scene.ground().tone()).isNotEqualTo(example.scene().ground().tone());
      } else {
        assertThat(scene.ground()).isEqualTo(example.scene().ground());
      }
      assertThat(scene).isEqualTo(flaw.of(example.scene(), random(i)));
      assertProper(scene);
      boolean right = Checker.shows(Renderer.render(scene), example.prompt());
      assertThat(Checker.satisfies(Checker.report(scene), example.prompt())).isEqualTo(right);
      wrong += right ? 0 : 1;
    }
    assertThat(made).as("scenes that can have it").isGreaterThan(24);
    int least = flaw == Flaw.MOVED ? 0 : 6; // few captions say where a thing is
    assertThat(wrong).as("of these the caption is not true").isGreaterThan(least);
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
          case PLACES_EXCHANGED -> {
            assertThat(differing(before, after, t -> List.of(t.x(), t.y()))).isEqualTo(2);
            assertThat(after.stream().map(t -> List.of(t.x(), t.y())))
                .containsExactlyInAnyOrderElementsOf(
                    before.stream().map(t -> List.of(t.x(), t.y())).toList());
          }
          case MOVED ->
              assertThat(differing(before, after, t -> List.of(t.x(), t.y()))).isEqualTo(1);
          case SIZE -> assertThat(differing(before, after, Thing::size)).isEqualTo(1);
          case TONE -> assertThat(after).isEqualTo(before);
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

  /** A tokenizer that has learnt nothing, of 64 pixels and 1, 4 and 16 tokens. */
  private static VqVae tokenizer() throws IOException {
    VqVaeConfig config =
        new VqVaeConfig(
            32,
            List.of(1, 1),
            1,
            24,
            8,
            Scales.of(1, 2, 4),
            2,
            0.5f,
            0.25f,
            false,
            8,
            true,
            0,
            false);
    return VqVae.load(VqVae.initial(config, RandomStream.of(4)), config, Loading.forInference());
  }

  @ParameterizedTest
  @EnumSource
  void faultyTokensAreThoseOfTheOtherPicture(TokenFault fault) {
    Scales scales = Scales.of(1, 2, 3, 4);
    int[] own = new int[scales.length()];
    int[] other = new int[scales.length()];
    Arrays.setAll(other, i -> 1 + scales.levels()[i]); // its scale and one
    int slight = 0;
    int strong = 0;
    for (int i = 0; i < 50; i++) {
      assertThat(fault.of(own, other, scales, 0, random(i))).isEqualTo(own);
      int[] little = fault.of(own, other, scales, 0.2, random(i));
      int[] much = fault.of(own, other, scales, 0.8, random(i));
      assertThat(much).isEqualTo(fault.of(own, other, scales, 0.8, random(i)));
      assertThat(own).containsOnly(0);
      for (int j = 0; j < own.length; j++) {
        assertThat(much[j]).isIn(own[j], other[j]);
        slight += little[j] == 0 ? 0 : 1;
        strong += much[j] == 0 ? 0 : 1;
      }
      assertThat(fault.of(own, other, scales, 1, random(i))).isEqualTo(other);
    }
    assertThat(strong).isGreaterThan(2 * slight);
    assertThatThrownBy(() -> fault.of(own, new int[3], scales, 0.5, random(0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("token fault: a strength of 0 to 1 and 30 tokens each; got 0.5, 30 and 3");
  }

  @Test
  void aRegionIsTheSameRectangleInAllGrids() {
    Scales scales = Scales.of(4, 8, 16);
    int[] other = new int[scales.length()];
    Arrays.fill(other, 1);
    int[] mixed = TokenFault.REGION.of(new int[other.length], other, scales, 0.3, random(1));
    double[] coarse = rectangle(mixed, scales, 0);
    double[] fine = rectangle(mixed, scales, 2);
    for (int i = 0; i < 4; i++) { // both edges are rounded to half a cell
      assertThat(coarse[i]).isCloseTo(fine[i], within(0.5 / 4 + 0.5 / 16));
    }
    assertThat((fine[1] - fine[0]) * (fine[3] - fine[2])).isCloseTo(0.3, within(0.08));
  }

  /** Top, bottom, left and right of the tokens that were replaced, as parts of the side. */
  private static double[] rectangle(int[] mixed, Scales scales, int scale) {
    int side = scales.size(scale).width();
    List<Integer> hit =
        IntStream.range(0, side * side)
            .filter(i -> mixed[scales.begin(scale) + i] == 1)
            .boxed()
            .toList();
    int top = hit.getFirst() / side;
    int bottom = hit.getLast() / side + 1;
    int left = hit.stream().mapToInt(i -> i % side).min().orElseThrow();
    int right = hit.stream().mapToInt(i -> i % side).max().orElseThrow() + 1;
    assertThat(hit).hasSize((bottom - top) * (right - left));
    return new double[] {
      (double) top / side, (double) bottom / side, (double) left / side, (double) right / side
    };
  }

  @Test
  void whatAChoiceSaysIsWhatTheCheckerSees() throws IOException {
    for (VqVae tokenizer : new VqVae[] {null, tokenizer()}) {
      Lessons lessons = new Lessons(5, Split.TRAIN, tokenizer);
      int[] right = new int[4];
      int unclean = 0;
      for (int i = 0; i < 40; i++) {
        Lessons.Choice choice = lessons.choice(i);
        Example example = choice.example();
        assertThat(example).isEqualTo(new ShapesWorld(5).example(Split.TRAIN, i));
        assertThat(choice.pictures()).hasSize(4);
        for (int j = 0; j < 4; j++) {
          float[] picture = choice.pictures().get(j).picture();
          assertThat(choice.right(j)).isEqualTo(Checker.shows(picture, example.prompt()));
          right[j] += choice.right(j) ? 1 : 0;
          for (int k = 0; k < 4; k++) {
            boolean better = choice.right(j) && !choice.right(k);
            boolean cleaner = choice.right(0) && choice.right(1) && j == 0 && k == 1;
            assertThat(choice.better(j, k)).isEqualTo(better || cleaner);
          }
        }
        unclean += Arrays.equals(choice.pictures().get(0).picture(), example.picture()) ? 0 : 1;
      }
      assertThat(unclean).as("not as they were rendered").isGreaterThan(20);
      if (tokenizer == null) {
        assertThat(right[0]).as("right with small faults").isGreaterThan(32);
        assertThat(right[1]).as("with large ones").isBetween(4, 36);
        assertThat(right[2]).as("of another scene").isLessThan(3);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPairDiffersByItsFlaw(Flaw flaw) {
    Lessons lessons = new Lessons(5, Split.VALIDATION, null);
    for (int i = 0; i < 4; i++) {
      Lessons.Pair pair = lessons.pair(flaw, i);
      assertThat(Split.of(pair.example().caption(), pair.example().prompt()))
          .isEqualTo(Split.VALIDATION);
      assertThat(Checker.shows(pair.better().picture(), pair.example().prompt())).isTrue();
      assertThat(Checker.shows(pair.worse().picture(), pair.example().prompt())).isFalse();
      assertThat(lessons.pair(flaw, i).worse().picture()).isEqualTo(pair.worse().picture());
      Lessons.Pair any = lessons.pair(i);
      assertThat(any.example()).isEqualTo(lessons.choice(i).example());
      assertThat(Checker.shows(any.better().picture(), any.example().prompt())).isTrue();
      assertThat(Checker.shows(any.worse().picture(), any.example().prompt())).isFalse();
    }
  }

  @Test
  void lessonsAreFunctionsOfSeedAndNumber() throws IOException {
    for (VqVae tokenizer : new VqVae[] {null, tokenizer()}) {
      Lessons lessons = new Lessons(5, Split.TRAIN, tokenizer);
      Lessons.Graded later = lessons.graded(20);
      for (int i = 0; i < 20; i++) {
        assertThat(lessons.graded(i).quality()).isBetween(0.0, 1.0);
      }
      assertThat(lessons.graded(20).picture()).isEqualTo(later.picture());
      assertThat(picture(new Lessons(5, Split.TRAIN, tokenizer), 7)).isEqualTo(picture(lessons, 7));
    }
    assertThat(picture(new Lessons(6, Split.TRAIN, null), 7))
        .isNotEqualTo(picture(new Lessons(5, Split.TRAIN, null), 7));
    assertThatThrownBy(() -> new Lessons(5, Split.COMPOSITION, null))
        .isInstanceOf(IllegalArgumentException.class);
    VqVaeConfig small =
        new VqVaeConfig(32, List.of(1, 1), 1, 24, 8, Scales.of(1, 2, 4), 2, 0.5f, 0.25f, false);
    assertThatThrownBy(() -> new Lessons(5, Split.TRAIN, VqVae.declared(small)))
        .hasMessage("lessons: a tokenizer of pictures of 64 pixels; got one of 8");
  }

  private static float[] picture(Lessons lessons, int index) {
    return lessons.choice(index).pictures().get(3).picture();
  }
}
