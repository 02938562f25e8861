package io.nextscale.cli;

import static io.nextscale.cli.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.image.Png;
import io.nextscale.image.PngText;
import io.nextscale.image.RgbImage;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.io.Json;
import io.nextscale.var.TextConfig;
import io.nextscale.var.Var;
import io.nextscale.var.VarConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectCommandTest {

  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  @TempDir static Path models;

  private static Tiny tiny;

  @TempDir Path folder;

  @BeforeAll
  static void makeModels() throws IOException {
    tiny = Tiny.in(models);
  }

  @Test
  void modelsAreRecognised() {
    Tiny.Result result = Tiny.run("inspect", tiny.model, tiny.vae);
    assertThat(result.code()).isZero();
    assertThat(result.out())
        .contains(
            "format: safetensors",
            "VAR transformer, depth 2, width 32, 2 heads, 1000 classes, scales 1x1, 2x2, 4x4",
            "VQVAE tokenizer, 24 codes of 8 channels, 32 channels times [1, 1], 2-fold",
            "F32: ");
    assertThat(result.err()).isEmpty();
  }

  @Test
  void modelsOfCaptionsAreRecognised() throws IOException {
    VarConfig config = Tiny.TRANSFORMER.withText(new TextConfig(70, 16, 24, 1, 3));
    Path file = folder.resolve("text.safetensors");
    Var.declared(config)
        .parameters()
        .save(file, Var.initial(config, RandomStream.of(1)), DType.BF16, Map.of());

    assertThat(Tiny.run("inspect", file).out())
        .contains(
            "VAR transformer, depth 2, width 32, 2 heads, captions of up to 15 of 70 word pieces,"
                + " scales 1x1, 2x2, 4x4");
  }

  @Test
  void tensorsAreListedOnRequestAndJsonIsJson() throws IOException {
    Tiny.Result result = Tiny.run("inspect", tiny.model, "--tensors", "--json");
    Json json = Json.parse("inspect", result.out());
    assertThat(json).isInstanceOf(Json.Obj.class);
    assertThat(result.out()).contains("word_embed.weight F32 (32, 8)");
    assertThat(Tiny.run("inspect", tiny.model).out()).doesNotContain("word_embed.weight F32");
  }

  @Test
  void checkpointsOfPytorchAndNumpyAreRead() {
    assertThat(Tiny.run("inspect", GOLDEN.resolve("pickle/mixed.pth")).out())
        .contains("format: PyTorch checkpoint\n", "groups:");
    assertThat(Tiny.run("inspect", GOLDEN.resolve("pickle/mixed_legacy.pth")).out())
        .contains("format: PyTorch checkpoint (before 1.6)");
    assertThat(Tiny.run("inspect", GOLDEN.resolve("vae/f.npy"), "--tensors").out())
        .contains("format: NumPy array", "model: none that nextscale knows", "tensor F32");
  }

  @Test
  void picturesShowTheirTextsWithoutSteeringTheTerminal() throws IOException {
    Path png = folder.resolve("a.png");
    Png.write(
        png,
        RgbImage.of(new byte[3], 1, 1),
        List.of(new PngText("Comment", "\u001b[31mred\u009b2J\u202eturned")));
    for (String command : List.of("inspect", "metadata")) {
      Tiny.Result result = Tiny.run(command, png);
      assertThat(result.code()).isZero();
      assertThat(result.out())
          .contains("Comment: \\u001b[31mred\\u009b2J\\u202eturned")
          .doesNotContain("\u001b", "\u009b", "\u202e");
    }
    assertThat(Tiny.run("inspect", png).out()).contains("format: PNG", "size: 1 x 1");
  }

  @Test
  void whatIsNoTensorFileIsRefusedWithItsName() throws IOException {
    assertRefused(Tiny.run("inspect", folder.resolve("no.pth")), "no.pth", "does not exist");
    assertRefused(Tiny.run("inspect", folder), "a folder");
    assertRefused(Tiny.run("inspect"), "FILE", "--help");
    byte[] junk = new byte[5000];
    new Random(3).nextBytes(junk);
    byte[] png = Files.readAllBytes(Tiny.picture(folder.resolve("whole.png"), 9, 9));
    byte[] weights = Files.readAllBytes(tiny.model);
    byte[] pickle = Files.readAllBytes(GOLDEN.resolve("pickle/mixed.pth"));
    byte[] legacy = Files.readAllBytes(GOLDEN.resolve("pickle/mixed_legacy.pth"));
    byte[] npy = Files.readAllBytes(GOLDEN.resolve("vae/f.npy"));
    record Damaged(String name, byte[] content) {}
    for (Damaged damaged :
        List.of(
            new Damaged("empty", new byte[0]),
            new Damaged("one", new byte[1]),
            new Damaged("junk", junk),
            new Damaged("text", "hello".getBytes(java.nio.charset.StandardCharsets.US_ASCII)),
            new Damaged("cut.png", Arrays.copyOf(png, png.length - 20)),
            new Damaged("head.png", Arrays.copyOf(png, 8)),
            new Damaged("cut.safetensors", Arrays.copyOf(weights, weights.length - 1)),
            new Damaged("head.safetensors", Arrays.copyOf(weights, 100)),
            new Damaged("cut.pth", Arrays.copyOf(pickle, pickle.length / 2)),
            new Damaged("cut_legacy.pth", Arrays.copyOf(legacy, legacy.length - 100)),
            new Damaged("cut.npy", Arrays.copyOf(npy, npy.length - 4)))) {
      Path file = Files.write(folder.resolve(damaged.name()), damaged.content());
      assertRefused(Tiny.run("inspect", file), damaged.name());
    }
  }

  @Test
  void theTraceIsShownOnRequestOnly() throws IOException {
    Path junk = Files.writeString(folder.resolve("junk.pth"), "junk");
    Tiny.Result result = Tiny.run("inspect", junk, "--verbose");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("\tat io.nextscale", "nextscale inspect: ");
  }
}
