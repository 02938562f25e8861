package io.nextscale.cli;

import static io.nextscale.cli.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nextscale.image.ImageFile;
import io.nextscale.image.Png;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.io.Json;
import io.nextscale.var.Var;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GenerateCommandTest {

  @TempDir static Path models;

  private static Tiny tiny;

  @TempDir Path folder;

  @BeforeAll
  static void makeModels() throws IOException {
    tiny = Tiny.in(models);
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  private static Json.Obj recipe(Path png) throws IOException {
    return Recipe.read(png);
  }

  private static Object value(Path png, String name) throws IOException {
    return switch (recipe(png).members().get(name)) {
      case Json.Int(long n) -> n;
      case Json.Real(double x) -> x;
      case Json.Str(String s) -> s;
      case Json.Bool(boolean b) -> b;
      case null, default -> "nothing";
    };
  }

  @Test
  void onePictureIsWrittenNamedAndDescribed() throws IOException {
    Tiny.Result result = tiny.with("generate", "--class", 207, "-s", 3, "-o", file("dog.png"));
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.lines()).containsExactly(file("dog.png").toString());
    assertThat(result.err()).contains("loaded var.safetensors", "1 picture in", "first seed 3");
    assertThat(ImageFile.read(file("dog.png")).width()).isEqualTo(Tiny.SIDE);
    assertThat(value(file("dog.png"), "class")).isEqualTo(207L);
    assertThat(value(file("dog.png"), "class_name")).isEqualTo("Golden Retriever");
    assertThat(value(file("dog.png"), "seed")).isEqualTo(3L);
    assertThat(Png.text(Png.texts(file("dog.png")), "parameters").orElseThrow())
        .contains("Seed: 3", "CFG scale: 4");
    assertThat(Tiny.names(folder)).containsExactly("dog.png");
  }

  @Test
  void theSameSeedGivesTheSameBytesInAnyBatchAndAnotherSeedOthers() throws IOException {
    tiny.with("generate", "--class", 5, "-s", 8, "-b", 5, "--at-once", 3, "-o", file("a.png"));
    assertThat(Tiny.names(folder))
        .containsExactly("a_000.png", "a_001.png", "a_002.png", "a_003.png", "a_004.png");
    tiny.with("generate", "--class", 5, "-s", 10, "-o", file("b.png"));
    assertThat(Files.readAllBytes(file("b.png")))
        .isEqualTo(Files.readAllBytes(file("a_002.png")))
        .isNotEqualTo(Files.readAllBytes(file("a_001.png")));
  }

  @Test
  void aPictureIsMadeAgainFromItselfBitByBit() throws IOException {
    tiny.with(
        "generate",
        "--class",
        "5,goldfish",
        "-s",
        8,
        "-b",
        2,
        "--cfg-scale",
        2.5,
        "--top-k",
        7,
        "--top-p",
        0.9,
        "--no-smooth",
        "--weights",
        "bf16",
        "-o",
        file("a_%d.png"));
    Tiny.Result again = Tiny.run("generate", "--from", file("a_3.png"), "-o", file("b.png"));
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(Files.readAllBytes(file("b.png"))).isEqualTo(Files.readAllBytes(file("a_3.png")));
    assertThat((String) value(file("b.png"), "class_name")).isEqualToIgnoringCase("goldfish");
    assertThat(value(file("b.png"), "seed")).isEqualTo(11L);
    assertThat(value(file("b.png"), "weights")).isEqualTo("bf16");
  }

  @Test
  void optionsBesideFromWin() throws IOException {
    tiny.with("generate", "--class", 5, "-s", 8, "--cfg-scale", 2.5, "-o", file("a.png"));
    Tiny.run("generate", "--from", file("a.png"), "-s", 9, "--preset", "fid", "-o", file("b.png"));
    assertThat(value(file("b.png"), "seed")).isEqualTo(9L);
    assertThat(value(file("b.png"), "class")).isEqualTo(5L);
    assertThat(value(file("b.png"), "cfg_scale")).isEqualTo(1.5);
    Tiny.run("generate", "--from", file("a.png"), "--greedy", "-o", file("c.png"));
    assertThat(value(file("c.png"), "greedy")).isEqualTo(true);
    assertThat(value(file("c.png"), "smooth")).isEqualTo(false);
    assertThat(value(file("c.png"), "cfg_scale")).isEqualTo(2.5);
  }

  @Test
  void otherWeightsThanTheRecipesAreToldBeforehand() throws IOException {
    tiny.with("generate", "-o", file("a.png"));
    Path other = file("other.safetensors");
    Var.declared(Tiny.TRANSFORMER)
        .parameters()
        .save(other, Var.initial(Tiny.TRANSFORMER, RandomStream.of(99)), DType.F32, Map.of());
    Tiny.Result again =
        Tiny.run("generate", "--from", file("a.png"), "-m", other, "-o", file("b.png"));
    assertThat(again.code()).isZero();
    assertThat(again.err()).contains("--from: the picture was made with other weights", "-m");
  }

  @Test
  void fromRefusesPicturesWithoutOrWithAnotherRecipe() throws IOException {
    tiny.with("generate", "--disable-image-metadata", "-o", file("a.png"));
    assertThat(Png.texts(file("a.png"))).isEmpty();
    assertRefused(Tiny.run("generate", "--from", file("a.png")), "a.png", "--from");
    assertRefused(Tiny.run("generate", "--from", file("none.png")), "--from", "none.png");
    Files.writeString(file("text.png"), "no picture");
    assertRefused(Tiny.run("generate", "--from", file("text.png")), "text.png");
    tiny.with("edit", "-i", file("a.png"), "--mask", "0,0,1,1", "-o", file("edited.png"));
    assertRefused(Tiny.run("generate", "--from", file("edited.png")), "--from", "'edit'");
  }

  @Test
  void aNegativeSeedIsReplacedByARandomOneThatIsPrinted() throws IOException {
    Tiny.Result result = tiny.with("generate", "--class", 1, "-s", -1, "-o", file("a.png"));
    long seed = (Long) value(file("a.png"), "seed");
    assertThat(seed).isNotNegative();
    assertThat(result.err()).contains("first seed " + seed);
    tiny.with("generate", "--class", 1, "-s", seed, "-o", file("b.png"));
    assertThat(Files.readAllBytes(file("b.png"))).isEqualTo(Files.readAllBytes(file("a.png")));
  }

  @Test
  void withoutClassOneIsDrawnFromTheSeed() throws IOException {
    tiny.with("generate", "-s", 4, "-b", 2, "-o", file("a.png"));
    tiny.with("generate", "-s", 5, "-o", file("b.png"));
    assertThat(value(file("b.png"), "class")).isEqualTo(value(file("a_001.png"), "class"));
    assertThat(value(file("b.png"), "class")).isNotEqualTo(value(file("a_000.png"), "class"));
  }

  @Test
  void classesAreNumbersOrNamesInAnyCase() throws IOException {
    Tiny.Result result =
        tiny.with("generate", "--class", "Golden-Retriever,88,GOLDFISH", "-q", "-o", file("a.png"));
    assertThat(result.err()).isEmpty();
    assertThat(value(file("a_000.png"), "class")).isEqualTo(207L);
    assertThat(value(file("a_001.png"), "class")).isEqualTo(88L);
    assertThat(value(file("a_002.png"), "class")).isEqualTo(1L);
    tiny.with("generate", "--class", 1, "--class", 2, "-o", file("b.png"));
    assertThat(value(file("b_001.png"), "class")).isEqualTo(2L);
  }

  @Test
  void presetsAreThePublishedSettingsAndThoseForLooking() throws IOException {
    tiny.with("generate", "--preset", "FID", "-o", file("a.png"));
    assertThat(value(file("a.png"), "cfg_scale")).isEqualTo(1.5);
    assertThat(value(file("a.png"), "top_k")).isEqualTo(900L);
    assertThat(value(file("a.png"), "top_p")).isEqualTo(0.96);
    assertThat(value(file("a.png"), "smooth")).isEqualTo(false);
    tiny.with("generate", "--preset", "quality", "-o", file("b.png"));
    assertThat(value(file("b.png"), "smooth")).isEqualTo(true);
    tiny.with("generate", "-o", file("c.png"));
    assertThat(Files.readAllBytes(file("c.png"))).isEqualTo(Files.readAllBytes(file("b.png")));
  }

  @Test
  void scalesWhoseTokensAreDrawnAreToldAndRepeated() throws IOException {
    tiny.with("generate", "--class", 3, "--drawn-scales", 1, "-s", 4, "-o", file("a.png"));
    assertThat(value(file("a.png"), "drawn_scales")).isEqualTo(1L);
    assertThat(value(file("a.png"), "greedy")).isEqualTo(false);
    assertThat(value(file("a.png"), "smooth")).isEqualTo(false);
    Tiny.run("generate", "--from", file("a.png"), "-o", file("b.png"));
    assertThat(ImageFile.read(file("b.png")).toBytes())
        .isEqualTo(ImageFile.read(file("a.png")).toBytes());
    assertThat(value(file("b.png"), "drawn_scales")).isEqualTo(1L);
    Tiny.run("generate", "--from", file("a.png"), "--smooth", "-o", file("c.png"));
    assertThat(value(file("c.png"), "smooth")).isEqualTo(true);
    assertThat(tiny.with("generate", "--class", 3, "--drawn-scales", -1, "-o", file("d.png")))
        .satisfies(refused -> assertThat(refused.err()).contains("--drawn-scales: at least 0"));
    assertThat(tiny.with("generate", "--class", 3, "--drawn-scales", 2, "--greedy").err())
        .contains("--greedy: no drawn tokens; got --drawn-scales 2");
    assertThat(tiny.with("generate", "--class", 3, "--drawn-scales", 2, "--smooth").err())
        .contains("--drawn-scales: tokens, which --smooth replaces");
  }

  @Test
  void greedyPicturesDoNotDependOnTheSeed() throws IOException {
    for (int seed = 1; seed <= 2; seed++) {
      tiny.with(
          "generate",
          "--class",
          3,
          "--greedy",
          "-s",
          seed,
          "--disable-image-metadata",
          "-o",
          file(seed + ".png"));
    }
    assertThat(Files.readAllBytes(file("1.png"))).isEqualTo(Files.readAllBytes(file("2.png")));
  }

  @Test
  void previewsShowEveryScale() throws IOException {
    tiny.with("generate", "--preview", "scales", "-b", 2, "-o", file("a.png"));
    assertThat(Tiny.names(folder))
        .containsExactly(
            "a_000-scale01.png",
            "a_000-scale02.png",
            "a_000-scale03.png",
            "a_000.png",
            "a_001-scale01.png",
            "a_001-scale02.png",
            "a_001-scale03.png",
            "a_001.png");
    assertThat(ImageFile.read(file("a_001-scale03.png")).toBytes())
        .isEqualTo(ImageFile.read(file("a_001.png")).toBytes())
        .isNotEqualTo(ImageFile.read(file("a_001-scale01.png")).toBytes());
    tiny.with("generate", "--preview", "strip", "-o", file("b.png"));
    assertThat(ImageFile.read(file("b-scales.png")).width()).isEqualTo(3 * (Tiny.SIDE + 2) + 2);
  }

  @Test
  void anExistingPictureIsReplaced() throws IOException {
    Files.writeString(file("a.png"), "old");
    assertThat(tiny.with("generate", "-o", file("a.png")).code()).isZero();
    assertThat(ImageFile.read(file("a.png")).height()).isEqualTo(Tiny.SIDE);
    assertThat(Tiny.names(folder)).containsExactly("a.png");
  }

  @Test
  void verboseTellsWhatComputes() {
    Tiny.Result result = tiny.with("generate", "-v", "--device", "auto", "-o", file("a.png"));
    assertThat(result.err()).contains("thread");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--class        | 1000            | --class     | 999",
        "--class        | goldenretriever | --class     | 207",
        "--class        | terrier         | --class     | did you mean",
        "--class        | ''              | --class     | 999",
        "--cfg-scale    | NaN             | --cfg-scale | finite",
        "--cfg-scale    | much            | --cfg       | See",
        "--top-k        | -1              | --top-k     | at least 0",
        "--top-k        | 1.5             | --top-k     | See",
        "--top-p        | 1.1             | --top-p     | from 0 to 1",
        "--top-p        | -0.1            | --top-p     | from 0 to 1",
        "--preset       | best            | --preset    | quality",
        "--preview      | all             | --preview   | strip",
        "-b             | 0               | -b          | from 1",
        "-b             | 2000000000      | -b          | from 1",
        "--at-once      | 0               | --at-once   | from 1",
        "-s             | x               | --seed      | See",
        "-s             | 9223372036854775807 | -s      | at most",
        "-t             | 0               | --threads   | 1024",
        "--device       | gpu             | --device    | cpu",
        "--steps        | 50              | --steps     | scales",
        "--weights      | int4            | --weights   | bf16",
        "-o             | a.jpg           | -o          | .png",
        "-o             | none/a.png      | -o          | make it first",
        "-o             | a_%s.png        | -o          | out_%03d.png",
        "-o             | a_%d_%d.png     | -o          | out_%03d.png",
        "-o             | a_%999999999d.png | -o        | out_%03d.png",
        "-m             | none.pth        | -m          | does not exist",
        "--vae          | none.pth        | --vae       | does not exist",
        "--top-q        | 3               | --top-q     | --top-p"
      })
  void whatIsOutOfRangeIsRefused(String option, String value, String flag, String remedy)
      throws IOException {
    String given = option.equals("-o") ? folder + "/" + value : value;
    assertRefused(
        option.equals("-m")
            ? Tiny.run("generate", "-m", given, "--vae", tiny.vae)
            : option.equals("--vae")
                ? Tiny.run("generate", "-m", tiny.model, "--vae", given)
                : option.equals("-o")
                    ? tiny.with("generate", option, given)
                    : tiny.with("generate", "-o", file("a.png"), option, given),
        flag,
        remedy);
    assertThat(Tiny.names(folder)).isEmpty();
  }

  @Test
  void modelsThatAreNoneAreNamedWithTheirFlag() throws IOException {
    Files.writeString(file("junk.pth"), "junk");
    Tiny.Result junk =
        Tiny.run("generate", "-m", file("junk.pth"), "--vae", tiny.vae, "-o", file("a.png"));
    assertRefused(junk, "-m: ", "junk.pth");
    assertRefused(
        Tiny.run("generate", "-m", tiny.vae, "--vae", tiny.model, "-o", file("a.png")),
        "-m: ",
        "vae.safetensors");
    assertRefused(
        Tiny.run("generate", "-m", tiny.model, "--vae", tiny.model, "-o", file("a.png")),
        "--vae: ",
        "var.safetensors");
    assertRefused(
        Tiny.run("generate", "-m", folder, "--vae", tiny.vae, "-o", file("a.png")),
        "-m: ",
        "a folder");
    VqVaeConfig other =
        new VqVaeConfig(32, List.of(1), 1, 16, 4, Scales.of(1, 2), 2, 0.5f, 0.25f, false);
    VqVae.declared(other)
        .parameters()
        .save(file("other"), VqVae.initial(other, RandomStream.of(1)), DType.F32, Map.of());
    assertRefused(
        Tiny.run("generate", "-m", tiny.model, "--vae", file("other"), "-o", file("a.png")),
        "--vae: ",
        "24 codes of 8",
        "16 of 4");
    assertThat(Tiny.names(folder)).containsExactly("junk.pth", "other");
  }

  @Test
  void weightsThatAreCutOffAreRefused() throws IOException {
    byte[] whole = Files.readAllBytes(tiny.model);
    Files.write(file("cut.safetensors"), Arrays.copyOf(whole, whole.length / 2));
    assertRefused(
        Tiny.run("generate", "-m", file("cut.safetensors"), "--vae", tiny.vae, "-o", file("a.png")),
        "-m: ",
        "cut.safetensors");
  }

  @Test
  void aFolderOfTheNameIsRefused() throws IOException {
    Files.createDirectory(file("a.png"));
    assertRefused(tiny.with("generate", "-o", file("a.png")), "-o", "folder");
  }

  @Test
  void aFullDiskIsNamed() throws IOException {
    assumeTrue(Files.exists(Path.of("/dev/full")), "this system has no /dev/full");
    Path link = Files.createSymbolicLink(file("a.png"), Path.of("/dev/full"));
    assertRefused(tiny.with("generate", "-q", "-o", link), "space");
    Files.delete(link);
  }

  @Test
  void percentSignsInFoldersAreLeftAlone() throws IOException {
    Path odd = Files.createDirectory(file("50%d"));
    assertThat(tiny.with("generate", "-b", 2, "-o", odd.resolve("a.png")).code()).isZero();
    assertThat(Tiny.names(odd)).containsExactly("a_000.png", "a_001.png");
  }
}
