package io.nextscale.cli;

import static io.nextscale.cli.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nextscale.baselines.diffusion.Dit;
import io.nextscale.baselines.diffusion.DitMetadata;
import io.nextscale.image.ImageFile;
import io.nextscale.image.Png;
import io.nextscale.image.RgbImage;
import io.nextscale.nn.Loading;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.Json;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.training.MetricsLog;
import io.nextscale.training.settings.Preset;
import io.nextscale.training.settings.Settings;
import io.nextscale.var.Var;
import io.nextscale.var.VarMetadata;
import io.nextscale.vqvae.TokenPyramid;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeMetadata;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings of a few steps on pictures of 8 pixels; one of the shapes world. */
class TrainCommandTest {

  private static final int SIDE = 8;

  /** A tokenizer of 8 pixels and 1x1, 2x2, 4x4 tokens. */
  private static final List<Object> TINY_TOKENIZER =
      List.of(
          "--preset",
          "cifar10",
          "--size",
          SIDE,
          "--patch",
          1,
          "--plain=false",
          "--channels",
          32,
          "--multipliers",
          "1,1",
          "--scales",
          "1,2,4",
          "--codes",
          16,
          "--code-channels",
          4,
          "--batch",
          3,
          "--continuous",
          1,
          "--warm-up",
          1,
          "--restart-every",
          2,
          "--validation",
          3);

  private static final List<Object> TINY_VAR =
      List.of(
          "--preset",
          "cifar10",
          "--size",
          SIDE,
          "--depth",
          2,
          "--width",
          16,
          "--heads",
          2,
          "--batch",
          3,
          "--warm-up",
          1,
          "--validation",
          3,
          "--judged",
          0,
          "--text-width",
          16,
          "--text-depth",
          1,
          "--text-heads",
          2);

  @TempDir static Path shared;

  private static Path classes;
  private static Path tokenizer;

  @TempDir Path folder;

  @BeforeAll
  static void makePicturesAndATokenizer() throws IOException {
    classes = shared.resolve("classes");
    for (int i = 0; i < 30; i++) {
      Path own = Files.createDirectories(classes.resolve(i % 2 == 0 ? "cat" : "dog"));
      Files.write(own.resolve("%02d.png".formatted(i)), png(i));
    }
    Tiny.Result result =
        run(
            TINY_TOKENIZER,
            "tokenizer",
            "--data",
            classes,
            "--run",
            shared.resolve("tok"),
            "--steps",
            4,
            "--ema",
            0.5);
    assertThat(result.code()).as(result.err()).isZero();
    tokenizer = shared.resolve("tok").resolve("model.safetensors");
  }

  private static byte[] png(int seed) {
    byte[] rgb = new byte[3 * SIDE * SIDE];
    new Random(seed).nextBytes(rgb);
    return Png.encode(RgbImage.of(rgb, SIDE, SIDE), List.of());
  }

  private static Tiny.Result run(List<Object> tiny, String what, Object... arguments) {
    List<Object> all = new ArrayList<>(List.of("train", what));
    all.addAll(tiny);
    all.addAll(List.of(arguments));
    return Tiny.run(all.toArray());
  }

  private static List<MetricsLog.Row> rows(Path run) throws IOException {
    return MetricsLog.read(run.resolve("metrics.jsonl"));
  }

