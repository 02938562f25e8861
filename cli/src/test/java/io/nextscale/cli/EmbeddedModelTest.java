package io.nextscale.cli;

import static io.nextscale.cli.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.image.ImageFile;
import io.nextscale.image.RgbImage;
import io.nextscale.tensor.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a clone does that has downloaded nothing. */
class EmbeddedModelTest {

  @TempDir Path folder;

  private Path file(String name) {
    return folder.resolve(name);
  }

  @Test
  void aSentenceAloneBecomesAPictureThatCanBeMadeAgain() throws IOException {
    Tiny.Result result =
        Tiny.run("generate", "a red circle above a blue square", "-o", file("a.png"));
    assertThat(result.code()).as(result.err()).isZero();
    RgbImage picture = ImageFile.read(file("a.png"));
    assertThat(picture.width()).isEqualTo(64);
    Json.Obj recipe = Recipe.read(file("a.png"));
    assertThat(recipe.members())
        .containsEntry("model", new Json.Str("shapes"))
        .containsEntry("vae", new Json.Str("shapes"))
        .containsEntry("caption", new Json.Str("a red circle above a blue square"));
    Tiny.Result again = Tiny.run("generate", "--from", file("a.png"), "-o", file("b.png"));
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(again.err()).doesNotContain("other weights");
    assertThat(Files.readAllBytes(file("b.png"))).isEqualTo(Files.readAllBytes(file("a.png")));
  }

  @Test
  void scalesAreShownSideBySide() throws IOException {
    Tiny.Result result =
        Tiny.run("generate", "a circle", "--preview", "strip", "-o", file("a.png"));
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(ImageFile.read(file("a-scales.png")).width()).isEqualTo(3 * 64 + 4 * 2);
  }

  @Test
  void whatItDoesNotUnderstandIsRefusedWithAHint() {
    assertRefused(generate("a red cicrle"), "\"cicrle\"", "did you mean \"circle\"?", "-m");
    assertRefused(generate("a cat"), "a shape (", "circles", "cyan");
    assertRefused(generate(""), "nothing", "a red circle above a blue square");
    assertRefused(generate("four circles and a square"), "at most 4 things", "ask for fewer");
    assertRefused(generate("a circle", "--class", 3), "--class", "both");
    assertRefused(
        Tiny.run("generate", "-m", "shapes", "--class", 3, "-o", file("a.png")), "in quotes");
    assertThat(file("a.png")).doesNotExist();
  }

  private Tiny.Result generate(Object caption, Object... more) {
    Object[] all = new Object[more.length + 4];
    System.arraycopy(new Object[] {"generate", caption, "-o", file("a.png")}, 0, all, 0, 4);
    System.arraycopy(more, 0, all, 4, more.length);
    return Tiny.run(all);
  }

  @Test
  void aFileOfThatNameComesFirst() throws IOException {
    Tiny.Result result =
        Tiny.run("generate", "-m", file("shapes"), "a circle", "-o", file("a.png"));
    assertRefused(result, "-m", "which does not exist");
  }

  @Test
  void aPartOfAPictureIsRepaintedAsASentenceSays() throws IOException {
    Tiny.run("generate", "a red circle", "-o", file("a.png"));
    Object[] edit = {
      "edit",
      "-i",
      file("a.png"),
      "--mask",
      "0,0.5,1,1",
      "a red circle left of a blue square",
      "-o",
      file("b.png")
    };
    Tiny.Result result = Tiny.run(edit);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(ImageFile.read(file("b.png")).height()).isEqualTo(64);
    assertThat(Recipe.read(file("b.png")).members())
        .containsEntry("command", new Json.Str("edit"))
        .containsEntry("caption", new Json.Str("a red circle left of a blue square"));
    edit[5] = "a red cat";
    assertRefused(Tiny.run(edit), "cat");
  }

