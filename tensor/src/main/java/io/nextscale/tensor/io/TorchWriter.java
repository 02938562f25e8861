package io.nextscale.tensor.io;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * Writes a plain state dict as {@code torch.save} does since PyTorch 1.6: a zip archive of a pickle
 * and, for every tensor, its elements, stored and aligned to 64 bytes.
 *
 * <p>{@code torch.load(path, weights_only=True)} reads it. The archive has zip64 fields where sizes
 * or positions need them.
 */
public final class TorchWriter extends TensorWriter {

  private static final String TOP = "archive/";
  private static final int ALIGNMENT = 64;
  private static final int LOCAL_SIZE = 30;
  private static final int CENTRAL_SIZE = 46;
  private static final long MAX_32 = 0xfffffffeL;

  /** The version of zip that knows zip64. */
  private static final short VERSION = 45;

  private static final short UTF8_NAMES = 0x0800;

  /** 1980-01-01, the first day zip knows: equal files are equal bytes. */
  private static final int DATE = 0x00210000;

  /** An entry of the archive; its header takes the bytes from {@code header} to {@code data}. */
  private record Part(byte[] name, long header, long data, long size, CRC32 sum) {
    boolean wide() {
      return size > MAX_32;
    }
  }

  private final List<Part> parts;
  private final Map<String, Part> byTensor;

  private TorchWriter(
      AtomicFile file,
      SequencedMap<String, Slot> slots,
      List<Part> parts,
      Map<String, Part> byTensor) {
    super(file, slots);
    this.parts = parts;
    this.byTensor = byTensor;
  }

  /**
   * Begins a file.
   *
   * @param tensors what will be written; row-scaled entries get their factors by themselves
   * @throws IllegalArgumentException when a name occurs twice, or PyTorch has no storage of a type
   */
  public static TorchWriter create(Path path, Collection<Entry> tensors) throws IOException {
    List<Entry> entries = withScales(tensors);
    List<Part> parts = new ArrayList<>();
    Map<String, Part> byTensor = new LinkedHashMap<>();
    SequencedMap<String, Slot> slots = new LinkedHashMap<>();
    byte[] pickle = pickle(entries);
    Part first = add(parts, "data.pkl", pickle.length);
    Part order = add(parts, "byteorder", "little".length());
    for (Entry entry : entries) {
      Part part = add(parts, "data/" + byTensor.size(), entry.sizeBytes());
      byTensor.put(entry.name(), part);
      slots.put(entry.name(), new Slot(entry.type(), entry.extents(), part.data()));
    }
    Part version = add(parts, "version", "3\n".length());
    AtomicFile file = AtomicFile.create(path);
    try {
      put(file, first, pickle);
      put(file, order, "little".getBytes(StandardCharsets.US_ASCII));
      put(file, version, "3\n".getBytes(StandardCharsets.US_ASCII));
      return new TorchWriter(file, slots, parts, byTensor);
    } catch (Throwable failure) {
      file.close();
      throw failure;
    }
  }

  private static Part add(List<Part> parts, String name, long size) {
    byte[] nameBytes = (TOP + name).getBytes(StandardCharsets.US_ASCII);
    long header = parts.isEmpty() ? 0 : parts.getLast().data() + parts.getLast().size();
    // The extra field of at least 4 bytes pads; beyond 4 GiB another one holds the size.
    long least = header + LOCAL_SIZE + nameBytes.length + 4 + (size > MAX_32 ? 20 : 0);
    long data = least + Math.floorMod(-least, ALIGNMENT);
    Part part = new Part(nameBytes, header, data, size, new CRC32());
    parts.add(part);
    return part;
  }

  private static void put(AtomicFile file, Part part, byte[] bytes) throws IOException {
    part.sum().update(bytes);
    file.write(ByteBuffer.wrap(bytes), part.data());
  }

  /** Adds up the checksum on the way. */
  @Override
  TensorFile.ByteSink sink(String name, Slot slot) {
    CRC32 sum = Objects.requireNonNull(byTensor.get(name)).sum();
    TensorFile.ByteSink sink = super.sink(name, slot);
    sum.reset();
    return chunk -> {
      sum.update(chunk.duplicate());
      sink.accept(chunk);
    };
  }

  /** The headers, now that the checksums are known, and the directory. */
  @Override
  void complete(AtomicFile file) throws IOException {
    ByteArrayOutputStream directory = new ByteArrayOutputStream();
    for (Part part : parts) {
      file.write(ByteBuffer.wrap(local(part)), part.header());
      directory.writeBytes(central(part));
    }
    long offset = parts.getLast().data() + parts.getLast().size();
    file.write(ByteBuffer.wrap(directory.toByteArray()), offset);
    file.write(ByteBuffer.wrap(end(directory.size(), offset)), offset + directory.size());
  }

