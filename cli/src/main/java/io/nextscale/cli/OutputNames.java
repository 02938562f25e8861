package io.nextscale.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Names of the pictures of a run: a pattern such as {@code out_%03d.png}, or a plain name to which
 * a number is added when there are several pictures.
 */
final class OutputNames {

  private static final String NUMBER = "%0?[0-9]?d";

  private final Path folder; // as given, perhaps empty
  private final String pattern;
  private final boolean numbered;

  /**
   * Checks a name before work begins.
   *
   * @throws UsageException when it is no PNG, its pattern has no single number, the folder is
   *     missing or cannot be written to, or a folder has the name
   */
  OutputNames(Path output, int count) {
    String name = String.valueOf(output.getFileName());
    if (!name.toLowerCase(Locale.ROOT).endsWith(".png")) {
      throw new UsageException(
          "-o: a name that ends in .png; got " + output + " — PNG is what is written");
    }
    Path parent = output.getParent();
    folder = parent == null ? Path.of("") : parent;
    if (!Files.isDirectory(folder.toAbsolutePath())) {
      throw new UsageException("-o: a folder that exists; got " + folder + " — make it first");
    }
    if (!Files.isWritable(folder.toAbsolutePath())) {
      throw new UsageException(
          "-o: a folder that can be written to; got " + folder + " — choose another");
    }
    boolean given = name.contains("%");
    if (given && !name.matches("[^%]*" + NUMBER + "[^%]*")) {
      throw new UsageException("-o: a pattern with one number such as out_%03d.png; got " + output);
    }
    pattern = given || count == 1 ? name : name.substring(0, name.length() - 4) + "_%03d.png";
    numbered = given || count > 1;
    if (Files.isDirectory(path(0))) {
      throw new UsageException("-o: a file; got the folder " + path(0) + " — name a file in it");
    }
  }

  /** The name of picture {@code index}, counted from 0. */
  Path path(int index) {
    return folder.resolve(numbered ? String.format(Locale.ROOT, pattern, index) : pattern);
  }

  /** The name of something that belongs to picture {@code index}. */
  Path beside(int index, String suffix) {
    Path path = path(index);
    String name = String.valueOf(path.getFileName());
    return path.resolveSibling(name.substring(0, name.length() - 4) + suffix + ".png");
  }
}
