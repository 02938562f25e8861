package io.nextscale.cli;

import static io.nextscale.cli.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.image.ImageFile;
import io.nextscale.image.RgbImage;
import io.nextscale.tensor.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Searches with the model inside the program. */
class SearchCommandTest {

  private static final String CAPTION = "a red circle above a blue square";

  @TempDir Path folder;

  private Path file(String name) {
    return folder.resolve(name);
  }

  private Tiny.Result search(Object... more) {
    Object[] all = new Object[more.length + 4];
    System.arraycopy(new Object[] {"search", CAPTION, "-o", file("a.png")}, 0, all, 0, 4);
    System.arraycopy(more, 0, all, 4, more.length);
    return Tiny.run(all);
  }

  @Test
  void theBestOfSeveralPicturesIsWrittenWithItsSettingsAndATree() throws IOException {
    Tiny.Result result =
        search("--width", 1, "--candidates", 2, "--branch-scales", 2, "--tree", file("t.png"));
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.lines()).containsExactly(file("a.png").toString(), file("t.png").toString());
    // Two candidates at the first scale, two at the second, each completed.
    int scales = scales();
    assertThat(result.err())
        .contains("4 images, " + (2 * scales + 2 * (scales - 1)) + " NFE", "4 decodes, 4 scores");
    RgbImage picture = ImageFile.read(file("a.png"));
    assertThat(picture.width()).isEqualTo(64);
    RgbImage tree = ImageFile.read(file("t.png"));
    assertThat(tree.width()).isGreaterThan(2 * 64);
    assertThat(tree.height()).isGreaterThan(2 * 64);
    Json.Obj recipe = Recipe.read(file("a.png"));
    assertThat(recipe.members())
        .containsEntry("command", new Json.Str("search"))
        .containsEntry("caption", new Json.Str(CAPTION))
        .containsEntry(
            "strategy", new Json.Str("beam, width 1, 2 candidates, first 2 steps, roll-outs"))
        .containsEntry("verifier", new Json.Str("checker"));
  }

  private int scales() {
    Tiny.run("generate", CAPTION, "--preview", "scales", "-o", file("s.png"));
    int scales = 0;
    while (Files.exists(file("s-scale%02d.png".formatted(scales + 1)))) {
      scales++;
    }
    return scales;
  }

  /** Candidate i of a random search is picture i of a batch. */
  @Test
  void aRandomSearchOfOneIsWhatGenerateMakes() throws IOException {
    Tiny.run("generate", CAPTION, "-s", 7, "--drawn-scales", 99, "-o", file("g.png"));
    Tiny.Result result = search("--strategy", "random", "--candidates", 1, "-s", 7);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(ImageFile.read(file("a.png"))).isEqualTo(ImageFile.read(file("g.png")));
  }

  @ParameterizedTest
  @CsvSource({
    "halving --candidates 3 --halve-from 1",
    "resampling --candidates 3 --lambda 2",
    "greedy --plan 3,2 --partial",
    "beam --width 2 --plan front --candidates 1 --budget images=3"
  })
  void everyStrategyFindsTheSamePictureAgain(String flags) throws IOException {
    Object[] all = ("--strategy " + flags).split(" ", -1);
    Tiny.Result first = search(all);
    assertThat(first.code()).as(first.err()).isZero();
    byte[] bytes = Files.readAllBytes(file("a.png"));
    Files.delete(file("a.png"));
    assertThat(search(all).code()).isZero();
    assertThat(Files.readAllBytes(file("a.png"))).isEqualTo(bytes);
  }

  @Test
  void whatDoesNotFitTogetherIsRefusedBeforeWeightsAreRead() {
    assertRefused(search("--strategy", "random", "--width", 3), "--width", "leave it out");
    assertRefused(search("--strategy", "halving", "--partial"), "--partial", "leave it out");
    assertRefused(search("--lambda", 3), "--lambda", "leave it out");
    assertRefused(search("--strategy", "resampling", "--lambda", 0), "--lambda: a number");
    assertRefused(search("--plan", "sideways"), "--plan: uniform, front, back", "sideways");
    assertRefused(search("--plan", "0,3"), "--plan:", "0,3");
    assertRefused(search("--plan", "3,2", "--candidates", 2), "--candidates", "leave it out");
    assertRefused(search("--plan", "front", "--branch-scales", 2), "--branch-scales", "both");
    assertRefused(search("--candidates", 0), "--candidates: at least 1; got 0");
    assertRefused(search("--width", 0), "--width: at least 1; got 0");
    assertRefused(search("--budget", "nfe=many"), "--budget: limits images, nfe", "nfe=many");
    assertRefused(search("--budget", "nfe=2"), "--budget: at least what one picture costs");
    assertRefused(search("--enough", "NaN"), "--enough: a number");
    assertRefused(search("--tree", file("no").resolve("t.png")), "a folder that exists");
    assertRefused(Tiny.run("search", "a purple cat", "-o", file("a.png")), "a shape");
    assertThat(file("a.png")).doesNotExist();
  }
}
