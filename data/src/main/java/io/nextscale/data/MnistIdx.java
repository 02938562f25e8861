package io.nextscale.data;

import io.nextscale.image.RgbImage;
import io.nextscale.tensor.io.FileFormatException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Pictures in grey and their labels in two files of the idx format, as MNIST and its kin come: a
 * magic number {@code 00 00 08 d} for bytes in d dimensions, d extents as big-endian integers, the
 * bytes. Files may be compressed by gzip; both are held in memory.
 *
 * @see <a href="http://yann.lecun.com/exdb/mnist/">The MNIST database</a>
 */
final class MnistIdx implements PictureSource {

  /** The most bytes of pixels. */
  private static final int MAX_BYTES = 1 << 30;

  /** Deflate makes at most so many bytes of one. */
  private static final long MAX_EXPANSION = 1032;

  /** {@code train-images-idx3-ubyte}, also with a dot before idx3, also compressed. */
  private static final Pattern IMAGES = Pattern.compile("(.*)images([-.])idx3-ubyte(\\.gz)?");

  /** Digits have ten classes even where a file lacks some. */
  private static final int DIGITS = 10;

  private final String what;
  private final String file;
  private final Bytes images; // (N,h,w)
  private final Bytes labels; // (N)
  private final List<String> classes;

  /** The content of an idx file. */
  private record Bytes(int[] extents, byte[] values) {}

  private MnistIdx(String what, String file, Bytes images, Bytes labels) {
    this.what = what;
    this.file = file;
    this.images = images;
    this.labels = labels;
    int most = DIGITS - 1;
    for (byte label : labels.values()) {
      most = Math.max(most, label & 0xff);
    }
    this.classes = IntStream.rangeClosed(0, most).mapToObj(String::valueOf).toList();
  }

  /** Whether a name is that of a file of images. */
  static boolean isName(String file) {
    return IMAGES.matcher(file).matches();
  }

  /** Whether a folder holds files of images. */
  static boolean isIn(Path folder) throws IOException {
    return !files(folder, "").isEmpty();
  }

  private static List<Path> files(Path folder, String start) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(Files::isRegularFile)
          .filter(file -> isName(name(file)) && name(file).startsWith(start))
          .sorted()
          .toList();
    }
  }

  /**
   * The pictures for training or for testing of a folder.
   *
   * @param part {@code train} or {@code test}, whose files are called {@code t10k}
   */
  static MnistIdx open(Path folder, String part) throws IOException {
    List<Path> files =
        switch (part) {
          case "train" -> files(folder, "train");
          case "test" -> files(folder, "t");
          default -> List.<Path>of();
        };
    List<Path> found =
        files.stream().filter(f -> part.equals("train") || !name(f).startsWith("train")).toList();
    if (found.isEmpty()) {
      throw new FileFormatException(
          folder.toString(),
          "train-images-idx3-ubyte for train or t10k-images-idx3-ubyte for test, also .gz",
          "no file for '" + FileFormatException.quote(part) + "'",
          "download all four files of MNIST");
    }
    return open(found.getFirst());
  }

  /**
   * The pictures of one file, with the labels of the file beside it.
   *
   * @throws FileFormatException when either is damaged, or they do not belong together
   */
  static MnistIdx open(Path file) throws IOException {
    Matcher name = IMAGES.matcher(name(file));
    if (!name.matches()) {
      throw new FileFormatException(file.toString(), "a name such as train-images-idx3-ubyte", "");
    }
    String plain = name.group(1) + "labels" + name.group(2) + "idx1-ubyte";
    Path beside = file.resolveSibling(plain);
    Path labels = Files.exists(beside) ? beside : file.resolveSibling(plain + ".gz");
    if (!Files.exists(labels)) {
      throw new FileFormatException(
          file.toString(), "labels beside it, " + plain, "no such file", "download it as well");
    }
    Bytes pixels = read(file, 3);
    Bytes numbers = read(labels, 1);
    if (pixels.extents()[0] != numbers.extents()[0]) {
      throw new FileFormatException(
          labels.toString(),
          "one label for each of " + pixels.extents()[0] + " pictures",
          numbers.extents()[0] + "",
          "download both again");
    }
    return new MnistIdx(file.toString(), name(file), pixels, numbers);
  }

  private static Bytes read(Path path, int rank) throws IOException {
    boolean compressed = name(path).endsWith(".gz");
    long available = Files.size(path) * (compressed ? MAX_EXPANSION : 1);
    try (InputStream file = new BufferedInputStream(Files.newInputStream(path));
        InputStream in = compressed ? new GZIPInputStream(file) : file) {
      int headerSize = Integer.BYTES * (1 + rank);
      ByteBuffer header = ByteBuffer.wrap(in.readNBytes(headerSize));
      if (header.remaining() < headerSize || header.getInt() != (0x0800 | rank)) {
        throw new FileFormatException(
            path.toString(),
            "an idx file of bytes in " + rank + " dimensions, beginning with 00 00 08 0" + rank,
            "another beginning",
            "download it again");
      }
      int[] extents = new int[rank];
      long size = 1;
      for (int axis = 0; axis < rank; axis++) {
        extents[axis] = header.getInt();
        boolean side = axis > 0;
        if (extents[axis] < 1 || (side && extents[axis] > RgbImage.MAX_SIDE)) {
          throw refused(path, "extents of at least 1, pictures of sides to 65535", extents[axis]);
        }
        size *= extents[axis]; // below 2^31 · 2^16 · 2^16
        if (side && axis == rank - 1 && size / extents[0] > RgbImage.MAX_PIXELS) {
          throw refused(path, "pictures of at most 100 megapixels", size / extents[0]);
        }
      }
      if (size > MAX_BYTES || size > available) {
        throw refused(
            path, "as many bytes as it says, and at most " + MAX_BYTES, size + " announced");
      }
      byte[] values = in.readNBytes((int) size);
      if (values.length < size || in.read() >= 0) {
        throw refused(
            path, size + " bytes after its header", values.length < size ? values.length : "more");
      }
      return new Bytes(extents, values);
    } catch (ZipException | EOFException e) {
      throw refused(path, "an intact gzip file", "a damaged one");
    }
  }

  private static FileFormatException refused(Path path, String expected, Object got) {
    return new FileFormatException(path.toString(), expected, got + "", "download it again");
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  @Override
  public long size() {
    return images.extents()[0];
  }

  @Override
  public List<String> classes() {
    return classes;
  }

  @Override
  public String name(long index) {
    return file + "#" + Objects.checkIndex(index, size());
  }

  @Override
  public Picture get(long index) {
    String name = name(index);
    int height = images.extents()[1];
    int width = images.extents()[2];
    byte[] rgb = new byte[3 * height * width]; // (h,w,3)
    int from = (int) index * height * width;
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = images.values()[from + i / 3];
    }
    RgbImage image = RgbImage.of(rgb, height, width);
    return new Picture(name, image, labels.values()[(int) index] & 0xff, List.of());
  }

  @Override
  public String describe() {
    return what + ": " + size() + " pictures in " + classes.size() + " classes";
  }

  @Override
  public void close() {}
}
