package io.nextscale.data;

import static io.nextscale.data.Fixtures.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.image.Png;
import io.nextscale.image.RgbImage;
import io.nextscale.shapes.ShapesWorld;
import io.nextscale.shapes.Split;
import io.nextscale.tensor.io.FileFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every form of pictures that is read, and what is said about those that are not. */
class PictureSourceTest {

  @TempDir Path temporary;

  private Path write(String name, byte[] bytes) throws IOException {
    return Files.write(temporary.resolve(name), bytes);
  }

  private static List<Picture> all(PictureSource source) throws IOException {
    List<Picture> pictures = new ArrayList<>();
    for (long i = 0; i < source.size(); i++) {
      Picture picture = source.get(i);
      assertThat(picture.name()).isEqualTo(source.name(i));
      pictures.add(picture);
    }
    return pictures;
  }

  private static Map<String, byte[]> classes() {
    Map<String, byte[]> files = new TreeMap<>();
    files.put("dog/b.png", Fixtures.png(1, 5, 4));
    files.put("cat/z.PNG", Fixtures.png(2, 5, 4));
    files.put("cat/a/deep.png", Fixtures.png(3, 5, 4));
    files.put("cat/a/deep.txt", text("\ufeffa cat\r\n\n  a small cat \n"));
    files.put("loose.png", Fixtures.png(4, 5, 4));
    files.put("notes.md", text("not a picture"));
    files.put("dog/._b.png", text("left by a file manager"));
    files.put("__MACOSX/dog/b.png", text("left by a packer"));
    return files;
  }

  @ParameterizedTest(name = "in an archive: {0}")
  @ValueSource(booleans = {false, true})
  void foldersAreClassesInAlphabeticalOrder(boolean archive) throws IOException {
    Path path =
        archive
            ? write("pets.zip", Fixtures.zip(classes()))
            : Fixtures.folder(temporary.resolve("pets"), classes());
    try (PictureSource source = PictureSource.open(path)) {
      List<Picture> pictures = all(source);

      assertThat(source.classes()).containsExactly("cat", "dog");
      assertThat(pictures)
          .extracting(Picture::name)
          .containsExactly("cat/a/deep.png", "cat/z.PNG", "dog/b.png", "loose.png");
      assertThat(pictures).extracting(Picture::label).containsExactly(0, 0, 1, -1);
      assertThat(pictures)
          .extracting(Picture::captions)
          .containsExactly(List.of("a cat", "a small cat"), List.of(), List.of(), List.of());
      assertThat(pictures.get(2).image()).isEqualTo(Fixtures.image(1, 5, 4));
      assertThat(source.describe()).isEqualTo(path + ": 4 pictures in 2 classes, with captions");
    }
  }

  @ParameterizedTest(name = "in an archive: {0}")
  @ValueSource(booleans = {false, true})
  void partsAreChosenByName(boolean archive) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    files.put("train/b/1.png", Fixtures.png(1, 3, 3));
    files.put("train/a/2.png", Fixtures.png(2, 3, 3));
    files.put("test/a/3.png", Fixtures.png(3, 3, 3));
    Path path =
        archive
            ? write("split.zip", Fixtures.zip(files))
            : Fixtures.folder(temporary.resolve("split"), files);

