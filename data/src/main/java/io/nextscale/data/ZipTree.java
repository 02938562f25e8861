package io.nextscale.data;

import io.nextscale.tensor.io.FileFormatException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * The files of a zip archive, each read where it lies. Nothing is unpacked, so the sizes that an
 * archive claims cost nothing; an entry is read up to the limit of its caller, and its checksum is
 * compared.
 */
final class ZipTree implements FileTree {

  private final String source;
  private final ZipFile zip;
  private final List<String> names;

  private ZipTree(String source, ZipFile zip, List<String> names) {
    this.source = source;
    this.zip = zip;
    this.names = names;
  }

  /**
   * Reads the directory of an archive.
   *
   * @throws FileFormatException when it is damaged, encrypted, compressed by another method than
   *     Deflate, or has an entry twice or one whose name leads out of it
   */
  static ZipTree open(Path path) throws IOException {
    ZipFile zip;
    try {
      zip = new ZipFile(path.toFile());
    } catch (ZipException | EOFException | IllegalArgumentException e) {
      throw new FileFormatException(
          path.toString(),
          "a zip archive without encryption, its entries stored or deflated",
          reason(e),
          "pack it again with an ordinary zip program");
    }
    try {
      return new ZipTree(path.toString(), zip, names(path.toString(), zip));
    } catch (Throwable failure) {
      zip.close();
      throw failure;
    }
  }

  private static List<String> names(String source, ZipFile zip) throws FileFormatException {
    List<String> names = new ArrayList<>();
    Enumeration<? extends ZipEntry> entries = zip.entries();
    while (entries.hasMoreElements()) {
      String name = entries.nextElement().getName();
      boolean folder = name.endsWith("/");
      if (!FileTree.inside(folder ? name.substring(0, name.length() - 1) : name)) {
        throw refused(source, "entries with names inside the archive", name);
      }
      if (!folder) {
        names.add(name);
      }
    }
    Collections.sort(names);
    for (int i = 1; i < names.size(); i++) {
      if (names.get(i).equals(names.get(i - 1))) {
        throw refused(source, "each entry once", names.get(i) + " twice");
      }
    }
    return Collections.unmodifiableList(names);
  }

  private static String reason(Exception e) {
    String message = e.getMessage();
    return message == null ? "one that is cut short" : FileFormatException.quote(message);
  }

  private static FileFormatException refused(String source, String expected, String got) {
    return new FileFormatException(
        source, expected, FileFormatException.quote(got), "pack the folder of pictures again");
  }

  @Override
  public String source() {
    return source;
  }

  @Override
  public List<String> names() {
    return names;
  }

  @Override
  public byte[] read(String name, int most) throws IOException {
    ZipEntry entry = zip.getEntry(name);
    if (entry == null) {
      throw new FileFormatException(full(name), "an entry of the archive", "none");
    }
    if (entry.getSize() > most) {
      throw tooLarge(name, most, entry.getSize() + "");
    }
    byte[] bytes;
    try (InputStream in = zip.getInputStream(entry)) {
      bytes = in.readNBytes(most + 1);
    } catch (ZipException | EOFException e) {
      throw damaged(name, "an intact entry", reason(e));
    }
    if (bytes.length > most) {
      throw tooLarge(name, most, "more");
    }
    CRC32 crc = new CRC32();
    crc.update(bytes);
    if (crc.getValue() != entry.getCrc() || bytes.length != entry.getSize()) {
      throw damaged(
          name,
          entry.getSize() + " bytes with checksum " + Long.toHexString(entry.getCrc()),
          bytes.length + " with " + Long.toHexString(crc.getValue()));
    }
    return bytes;
  }

  private FileFormatException damaged(String name, String expected, String got) {
    return new FileFormatException(full(name), expected, got, "copy or download the archive again");
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
