package io.nextscale.cli.download;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The hash of a file as its bytes arrive. A Hub tags large files with their SHA-256 and small ones
 * with git's hash, SHA-1 of {@code "blob SIZE\0"} and the bytes.
 */
final class Checksum {

  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern GIT = Pattern.compile("[0-9a-f]{40}");

  private final String etag;
  private final long size;
  private final MessageDigest sha256 = digest("SHA-256");
  private final @Nullable MessageDigest git;
  private long bytes;

  /**
   * @param etag the Hub's tag
   * @param size of the whole file, or -1
   */
  Checksum(String etag, long size) {
    this.etag = etag;
    this.size = size;
    this.git = GIT.matcher(etag).matches() && size >= 0 ? digest("SHA-1") : null;
    restart();
  }

  private static MessageDigest digest(String name) {
    try {
      return MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java runtime has " + name, e);
    }
  }

  /** Whether an etag is a SHA-256. */
  static boolean isSha256(String etag) {
    return SHA256.matcher(etag).matches();
  }

  /** Forgets all bytes. */
  void restart() {
    bytes = 0;
    sha256.reset();
    if (git != null) {
      git.reset();
      git.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
    }
  }

  void update(byte[] buffer, int n) {
    sha256.update(buffer, 0, n);
    if (git != null) {
      git.update(buffer, 0, n);
    }
    bytes += n;
  }

  /** Reads the whole file. */
  void update(Path file) throws IOException {
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        update(buffer, n);
      }
    }
  }

  /** Bytes so far. */
  long bytes() {
    return bytes;
  }

  /** Whether the tag is a hash that can be compared. */
  boolean isComparable() {
    return isSha256(etag) || git != null;
  }

  /** The hashes of all bytes. */
  Result finish() {
    String own = HexFormat.of().formatHex(sha256.digest());
    if (isSha256(etag)) {
      return new Result(own, etag, own);
    }
    return git == null
        ? new Result(own, "", "")
        : new Result(own, etag, HexFormat.of().formatHex(git.digest()));
  }

  /**
   * @param sha256 of the bytes
   * @param expected the Hub's hash, empty when it has none that can be compared
   * @param found the same hash of the bytes
   */
  record Result(String sha256, String expected, String found) {

    boolean matches() {
      return expected.equals(found);
    }
  }
}
