package io.nextscale.cli;

import static io.nextscale.cli.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.image.ImageFile;
import io.nextscale.image.Png;
import io.nextscale.image.RgbImage;
import io.nextscale.tensor.Tensor;
import io.nextscale.vqvae.VqVae;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EditCommandTest {

  @TempDir static Path models;

  private static Tiny tiny;

  @TempDir Path folder;
  private Path picture;

  @BeforeAll
  static void makeModels() throws IOException {
    tiny = Tiny.in(models);
  }

  @BeforeEach
  void makePicture() throws IOException {
    picture = Tiny.picture(file("in.png"), 20, 12);
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  private byte[] edited(String name, Object... arguments) throws IOException {
    Object[] all = new Object[arguments.length + 4];
    System.arraycopy(arguments, 0, all, 0, arguments.length);
    System.arraycopy(new Object[] {"-i", picture, "-o", file(name)}, 0, all, arguments.length, 4);
    Tiny.Result result = tiny.with("edit", all);
    assertThat(result.code()).as(result.err()).isZero();
    return ImageFile.read(file(name)).toBytes();
  }

  private byte[] throughTokens() throws IOException {
    VqVae vae = VqVae.load(tiny.vae, Tiny.SCALES);
    RgbImage cut = Pictures.cut(ImageFile.read(picture), Tiny.SIDE, Tiny.SIDE);
    Tensor again = vae.reconstruct(vae.tokenize(Pictures.tensor(cut)));
    return Pictures.fromUnit(again.plus(1).times(0.5f), 0).toBytes();
  }

  @Test
  void whatIsKeptEntirelyComesBackFromItsTokens() throws IOException {
    byte[] expected = throughTokens();
    assertThat(edited("a.png", "--mask", "0,0,1,1", "--keep", "--no-smooth")).isEqualTo(expected);
    assertThat(edited("b.png", "--mask", "0,0,0,0", "-s", 5, "--class", 7, "--no-smooth"))
        .as("an empty box repaints nothing, whatever the seed and class")
        .isEqualTo(expected);
    assertThat(edited("c.png", "--mask", "0,0,1,1")).isNotEqualTo(expected);
  }

  @Test
  void aBoxAndAPictureOfItAreTheSameMask() throws IOException {
    byte[] white = new byte[3 * 20 * 12];
    // The middle 12 of 20 columns are used; the right half of them is white.
    for (int y = 0; y < 12; y++) {
      for (int x = 10; x < 20; x++) {
        for (int c = 0; c < 3; c++) {
          white[(y * 20 + x) * 3 + c] = (byte) 255;
        }
      }
    }
    Png.write(file("mask.png"), RgbImage.of(white, 12, 20), List.of());
    byte[] box = edited("box.png", "--mask", "0,0.5,1,1", "--class", 9);
    assertThat(edited("png.png", "--mask", file("mask.png"), "--class", 9)).isEqualTo(box);
    assertThat(edited("keep.png", "--mask", file("mask.png"), "--class", 9, "--keep"))
        .isNotEqualTo(box)
        .isEqualTo(edited("left.png", "--mask", "0,0,1,0.5", "--class", 9));
  }

  @Test
  void variantsHaveSeedsOfTheirOwnAndClassesMatter() throws IOException {
    Tiny.Result result =
        tiny.with(
            "edit",
            "-i",
            picture,
            "--mask",
            "0,0,1,1",
            "-b",
            3,
            "--at-once",
            2,
            "-s",
            4,
            "--class",
            "goldfish",
            "--no-smooth",
            "-o",
            file("v_%d.png"));
    assertThat(result.lines())
        .containsExactly(
            file("v_0.png").toString(), file("v_1.png").toString(), file("v_2.png").toString());
    assertThat(result.err()).contains("in.png: 20 x 12, cut to 8 x 8", "3 pictures", "seed 4");
    byte[] alone = edited("x.png", "--mask", "0,0,1,1", "-s", 6, "--class", 1, "--no-smooth");
    assertThat(alone)
        .isEqualTo(ImageFile.read(file("v_2.png")).toBytes())
        .isNotEqualTo(ImageFile.read(file("v_1.png")).toBytes());
    assertThat(Recipe.read(file("x.png")).members()).containsKeys("mask", "image", "seed", "class");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--mask  | 0,0,1          | --mask  | neither",
        "--mask  | 0,0,1,1,1      | --mask  | neither",
        "--mask  | 0.5,0,0.2,1    | --mask  | top",
        "--mask  | 0,0,1,2        | --mask  | right",
        "--mask  | -1,0,1,1       | --mask  | top",
        "--mask  | 0,0,1,.        | --mask  | four numbers",
        "--mask  | nowhere.png    | --mask  | nowhere.png",
        "-i      | nowhere.png    | -i      | does not exist",
        "--class | cat dog        | --class | 999",
        "-b      | 0              | -b      | from 1",
        "--device| gpu            | --device| cpu",
        "-o      | x.gif          | -o      | .png"
      })
  void whatDoesNotFitIsRefused(String option, String value, String flag, String remedy)
      throws IOException {
    List<Object> all = new java.util.ArrayList<>();
    if (!option.equals("-i")) {
      all.addAll(List.of("-i", picture));
    }
    if (!option.equals("--mask")) {
      all.addAll(List.of("--mask", "0,0,1,1"));
    }
    all.add(option + (option.startsWith("--") ? "=" : "") + value);
    if (!option.equals("-o")) {
      all.addAll(List.of("-o", file("out.png")));
    }
    assertRefused(tiny.with("edit", all.toArray()), flag, remedy);
    assertThat(Tiny.names(folder)).containsExactly("in.png");
  }

  @Test
  void aMaskOfAnotherSizeAndDamagedPicturesAreRefused() throws IOException {
    Tiny.picture(file("mask.png"), 12, 20);
    assertRefused(
        tiny.with("edit", "-i", picture, "--mask", file("mask.png"), "-o", file("o.png")),
        "--mask",
        "20 x 12",
        "12 x 20");
    Files.writeString(file("junk.png"), "junk");
    assertRefused(
        tiny.with("edit", "-i", file("junk.png"), "--mask", "0,0,1,1", "-o", file("o.png")),
        "-i: ",
        "junk.png");
    assertRefused(tiny.with("edit", "--mask", "0,0,1,1"), "--init-img", "See");
  }
}
