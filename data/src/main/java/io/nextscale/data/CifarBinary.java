package io.nextscale.data;

import io.nextscale.image.RgbImage;
import io.nextscale.tensor.io.FileFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The binary version of CIFAR-10: files of records of 3073 bytes, a label 0..9 and 32 x 32 pixels
 * as three planes, red, green, blue.
 *
 * @see <a href="https://www.cs.toronto.edu/~kriz/cifar.html">CIFAR-10 and CIFAR-100</a>
 */
final class CifarBinary implements PictureSource {

  static final int SIDE = 32;

  private static final int PLANE = SIDE * SIDE;

  /** Bytes of a picture with its label. */
  static final int RECORD = 1 + 3 * PLANE;

  /** As {@code batches.meta.txt} of the official archive lists them. */
  private static final List<String> CLASSES =
      List.of(
          "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

  private static final String TRAIN = "data_batch_";
  private static final String TEST = "test_batch";

  /** One file; its first picture has number {@code first}. */
  private record Records(String file, FileChannel channel, long first, long count) {}

  private final String what;
  private final List<Records> files;
  private final long size;

  private CifarBinary(String what, List<Records> files) {
    this.what = what;
    this.files = files;
    Records last = files.getLast();
    this.size = last.first() + last.count();
  }

  /** Whether a folder holds files of the official names. */
  static boolean isIn(Path folder) throws IOException {
    return !files(folder, TRAIN).isEmpty() || !files(folder, TEST).isEmpty();
  }

  private static List<Path> files(Path folder, String start) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(Files::isRegularFile)
          .filter(file -> name(file).startsWith(start) && name(file).endsWith(".bin"))
          .sorted()
          .toList();
    }
  }

  /**
   * The pictures for training, {@code data_batch_*.bin} in order, or {@code test_batch.bin}.
   *
   * @param part {@code train} or {@code test}
   */
  static CifarBinary open(Path folder, String part) throws IOException {
    List<Path> files =
        switch (part) {
          case "train" -> files(folder, TRAIN);
          case "test" -> files(folder, TEST);
          default -> List.of();
        };
    if (files.isEmpty()) {
      throw new FileFormatException(
          folder.toString(),
          "data_batch_*.bin for train or test_batch.bin for test",
          "no files for '" + FileFormatException.quote(part) + "'",
          "download the binary version of CIFAR-10 whole");
    }
    return open(folder + " (" + part + ")", files);
  }

  /** The pictures of one file. */
  static CifarBinary open(Path file) throws IOException {
    return open(file.toString(), List.of(file));
  }

  private static CifarBinary open(String what, List<Path> paths) throws IOException {
    List<Records> files = new ArrayList<>();
    try {
      long first = 0;
      for (Path path : paths) {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        long count = channel.size() / RECORD;
        files.add(new Records(path.toString(), channel, first, count));
        if (count == 0 || channel.size() % RECORD != 0) {
          throw new FileFormatException(
              path.toString(),
              "records of " + RECORD + " bytes: a label and 32 x 32 x 3 bytes",
              channel.size() + " bytes",
              "download it again; CIFAR-100 has another form");
        }
        first += count;
      }
      return new CifarBinary(what, List.copyOf(files));
    } catch (Throwable failure) {
      for (Records file : files) {
        file.channel().close();
      }
      throw failure;
    }
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public List<String> classes() {
    return CLASSES;
  }

  @Override
  public String name(long index) {
    Records file = file(index);
    return name(Path.of(file.file())) + "#" + (index - file.first());
  }

  private Records file(long index) {
    Objects.checkIndex(index, size);
    int i = 0;
    while (index >= files.get(i).first() + files.get(i).count()) {
      i++;
    }
    return files.get(i);
  }

  @Override
  public Picture get(long index) throws IOException {
    Records file = file(index);
    ByteBuffer bytes = ByteBuffer.allocate(RECORD);
    long start = (index - file.first()) * RECORD;
    while (bytes.hasRemaining()) {
      if (file.channel().read(bytes, start + bytes.position()) < 0) {
        throw new FileFormatException(
            file.file(), RECORD + " bytes of " + name(index), "the end of the file");
      }
    }
    byte[] values = bytes.array(); // label, (3,32,32)
    if (values[0] < 0 || values[0] >= CLASSES.size()) {
      throw new FileFormatException(
          file.file() + ", " + name(index),
          "a label of 0 to 9",
          (values[0] & 0xff) + "",
          "download it again");
    }
    byte[] rgb = new byte[3 * PLANE]; // (32,32,3)
    for (int i = 0; i < PLANE; i++) {
      for (int c = 0; c < 3; c++) {
        rgb[3 * i + c] = values[1 + c * PLANE + i];
      }
    }
    return new Picture(name(index), RgbImage.of(rgb, SIDE, SIDE), values[0], List.of());
  }

  @Override
  public String describe() {
    return what + ": " + size + " pictures of CIFAR-10 in " + CLASSES.size() + " classes";
  }

  @Override
  public void close() throws IOException {
    for (Records file : files) {
      file.channel().close();
    }
  }
}
