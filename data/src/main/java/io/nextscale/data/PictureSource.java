package io.nextscale.data;

import io.nextscale.shapes.ShapesWorld;
import io.nextscale.shapes.Split;
import io.nextscale.tensor.io.FileFormatException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Pictures by number, 0 .. size − 1, or without end.
 *
 * <pre>{@code
 * try (PictureSource pictures = PictureSource.open(Path.of("flowers.zip"))) {
 *   Picture first = pictures.get(0);
 * }
 * }</pre>
 *
 * <p>The same number gives the same picture each time, whatever was asked before; any thread may
 * ask.
 */
public interface PictureSource extends AutoCloseable {

  /** The size of a source that has a picture for every number. */
  long ENDLESS = Long.MAX_VALUE;

  /**
   * How many pictures there are, at least one; {@link #ENDLESS} when there is one for each number.
   */
  long size();

  /** The names of the classes by label, sorted; none when pictures have no labels. */
  List<String> classes();

  /** What picture {@code index} is called, without reading it. */
  String name(long index);

  /**
   * Picture {@code index}.
   *
   * @throws FileFormatException when this picture is damaged; others may be fine
   * @throws IOException when the source cannot be read any more
   * @throws IndexOutOfBoundsException when there is none of this number
   */
  Picture get(long index) throws IOException;

  /** One line for people: what this is and how much of it there is. */
  String describe();

  /** Releases files that are open. */
  @Override
  void close() throws IOException;

  /** Whether there is a picture for every number. */
  default boolean endless() {
    return size() == ENDLESS;
  }

  /**
   * Pictures {@code from .. to − 1} of this source as a source of their own, numbered from 0.
   * Closing it closes this one.
   *
   * @throws IndexOutOfBoundsException unless {@code 0 <= from < to <= size()}
   */
  default PictureSource range(long from, long to) {
    return new PictureRange(this, from, to);
  }

  /**
   * The pictures of a file or folder, of the part for training where there are parts: {@link
   * #open(Path, String)} with {@code train} when it has such a part, and all of it otherwise.
   *
   * @throws FileFormatException when it is none of the forms; the message says what was expected
   * @throws IOException when it is not there or cannot be read
   */
  static PictureSource open(Path path) throws IOException {
    return PictureFormats.open(path, null);
  }

  /**
   * A part of the pictures of a file or folder. The form is recognised by what is there:
   *
   * <ul>
   *   <li>a folder or {@code .zip} of PNG and JPEG files: folders at the top are classes, or parts
   *       such as {@code train} and {@code test} with the classes in them; {@code name.txt} beside
   *       {@code name.png} holds captions, one a line;
   *   <li>a list {@code .jsonl}, itself or in such a folder or archive, with lines such as {@code
   *       {"image": "a/b.png", "caption": "a red circle"}};
   *   <li>a folder with CIFAR-10's {@code data_batch_1.bin} .. or one such file;
   *   <li>a folder with MNIST's {@code train-images-idx3-ubyte} and labels, also {@code .gz}, or
   *       the file of images.
   * </ul>
   *
   * <p>{@code docs/data.md} of the project has examples of each.
   *
   * @param part the name of a folder at the top, or {@code train} or {@code test} of CIFAR-10 and
   *     MNIST
   * @throws FileFormatException when it is none of the forms, or there is no such part
   * @throws IOException when it is not there or cannot be read
   */
  static PictureSource open(Path path, String part) throws IOException {
    return PictureFormats.open(path, part);
  }

  /**
   * The shapes world of a seed, without end: picture {@code i} is example {@code i} of the split,
   * 64 x 64 pixels, with its caption; see {@link ShapesWorld}.
   */
  static PictureSource shapes(long seed, Split split) {
    return new ShapesPictures(seed, split, false);
  }

  /**
   * Pictures of the shapes world that are full of things and have no captions, without end: what
   * tokenizers learn forms from; see {@link ShapesWorld#crowd}.
   */
  static PictureSource crowds(long seed, Split split) {
    return new ShapesPictures(seed, split, true);
  }
}