    try (PictureSource train = PictureSource.open(path);
        PictureSource test = PictureSource.open(path, "test")) {
      assertThat(all(train)).extracting(Picture::label).containsExactly(0, 1);
      assertThat(train.name(0)).isEqualTo("train/a/2.png");
      assertThat(all(test)).extracting(Picture::name).containsExactly("test/a/3.png");
      assertThat(test.classes()).containsExactly("a");
    }
    assertThatThrownBy(() -> PictureSource.open(path, "val"))
        .isInstanceOf(FileFormatException.class)
        .hasMessage(
            "read "
                + path
                + ": a folder 'val' at the top; got the folders test, train — name one of these,"
                + " or none to take all pictures");
  }

  @Test
  void aFolderAroundTheOthersIsNoClass() throws IOException {
    Map<String, byte[]> split = new TreeMap<>();
    split.put("set/train/b/1.png", Fixtures.png(1, 3, 3));
    split.put("set/test/a/3.png", Fixtures.png(3, 3, 3));
    split.put("set/README.md", text("about"));
    split.put("README.md", text("about"));
    Path zip = write("wrapped.zip", Fixtures.zip(split));
    try (PictureSource train = PictureSource.open(zip);
        PictureSource test = PictureSource.open(zip, "test")) {
      assertThat(train.classes()).containsExactly("b");
      assertThat(test.name(0)).isEqualTo("set/test/a/3.png");
    }
    assertThatThrownBy(() -> PictureSource.open(zip, "val"))
        .hasMessageContaining("got the folders test, train");

    Map<String, byte[]> classes = new TreeMap<>();
    classes()
        .forEach(
            (name, bytes) -> classes.put(name.startsWith("__") ? name : "pets/" + name, bytes));
    classes.remove("pets/loose.png");
    try (PictureSource pets = PictureSource.open(write("pets.zip", Fixtures.zip(classes)))) {
      assertThat(pets.classes()).containsExactly("cat", "dog");
    }
    Map<String, byte[]> list = new TreeMap<>();
    listed().forEach((name, bytes) -> list.put("set/" + name, bytes));
    try (PictureSource set = PictureSource.open(write("list.zip", Fixtures.zip(list)))) {
      assertThat(set.name(0)).isEqualTo("set/x/b.png");
      assertThat(set.get(0).captions()).containsExactly("a red circle", "a circle in red");
    }
    Map<String, byte[]> one = Map.of("cat/a/1.png", Fixtures.png(1, 2, 2));
    try (PictureSource single = PictureSource.open(write("one.zip", Fixtures.zip(one)))) {
      assertThat(single.classes()).containsExactly("cat"); // one class, its pictures deeper
    }
  }

  private static final String LIST =
      """
      {"image": "x/b.png", "caption": "a red circle", "class": "round"}
      {"file_name": "a.png", "text": " two squares ", "licence": 3}

      {"image": "x/b.png", "captions": ["a circle in red", ""]}
      {"image": "gone.png", "caption": "nothing"}
      """;

  private static Map<String, byte[]> listed() {
    Map<String, byte[]> files = new TreeMap<>();
    files.put("x/b.png", Fixtures.png(1, 3, 3));
    files.put("a.png", Fixtures.png(2, 3, 3));
    files.put("unlisted.png", Fixtures.png(3, 3, 3));
    files.put("captions.jsonl", text(LIST));
    return files;
  }

  @ParameterizedTest
  @ValueSource(strings = {"folder", "archive", "list"})
  void aListSaysWhichPicturesThereAreAndWhatTheyShow(String form) throws IOException {
    Path path =
        switch (form) {
          case "archive" -> write("captions.zip", Fixtures.zip(listed()));
          case "folder" -> Fixtures.folder(temporary.resolve("set"), listed());
          default -> Fixtures.folder(temporary.resolve("set"), listed()).resolve("captions.jsonl");
        };
    try (PictureSource source = PictureSource.open(path)) {
      assertThat(source.size()).isEqualTo(3);
      assertThat(source.classes()).containsExactly("round");
      Picture first = source.get(0);
      assertThat(first.name()).isEqualTo("x/b.png");
      assertThat(first.label()).isZero();
      assertThat(first.captions()).containsExactly("a red circle", "a circle in red");
      assertThat(source.get(1).captions()).containsExactly("two squares");
      assertThat(source.get(1).label()).isEqualTo(Picture.UNLABELLED);
      assertThatThrownBy(() -> source.get(2))
          .isInstanceOf(FileFormatException.class)
          .hasMessageContaining("gone.png")
          .hasMessageContaining("the picture that the list names; got no such file");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"image\": \"../secret.png\"}",
        "{\"image\": \"/etc/passwd\"}",
        "{\"image\": \"a/../../b.png\"}",
        "{\"image\": \"C:/b.png\"}",
        "{\"image\": \"a\\\\b.png\"}",
        "{\"caption\": \"no image\"}",
        "{\"image\": 3}",
        "[\"a.png\"]",
        "{\"image\": \"a.png\", \"caption\": 7}",
        "{\"image\": \"a.png\", \"captions\": \"one\"}",
        "{\"image\": \"a.png\", \"captions\": [null]}",
        "{\"image\": \"a.png\"} trailing",
        "{\"image\": \"ok.png\", \"class\": \"b\"}"
      })
  void aLineThatIsNotAPictureIsRefusedWithItsNumber(String line) {
    byte[] list = text("{\"image\": \"ok.png\", \"class\": \"a\"}\n" + line + "\n");
    assertThatThrownBy(() -> CaptionList.parse("captions.jsonl", list))
        .isInstanceOf(FileFormatException.class)
        .hasMessageStartingWith("read captions.jsonl, line 2: ");
  }

  @Test
  void aListWhosePicturesAreElsewhereIsRefused() throws IOException {
    Path list = write("c.jsonl", text("{\"image\": \"far/away.png\"}"));
    assertThatThrownBy(() -> PictureSource.open(list))
        .hasMessageContaining("none that is there; the first is far/away.png");
    Files.write(list, text("\n"));
    assertThatThrownBy(() -> PictureSource.open(list)).hasMessageContaining("got an empty list");
  }

  @Test
  void cifarIsReadFromItsBatches() throws IOException {
    Path folder = temporary.resolve("cifar-10-batches-bin");
    byte[] first = Fixtures.cifar(1, 3);
    Fixtures.folder(
        folder,
        Map.of(
            "data_batch_2.bin", Fixtures.cifar(2, 12),
            "data_batch_1.bin", first,
            "test_batch.bin", Fixtures.cifar(3, 2),
            "batches.meta.txt", text("airplane\n")));
    try (PictureSource train = PictureSource.open(folder);
        PictureSource test = PictureSource.open(folder, "test");
        PictureSource one = PictureSource.open(folder.resolve("data_batch_1.bin"))) {
      assertThat(train.size()).isEqualTo(15);
      assertThat(test.size()).isEqualTo(2);
      assertThat(train.name(3)).isEqualTo("data_batch_2.bin#0");
      assertThat(train.classes().get(train.get(14).label())).isEqualTo("automobile");
      assertThat(all(one)).isEqualTo(all(train).subList(0, 3));
      RgbImage image = train.get(2).image();
      int pixel = 7 * 32 + 5;
      for (int c = 0; c < 3; c++) {
        int expected = first[2 * 3073 + 1 + c * 1024 + pixel] & 0xff;
        assertThat(image.rgb(5, 7) >> (16 - 8 * c) & 0xff).isEqualTo(expected);
      }
    }
    Path odd = write("odd.bin", new byte[3074]);
    assertThatThrownBy(() -> PictureSource.open(odd))
        .hasMessageContaining("records of 3073 bytes")
        .hasMessageContaining("got 3074 bytes");
    byte[] label = new byte[3073];
    label[0] = 10;
    try (PictureSource wrong = PictureSource.open(write("label.bin", label))) {
      assertThatThrownBy(() -> wrong.get(0))
          .isInstanceOf(FileFormatException.class)
          .hasMessageContaining("a label of 0 to 9; got 10");
    }
  }

  @ParameterizedTest(name = "compressed: {0}")
  @ValueSource(booleans = {false, true})
  void mnistIsReadFromItsIdxFiles(boolean compressed) throws IOException {
    byte[] pixels = new byte[2 * 3 * 4];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (10 * i);
    }
    byte[] images = Fixtures.idx(pixels, 2, 3, 4);
    byte[] labels = Fixtures.idx(new byte[] {7, 2}, 2);
    String end = compressed ? ".gz" : "";
    Path folder = temporary.resolve("mnist");
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (String part : List.of("train", "t10k")) {
      files.put(part + "-images-idx3-ubyte" + end, compressed ? Fixtures.gzip(images) : images);
      files.put(part + "-labels-idx1-ubyte" + end, compressed ? Fixtures.gzip(labels) : labels);
    }
    Fixtures.folder(folder, files);
    try (PictureSource train = PictureSource.open(folder);
        PictureSource test = PictureSource.open(folder, "test")) {
      assertThat(test.name(1)).isEqualTo("t10k-images-idx3-ubyte" + end + "#1");
      assertThat(all(train)).extracting(Picture::label).containsExactly(7, 2);
      assertThat(train.classes()).hasSize(10);
      RgbImage second = train.get(1).image();
      assertThat(second.width()).isEqualTo(4);
      assertThat(second.height()).isEqualTo(3);
      assertThat(second.rgb(1, 2)).isEqualTo(0x010101 * (10 * 21 & 0xff));
    }
    assertThatThrownBy(() -> PictureSource.open(folder, "validation"))
        .hasMessageContaining("no file for 'validation'");
    Files.write(folder.resolve("train-labels-idx1-ubyte"), Fixtures.idx(new byte[3], 3));
    assertThatThrownBy(() -> PictureSource.open(folder))
        .hasMessageContaining("one label for each of 2 pictures; got 3");
  }

  @Test
  void anIdxFileThatAnnouncesMoreThanItHasCostsNoMemory() throws IOException {
    write("train-labels-idx1-ubyte", Fixtures.idx(new byte[1], 1));
    Path images = temporary.resolve("train-images-idx3-ubyte");
    for (int[] extents :
        new int[][] {
          {Integer.MAX_VALUE, 65_535, 65_535},
          {1, 28, 28},
          {30_000, 100, 100},
          {-1, 2, 2},
          {1, 0, 1}
        }) {
      Files.write(images, Fixtures.idx(new byte[5], extents));
      assertThatThrownBy(() -> PictureSource.open(images)).isInstanceOf(FileFormatException.class);
    }
    Files.delete(images);
    Path zeros =
        write("train-images-idx3-ubyte.gz", Fixtures.gzip(Fixtures.idx(new byte[9], 9, 9, 9)));
    assertThatThrownBy(() -> PictureSource.open(zeros)).hasMessageContaining("729 bytes");
  }

  @Test
  void theShapesWorldIsASourceWithoutEnd() throws IOException {
    try (PictureSource train = PictureSource.shapes(5, Split.TRAIN);
        PictureSource few = train.range(10, 14)) {
      assertThat(train.endless()).isTrue();
      Picture picture = train.get(12);
      assertThat(picture.captions())
          .containsExactly(new ShapesWorld(5).example(Split.TRAIN, 12).caption());
      assertThat(few.size()).isEqualTo(4);
      assertThat(few.get(2)).isEqualTo(picture);
      assertThatThrownBy(() -> few.get(4)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> train.get(-1)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> few.range(1, 5)).hasMessageContaining("within 4 pictures");
      float[] drawn =
          new ShapesWorld(5).example(Split.TRAIN, 12).inReadingOrder().picture(); // (64,64,3)
      float[] read = picture.image().toFloats();
      for (int i = 0; i < drawn.length; i++) {
        assertThat((read[i] + 1) / 2).isBetween(drawn[i] - 0.5f / 254, drawn[i] + 0.5f / 254);
      }
      Path folder = temporary.resolve("written");
      Fixtures.folder(folder, Map.of("a.png", Png.encode(picture.image(), List.of())));
      try (PictureSource written = PictureSource.open(folder)) {
        assertThat(written.get(0).image()).isEqualTo(picture.image());
      }
    }
  }

  @Test
  void whatIsNoneOfTheFormsIsToldWhatWasExpected() throws IOException {
    Path empty = Files.createDirectory(temporary.resolve("empty"));
    assertThatThrownBy(() -> PictureSource.open(empty))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining("pictures .png, .jpg or .jpeg")
        .hasMessageContaining("got 0 files, no picture among them");
    Path other = write("model.safetensors", text("something else"));
    assertThatThrownBy(() -> PictureSource.open(other))
        .hasMessageContaining("a folder or .zip of pictures, a list .jsonl");
    assertThatThrownBy(() -> PictureSource.open(other, "train"))
        .hasMessageContaining("of which to take the part 'train'");
    assertThatThrownBy(() -> PictureSource.open(temporary.resolve("none")))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("got none — check the path");
    Path two =
        Fixtures.folder(temporary.resolve("two"), Map.of("a.jsonl", text(""), "b.jsonl", text("")));
    assertThatThrownBy(() -> PictureSource.open(two))
        .hasMessageContaining("one list of captions; got a.jsonl, b.jsonl");
  }

  @Test
  void aDamagedPictureIsNamed() throws IOException {
    Map<String, byte[]> files = new TreeMap<>(classes());
    files.put("cat/z.PNG", text("GIF89a"));
    files.put("cat/a/deep.txt", new byte[] {(byte) 0xff, 0x41});
    try (PictureSource source =
        PictureSource.open(Fixtures.folder(temporary.resolve("p"), files))) {
      assertThatThrownBy(() -> source.get(0))
          .isInstanceOf(FileFormatException.class)
          .hasMessageContaining("cat/a/deep.txt: captions in UTF-8");
      assertThatThrownBy(() -> source.get(1))
          .isInstanceOf(FileFormatException.class)
          .hasMessageContaining("cat/z.PNG")
          .hasMessageContaining("a PNG or JPEG file; got GIF");
      assertThat(source.get(2).label()).isEqualTo(1);
    }
  }

  @Test
  void thePublishedArchiveIsReadInPlace() throws IOException {
    Path zip = Fixtures.published("cifar10-jpeg.zip");
    try (PictureSource train = PictureSource.open(zip);
        PictureSource test = PictureSource.open(zip, "test")) {
      assertThat(train.size()).isEqualTo(50_000);
      assertThat(test.size()).isEqualTo(10_000);
      assertThat(train.classes()).hasSize(10).isSorted().isEqualTo(test.classes());
      assertThat(train.get(49_999))
          .extracting(Picture::name, Picture::label)
          .containsExactly("train/truck/4999.jpg", 9);
      assertThat(train.get(0).image().width()).isEqualTo(32);
    }
  }
}
