package io.nextscale.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.pretrained.ShapesModel.Part;
import io.nextscale.shapes.Checker;
import io.nextscale.shapes.Example;
import io.nextscale.shapes.Grammar;
import io.nextscale.shapes.PromptException;
import io.nextscale.shapes.ShapesWorld;
import io.nextscale.shapes.Split;
import io.nextscale.shapes.Task;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.var.Condition;
import io.nextscale.var.Generated;
import io.nextscale.vqvae.VqVae;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShapesModelTest {

  private static final int MOST_BYTES = 12 << 20;

  private static ShapesModel model;

  @BeforeAll
  static void load() throws IOException {
    model = ShapesModel.load();
  }

  private static boolean shows(Tensor images, int index, Example example) {
    float[] picture = images.slice(0, index, index + 1).clamp(0, 1).toArray();
    return Checker.shows(picture, example.prompt());
  }

  @Test
  void bothPartsFitIntoTwelveMebibytes() throws IOException {
    long bytes = 0;
    for (Part part : Part.values()) {
      try (InputStream stream = part.bytes()) {
        bytes += stream.readAllBytes().length;
      }
    }
    assertThat(bytes).isBetween(1L << 20, (long) MOST_BYTES);
  }

  /** Less than the scores of the model card say; a model that draws no forms has none right. */
  @ParameterizedTest
  @CsvSource({"COLOURS, 23", "TWO_OBJECTS, 20", "POSITION, 17", "COLOUR_ATTRIBUTION, 21"})
  void picturesShowWhatHeldOutSentencesSay(Task task, int atLeast) {
    ShapesWorld world = new ShapesWorld(1);
    List<Example> examples =
        LongStream.range(0, 24).mapToObj(i -> world.example(task, Split.TEST, i)).toList();
    List<String> captions = examples.stream().map(Example::caption).toList();
    Generated made = model.generator().generate(model.request(captions, 1));
    int right = 0;
    for (int i = 0; i < examples.size(); i++) {
      right += shows(made.images(), i, examples.get(i)) ? 1 : 0;
    }
    assertThat(right).isGreaterThanOrEqualTo(atLeast);
  }

  @Test
  void picturesComeBackFromTheirTokens() {
    ShapesWorld world = new ShapesWorld(1);
    VqVae vae = model.generator().vae();
    int right = 0;
    for (int i = 0; i < 100; i++) {
      Example example = world.example(Split.TEST, i);
      Tensor image = Tensor.of(Shape.of(1, 64, 64, 3), example.picture()).times(2f).minus(1f);
      Tensor back = vae.reconstruct(vae.tokenize(image)).plus(1f).times(0.5f);
      right += shows(back, 0, example) ? 1 : 0;
    }
    assertThat(right).isGreaterThanOrEqualTo(98);
  }

  @Test
  void sentencesAreToldAsTheyAreOrPlainly() {
    String known = "a drawing of a tiny red circle under a square";
    assertThat(ShapesModel.said(known, model.pieces())).isEqualTo(known);
    String unseen = "2 Red circles, against the white backdrop";
    String said = ShapesModel.said(unseen, model.pieces());
    assertThat(Grammar.parse(said)).isEqualTo(Grammar.parse(unseen));
    assertThat(model.pieces().unknown(said)).isEmpty();
    Condition plain = model.request(List.of(said), 0).condition();
    assertThat(model.request(List.of(unseen), 0).condition()).isEqualTo(plain);
  }

  @Test
  void everySentenceOfTheLanguageIsShortEnough() {
    ShapesWorld world = new ShapesWorld(5);
    List<String> captions =
        LongStream.range(0, 2000).mapToObj(i -> world.example(Split.TEST, i).caption()).toList();
    assertThat(model.request(captions, 0).condition().rows()).isEqualTo(2000);
  }

  @Test
  void otherSentencesAreRefused() {
    for (String other : List.of("", "a red zebra", "red", "five circles", "a circle in a square")) {
      assertThatThrownBy(() -> model.request(List.of("a circle", other), 0))
          .isInstanceOf(PromptException.class)
          .hasMessageStartingWith("prompt: ");
    }
  }
}
