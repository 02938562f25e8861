package io.nextscale.shapes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.tensor.RandomStream;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.function.UnaryOperator;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import org.junit.jupiter.api.Test;

class CheckerTest {

  private static final int EXAMPLES = 600;

  /** Of {@value #EXAMPLES} pictures shown to the checker, the share it judges right. */
  private static double judgedRight(UnaryOperator<float[]> damage) {
    ShapesWorld world = new ShapesWorld(21);
    int right = 0;
    for (int i = 0; i < EXAMPLES; i++) {
      Example example = world.example(Split.TEST, i);
      right += Checker.shows(damage.apply(example.picture()), example.prompt()) ? 1 : 0;
    }
    return (double) right / EXAMPLES;
  }

  @Test
  void cleanPicturesShowWhatTheirCaptionsSay() {
    assertThat(judgedRight(p -> p)).isGreaterThanOrEqualTo(0.99);
  }

  /** The world draws in fields and in two sizes; the checker must not depend on that. */
  @Test
  void thingsBesideTheirFieldsAreSeenAsWell() {
    ShapesWorld world = new ShapesWorld(23);
    RandomStream random = RandomStream.of(3);
    int right = 0;
    for (int i = 0; i < EXAMPLES; i++) {
      Example example = world.example(Split.TEST, i);
      List<Thing> moved =
          example.scene().things().stream().map(thing -> moved(thing, random)).toList();
      float[] picture = Renderer.render(new Scene(moved, example.scene().ground()));
      right += Checker.shows(picture, example.prompt()) ? 1 : 0;
    }
    assertThat((double) right / EXAMPLES).isGreaterThanOrEqualTo(0.99);
  }

  /** A thing up to half a pixel from its place and up to a twentieth smaller. */
  private static Thing moved(Thing thing, RandomStream random) {
    return new Thing(
        thing.form(),
        thing.colour(),
        thing.x() + random.nextFloat() - 0.5f,
        thing.y() + random.nextFloat() - 0.5f,
        thing.halfWidth() * (0.95f + 0.05f * random.nextFloat()));
  }

  /** A look measures places to a pixel and names the rest. */
  @Test
  void theReportOfASceneIsWhatALookAtItsPictureSees() {
    ShapesWorld world = new ShapesWorld(24);
    int alike = 0;
    for (int i = 0; i < 60; i++) {
      Example example = world.example(Split.TEST, i);
      Checker.Report known = Checker.report(example.scene());
      Checker.Report seen = Checker.look(example.picture());
      assertThat(Checker.satisfies(known, example.prompt())).as(example.caption()).isTrue();
      assertThat(known.tone()).isEqualTo(seen.tone());
      alike +=
          known.things().stream()
                  .allMatch(thing ->
                      seen.things().stream()
                              .filter(s ->
                                  s.form() == thing.form()
                                      && s.colour() == thing.colour()
                                      && s.size() == thing.size()
                                      && Math.hypot(s.x() - thing.x(), s.y() - thing.y()) < 1.5)
                              .count()
                          == 1)
              ? 1
              : 0;
    }
    assertThat(alike).as("of 60").isGreaterThanOrEqualTo(58);
  }

  @Test
  void aLittleBlurOrNoiseChangesFewVerdicts() {
    assertThat(judgedRight(CheckerTest::blurred)).as("blurred").isGreaterThanOrEqualTo(0.97);
    assertThat(judgedRight(p -> noisy(p, 0.03))).as("noisy").isGreaterThanOrEqualTo(0.97);
  }

  /** Chroma at half resolution blurs small forms: 92 % of these were judged right when measured. */
  @Test
  void strongCompressionChangesSomeVerdicts() {
    assertThat(judgedRight(CheckerTest::compressed)).as("JPEG").isBetween(0.85, 0.99);
  }

  @Test
  void otherCaptionsAreRefused() {
    ShapesWorld world = new ShapesWorld(22);
    int wronglyAccepted = 0;
    int asked = 0;
    for (int i = 0; i < EXAMPLES; i++) {
      Example shown = world.example(Split.TEST, i);
      Prompt other = world.example(Split.TEST, i + EXAMPLES).prompt();
      if (!isTrueOf(shown.scene(), other)) {
        asked++;
        wronglyAccepted += Checker.shows(shown.picture(), other) ? 1 : 0;
      }
    }
    assertThat(asked).isGreaterThan(EXAMPLES / 2);
    assertThat(wronglyAccepted).isZero();
  }