  @Test
  void aTokenizerIsTrainedMeasuredShownAndLoadedWithoutFlags() throws IOException {
    Path run = shared.resolve("tok");
    assertThat(Tiny.names(run))
        .contains("checkpoints", "metrics.jsonl", "model.safetensors", "run.json", "samples");
    assertThat(rows(run)).hasSize(4);
    assertThat(rows(run).getLast().metrics())
        .containsKeys("loss", "l1", "l2", "quantization", "rate", "norm", "usage.4x4");
    assertThat(rows(run).getLast().evaluation()).containsKeys("psnr", "codes", "perplexity.4x4");
    RgbImage sheet = ImageFile.read(run.resolve("samples/reconstructions-00000004.png"));
    assertThat(sheet.width()).isEqualTo(6 * (SIDE + 2) + 2); // three pairs

    VqVae vae = VqVaeMetadata.load(tokenizer, Loading.forInference());
    assertThat(vae.config().scales().toString()).isEqualTo("1x1, 2x2, 4x4");
    try (TensorFile file = TensorFile.open(tokenizer)) {
      Json settings = Json.parse("settings", file.metadata().get("nextscale.settings"));
      assertThat(settings.at("optimizer", "ema")).contains(new Json.Real(0.5));
    }
  }

  @Test
  void aDecoderIsTrainedFurtherWhileTokensStayWhatTheyAre() throws IOException {
    Path run = folder.resolve("further");
    Object[] frozen = {
      "--data",
      classes,
      "--run",
      run,
      "--frozen",
      "--continuous",
      0,
      "--from-data=false",
      "--restart-every",
      0,
      "--steps",
      3
    };
    assertRefused(run(TINY_TOKENIZER, "tokenizer", frozen), "--frozen", "--init");
    Tiny.Result result =
        run(TINY_TOKENIZER, "tokenizer", with(List.of(frozen), "--init", tokenizer));
    assertThat(result.code()).as(result.err()).isZero();

    VqVae before = VqVaeMetadata.load(tokenizer, Loading.forInference());
    VqVae after = VqVaeMetadata.load(run.resolve("model.safetensors"), Loading.forInference());
    Tensor pictures = Tensor.uniform(Shape.of(2, SIDE, SIDE, 3), -1, 1, RandomStream.of(1));
    TokenPyramid tokens = before.tokenize(pictures);
    assertThat(after.tokenize(pictures).sequence().toInts()).isEqualTo(tokens.sequence().toInts());
    assertThat(after.reconstructions(tokens).getLast().toArray())
        .isNotEqualTo(before.reconstructions(tokens).getLast().toArray());
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
    try (TensorFile before = TensorFile.open(weights);
        TensorFile after = TensorFile.open(on.resolve("model.safetensors"))) {
      for (String name : before.entries().keySet()) {
        float[] then = before.load(name).toArray();
        float[] now = after.load(name).toArray();
        for (int i = 0; i < then.length; i++) {
          assertThat(now[i]).as(name).isCloseTo(then[i], within(1e-6f));
        }
      }
    }
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

  private static final List<Object> TINY_DIT =
      List.of(
          "--preset",
          "cifar10",
          "--size",
          SIDE,
          "--depth",
          2,
          "--width",
          16,
          "--heads",
          2,
          "--batch",
          3,
          "--warm-up",
          1,
          "--validation",
          3,
          "--judged",
          0,
          "--noise-steps",
          25,
          "--sampling-steps",
          3);

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
        run(TINY_DIT, "dit", "--data", classes, "--run", none, "--pixels", "--noise-steps", 20),
        "--noise-steps: at least 21");
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

  @Test
  void cifarAndMnistFilesAreReadAsTheyAre() throws IOException {
    Path cifar = folder.resolve("data_batch_1.bin");
    byte[] records = new byte[40 * 3073];
    new Random(1).nextBytes(records);
    for (int i = 0; i < 40; i++) {
      records[i * 3073] = (byte) (i % 10);
    }
    Files.write(cifar, records);
    Tiny.Result ofCifar =
        run(
            TINY_TOKENIZER,
            "tokenizer",
            "--data",
            cifar,
            "--run",
            folder.resolve("a"),
            "--steps",
            2);
    assertThat(ofCifar.code()).as(ofCifar.err()).isZero();

    Path mnist = Files.createDirectory(folder.resolve("mnist"));
    byte[] pixels = new byte[20 * 28 * 28];
    new Random(2).nextBytes(pixels);
    Files.write(
        mnist.resolve("train-images-idx3-ubyte"),
        ByteBuffer.allocate(16 + pixels.length)
            .putInt(0x803)
            .putInt(20)
            .putInt(28)
            .putInt(28)
            .put(pixels)
            .array());
    Files.write(
        mnist.resolve("train-labels-idx1-ubyte"),
        ByteBuffer.allocate(28).putInt(0x801).putInt(20).put(new byte[20]).array());
    Tiny.Result ofMnist =
        run(
            TINY_TOKENIZER,
            "tokenizer",
            "--data",
            mnist,
            "--run",
            folder.resolve("b"),
            "--steps",
            2);
    assertThat(ofMnist.code()).as(ofMnist.err()).isZero();
  }

