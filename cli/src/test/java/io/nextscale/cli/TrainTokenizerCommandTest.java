package io.nextscale.cli;

import static io.nextscale.cli.Refusals.assertRefused;
import static io.nextscale.cli.Trainings.SIDE;
import static io.nextscale.cli.Trainings.TINY_TOKENIZER;
import static io.nextscale.cli.Trainings.png;
import static io.nextscale.cli.Trainings.rows;
import static io.nextscale.cli.Trainings.run;
import static io.nextscale.cli.Trainings.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.image.ImageFile;
import io.nextscale.image.RgbImage;
import io.nextscale.nn.Loading;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.Json;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.vqvae.TokenPyramid;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeMetadata;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings of tokenizers, and the pictures that all trainings take. */
class TrainTokenizerCommandTest {

  @TempDir static Path shared;

  private static Path classes;
  private static Path trained;
  private static Path tokenizer;

  @TempDir Path folder;

  @BeforeAll
  static void makePicturesAndATokenizer() throws IOException {
    Trainings made = Trainings.in(shared);
    classes = made.classes();
    trained = made.run();
    tokenizer = made.tokenizer();
  }

  @Test
  void aTokenizerIsTrainedMeasuredShownAndLoadedWithoutFlags() throws IOException {
    Path run = trained;
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
}
