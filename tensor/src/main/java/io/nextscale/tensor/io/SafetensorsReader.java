package io.nextscale.tensor.io;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * The header of a safetensors file: 8 bytes with its length, and JSON that gives every tensor its
 * type, extents and byte range. The ranges must cover the rest of the file exactly once, so there
 * is no room for anything else.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">The format</a>
 */
final class SafetensorsReader {

  /** The reference implementation's limit. */
  static final long MAX_HEADER = 100_000_000;

  static final String METADATA = "__metadata__";

  private record Range(String name, long begin, long end) {}

  private final String source;

  SafetensorsReader(String source) {
    this.source = source;
  }

  /** Whether the file may be one: a length that fits, and an opening brace. */
  static boolean matches(String source, MemorySegment file) throws FileFormatException {
    if (file.byteSize() < 10) {
      return false;
    }
    Cursor at = new Cursor(source, file, 0, file.byteSize());
    long length = at.i64();
    return length >= 2 && at.u8() == '{' && (length <= MAX_HEADER || length < file.byteSize());
  }

  Contents read(MemorySegment file) throws FileFormatException {
    Cursor at = new Cursor(source, file, 0, file.byteSize());
    long length = at.i64();
    if (length < 0 || length > MAX_HEADER || length > at.remaining()) {
      throw refused(
          "a header of at most " + Math.min(MAX_HEADER, at.remaining()) + " bytes",
          length + "",
          "the file is incomplete: download it again");
    }
    if (!(Json.parse(source, at.bytes(length)) instanceof Json.Obj header)) {
      throw refused("a JSON object as header", "another value", "write the file again");
    }
    long data = at.position();
    SequencedMap<String, Stored> tensors = new LinkedHashMap<>();
    List<Range> ranges = new ArrayList<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    for (Map.Entry<String, Json> member : header.members().entrySet()) {
      if (member.getKey().equals(METADATA)) {
        metadata(member.getValue(), metadata);
      } else {
        tensors.put(member.getKey(), tensor(member.getKey(), member.getValue(), data, ranges));
      }
    }
    checkCover(ranges, at.remaining());
    return new Contents(
        TensorFile.Format.SAFETENSORS,
        tensors,
        metadata,
        new Json.Obj(new LinkedHashMap<>()),
        new LinkedHashSet<>());
  }

  private void metadata(Json json, Map<String, String> metadata) throws FileFormatException {
    if (!(json instanceof Json.Obj object)) {
      throw refused("an object of text as " + METADATA, "another value", "write the file again");
    }
    for (Map.Entry<String, Json> member : object.members().entrySet()) {
      if (!(member.getValue() instanceof Json.Str(String text))) {
        throw refused(
            "text for '" + FileFormatException.quote(member.getKey()) + "' in " + METADATA,
            FileFormatException.quote(member.getValue().write()),
            "write the file again");
      }
      metadata.put(member.getKey(), text);
    }
  }

  private Stored tensor(String name, Json json, long data, List<Range> ranges)
      throws FileFormatException {
    String what = "tensor '" + FileFormatException.quote(name) + "' with ";
    String typeName = json.at("dtype").orElse(null) instanceof Json.Str(String s) ? s : "none";
    ElementType type = ElementType.byName(typeName);
    if (type == null) {
      throw refused(
          what + "one of the types F64, F32, F16, BF16, I64, …",
          FileFormatException.quote(typeName),
          "convert it to a type of whole bytes");
    }
    List<Long> extents = integers(json, "shape", what);
    List<Long> offsets = integers(json, "data_offsets", what);
    long bytes = Stored.elements(source, name, extents) * type.sizeBytes();
    if (offsets.size() != 2
        || offsets.getFirst() < 0
        || offsets.getLast() < offsets.getFirst()
        || offsets.getLast() - offsets.getFirst() != bytes) {
      throw refused(
          what + bytes + " bytes for " + extents + " of " + type,
          "data_offsets " + FileFormatException.quote(offsets.toString()),
          "the header is damaged: download or write the file again");
    }
    ranges.add(new Range(name, offsets.getFirst(), offsets.getLast()));
    return Stored.contiguous(type, extents, data + offsets.getFirst(), null);
  }

  private List<Long> integers(Json json, String member, String what) throws FileFormatException {
    List<Long> integers = new ArrayList<>();
    if (!(json.at(member).orElse(null) instanceof Json.Arr(List<Json> items))) {
      throw refused(what + "a list '" + member + "'", "none", "write the file again");
    }
    for (Json item : items) {
      if (!(item instanceof Json.Int(long value))) {
        throw refused(
            what + "whole numbers in '" + member + "'",
            FileFormatException.quote(item.write()),
            "write the file again");
      }
      integers.add(value);
    }
    return integers;
  }

  private void checkCover(List<Range> ranges, long size) throws FileFormatException {
    ranges.sort(Comparator.comparingLong(Range::begin).thenComparingLong(Range::end));
    long covered = 0;
    for (Range range : ranges) {
      if (range.begin() != covered) {
        throw refused(
            "tensors one after the other",
            "'"
                + FileFormatException.quote(range.name())
                + "' at "
                + range.begin()
                + " where "
                + covered
                + " follows",
            "the header is damaged: download or write the file again");
      }
      covered = range.end();
    }
    if (covered != size) {
      throw refused(
          covered + " bytes of tensors",
          size + "",
          covered > size
              ? "the file is incomplete: download it again"
              : "the file has more than its header says: write it again");
    }
  }

  private FileFormatException refused(String expected, String got, String remedy) {
    return new FileFormatException(source, expected, got, remedy);
  }
}