  @Test
  void shapesAreJudgedByTheirChecker() throws IOException {
    Path run = folder.resolve("shapes");
    Tiny.Result result =
        Tiny.run(
            "train",
            "tokenizer",
            "--data",
            "shapes:3",
            "--run",
            run,
            "--multipliers",
            "1,1",
            "--scales",
            "1,8",
            "--codes",
            8,
            "--code-channels",
            4,
            "--batch",
            1,
            "--steps",
            2,
            "--continuous",
            0,
            "--validation",
            2,
            "--pictures-every",
            0);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(rows(run).getLast().evaluation()).containsKey("right");
    assertThat(Tiny.names(run.resolve("samples"))).isEmpty();
  }

  /** A process that trains and is killed without warning. */
  private static void kill(Path run, Object... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path")
                    + File.pathSeparator
                    + System.getProperty("jdk.module.path", ""),
                Main.class.getName()));
    Stream.of(arguments).map(String::valueOf).forEach(command::add);
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    Path metrics = run.resolve("metrics.jsonl");
    for (int i = 0; i < 1200 && process.isAlive(); i++) {
      if (Files.exists(metrics) && Files.readAllLines(metrics).size() > 5) {
        break;
      }
      Thread.sleep(50);
    }
    process.destroyForcibly().waitFor();
  }

  @Test
  void aKilledRunGoesOnWithoutFlagsAndEndsWithTheSameBits()
      throws IOException, InterruptedException {
    List<Object> how = new ArrayList<>(List.of("train", "var"));
    how.addAll(TINY_VAR);
    how.addAll(
        List.of(
            "--data",
            classes,
            "--tokenizer",
            tokenizer,
            "--steps",
            120,
            "--checkpoint-every",
            2,
            "--evaluate-every",
            0,
            "--pictures-every",
            0,
            "--ema",
            0.9,
            "--accumulate",
            3));
    Path killed = folder.resolve("killed");
    List<Object> first = new ArrayList<>(how);
    first.addAll(List.of("--run", killed));
    kill(killed, first.toArray());
    assertThat(Files.exists(killed.resolve("model.safetensors"))).as("still under way").isFalse();
    int survived = rows(killed).size();
    assertThat(survived).isBetween(5, 119);

    Tiny.Result resumed =
        Tiny.run(
            "train",
            "var",
            "--run",
            killed,
            "--checkpoint-every",
            50,
            "--evaluate-every",
            0,
            "--pictures-every",
            0);
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.err()).contains("going on after");

    Path whole = folder.resolve("whole");
    how.addAll(List.of("--run", whole));
    assertThat(Tiny.run(how.toArray()).code()).isZero();
    assertThat(killed.resolve("model.safetensors"))
        .hasSameBinaryContentAs(whole.resolve("model.safetensors"));
  }

  @Test
  void ctrlCWritesACheckpointAndSaysHowToGoOn() throws IOException, InterruptedException {
    assumeTrue(File.separatorChar == '/', "only POSIX systems have signals");
    Path run = folder.resolve("run");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path")
                    + File.pathSeparator
                    + System.getProperty("jdk.module.path", ""),
                Main.class.getName(),
                "train",
                "tokenizer"));
    TINY_TOKENIZER.forEach(value -> command.add(value.toString()));
    command.addAll(
        List.of("--data", classes.toString(), "--run", run.toString(), "--steps", "1000000"));
    Path err = folder.resolve("err");
    Process process = new ProcessBuilder(command).redirectError(err.toFile()).start();
    try {
      Path metrics = run.resolve("metrics.jsonl");
      for (int i = 0; i < 1200 && (!Files.exists(metrics) || Files.size(metrics) == 0); i++) {
        Thread.sleep(50);
      }
      new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(Files.readString(err)).isEqualTo(130);
    assertThat(Files.readString(err)).contains("cancelled", "nextscale train tokenizer --run");
    assertThat(Tiny.names(run.resolve("checkpoints"))).hasSize(1);
    assertThat(rows(run)).isNotEmpty();
  }

  @Test
  void damagedPicturesAreNamedAndPassedOverUnlessStrict() throws IOException {
    Path data = folder.resolve("data");
    for (int i = 0; i < 6; i++) {
      Path own = Files.createDirectories(data.resolve("c" + i % 2));
      byte[] bytes = png(i);
      Files.write(own.resolve(i + ".png"), i == 3 ? Arrays.copyOf(bytes, 50) : bytes);
    }
    Tiny.Result passed =
        run(
            TINY_TOKENIZER,
            "tokenizer",
            "--data",
            data,
            "--run",
            folder.resolve("a"),
            "--steps",
            4);
    assertThat(passed.code()).as(passed.err()).isZero();
    assertThat(passed.err()).containsOnlyOnce("3.png");
    Tiny.Result strict =
        run(
            TINY_TOKENIZER,
            "tokenizer",
            "--data",
            data,
            "--run",
            folder.resolve("b"),
            "--steps",
            4,
            "--strict",
            "-q");
    assertRefused(strict, "3.png");
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
                    Preset.SHAPES.tokenizer(),
                    java.util.Map.of("rate", "1e-4", "adaptive", "false"))));
    Tiny.Result var = Tiny.run("train", "var", "--preset", "published", "--show-settings");
    assertThat(Json.parse("settings", var.out())).isEqualTo(Settings.json(Preset.PUBLISHED.var()));
  }

  @Test
  void anotherWayToGoOnIsRefusedNamingWhatDiffers() throws IOException {
    Path run = shared.resolve("tok");
    assertRefused(
        Tiny.run("train", "tokenizer", "--run", run, "--rate", 1), "rate 1.0 instead of 0.001");
    assertRefused(Tiny.run("train", "var", "--run", run), "--run", "of 'train tokenizer'");
    Tiny.Result again = Tiny.run("train", "tokenizer", "--run", run, "-q");
    assertThat(again.code()).as(again.err()).isZero();
    Files.writeString(folder.resolve("letter.txt"), "dear");
    assertRefused(
        run(TINY_TOKENIZER, "tokenizer", "--data", classes, "--run", folder), "letter.txt");
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

  private static Object[] with(List<Object> first, Object... more) {
    List<Object> all = new ArrayList<>(first);
    all.addAll(List.of(more));
    return all.toArray();
  }

  @Test
  void curvesOfRunsAreDrawn() throws IOException {
    Path png = folder.resolve("loss.png");
    Tiny.Result result = Tiny.run("plot", shared.resolve("tok"), "-o", png);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.lines()).containsExactly(png.toString());
    assertThat(ImageFile.read(png).width()).isGreaterThan(100);
    assertThat(Tiny.run("plot", shared.resolve("tok"), "--metric", "psnr", "-o", png).code())
        .isZero();
    assertRefused(
        Tiny.run("plot", shared.resolve("tok"), "--metric", "beauty", "-o", png),
        "--metric",
        "loss",
        "beauty");
    assertRefused(Tiny.run("plot", folder, "-o", png), "metrics.jsonl");
    assertRefused(Tiny.run("plot", shared.resolve("tok"), "-o", folder.resolve("a.gif")), "-o");
  }
}