  /**
   * Whether the scene's own description satisfies a prompt: the truth, without looking at pixels.
   */
  private static boolean isTrueOf(Scene scene, Prompt prompt) {
    List<Sighting> things =
        scene.things().stream()
            .map(t -> new Sighting(t.form(), t.colour(), t.x(), t.y(), t.halfWidth(), 1))
            .toList();
    return Checker.satisfies(new Checker.Report(things, 0, scene.ground().tone()), prompt);
  }

  @Test
  void everyAttributeCounts() {
    Ground ground = new Ground(Texture.PLAIN, 0.5f, 0, 0, 0);
    Scene scene =
        new Scene(
            List.of(
                new Thing(Form.CIRCLE, Colour.RED, 20, 16, 5),
                new Thing(Form.SQUARE, Colour.BLUE, 44, 46, 12)),
            ground);
    float[] picture = Renderer.render(scene);
    for (String right :
        List.of(
            "a red circle and a blue square", "a blue square and a red circle",
            "a small circle above a large square", "a circle left of a square",
            "a square below a circle on a grey background", "a square right of a circle")) {
      assertThat(Checker.shows(picture, Grammar.parse(right))).as(right).isTrue();
    }
    for (String wrong :
        List.of(
            "a red circle",
            "two red circles",
            "a red square and a blue circle",
            "a large circle and a square",
            "a circle below a square",
            "a circle right of a square",
            "a red circle and a blue square on a dark background",
            "a red circle and a blue diamond",
            "a circle and two squares")) {
      assertThat(Checker.shows(picture, Grammar.parse(wrong))).as(wrong).isFalse();
    }
  }

  @Test
  void anEmptyOrSenselessPictureShowsNothing() {
    float[] grey = new float[Scene.SIDE * Scene.SIDE * 3];
    java.util.Arrays.fill(grey, 0.5f);
    assertThat(Checker.look(grey).things()).isEmpty();
    RandomStream random = RandomStream.of(1);
    float[] noise = new float[grey.length];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = random.nextFloat();
    }
    assertThat(Checker.shows(noise, Grammar.parse("a red circle"))).isFalse();
    assertThatThrownBy(() -> Checker.look(new float[12]))
        .hasMessageContaining("64 x 64 x 3 values; got 12");
  }

  /** Each pixel the mean of 3 x 3. */
  private static float[] blurred(float[] picture) {
    int side = Scene.SIDE;
    float[] result = new float[picture.length];
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        for (int c = 0; c < 3; c++) {
          float sum = 0;
          int count = 0;
          for (int j = Math.max(0, y - 1); j <= Math.min(side - 1, y + 1); j++) {
            for (int i = Math.max(0, x - 1); i <= Math.min(side - 1, x + 1); i++) {
              sum += picture[(j * side + i) * 3 + c];
              count++;
            }
          }
          result[(y * side + x) * 3 + c] = sum / count;
        }
      }
    }
    return result;
  }

  private static float[] noisy(float[] picture, double deviation) {
    RandomStream random = RandomStream.of(4);
    float[] result = picture.clone();
    for (int i = 0; i < result.length; i++) {
      result[i] += (float) (deviation * random.nextGaussian());
    }
    return result;
  }

  /** There and back through a JPEG of quality 0.75. */
  private static float[] compressed(float[] picture) {
    int side = Scene.SIDE;
    BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < side * side; i++) {
      int rgb = 0;
      for (int c = 0; c < 3; c++) {
        rgb = rgb << 8 | Math.clamp(Math.round(picture[3 * i + c] * 255), 0, 255);
      }
      image.setRGB(i % side, i / side, rgb);
    }
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (var out = ImageIO.createImageOutputStream(bytes)) {
      ImageWriteParam quality = writer.getDefaultWriteParam();
      quality.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      quality.setCompressionQuality(0.75f);
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, null), quality);
      out.flush();
      BufferedImage back = ImageIO.read(new ByteArrayInputStream(bytes.toByteArray()));
      float[] result = new float[picture.length];
      for (int i = 0; i < side * side; i++) {
        int rgb = back.getRGB(i % side, i / side);
        for (int c = 0; c < 3; c++) {
          result[3 * i + c] = (rgb >> (16 - 8 * c) & 255) / 255f;
        }
      }
      return result;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
  }
}
