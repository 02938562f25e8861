package io.nextscale.verifiers.shapes;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.search.Verifier;
import io.nextscale.shapes.Scene;
import io.nextscale.shapes.ShapesWorld;
import io.nextscale.shapes.Split;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.verifiers.PromptVerifier;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The verifiers inside the program, on captions of the test split. */
class ShapesVerifiersTest {

  private static final int PAIRS = 40;

  /** Less than docs/verifiers.md says; whoever guesses has 20 of 40 right, seldom more than 26. */
  @ParameterizedTest
  @CsvSource({
    "imagereward, COLOUR, 37",
    "imagereward, COLOURS_EXCHANGED, 35",
    "imagereward, FORM, 37",
    "imagereward, SIZE, 35",
    "imagereward, MISSING, 37",
    "imagereward, EXTRA, 37",
    "imagereward, PLACE, 35",
    "imagereward, PLACES_EXCHANGED, 35",
    "imagereward, MOVED, 30",
    "clip, COLOUR, 37",
    "clip, FORM, 37",
    "clip, SIZE, 32",
    "clip, TONE, 37",
    "clip, MISSING, 37",
    "clip, EXTRA, 37"
  })
  void flawsAreToldApart(String name, Flaw flaw, int atLeast) throws IOException {
    PromptVerifier verifier = ShapesVerifiers.embedded(name);
    Lessons lessons = new Lessons(0, Split.TEST, null);
    int right = 0;
    for (int i = 0; i < PAIRS; i++) {
      Lessons.Pair pair = lessons.pair(flaw, i);
      double[] scores =
          verifier
              .of(pair.example().caption())
              .score(
                  Tensor.concat(0, image(pair.better().picture()), image(pair.worse().picture())));
      right += scores[0] > scores[1] ? 1 : 0;
    }
    assertThat(right).isGreaterThanOrEqualTo(atLeast);
  }

  /** Of each damage, of medium strength: how often the clean picture is the nicer one. */
  @ParameterizedTest
  @EnumSource(Damage.class)
  void cleanPicturesAreNicerThanDamagedOnes(Damage damage) throws IOException {
    Verifier beauty = ShapesVerifiers.embedded("aesthetic").of("");
    ShapesWorld world = new ShapesWorld(5);
    RandomStream random = RandomStream.of(6);
    int right = 0;
    for (int i = 0; i < PAIRS; i++) {
      float[] clean = world.example(Split.TEST, i).picture();
      float[] damaged = damage.of(clean, 0.5, random.split(i));
      double[] scores = beauty.score(Tensor.concat(0, image(clean), image(damaged)));
      right += scores[0] > scores[1] ? 1 : 0;
    }
    assertThat(right).isGreaterThanOrEqualTo(35);
  }

  private static Tensor image(float[] picture) {
    return Tensor.of(Shape.of(1, Scene.SIDE, Scene.SIDE, 3), picture);
  }
}
