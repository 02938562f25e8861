package io.nextscale.tensor.io;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * NumPy's format of one array: a magic string, a header that is a Python dictionary with the keys
 * {@code descr}, {@code fortran_order} and {@code shape}, and the elements. An {@code .npz} file is
 * a zip archive of such files.
 *
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">The format,
 *     versions 1 to 3</a>
 */
final class NpyReader {

  static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final long MAX_HEADER = 1 << 20;
  private static final String SUFFIX = ".npy";

  private final String source;
  private final MemorySegment file;

  NpyReader(String source, MemorySegment file) {
    this.source = source;
    this.file = file;
  }

  /** The contents of an {@code .npy} file: one tensor. */
  Contents npy() throws FileFormatException {
    SequencedMap<String, Stored> tensors = new LinkedHashMap<>();
    tensors.put(TensorFile.ONLY, array(TensorFile.ONLY, 0, file.byteSize(), null));
    return contents(TensorFile.Format.NPY, tensors);
  }

  /** The contents of an {@code .npz} file, as {@code np.savez} writes it. */
  Contents npz(SequencedMap<String, ZipDirectory.Entry> entries) throws FileFormatException {
    SequencedMap<String, Stored> tensors = new LinkedHashMap<>();
    for (ZipDirectory.Entry entry : entries.values()) {
      String name = entry.name();
      if (!name.endsWith(SUFFIX)) {
        throw refused(
            "arrays only in the archive",
            "'" + FileFormatException.quote(name) + "'",
            "this is neither a PyTorch checkpoint nor a file of np.savez");
      }
      entry.inPlace(source);
      String array = name.substring(0, name.length() - SUFFIX.length());
      tensors.put(
          array, array(array, entry.offset(), entry.offset() + entry.size(), entry.checksum()));
    }
    return contents(TensorFile.Format.NPZ, tensors);
  }

  private static Contents contents(TensorFile.Format format, SequencedMap<String, Stored> tensors) {
    return new Contents(
        format, tensors, Map.of(), new Json.Obj(new LinkedHashMap<>()), new LinkedHashSet<>());
  }

  private Stored array(String name, long from, long to, @Nullable Checksum checksum)
      throws FileFormatException {
    Cursor at = new Cursor(source, file, from, to);
    for (byte b : MAGIC) {
      if (at.u8() != (b & 0xff)) {
        throw at.refused("an array of NumPy", "something else");
      }
    }
    int version = at.u8();
    at.skip(1);
    if (version < 1 || version > 3) {
      throw at.refused("version 1, 2 or 3 of the npy format", version + "");
    }
    long length = version == 1 ? at.u16() : at.u32();
    if (length > MAX_HEADER) {
      throw at.refused("a header of at most " + MAX_HEADER + " bytes", length + "");
    }
    String text = new String(at.bytes(length), StandardCharsets.UTF_8);
    Map<String, Object> header = new Literal(text).dictionary();
    if (!(header.get("descr") instanceof String descr)
        || !(header.get("fortran_order") instanceof Boolean fortran)
        || !(header.get("shape") instanceof List<?> shape)
        || header.size() != 3) {
      throw at.refused(
          "descr, fortran_order and shape in the header",
          "'" + FileFormatException.quote(text) + "'");
    }
    ElementType type = type(descr);
    List<Long> extents = shape.stream().map(Long.class::cast).toList();
    long elements = Stored.elements(source, name, extents);
    if (elements > at.remaining() || elements * type.sizeBytes() != at.remaining()) {
      throw at.refused(
          "elements of " + type.sizeBytes() + " bytes for " + extents, at.remaining() + " bytes");
    }
    List<Long> strides = Stored.rowMajor(extents);
    if (fortran) {
      strides = Stored.rowMajor(extents.reversed()).reversed();
    }
    return new Stored(type, extents, strides, at.position(), checksum);
  }

  private ElementType type(String descr) throws FileFormatException {
    String code = descr.length() < 2 ? "" : descr.substring(1);
    ElementType type = ElementType.byNumpyCode(code);
    boolean little = descr.startsWith("<") || descr.startsWith("|") || descr.startsWith("=");
    if (type == null || (!little && type.sizeBytes() > 1)) {
      throw refused(
          "elements in little-endian floats or integers",
          "'" + FileFormatException.quote(descr) + "'",
          "save a.astype('<f4')");
    }
    return type;
  }

  private FileFormatException refused(String expected, String got, String remedy) {
    return new FileFormatException(source, expected, got, remedy);
  }

  /**
   * The part of Python's syntax that the header uses: {@code {'descr': '<f4', 'fortran_order':
   * False, 'shape': (3, 4), }}.
   */
  private final class Literal {
    private final String text;
    private int at;

    Literal(String text) {
      this.text = text;
    }

    /** Text as String, flags as Boolean, the tuple as a list of Long. */
    Map<String, Object> dictionary() throws FileFormatException {
      Map<String, Object> values = new HashMap<>();
      expect('{');
      while (!skip('}')) {
        String key = string();
        expect(':');
        if (values.put(key, value()) != null) {
          throw unexpected("each key once");
        }
        if (!skip(',')) {
          expect('}');
          break;
        }
      }
      space();
      if (at < text.length()) {
        throw unexpected("the end of the header");
      }
      return values;
    }

    private Object value() throws FileFormatException {
      space();
      if (word("True")) {
        return true;
      } else if (word("False")) {
        return false;
      } else if (skip('(')) {
        return tuple();
      }
      return string();
    }

    private List<Long> tuple() throws FileFormatException {
      List<Long> items = new ArrayList<>();
      while (!skip(')')) {
        space();
        int start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
          at++;
        }
        if (at == start || at - start > 18 || items.size() == Stored.MAX_RANK) {
          throw unexpected("a tuple of numbers");
        }
        items.add(Long.parseLong(text.substring(start, at)));
        word("L"); // Python 2 marked long integers
        if (!skip(',')) {
          expect(')');
          break;
        }
      }
      return items;
    }

    private String string() throws FileFormatException {
      space();
      char quote = at < text.length() ? text.charAt(at) : ' ';
      int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
      if (end < 0) {
        throw unexpected("text in quotes (structured types are not read)");
      }
      String value = text.substring(at + 1, end);
      at = end + 1;
      return value;
    }

    private boolean word(String word) {
      boolean found = text.startsWith(word, at);
      at += found ? word.length() : 0;
      return found;
    }

    private void space() {
      while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\n')) {
        at++;
      }
    }

    private boolean skip(char c) {
      space();
      boolean found = at < text.length() && text.charAt(at) == c;
      at += found ? 1 : 0;
      return found;
    }

    private void expect(char c) throws FileFormatException {
      if (!skip(c)) {
        throw unexpected("'" + c + "' in the header");
      }
    }

    private FileFormatException unexpected(String expected) {
      return refused(
          expected,
          "'" + FileFormatException.quote(text.substring(Math.min(at, text.length()))) + "'",
          "the file is damaged: save it again");
    }
  }
}
