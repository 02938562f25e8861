package io.nextscale.tensor.io;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.spi.HostBuffer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeSet;

/**
 * Writes a file one tensor at a time, so that a model is never held twice.
 *
 * <pre>{@code
 * try (TensorWriter out = TensorWriter.create(path, entries, Map.of("format", "pt"))) {
 *   for (Entry entry : entries) {
 *     out.write(entry.name(), weights.get(entry.name()));   // or out.copy(file, entry.name())
 *   }
 *   out.finish();
 * }
 * }</pre>
 *
 * <p>The names, types and extents of all tensors come first, because they are the directory of the
 * file; tensors then follow in any order. Everything goes to a temporary file in the same folder,
 * which takes the place of {@code path} in {@link #finish}: a reader sees the old file or the new
 * one, never a part, and {@link #close} without {@code finish} leaves no trace.
 *
 * <p><b>Weights of 8 bits.</b> A tensor of {@link DType#I8} becomes two: {@code name} of type I8,
 * and {@code name.scale} of type F32 with one factor per row (per index of the first axis); element
 * i of row r stands for {@code value[i] * scale[r]}. {@link TensorFile} joins them again.
 */
public abstract sealed class TensorWriter implements AutoCloseable
    permits SafetensorsWriter, TorchWriter {

  /** What the name of the factors adds to the name of the weight. */
  static final String SCALE = ".scale";

  /** Where a tensor goes: its bytes begin at {@code position} of the file. */
  record Slot(ElementType type, List<Long> extents, long position) {}

  private final AtomicFile file;
  private final SequencedMap<String, Slot> slots;
  private final TreeSet<String> missing;

  TensorWriter(AtomicFile file, SequencedMap<String, Slot> slots) {
    this.file = file;
    this.slots = slots;
    this.missing = new TreeSet<>(slots.keySet());
  }

  /**
   * Begins a file in the format that the name says: {@code .pth}, {@code .pt} and {@code .th} are
   * checkpoints of PyTorch, everything else is safetensors.
   *
   * @param tensors what will be written; row-scaled entries get their factors by themselves
   * @param metadata text for the header of safetensors; PyTorch's format has no place for it
   * @throws IllegalArgumentException when a name occurs twice, or the format lacks a type
   */
  public static TensorWriter create(
      Path path, Collection<Entry> tensors, Map<String, String> metadata) throws IOException {
    String name = path.toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".pth") || name.endsWith(".pt") || name.endsWith(".th")) {
      return TorchWriter.create(path, tensors);
    }
    return SafetensorsWriter.create(path, tensors, metadata);
  }

  /** The entries with those of the factors of rows. */
  static List<Entry> withScales(Collection<Entry> tensors) {
    List<Entry> all = new ArrayList<>();
    for (Entry entry : tensors) {
      all.add(entry);
      if (entry.rowScaled()) {
        List<Long> rows = entry.extents().subList(0, Math.min(1, entry.extents().size()));
        all.add(new Entry(entry.name() + SCALE, ElementType.F32, rows, false));
      }
    }
    return all;
  }

  /**
   * Writes one tensor in its own type, which must be the announced one; I32 may also become any of
   * the integer types, provided its values fit.
   *
   * @throws IllegalArgumentException when the tensor was not announced like this, or is written
   *     already, or an integer does not fit
   */
  public void write(String name, Tensor tensor) throws IOException {
    HostBuffer buffer = elements(tensor);
    Slot slot = slot(name, tensor.shape());
    ElementWriter.write(name, slot.type(), buffer, sink(name, slot));
    if (buffer instanceof HostBuffer.I8(byte[] values, float[] rowScale)) {
      String scale = name + SCALE;
      Slot factors = slot(scale, Shape.of(rowScale.length));
      ElementWriter.write(
          scale, factors.type(), new HostBuffer.F32(rowScale), sink(scale, factors));
      written(scale);
    }
    written(name);
  }

  /**
   * Hands on the elements of a tensor as {@link #write} stores them, row-major and little-endian:
   * what {@link TensorFile#copy} gives afterwards.
   */
  public static void stream(String name, Tensor tensor, TensorFile.ByteSink sink)
      throws IOException {
    ElementWriter.write(name, ElementType.of(tensor.dtype()), elements(tensor), sink);
  }

  private static HostBuffer elements(Tensor tensor) {
    HostBuffer buffer = tensor.backend().download(tensor.buffer());
    return buffer instanceof HostBuffer.Packed packed ? packed.unpacked() : buffer;
  }

  /**
   * Copies a tensor from another file under the same name, bit for bit, without loading it; the
   * factors of a row-scaled one with it.
   *
   * @throws IllegalArgumentException when the tensor was not announced with this type and extents,
   *     or is written already
   */
  public void copy(TensorFile from, String name) throws IOException {
    Entry entry = from.entries().get(name);
    Slot slot = slots.get(name);
    if (entry == null
        || slot == null
        || !missing.contains(name)
        || slot.type() != entry.type()
        || !slot.extents().equals(entry.extents())) {
      throw refused(name, entry == null ? "no such tensor" : entry.toString());
    }
    from.copy(name, sink(name, slot));
    if (entry.rowScaled()) {
      Slot factors = slots.get(name + SCALE);
      if (factors == null) {
        throw refused(name + SCALE, entry.toString());
      }
      from.copy(name + SCALE, sink(name + SCALE, factors));
      written(name + SCALE);
    }
    written(name);
  }

  /**
   * Puts the file in its place.
   *
   * @throws IllegalStateException when an announced tensor was not written
   */
  public void finish() throws IOException {
    if (!missing.isEmpty()) {
      throw new IllegalStateException(
          "write "
              + file
              + ": all announced tensors; got none for "
              + missing.first()
              + (missing.size() > 1 ? " and " + (missing.size() - 1) + " more" : ""));
    }
    complete(file);
    file.finish();
  }

  /** Removes the temporary file, when {@link #finish} was not reached. */
  @Override
  public void close() throws IOException {
    file.close();
  }

  /** Notes that the bytes of a tensor are there. */
  void written(String name) {
    missing.remove(name);
  }

  private Slot slot(String name, Shape shape) {
    Slot slot = slots.get(name);
    List<Long> extents = Entry.of(name, shape, DType.F32).extents();
    if (slot == null || !missing.contains(name) || !slot.extents().equals(extents)) {
      throw refused(name, shape.toString());
    }
    return slot;
  }

  private IllegalArgumentException refused(String name, String got) {
    Slot slot = slots.get(name);
    return new IllegalArgumentException(
        "write "
            + file
            + ": "
            + (slot == null
                ? "one of the announced tensors"
                : missing.contains(name)
                    ? name + " as announced, " + slot.type() + " " + slot.extents()
                    : name + " once")
            + "; got "
            + name
            + " "
            + got);
  }

  /** Writes at the place of one tensor, chunk after chunk. */
  TensorFile.ByteSink sink(String name, Slot slot) {
    long[] position = {slot.position()};
    return chunk -> {
      int size = chunk.remaining();
      file.write(chunk, position[0]);
      position[0] += size;
    };
  }

  /** Writes what the format wants after the tensors. */
  void complete(AtomicFile file) throws IOException {}
}