  @Test
  void itsPicturesAreJudged() throws IOException {
    Tiny.Result result =
        Tiny.run(
            "evaluate",
            "--tasks=colours,position",
            "--split=validation",
            "--prompts=12",
            "--at-once=8",
            "--json",
            file("scores.json"),
            "--sheet",
            file("sheet.png"));
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).contains("colours", "position", "all", "95 % interval");
    Json scores = Json.parse("scores", Files.readString(file("scores.json")));
    assertThat(scores).isInstanceOf(Json.Obj.class);
    assertThat(((Json.Obj) scores).members())
        .containsEntry("split", new Json.Str("validation"))
        .containsEntry("model", new Json.Str("shapes"));
    assertThat(ImageFile.read(file("sheet.png")).height()).isEqualTo(2 * 64 + 3 * 2);
  }

  @Test
  void itsTokenizerIsJudgedAlone() {
    Tiny.Result result =
        Tiny.run("evaluate", "--reconstructions", "--tasks=single object", "--prompts=20");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).containsPattern("single object +(19|20) +20 ");
  }

  /** The checker sees what stands in clean scenes, and less in others. */
  @Test
  void theCheckerIsJudgedOnScenesAlone() throws IOException {
    for (String view : List.of("clean", "blurred", "noisy", "jpeg")) {
      Tiny.Result result =
          Tiny.run("evaluate", "--scenes=" + view, "--prompts=30", "--json", file(view + ".json"));
      assertThat(result.code()).as(result.err()).isZero();
      Matcher all = Pattern.compile("all +(\\d+) +180 ").matcher(result.out());
      assertThat(all.find()).as(result.out()).isTrue();
      int right = Integer.parseInt(all.group(1));
      assertThat(right).as(view).isBetween(view.equals("jpeg") ? 150 : 176, 180);
      Json.Obj scores = (Json.Obj) Json.parse(view, Files.readString(file(view + ".json")));
      assertThat(scores.members())
          .containsEntry("what", new Json.Str(view + " scenes"))
          .doesNotContainKey("model");
    }
  }

  @Test
  void itsFirstGridsAloneAreJudged() {
    Tiny.Result result =
        Tiny.run(
            "evaluate", "--reconstructions", "--grids=1", "--tasks=single_object", "--prompts=20");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).containsPattern("single object +0 +20 ");
  }

  @Test
  void whatItDrawsOfTrueGridsIsJudged() {
    Tiny.Result all =
        Tiny.run("evaluate", "--true-grids=3", "--tasks=position", "--prompts=10", "--at-once=5");
    assertThat(all.code()).as(all.err()).isZero();
    assertThat(all.out()).containsPattern("position +(9|10) +10 ");
    Tiny.Result none = Tiny.run("evaluate", "--true-grids=0", "--tasks=colours", "--prompts=2");
    assertThat(none.out()).isEqualTo(Tiny.run("evaluate", "--tasks=colours", "--prompts=2").out());
  }

  @Test
  void whatCannotBeJudgedIsRefused() {
    assertRefused(Tiny.run("evaluate", "--true-grids=4"), "--true-grids", "0 to 3");
    assertRefused(Tiny.run("evaluate", "--true-grids=-1"), "--true-grids", "-1");
    assertRefused(
        Tiny.run("evaluate", "--true-grids=1", "--reconstructions"),
        "--true-grids",
        "--reconstructions");
    assertRefused(Tiny.run("evaluate", "--grids=2"), "--grids", "--reconstructions");
    assertRefused(
        Tiny.run("evaluate", "--scenes=clean", "--reconstructions"),
        "--scenes",
        "--reconstructions");
    assertRefused(Tiny.run("evaluate", "--scenes=clean", "-m", "shapes"), "--scenes", "got -m");
    assertRefused(Tiny.run("evaluate", "--scenes=foggy"), "--scenes", "clean, blurred");
    assertRefused(Tiny.run("evaluate", "--reconstructions", "--grids=0"), "--grids", "1 to");
    assertRefused(Tiny.run("evaluate", "--reconstructions", "--grids=99"), "--grids", "99");
    assertRefused(Tiny.run("evaluate", "--prompts=0"), "--prompts");
    assertRefused(
        Tiny.run("evaluate", "--split=composition", "--tasks=two_objects"),
        "--tasks",
        "composition");
    assertRefused(Tiny.run("evaluate", "--split=none"), "--split");
  }
}
