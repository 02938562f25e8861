package io.nextscale.cli.download;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** The Hub's cache on disk; the layout is drawn in this package's description. */
record HubCache(Path root) {

  /** The most a reference may hold: a commit and a line end, with room to spare. */
  private static final int MAX_REF_BYTES = 1024;

  private Path repo(HubFile file) {
    return root.resolve("models--" + file.repo().replace("/", "--"));
  }

  Path blob(HubFile file, String etag) {
    return repo(file).resolve("blobs").resolve(etag);
  }

  Path incomplete(HubFile file, String etag) {
    return repo(file).resolve("blobs").resolve(etag + ".nextscale.incomplete");
  }

  Path lock(HubFile file, String etag) {
    return root.resolve(".locks").resolve(repo(file).getFileName()).resolve(etag + ".lock");
  }

  Path pointer(HubFile file, String commit) {
    return repo(file).resolve("snapshots").resolve(commit).resolve(file.name());
  }

  private Path ref(HubFile file) {
    return repo(file).resolve("refs").resolve(file.revision());
  }

  /** The file at its revision, or else the newest copy of any revision. */
  Optional<Path> find(HubFile file) {
    Optional<Path> current = atRevision(file);
    if (current.isPresent()) {
      return current;
    }
    Path snapshots = repo(file).resolve("snapshots");
    if (!Files.isDirectory(snapshots)) {
      return Optional.empty();
    }
    try (Stream<Path> commits = Files.list(snapshots)) {
      List<Path> found =
          commits.map(c -> c.resolve(file.name())).filter(Files::isRegularFile).toList();
      return found.stream().max(Comparator.comparingLong(p -> p.toFile().lastModified()));
    } catch (IOException e) {
      return Optional.empty(); // a cache that cannot be read holds nothing for us
    }
  }

  /** The file at exactly this revision. */
  Optional<Path> atRevision(HubFile file) {
    return commit(file).map(c -> pointer(file, c)).filter(Files::isRegularFile);
  }

  private Optional<String> commit(HubFile file) {
    if (HubFile.isCommit(file.revision())) {
      return Optional.of(file.revision());
    }
    Path ref = ref(file);
    try {
      if (!Files.isRegularFile(ref) || Files.size(ref) > MAX_REF_BYTES) {
        return Optional.empty();
      }
      String commit = Files.readString(ref, StandardCharsets.ISO_8859_1).strip();
      return Optional.of(commit).filter(HubFile::isCommit);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * Makes the blob known as the file at this commit, and the commit as the revision: a relative
   * link where the file system has links, a second name for the same bytes or the bytes themselves
   * where it does not.
   */
  Path publish(HubFile file, String commit, String etag, Links links) throws IOException {
    Path blob = blob(file, etag);
    Path pointer = pointer(file, commit);
    Path folder = folder(pointer);
    Files.createDirectories(folder);
    if (Files.isRegularFile(blob)) {
      // Made beside and renamed, so that a reader finds the old file or the new one.
      Path fresh = beside(pointer);
      Path target = folder.relativize(blob);
      if (links.make(fresh, target, blob)) {
        moveOrDelete(fresh, pointer);
      } else {
        moveOnce(blob, pointer);
      }
    }
    if (!HubFile.isCommit(file.revision())) {
      Path ref = ref(file);
      Files.createDirectories(folder(ref));
      Path fresh = beside(ref);
      Files.writeString(fresh, commit);
      moveOrDelete(fresh, ref);
    }
    return pointer;
  }

  /**
   * A new name beside a file, of no one else: several threads or processes may publish the same
   * file at the same moment, and each must rename what it wrote itself.
   */
  static Path beside(Path file) {
    return file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".new");
  }

  /** Renames over whatever is there, and leaves nothing beside it when that cannot be done. */
  static void moveOrDelete(Path fresh, Path to) throws IOException {
    try {
      move(fresh, to);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  /** Renames, unless another publisher of the same blob has done so a moment ago. */
  private static void moveOnce(Path blob, Path pointer) throws IOException {
    try {
      move(blob, pointer);
    } catch (NoSuchFileException e) {
      if (!Files.isRegularFile(pointer)) {
        throw e;
      }
    }
  }

  /** The folder of a file whose path has one. */
  static Path folder(Path file) {
    return Objects.requireNonNull(file.getParent(), () -> file + " is in no folder");
  }

  /** Renames over whatever is there. */
  static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException | FileAlreadyExistsException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Ways to give a blob a second name. */
  @FunctionalInterface
  interface Links {

    /**
     * Makes {@code link} a name of {@code blob}, whose path from the link's folder is {@code
     * target}.
     *
     * @return false where the file system has no links
     */
    boolean make(Path link, Path target, Path blob) throws IOException;

    /** Symbolic links, or else hard links. */
    static boolean ofFileSystem(Path link, Path target, Path blob) {
      try {
        Files.createSymbolicLink(link, target);
        return true;
      } catch (UnsupportedOperationException | IOException e) {
        // Windows without developer mode, FAT, some network drives
      }
      try {
        Files.createLink(link, blob);
        return true;
      } catch (UnsupportedOperationException | IOException e) {
        return false;
      }
    }
  }
}
