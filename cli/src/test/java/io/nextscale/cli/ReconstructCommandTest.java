package io.nextscale.cli;

import static io.nextscale.cli.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.image.ImageFile;
import io.nextscale.image.RgbImage;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.TokenPyramid;
import io.nextscale.vqvae.VqVae;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tokenizer halves pictures once, so that its published scales are those of 32 pixels. */
class ReconstructCommandTest {

  private static final int SIDE = 32;

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

  private static Tiny.Result reconstruct(Object... arguments) {
    Object[] all = new Object[arguments.length + 3];
    System.arraycopy(new Object[] {"reconstruct", "--vae", tiny.vae}, 0, all, 0, 3);
    System.arraycopy(arguments, 0, all, 3, arguments.length);
    return Tiny.run(all);
  }

  @Test
  void aPictureGoesThroughItsTokensAndTheLossIsTold() throws IOException {
    Path in = Tiny.picture(file("in.png"), 50, 40);
    Tiny.Result result = reconstruct(in, "-o", file("out.png"));
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.lines()).containsExactly(file("out.png").toString());

    VqVae vae = VqVae.load(tiny.vae, Scales.forImage(256));
    RgbImage cut = Pictures.cut(ImageFile.read(in), SIDE, SIDE);
    TokenPyramid tokens = vae.tokenize(Pictures.tensor(cut));
    RgbImage expected = Pictures.fromSigned(vae.reconstruct(tokens), 0);
    assertThat(ImageFile.read(file("out.png")).toBytes()).isEqualTo(expected.toBytes());
    assertThat(result.err())
        .contains(
            "in.png: 680 tokens, PSNR %.2f dB".formatted(ReconstructCommand.psnr(cut, expected)));
  }

  @Test
  void scalesAreShownSideBySideWithTheOriginalLast() throws IOException {
    Path in = Tiny.picture(file("in.png"), SIDE, SIDE);
    assertThat(reconstruct("-i", in, "--scales", "-q", "-o", file("strip.png")).code()).isZero();
    reconstruct(in, "-q", "-o", file("one.png"));
    RgbImage strip = ImageFile.read(file("strip.png"));
    assertThat(strip.width()).isEqualTo(11 * (SIDE + 2) + 2);
    assertThat(column(strip, 10)).isEqualTo(ImageFile.read(in).toBytes());
    assertThat(column(strip, 9)).isEqualTo(ImageFile.read(file("one.png")).toBytes());
    assertThat(column(strip, 0)).isNotEqualTo(column(strip, 9));
  }

  private static byte[] column(RgbImage strip, int index) {
    byte[] rgb = new byte[3 * SIDE * SIDE];
    for (int i = 0; i < SIDE * SIDE; i++) {
      int pixel = strip.rgb(2 + index * (SIDE + 2) + i % SIDE, 2 + i / SIDE);
      for (int c = 0; c < 3; c++) {
        rgb[3 * i + c] = (byte) (pixel >> 8 * (2 - c));
      }
    }
    return rgb;
  }

  @Test
  void severalPicturesGetNumbers() throws IOException {
    Path a = Tiny.picture(file("a.png"), 33, 40);
    Path b = Tiny.picture(file("b.png"), 64, 32);
    Tiny.Result result = reconstruct(a, b, "-o", file("out.png"));
    assertThat(result.lines())
        .containsExactly(file("out_000.png").toString(), file("out_001.png").toString());
    assertThat(Tiny.names(folder)).containsExactly("a.png", "b.png", "out_000.png", "out_001.png");
  }

  @Test
  void aLaterPictureThatIsDamagedStopsTheRunAndEarlierOnesStay() throws IOException {
    Path a = Tiny.picture(file("a.png"), 32, 32);
    Files.writeString(file("b.png"), "junk");
    Tiny.Result result = reconstruct(a, file("b.png"), "-q", "-o", file("out.png"));
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("b.png").hasLineCount(1);
    assertThat(Tiny.names(folder)).containsExactly("a.png", "b.png", "out_000.png");
  }

  @Test
  void sizesFollowTheTokenizer() throws IOException {
    Path in = Tiny.picture(file("in.png"), 70, 70);
    assertThat(reconstruct(in, "--size", 64, "-q", "-o", file("out.png")).code()).isZero();
    assertThat(ImageFile.read(file("out.png")).width()).isEqualTo(64);
    assertRefused(
        reconstruct(in, "--size", 256, "-o", file("x.png")), "--size", "32, 64 or 128", "got 256");
    assertThat(Tiny.names(folder)).containsExactly("in.png", "out.png");
  }

  @Test
  void whatIsMissingOrNoPictureIsRefused() throws IOException {
    assertRefused(reconstruct("-o", file("x.png")), "at least one picture");
    assertRefused(reconstruct(file("no.png"), "-o", file("x.png")), "no.png", "check the path");
    assertRefused(reconstruct(folder, "-o", file("x.png")), "a folder");
    Files.write(file("empty.jpg"), new byte[0]);
    assertRefused(reconstruct(file("empty.jpg"), "-o", file("x.png")), "empty.jpg");
    Path in = Tiny.picture(file("in.png"), 32, 32);
    assertRefused(
        Tiny.run("reconstruct", "--vae", tiny.model, in, "-o", file("x.png")), "--vae: ", "var");
    assertRefused(reconstruct(in, "--device", "tpu", "-o", file("x.png")), "--device");
    assertThat(Tiny.names(folder)).containsExactly("empty.jpg", "in.png");
  }
}
