package io.nextscale.cli;

import static io.nextscale.cli.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.image.ImageFile;
import io.nextscale.image.Png;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.io.Json;
import io.nextscale.var.Var;
import io.nextscale.var.VarMetadata;
import io.nextscale.var.text.WordPieces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures of what sentences say. */
class CaptionsTest {

  @TempDir static Path models;

  private static Tiny tiny;
  private static Path captioned;

  @TempDir Path folder;

  @BeforeAll
  static void makeModels() throws IOException {
    tiny = Tiny.in(models);
    captioned = tiny.captioned(WordPieces.learn(List.of("a red circle above a blue square"), 64));
  }

  private Tiny.Result generate(Object... arguments) {
    Object[] all = new Object[arguments.length + 5];
    System.arraycopy(new Object[] {"generate", "-m", captioned, "--vae", tiny.vae}, 0, all, 0, 5);
    System.arraycopy(arguments, 0, all, 5, arguments.length);
    return Tiny.run(all);
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  @Test
  void aSentenceBecomesAPictureThatRemembersIt() throws IOException {
    Tiny.Result result = generate("a Red circle!", "-s", 3, "-o", file("a.png"));
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(ImageFile.read(file("a.png")).width()).isEqualTo(Tiny.SIDE);
    Json.Obj recipe = Recipe.read(file("a.png"));
    assertThat(recipe.members().get("caption")).isEqualTo(new Json.Str("a Red circle!"));
    assertThat(recipe.members()).doesNotContainKey("class");
    assertThat(Png.text(Png.texts(file("a.png")), "parameters").orElseThrow())
        .contains("Prompt: a Red circle!", "CFG scale: 1.5");
    Tiny.Result again = Tiny.run("generate", "--from", file("a.png"), "-o", file("b.png"));
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(Files.readAllBytes(file("b.png"))).isEqualTo(Files.readAllBytes(file("a.png")));
  }

  @Test
  void sentencesTogetherGiveThePicturesOfEachAlone() throws IOException {
    Tiny.Result both =
        generate("a red circle", "a blue square", "-s", 5, "-b", 2, "-o", file("a_%d.png"));
    assertThat(both.code()).as(both.err()).isZero();
    assertThat(Tiny.names(folder)).containsExactly("a_0.png", "a_1.png", "a_2.png", "a_3.png");
    generate("a blue square", "-s", 8, "-o", file("b.png"));
    assertThat(Files.readAllBytes(file("b.png"))).isEqualTo(Files.readAllBytes(file("a_3.png")));
    assertThat(Files.readAllBytes(file("a_1.png"))).isNotEqualTo(Files.readAllBytes(file("b.png")));
  }

  @Test
  void wordsThatWereNotLearntAreNamedWithThoseThatWere() {
    assertRefused(generate("a red zebra", "-o", file("a.png")), "zebra", "circle", "square");
    assertThat(file("a.png")).doesNotExist();
  }

  @Test
  void captionsWithoutWordsOrWithTooManyAreRefused() {
    assertRefused(generate("", "-o", file("a.png")), "a caption with words", "circle");
    assertRefused(generate(" ?! ", "-o", file("a.png")), "a caption with words");
    assertRefused(generate("-o", file("a.png")), "in quotes");
    assertRefused(
        generate("a red circle above a blue square above a circle", "-o", file("a.png")),
        "at most 7 word pieces");
  }

  @Test
  void captionsAndClassesNeedTheirKindOfModel() {
    assertRefused(generate("--class", 3, "-o", file("a.png")), "--class", "in quotes");
    assertRefused(generate("a circle", "--class", 3, "-o", file("a.png")), "--class", "both");
    assertRefused(
        tiny.with("generate", "a red circle", "-o", file("a.png")), "captions", "1000 classes");
  }

  @Test
  void aModelWithNamesOfItsOwnUnderstandsThem() throws IOException {
    Path own = file("own.safetensors");
    Var.declared(Tiny.TRANSFORMER)
        .parameters()
        .save(
            own,
            Var.initial(Tiny.TRANSFORMER, RandomStream.of(1)),
            DType.F32,
            new VarMetadata(2, null, List.of("airplane", "automobile"), "").text());
    Object[] named = {
      "generate", "-m", own, "--vae", tiny.vae, "--class", "Automobile", "-o", file("a.png")
    };
    assertThat(Tiny.run(named).code()).isZero();
    assertThat(Recipe.read(file("a.png")).members().get("class")).isEqualTo(new Json.Int(1));
    assertThat(Recipe.read(file("a.png")).members().get("class_name"))
        .isEqualTo(new Json.Str("automobile"));
    named[6] = "zebra";
    assertRefused(Tiny.run(named), "--class", "airplane, automobile", "zebra");
  }
}
