package io.nextscale.tensor.io;

import io.nextscale.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Writes a safetensors file: a JSON header, and the elements of all tensors without gaps.
 *
 * <p>Tensors are laid out by descending width of their elements, so that all of them are aligned.
 */
public final class SafetensorsWriter extends TensorWriter {

  private static final int ALIGNMENT = 8;

  private SafetensorsWriter(AtomicFile file, SequencedMap<String, Slot> slots) {
    super(file, slots);
  }

  /**
   * Begins a file.
   *
   * @param tensors what will be written; row-scaled entries get their factors by themselves
   * @param metadata text for the header, {@code __metadata__}
   * @throws IllegalArgumentException when a name occurs twice
   */
  public static SafetensorsWriter create(
      Path path, Collection<Entry> tensors, Map<String, String> metadata) throws IOException {
    List<Entry> entries = withScales(tensors);
    entries.sort(Comparator.comparingInt((Entry entry) -> entry.type().sizeBytes()).reversed());
    byte[] header = header(entries, metadata);
    if (header.length > SafetensorsReader.MAX_HEADER) {
      throw new IllegalArgumentException(
          "write "
              + path
              + ": a header of at most "
              + SafetensorsReader.MAX_HEADER
              + " bytes; got "
              + header.length);
    }
    SequencedMap<String, Slot> slots = new LinkedHashMap<>();
    long position = Long.BYTES + header.length;
    for (Entry entry : entries) {
      slots.put(entry.name(), new Slot(entry.type(), entry.extents(), position));
      position += entry.sizeBytes();
    }
    AtomicFile file = AtomicFile.create(path);
    try {
      ByteBuffer start =
          ByteBuffer.allocate(Long.BYTES + header.length).order(ByteOrder.LITTLE_ENDIAN);
      file.write(start.putLong(header.length).put(header).flip(), 0);
      return new SafetensorsWriter(file, slots);
    } catch (Throwable failure) {
      file.close();
      throw failure;
    }
  }

  /** Writes a whole file at once. */
  public static void write(
      Path path, SequencedMap<String, Tensor> tensors, Map<String, String> metadata)
      throws IOException {
    List<Entry> entries = new ArrayList<>();
    tensors.forEach((name, tensor) -> entries.add(Entry.of(name, tensor.shape(), tensor.dtype())));
    try (SafetensorsWriter out = create(path, entries, metadata)) {
      for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
        out.write(tensor.getKey(), tensor.getValue());
      }
      out.finish();
    }
  }

  /** The JSON, filled up with spaces so that the data begin at a multiple of 8 bytes. */
  private static byte[] header(List<Entry> entries, Map<String, String> metadata) {
    Map<String, Object> header = new LinkedHashMap<>();
    if (!metadata.isEmpty()) {
      header.put(SafetensorsReader.METADATA, metadata);
    }
    long at = 0;
    for (Entry entry : entries) {
      long end = at + entry.sizeBytes();
      Map<String, Object> tensor = new LinkedHashMap<>();
      tensor.put("dtype", entry.type().name());
      tensor.put("shape", entry.extents());
      tensor.put("data_offsets", List.of(at, end));
      if (ElementType.byName(entry.type().name()) == null
          || entry.name().equals(SafetensorsReader.METADATA)
          || header.put(entry.name(), tensor) != null) {
        throw new IllegalArgumentException(
            "write: names once, in types of safetensors; got " + entry);
      }
      at = end;
    }
    String json = Json.of(header).write();
    int length = json.getBytes(StandardCharsets.UTF_8).length;
    int padding = Math.floorMod(-length, ALIGNMENT);
    return (json + " ".repeat(padding)).getBytes(StandardCharsets.UTF_8);
  }
}
