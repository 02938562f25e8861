package io.nextscale.cli;

import static io.nextscale.cli.Refusals.assertRefused;
import static io.nextscale.cli.Trainings.TINY_TOKENIZER;
import static io.nextscale.cli.Trainings.TINY_VAR;
import static io.nextscale.cli.Trainings.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.tensor.io.Json;
import io.nextscale.training.settings.Preset;
import io.nextscale.training.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What all trainings have in common: settings, and refusals by the flag. */
class TrainCommandTest {

  @TempDir static Path shared;

  private static Path classes;
  private static Path tokenizer;

  @TempDir Path folder;

  @BeforeAll
  static void makePicturesAndATokenizer() throws IOException {
    Trainings made = Trainings.in(shared);
    classes = made.classes();
    tokenizer = made.tokenizer();
  }

  @Test
  void settingsAreShownAndCanBeChangedByFlags() throws IOException {
    Tiny.Result result =
        Tiny.run(
            "train",
            "tokenizer",
            "--preset",
            "shapes",
            "--show-settings",
            "--rate",
            "1e-4",
            "--adaptive=false");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(Json.parse("settings", result.out()))
        .isEqualTo(
            Settings.json(
                Settings.with(
                    Preset.SHAPES.tokenizer(), Map.of("rate", "1e-4", "adaptive", "false"))));
    Tiny.Result var = Tiny.run("train", "var", "--preset", "published", "--show-settings");
    assertThat(Json.parse("settings", var.out())).isEqualTo(Settings.json(Preset.PUBLISHED.var()));
  }

  @Test
  void whatDoesNotFitIsRefusedByItsFlag() throws IOException {
    Path run = folder.resolve("run");
    assertRefused(Tiny.run("train", "tokenizer", "--data", "shapes"), "--run");
    assertRefused(Tiny.run("train", "tokenizer", "--data", classes, "--run", run), "--preset");
    assertRefused(
        Tiny.run("train", "tokenizer", "--preset", "imagenet", "--run", run), "--preset", "shapes");
    assertRefused(run(TINY_TOKENIZER, "tokenizer", "--run", run), "--data", "shapes");
    assertRefused(
        run(TINY_TOKENIZER, "tokenizer", "--data", folder.resolve("no"), "--run", run), "--data");
    assertRefused(
        run(TINY_TOKENIZER, "tokenizer", "--data", classes, "--run", run, "--rate", "fast"),
        "--rate",
        "fast");
    assertRefused(
        run(TINY_TOKENIZER, "tokenizer", "--data", classes, "--run", run, "--lpips-weight", 1),
        "--lpips");
    assertRefused(
        run(TINY_TOKENIZER, "tokenizer", "--data", classes, "--run", run, "--checkpoint-every", 0),
        "--checkpoint-every");
    assertRefused(
        run(TINY_TOKENIZER, "tokenizer", "--data", "shapes:x", "--run", run), "--data", "shapes:7");
    assertRefused(run(TINY_VAR, "var", "--data", classes, "--run", run), "--tokenizer");
    assertRefused(
        run(TINY_VAR, "var", "--data", classes, "--run", run, "--tokenizer", folder),
        "--tokenizer");
    assertRefused(
        run(TINY_VAR, "var", "--data", classes, "--run", run, "--tokenizer", tokenizer, "--text"),
        "--text",
        "--classes");
    assertRefused(
        run(
            TINY_VAR,
            "var",
            "--data",
            classes,
            "--run",
            run,
            "--tokenizer",
            tokenizer,
            "--size",
            16),
        "--size",
        "8");
    assertRefused(
        run(
            TINY_VAR,
            "var",
            "--data",
            classes,
            "--run",
            run,
            "--tokenizer",
            tokenizer,
            "--heads",
            3),
        "--heads: a divisor of --width 16; got 3");
    assertThat(Files.exists(run)).isFalse();
  }
}
