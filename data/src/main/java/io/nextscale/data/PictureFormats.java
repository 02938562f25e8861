package io.nextscale.data;

import io.nextscale.tensor.io.FileFormatException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Tells the forms of pictures apart by what is there. */
final class PictureFormats {

  private static final byte[] ZIP = {'P', 'K', 3, 4};

  /** An archive of nothing has no first entry. */
  private static final byte[] EMPTY_ZIP = {'P', 'K', 5, 6};

  private PictureFormats() {}

  static PictureSource open(Path path, @Nullable String part) throws IOException {
    if (!Files.exists(path)) {
      throw new NoSuchFileException(
          path.toString(), null, "read " + path + ": a file or folder; got none — check the path");
    }
    return Files.isDirectory(path) ? folder(path, part) : file(path, part);
  }

  private static PictureSource folder(Path path, @Nullable String part) throws IOException {
    if (CifarBinary.isIn(path)) {
      return CifarBinary.open(path, part == null ? "train" : part);
    }
    if (MnistIdx.isIn(path)) {
      return MnistIdx.open(path, part == null ? "train" : part);
    }
    return tree(FolderTree.open(path), part);
  }

  private static PictureSource file(Path path, @Nullable String part) throws IOException {
    Path name = path.getFileName();
    String file = name == null ? "" : name.toString();
    byte[] head = head(path);
    if (Arrays.equals(head, ZIP) || Arrays.equals(head, EMPTY_ZIP)) {
      return tree(ZipTree.open(path), part);
    }
    if (part != null) {
      throw new FileFormatException(
          path.toString(),
          "a folder or zip archive, of which to take the part '" + part + "'",
          "a file of another kind",
          "open the folder it lies in, or leave out the part");
    }
    if (file.endsWith(".jsonl")) {
      Path folder = path.toAbsolutePath().getParent();
      FileTree tree = FolderTree.open(folder == null ? path.toAbsolutePath() : folder);
      return closingOnFailure(tree, () -> PictureTree.listed(tree, file, ""));
    }
    if (MnistIdx.isName(file)) {
      return MnistIdx.open(path);
    }
    if (file.endsWith(".bin")) {
      return CifarBinary.open(path);
    }
    throw new FileFormatException(
        path.toString(),
        "a folder or .zip of pictures, a list .jsonl, a .bin file of CIFAR-10 or an idx file of"
            + " MNIST",
        "a file of another kind",
        "see docs/data.md for the forms that are read");
  }

  private static byte[] head(Path path) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      return in.readNBytes(ZIP.length);
    }
  }

  private static PictureSource tree(FileTree tree, @Nullable String part) throws IOException {
    return closingOnFailure(tree, () -> PictureTree.open(tree, part));
  }

  /** Something that opens the pictures of a tree. */
  @FunctionalInterface
  private interface Opening {
    PictureSource open() throws IOException;
  }

  private static PictureSource closingOnFailure(FileTree tree, Opening opening) throws IOException {
    try {
      return opening.open();
    } catch (Throwable failure) {
      tree.close();
      throw failure;
    }
  }
}
