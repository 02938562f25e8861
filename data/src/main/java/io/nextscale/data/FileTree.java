package io.nextscale.data;

import io.nextscale.tensor.io.FileFormatException;
import java.io.IOException;
import java.util.List;

/** Files below one place: a folder, or a zip archive that is read without unpacking. */
sealed interface FileTree extends AutoCloseable permits FolderTree, ZipTree {

  /** What the place is called in messages. */
  String source();

  /** The files as paths with {@code /} from the top, sorted. */
  List<String> names();

  /**
   * The bytes of a file.
   *
   * @param most how many it may have
   * @throws FileFormatException when it has more, or is damaged
   */
  byte[] read(String name, int most) throws IOException;

  @Override
  void close() throws IOException;

  /** The name of a file for messages. */
  default String full(String name) {
    return source() + ", " + FileFormatException.quote(name);
  }

  /** The complaint about a file of more than {@code most} bytes. */
  default FileFormatException tooLarge(String name, int most, String got) {
    return new FileFormatException(
        full(name), "at most " + most + " bytes", got, "shrink it or take it out");
  }

  /**
   * Whether a path stays where it is: it names files below the top and nothing else on any system.
   */
  static boolean inside(String name) {
    if (name.isEmpty() || name.startsWith("/") || name.indexOf('\\') >= 0 || name.indexOf(0) >= 0) {
      return false;
    }
    for (String part : name.split("/", -1)) {
      if (part.equals("..") || part.equals(".") || part.isEmpty()) {
        return false;
      }
    }
    return !(name.length() > 1 && name.charAt(1) == ':' && Character.isLetter(name.charAt(0)));
  }
}
