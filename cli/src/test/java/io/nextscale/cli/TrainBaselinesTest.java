package io.nextscale.cli;

import static io.nextscale.cli.Refusals.assertRefused;
import static io.nextscale.cli.Trainings.TINY_DIT;
import static io.nextscale.cli.Trainings.TINY_VAR;
import static io.nextscale.cli.Trainings.rows;
import static io.nextscale.cli.Trainings.run;
import static io.nextscale.cli.Trainings.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.baselines.diffusion.Dit;
import io.nextscale.baselines.diffusion.DitMetadata;
import io.nextscale.nn.Loading;
import io.nextscale.var.Var;
import io.nextscale.var.VarMetadata;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings of what next-scale prediction is compared with. */
class TrainBaselinesTest {

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
  void aDiffusionTransformerLearnsMapsOrPixels() throws IOException {
    for (Object[] space :
        List.of(new Object[] {"--tokenizer", tokenizer}, new Object[] {"--pixels"})) {
      Path run = folder.resolve("dit" + space.length);
      Object[] more = with(List.of("--data", classes, "--run", run, "--steps", 3), space);
      Tiny.Result result = run(TINY_DIT, "dit", more);
      assertThat(result.code()).as(result.err()).isZero();
      assertThat(result.lines()).containsExactly(run.resolve("model.safetensors").toString());
      assertThat(rows(run).getLast().metrics()).containsKeys("loss", "mse", "rate", "norm");
      assertThat(rows(run).getLast().evaluation()).containsKeys("L", "mse");
      assertThat(Tiny.names(run.resolve("samples"))).contains("samples-00000003.png");
      Dit model = DitMetadata.load(run.resolve("model.safetensors"), Loading.forInference());
      assertThat(model.config().channels()).isEqualTo(space.length == 1 ? 3 : 4);
      assertThat(model.config().classes()).isEqualTo(2);
      // The same command again finds everything in the folder.
      assertThat(Tiny.run("train", "dit", "--run", run).code()).isZero();
    }
    Path none = folder.resolve("none");
    assertRefused(run(TINY_DIT, "dit", "--data", classes, "--run", none), "--pixels", "neither");
    assertRefused(
        run(
            TINY_DIT,
            "dit",
            "--data",
            classes,
            "--run",
            none,
            "--pixels",
            "--tokenizer",
            tokenizer),
        "--pixels",
        "both");
    assertRefused(
        run(TINY_DIT, "dit", "--data", classes, "--run", none, "--pixels", "--betas", "sqrt"),
        "--betas: linear or cosine");
    assertRefused(
        run(
            TINY_DIT,
            "dit",
            with(List.of("--data", classes, "--run", none, "--pixels"), "--noise-levels", "most")),
        "--noise-levels: uniform or logit-normal");
    assertRefused(
        run(
            TINY_DIT,
            "dit",
            with(
                List.of("--data", classes, "--run", none, "--pixels"),
                "--betas",
                "linear",
                "--noise-steps",
                20)),
        "--noise-steps: at least 21");
  }

  @Test
  void aDiffusionTransformerBeginsWithGivenWeights() throws IOException {
    Object[] dit = {"--data", classes, "--tokenizer", tokenizer, "--steps", 2};
    Path first = folder.resolve("first");
    assertThat(run(TINY_DIT, "dit", with(List.of(dit), "--run", first)).code()).isZero();
    Path weights = first.resolve("model.safetensors");
    Path on = folder.resolve("on");
    Object[] more = {"--init", weights, "--rate", 1e-12, "--betas", "linear", "--run", on};
    Tiny.Result result = run(TINY_DIT, "dit", with(List.of(dit), more));
    assertThat(result.code()).as(result.err()).isZero();
    Trainings.assertSameWeights(weights, on.resolve("model.safetensors"));
    assertThat(Tiny.run("train", "dit", "--run", on).code()).as("goes on").isZero();
    Path none = folder.resolve("none");
    assertRefused(
        run(TINY_DIT, "dit", with(List.of(dit), "--init", weights, "--width", 96, "--run", none)),
        "--init",
        "(");
    assertThat(none).doesNotExist();
    assertRefused(
        run(TINY_DIT, "dit", with(List.of(dit), "--init", tokenizer, "--run", none)), "--init");
  }

  @Test
  void aTransformerLearnsTokensRowByRow() throws IOException {
    Path run = folder.resolve("raster");
    Object[] more = {"--data", classes, "--run", run, "--steps", 3, "--tokenizer", tokenizer};
    Tiny.Result result = run(TINY_VAR, "raster", more);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.err()).contains("a tokenizer of 3 grids: its last, 4x4, alone");
    assertThat(rows(run).getLast().evaluation()).containsKeys("L_mean", "acc_mean");
    Var model = VarMetadata.load(run.resolve("model.safetensors"), Loading.forInference());
    assertThat(model.config().scales().count()).isEqualTo(16);
    assertThat(Tiny.run("train", "raster", "--run", run).code()).isZero();
    assertRefused(
        run(TINY_VAR, "raster", "--data", classes, "--run", folder.resolve("x")), "--tokenizer");
    assertRefused(run(TINY_VAR, "var", more), "--run", "of 'train raster'");
  }
}
