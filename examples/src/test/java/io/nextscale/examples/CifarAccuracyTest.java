package io.nextscale.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nextscale.image.Png;
import io.nextscale.image.RgbImage;
import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Initializer;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Tensor;
import io.nextscale.verifiers.resnet.CifarResNet;
import io.nextscale.verifiers.resnet.Classifier;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CifarAccuracyTest {

  private static final String RESNET20 = "weights/cifar10-resnet20-12fca82f.th";
  private static final String RESNET56 = "weights/cifar10-resnet56-4bfd9763.th";
  private static final String PICTURES = "cifar10-jpeg.zip";

  @TempDir Path folder;

  /**
   * The accuracies over all 10,000 pictures are those of the reference implementation in PyTorch on
   * the same files. The share p' of n pictures has a standard deviation of √(p (1 − p) / n), 1.8
   * points for n = 500; four of them leave one false alarm in 15,000 samples, and this sample is
   * always the same.
   */
  @ParameterizedTest
  @CsvSource({RESNET20 + ", 0.8103", RESNET56 + ", 0.8320"})
  void aSampleOfRealPicturesIsClassifiedAsWellAsAllAre(String weights, double all)
      throws IOException {
    Classifier network = Classifier.load(Data.file(weights));
    int count = 500;
    try (LabelledPictures pictures = LabelledPictures.open(Data.file(PICTURES))) {
      assertThat(pictures.items()).hasSize(10_000);
      assertThat(pictures.classes())
          .containsExactly(
              "airplane",
              "automobile",
              "bird",
              "cat",
              "deer",
              "dog",
              "frog",
              "horse",
              "ship",
              "truck");

      CifarAccuracy.Score score = CifarAccuracy.score(network, pictures, pictures.sample(count));

      assertThat(score.of()).isEqualTo(count);
      assertThat(score.accuracy()).isEqualTo(all, within(4 * Math.sqrt(all * (1 - all) / count)));
    }
  }

  @Test
  void picturesAreReadAsTheyAre() throws IOException {
    byte[] rgb = new byte[3 * 32 * 32];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (100 * (i % 3)); // red 0, green 100, blue 200
    }
    byte[] file = Png.encode(RgbImage.of(rgb, 32, 32), List.of());
    Path zip = zip(Map.of("test/b/1.jpg", file, "test/a/2.png", picture(32, 20)));
    try (LabelledPictures pictures = LabelledPictures.open(zip)) {
      assertThat(pictures.items())
          .containsExactly(
              new LabelledPictures.Item("test/a/2.png", 0),
              new LabelledPictures.Item("test/b/1.jpg", 1));
      float[] x = pictures.load(pictures.items()).slice(0, 1, 2).toArray(); // (1,32,32,3)

      assertThat(x).hasSize(3 * 32 * 32);
      for (int i = 0; i < x.length; i++) {
        assertThat(x[i]).isEqualTo((rgb[i] & 0xff) / 255f);
      }
    }
  }

  @Test
  void theProgramPrintsTheAccuracy() throws IOException {
    String weights = weights(1, 16).toString();
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (int i = 0; i < 10; i++) {
      files.put("test/class " + i + "/a.jpg", picture(32, i));
      files.put("test/class " + i + "/b.jpg", picture(32, 10 + i));
      files.put("train/class " + i + "/c.jpg", new byte[0]);
    }
    String pictures = zip(files).toString();

    Run all = Run.of(weights, pictures);
    Run few = Run.of(weights, pictures, "10");

    assertThat(all.err).isEmpty();
    assertThat(all.status).isZero();
    assertThat(all.out.lines().toList())
        .satisfiesExactly(
            line -> assertThat(line).isEqualTo("ResNet-8 with 75,290 parameters"),
            line -> assertThat(line).matches("accuracy \\d+\\.00 % \\(\\d+ of 20\\)"),
            line -> assertThat(line).matches("\\d+ images/s: .* in the network, and .* decoding"));
    assertThat(few.out).contains(" of 10)");
  }

  @Test
  void mistakesAreExplained() throws IOException {
    String weights = weights(1, 16).toString();
    assertThat(Run.of().err).startsWith("usage: CifarAccuracy WEIGHTS.th");
    assertThat(Run.of("none.th"))
        .isEqualTo(
            new Run(2, "", "CifarAccuracy: read none.th: a file; got none — check the path\n"));
    assertThat(Run.of(weights(1, 8).toString()).err).contains("linear.weight of 64 columns");

    assertThat(Run.of(weights, folder.toString()).err)
        .contains("a zip archive of pictures; got a folder");
    assertThat(Run.of(weights, folder.resolve("no.zip").toString()).err).contains("no such file");
    assertThat(Run.of(weights, weights).err).contains("a zip archive; got ");
    assertThat(Run.of(weights, zip(Map.of("readme.txt", new byte[1])).toString()).err)
        .contains("pictures test/<class>/<name>.jpg or .png; got 1 entries, none of that form");
    String one = zip(Map.of("test/cat/1.jpg", picture(32, 0))).toString();
    assertThat(Run.of(weights, one).err).contains("pictures of 10 classes; got 1");

    Map<String, byte[]> ten = new LinkedHashMap<>();
    for (int i = 0; i < 10; i++) {
      ten.put("test/" + i + "/1.jpg", picture(31, i));
    }
    String small = zip(ten).toString();
    assertThat(Run.of(weights, small, "many").err)
        .isEqualTo("CifarAccuracy: COUNT: a number from 1 to 10; got many\n");
    assertThat(Run.of(weights, small).err).contains("test/0/1.jpg: 32 x 32 pixels; got 31 x 31 — ");
    String damaged = zip(Map.of("test/cat/1.jpg", new byte[99])).toString();
    try (LabelledPictures pictures = LabelledPictures.open(Path.of(damaged))) {
      assertThatThrownBy(() -> pictures.load(pictures.items()))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith(
              "read " + damaged + ", test/cat/1.jpg: image: a PNG or JPEG file; got neither");
    }
  }

  /** What a run of the program gave. */
  private record Run(int status, String out, String err) {
    static Run of(String... args) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      int status =
          CifarAccuracy.run(
              args, new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
      return new Run(status, lines(out), lines(err));
    }

    private static String lines(ByteArrayOutputStream printed) {
      return printed.toString(UTF_8).replace(System.lineSeparator(), "\n");
    }
  }

  /** A file of random weights. */
  private Path weights(int blocks, int channels) throws IOException {
    Path file = folder.resolve("resnet-" + blocks + "-" + channels + ".safetensors");
    Parameters parameters = Parameters.of(CifarResNet.declared(blocks, channels, 10));
    Initializer rule =
        (member, random) -> Tensor.uniform(member.shape(), 0.1f, 0.3f, random); // variances too
    Checkpoint values = Checkpoint.initial(parameters, rule, RandomStream.of(24));
    parameters.save(file, values, DType.F32, Map.of());
    return file;
  }

  /** A picture of one colour; the content decides on the format, not the name. */
  private static byte[] picture(int side, int colour) {
    byte[] rgb = new byte[3 * side * side];
    Arrays.fill(rgb, (byte) (12 * colour));
    return Png.encode(RgbImage.of(rgb, side, side), List.of());
  }

  private Path zip(Map<String, byte[]> files) throws IOException {
    Path file = Files.createTempFile(folder, "pictures", ".zip");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
      for (Map.Entry<String, byte[]> entry : files.entrySet()) {
        out.putNextEntry(new ZipEntry(entry.getKey()));
        out.write(entry.getValue());
      }
    }
    return file;
  }
}