  private static byte[] local(Part part) {
    int extra = (int) (part.data() - part.header()) - LOCAL_SIZE - part.name().length;
    int padding = extra - 4 - (part.wide() ? 20 : 0);
    Fields fields = new Fields();
    fields.i32(0x04034b50).i16(VERSION);
    common(fields, part);
    fields.i16(part.name().length).i16(extra).bytes(part.name());
    if (part.wide()) {
      fields.i16(1).i16(16).i64(part.size()).i64(part.size());
    }
    return fields.i16(0x4246).i16(padding).bytes(new byte[padding]).toBytes();
  }

  private static byte[] central(Part part) {
    boolean far = part.header() > MAX_32;
    int wide = (part.wide() ? 16 : 0) + (far ? 8 : 0);
    Fields fields = new Fields();
    fields.i32(0x02014b50).i16(VERSION).i16(VERSION);
    common(fields, part);
    fields.i16(part.name().length).i16(wide == 0 ? 0 : 4 + wide).i16(0).i64(0);
    fields.i32(far ? -1 : (int) part.header()).bytes(part.name());
    if (wide > 0) {
      fields.i16(1).i16(wide);
      if (part.wide()) {
        fields.i64(part.size()).i64(part.size());
      }
      if (far) {
        fields.i64(part.header());
      }
    }
    return fields.toBytes();
  }

  /** Flags, method, date, checksum and sizes: the same in both headers. */
  private static void common(Fields fields, Part part) {
    int size = part.wide() ? -1 : (int) part.size();
    fields.i16(UTF8_NAMES).i16(0).i32(DATE).i32((int) part.sum().getValue()).i32(size).i32(size);
  }

  private byte[] end(long size, long offset) {
    Fields fields = new Fields();
    boolean wide = offset > MAX_32 || size > MAX_32 || parts.size() >= 0xffff;
    if (wide) {
      fields.i32(0x06064b50).i64(44).i16(VERSION).i16(VERSION).i32(0).i32(0);
      fields.i64(parts.size()).i64(parts.size()).i64(size).i64(offset);
      fields.i32(0x07064b50).i32(0).i64(offset + size).i32(1);
    }
    int count = wide ? -1 : parts.size();
    fields.i32(0x06054b50).i32(0).i16(count).i16(count);
    return fields.i32(wide ? -1 : (int) size).i32(wide ? -1 : (int) offset).i16(0).toBytes();
  }

  /** {@code OrderedDict} of {@code _rebuild_tensor_v2(storage, 0, extents, strides, False, {})}. */
  private static byte[] pickle(List<Entry> entries) {
    Set<String> names = new HashSet<>();
    Fields out = new Fields();
    out.i8(0x80).i8(2).global("collections", "OrderedDict").i8(')').i8('R').i8('(');
    int key = 0;
    for (Entry entry : entries) {
      String storage = entry.type().storageName();
      if (storage == null || !names.add(entry.name())) {
        throw new IllegalArgumentException(
            "write: names once, in types of PyTorch's storages; got " + entry);
      }
      out.text(entry.name()).global("torch._utils", "_rebuild_tensor_v2").i8('(');
      out.i8('(').text("storage").global("torch", storage).text("" + key++).text("cpu");
      out.integer(entry.elements()).i8('t').i8('Q');
      out.integer(0).tuple(entry.extents()).tuple(Stored.rowMajor(entry.extents()));
      out.i8(0x89).global("collections", "OrderedDict").i8(')').i8('R').i8('t').i8('R');
    }
    return out.i8('u').i8('.').toBytes();
  }

  /** Little-endian fields and opcodes one after the other. */
  private static final class Fields {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Fields i8(int value) {
      out.write(value);
      return this;
    }

    Fields i16(int value) {
      return i8(value).i8(value >> 8);
    }

    Fields i32(int value) {
      return i16(value).i16(value >> 16);
    }

    Fields i64(long value) {
      return i32((int) value).i32((int) (value >> 32));
    }

    Fields bytes(byte[] bytes) {
      out.writeBytes(bytes);
      return this;
    }

    Fields global(String module, String name) {
      return bytes(("c" + module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    Fields text(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return i8('X').i32(bytes.length).bytes(bytes);
    }

    Fields integer(long value) {
      return value == (int) value ? i8('J').i32((int) value) : i8(0x8a).i8(8).i64(value);
    }

    Fields tuple(List<Long> values) {
      i8('(');
      values.forEach(this::integer);
      return i8('t');
    }

    byte[] toBytes() {
      return out.toByteArray();
    }
  }
}
