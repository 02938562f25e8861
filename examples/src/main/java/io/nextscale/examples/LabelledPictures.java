package io.nextscale.examples;

import io.nextscale.image.ImageFile;
import io.nextscale.image.ImageFormatException;
import io.nextscale.image.RgbImage;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * The pictures of a zip archive, {@code test/<class>/<name>} ending in {@code .jpg} or {@code
 * .png}, with their classes, read in place. Classes are numbered in alphabetical order; pictures
 * are ordered by their paths.
 */
final class LabelledPictures implements AutoCloseable {

  /** The side of a picture of CIFAR-10. */
  static final int SIDE = 32;

  /** A picture of 32 x 32 pixels is 3 kB as it is; an entry beyond this is something else. */
  private static final int MAX_BYTES = 1 << 20;

  private static final String FOLDER = "test/";

  /**
   * A picture in the archive.
   *
   * @param entry its path
   * @param label the number of its class
   */
  record Item(String entry, int label) {}

  private final Path path;
  private final ZipFile zip;
  private final List<String> classes;
  private final List<Item> items;

  private LabelledPictures(Path path, ZipFile zip, List<String> classes, List<Item> items) {
    this.path = path;
    this.zip = zip;
    this.classes = List.copyOf(classes);
    this.items = List.copyOf(items);
  }

  /**
   * Opens an archive and reads its directory.
   *
   * @throws FileFormatException when it is not a zip archive, or holds no pictures where they are
   *     looked for
   * @throws IOException when there is no such file or it cannot be read
   */
  static LabelledPictures open(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      throw new FileFormatException(
          path.toString(),
          "a zip archive of pictures",
          Files.exists(path) ? "a folder" : "no such file",
          "name it after the weights");
    }
    ZipFile zip;
    try {
      zip = new ZipFile(path.toFile());
    } catch (ZipException e) {
      throw new FileFormatException(
          path.toString(), "a zip archive", String.valueOf(e.getMessage()), "download it again");
    }
    try {
      List<String> entries =
          zip.stream()
              .map(ZipEntry::getName)
              .filter(name -> name.startsWith(FOLDER))
              .filter(name -> name.endsWith(".jpg") || name.endsWith(".png"))
              .filter(name -> name.indexOf('/', FOLDER.length()) > 0)
              .sorted()
              .toList();
      List<String> classes =
          List.copyOf(new TreeSet<>(entries.stream().map(LabelledPictures::folder).toList()));
      List<Item> items =
          entries.stream().map(entry -> new Item(entry, classes.indexOf(folder(entry)))).toList();
      if (items.isEmpty()) {
        throw new FileFormatException(
            path.toString(),
            "pictures " + FOLDER + "<class>/<name>.jpg or .png",
            zip.size() + " entries, none of that form",
            "pack the folder that holds test/");
      }
      return new LabelledPictures(path, zip, classes, items);
    } catch (IOException | RuntimeException e) {
      zip.close();
      throw e;
    }
  }

  private static String folder(String entry) {
    return entry.substring(FOLDER.length(), entry.indexOf('/', FOLDER.length()));
  }

  /** The names of the classes, by number. */
  List<String> classes() {
    return classes;
  }

  /** All pictures. */
  List<Item> items() {
    return items;
  }

  /** So many pictures, evenly spaced over all of them and so over the classes. */
  List<Item> sample(int count) {
    List<Item> sample = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      sample.add(items.get((int) ((long) i * items.size() / count)));
    }
    return sample;
  }

  /**
   * Pictures (B,32,32,3) in [0, 1].
   *
   * @throws FileFormatException when one is not a picture of 32 x 32 pixels
   */
  Tensor load(List<Item> batch) throws IOException {
    int size = SIDE * SIDE * 3;
    float[] values = new float[batch.size() * size];
    for (int b = 0; b < batch.size(); b++) {
      byte[] rgb = decode(batch.get(b).entry()).toBytes(); // (32,32,3)
      for (int i = 0; i < size; i++) {
        values[b * size + i] = (rgb[i] & 0xff) / 255f;
      }
    }
    return Tensor.of(Shape.of(batch.size(), SIDE, SIDE, 3), values);
  }

  private RgbImage decode(String entry) throws IOException {
    String name = path + ", " + FileFormatException.quote(entry);
    byte[] file;
    try (InputStream in = zip.getInputStream(zip.getEntry(entry))) {
      file = in.readNBytes(MAX_BYTES + 1);
    } catch (ZipException | EOFException e) {
      throw new FileFormatException(
          name, "an intact entry", String.valueOf(e.getMessage()), "download the archive again");
    }
    if (file.length > MAX_BYTES) {
      throw new FileFormatException(name, "a file of at most " + MAX_BYTES + " bytes", "more");
    }
    RgbImage image;
    try {
      image = ImageFile.read(file);
    } catch (ImageFormatException e) {
      throw new FileFormatException("read " + name + ": " + e.getMessage());
    }
    if (image.width() != SIDE || image.height() != SIDE) {
      throw new FileFormatException(
          name,
          SIDE + " x " + SIDE + " pixels",
          image.width() + " x " + image.height(),
          "the network is trained on pictures of that size");
    }
    return image;
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
