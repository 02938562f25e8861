package io.nextscale.cli;

import static io.nextscale.cli.Refusals.assertRefused;
import static io.nextscale.cli.Trainings.SIDE;
import static io.nextscale.cli.Trainings.TINY_VAR;
import static io.nextscale.cli.Trainings.png;
import static io.nextscale.cli.Trainings.rows;
import static io.nextscale.cli.Trainings.run;
import static io.nextscale.cli.Trainings.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.image.ImageFile;
import io.nextscale.nn.Loading;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.var.VarMetadata;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings of transformers, and what other commands make of them. */
class TrainVarCommandTest {

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
  void aTransformerLearnsFromClasses() throws IOException {
    Path run = folder.resolve("var");
    Tiny.Result result =
        run(
            TINY_VAR,
            "var",
            "--data",
            classes,
            "--tokenizer",
            tokenizer,
            "--run",
            run,
            "--steps",
            3,
            "--recompute",
            "--progressive",
            1,
            "--type",
            "bf16");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.lines()).containsExactly(run.resolve("model.safetensors").toString());
    assertThat(result.err()).contains("L_mean", "parameters");
    assertThat(rows(run).getLast().evaluation()).containsKeys("L_mean", "L_tail", "acc_mean");
    try (TensorFile file = TensorFile.open(run.resolve("model.safetensors"))) {
      VarMetadata metadata = VarMetadata.of(file);
      assertThat(metadata.classes()).containsExactly("cat", "dog");
      assertThat(metadata.pieces()).isNull();
      assertThat(metadata.tokenizer()).hasSize(64);
    }
    assertThat(
            VarMetadata.load(run.resolve("model.safetensors"), Loading.forInference())
                .config()
                .classes())
        .isEqualTo(2);
  }

  @Test
  void aTransformerBeginsWithGivenWeights() throws IOException {
    Object[] var = {"--data", classes, "--tokenizer", tokenizer};
    Path first = folder.resolve("first");
    assertThat(run(TINY_VAR, "var", with(List.of(var), "--steps", 2, "--run", first)).code())
        .isZero();
    Path weights = first.resolve("model.safetensors");
    Path on = folder.resolve("on");
    Object[] more = {"--steps", 2, "--rate", 1e-12, "--init", weights, "--run", on};
    Tiny.Result result = run(TINY_VAR, "var", with(List.of(var), more));
    assertThat(result.code()).as(result.err()).isZero();
    Trainings.assertSameWeights(weights, on.resolve("model.safetensors"));
    more[3] = 1e-11;
    assertRefused(run(TINY_VAR, "var", with(List.of(var), more)), "was begun with");
    assertRefused(
        run(
            TINY_VAR,
            "var",
            with(List.of(var), "--width", 32, "--init", weights, "--run", folder.resolve("x"))),
        "--init",
        "(");
    assertRefused(
        run(TINY_VAR, "var", with(List.of(var), "--init", tokenizer, "--run", "x")), "--init");
  }

  @Test
  void aTransformerLearnsFromCaptionsInAnArchive() throws IOException {
    Path zip = folder.resolve("captions.zip");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (int i = 0; i < 12; i++) {
        out.putNextEntry(new ZipEntry("%02d.png".formatted(i)));
        out.write(png(i));
        out.putNextEntry(new ZipEntry("%02d.txt".formatted(i)));
        out.write("noise of seed %d, which is a long caption".formatted(i).getBytes("UTF-8"));
      }
    }
    Files.write(zip, bytes.toByteArray());
    Path run = folder.resolve("var");
    Tiny.Result result =
        run(
            TINY_VAR,
            "var",
            "--data",
            zip,
            "--tokenizer",
            tokenizer,
            "--run",
            run,
            "--steps",
            2,
            "--text",
            "--text-length",
            5);
    assertThat(result.code()).as(result.err()).isZero();
    try (TensorFile file = TensorFile.open(run.resolve("model.safetensors"))) {
      VarMetadata metadata = VarMetadata.of(file);
      assertThat(metadata.pieces()).isNotNull();
      assertThat(metadata.pieces().unknown("noise of seed 7")).isEmpty();
    }
    assertRefused(
        run(TINY_VAR, "var", "--data", zip, "--tokenizer", tokenizer, "--run", "x", "--classes"),
        "--classes",
        "--text");
  }

  @Test
  void tokensAreComputedOnceAndTrainedOn() throws IOException {
    Path tokens = folder.resolve("tokens");
    Object[] tokenize = {
      "tokenize",
      "--data",
      classes,
      "--tokenizer",
      tokenizer,
      "--preset",
      "cifar10",
      "--validation",
      3,
      "-o",
      tokens,
      "--flip=false"
    };
    Tiny.Result made = Tiny.run(tokenize);
    assertThat(made.code()).as(made.err()).isZero();
    assertThat(made.lines()).containsExactly(tokens.toString());
    assertThat(made.err()).contains("27 pictures of 21 tokens");
    assertThat(Tiny.names(tokens)).containsExactly("tokens-00000.safetensors", "tokens.json");
    assertRefused(Tiny.run(tokenize), "complete set");

    List<Object> var = new ArrayList<>(List.of("--data", classes, "--tokenizer", tokenizer));
    var.addAll(List.of("--steps", 3, "--flip=false", "--pictures-every", 0));
    Tiny.Result once =
        run(TINY_VAR, "var", with(var, "--tokens", tokens, "--run", folder.resolve("once")));
    assertThat(once.code()).as(once.err()).isZero();
    Tiny.Result each = run(TINY_VAR, "var", with(var, "--run", folder.resolve("each")));
    assertThat(each.code()).as(each.err()).isZero();
    assertThat(rows(folder.resolve("once")).getLast().metrics())
        .isEqualTo(rows(folder.resolve("each")).getLast().metrics());

    assertRefused(
        run(TINY_VAR, "var", with(var, "--tokens", tokens, "--validation", 0, "--run", "x")),
        "--tokens",
        "3 kept out");
    assertRefused(run(TINY_VAR, "var", with(var, "--tokens", folder, "--run", "x")), "--tokens");
    assertRefused(
        Tiny.run(
            "tokenize", "--data", "shapes", "--tokenizer", tokenizer, "-o", folder.resolve("y")),
        "--limit");
  }

  @Test
  void otherCommandsTakeWhatWasTrained() throws IOException {
    Path run = folder.resolve("var");
    Tiny.Result trained =
        run(
            TINY_VAR,
            "var",
            with(
                List.of("--data", classes, "--tokenizer", tokenizer, "--run", run),
                "--steps",
                2,
                "--unit-attention=false",
                "--pictures-every",
                0));
    assertThat(trained.code()).as(trained.err()).isZero();
    Path model = run.resolve("model.safetensors");
    Path png = folder.resolve("out.png");
    Tiny.Result made =
        Tiny.run("generate", "-m", model, "--vae", tokenizer, "--class", 1, "-o", png);
    assertThat(made.code()).as(made.err()).isZero();
    assertThat(ImageFile.read(png).width()).isEqualTo(SIDE);

    Path in = classes.resolve("cat/00.png");
    Tiny.Result again = Tiny.run("reconstruct", in, "--vae", tokenizer, "-o", png);
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(again.err()).contains("21 tokens");
    assertRefused(
        Tiny.run("reconstruct", in, "--vae", tokenizer, "--size", 256, "-o", png),
        "--size: 8 with this tokenizer; got 256");
  }
}
