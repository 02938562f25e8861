package io.nextscale.tensor.io;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.spi.HostBuffer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/**
 * A file of tensors, open for reading: what is in it, and each tensor on request.
 *
 * <pre>{@code
 * try (TensorFile file = TensorFile.open(Path.of("var_d16.pth"))) {
 *   for (Entry entry : file.entries().values()) {
 *     Tensor weight = file.load(entry.name());
 *   }
 * }
 * }</pre>
 *
 * <p>The format is recognised by the content, whatever the name of the file: safetensors, PyTorch
 * checkpoints (the zip format and the older sequence of pickles), {@code .npy} and {@code .npz}.
 * Opening reads the directory only. The file stays mapped until {@link #close}; loaded tensors are
 * copies and outlive it. Any thread may load.
 *
 * <p>A checkpoint of a training run nests its state dicts: {@link #entries} lists all of them with
 * full names such as {@code trainer.var_wo_ddp.head.weight}, {@link #at} goes down to one, {@link
 * #stateDict} finds the one that is meant.
 */
public final class TensorFile implements AutoCloseable {

  /** The name of the tensor in a file of one tensor without a name. */
  public static final String ONLY = "tensor";

  /** Where checkpoints commonly keep the state dict, in the order that {@link #stateDict} tries. */
  private static final String[] USUAL_GROUPS = {"state_dict", "model_state_dict", "model"};

  /** The formats that {@link #open} recognises. */
  public enum Format {
    /** A JSON header and raw elements. */
    SAFETENSORS("safetensors"),
    /** A checkpoint of PyTorch 1.6 or later: a zip archive of a pickle and raw elements. */
    TORCH_ZIP("PyTorch checkpoint"),
    /** A checkpoint of PyTorch before 1.6: pickles and raw elements in sequence. */
    TORCH_LEGACY("PyTorch checkpoint (before 1.6)"),
    /** One NumPy array. */
    NPY("NumPy array"),
    /** A zip archive of NumPy arrays. */
    NPZ("NumPy archive");

    private final String label;

    Format(String label) {
      this.label = label;
    }

    /** The name of the format in words. */
    public String label() {
      return label;
    }
  }

  /** Takes the bytes of a tensor piece by piece; a piece is valid during the call only. */
  @FunctionalInterface
  public interface ByteSink {
    /** Takes the next bytes. */
    void accept(ByteBuffer chunk) throws IOException;
  }

  private final MappedFile file;
  private final Contents contents;
  private final SequencedMap<String, Entry> entries = new LinkedHashMap<>();

  private TensorFile(MappedFile file, Contents contents) {
    this.file = file;
    this.contents = contents;
    contents
        .tensors()
        .forEach((name, stored) -> {
          boolean rowScaled = scale(name, stored) != null;
          entries.put(name, new Entry(name, stored.type(), stored.extents(), rowScaled));
        });
    for (Entry entry : entries.values().toArray(Entry[]::new)) {
      if (entry.rowScaled()) {
        entries.remove(entry.name() + TensorWriter.SCALE);
      }
    }
  }

  /**
   * Opens a file and reads its directory.
   *
   * @throws FileFormatException when the content is not one of the formats, or is damaged
   * @throws IOException when there is no such file or it cannot be read
   */
  public static TensorFile open(Path path) throws IOException {
    MappedFile file = MappedFile.open(path);
    try {
      return of(file);
    } catch (Throwable failure) {
      file.close();
      throw failure;
    }
  }

  /**
   * Reads a stream to its end, such as a resource inside a jar, and the directory in its bytes,
   * which stay on the heap.
   *
   * @param name for messages
   * @throws FileFormatException when the content is not one of the formats, or is damaged
   * @throws IOException when the stream cannot be read
   */
  public static TensorFile read(String name, InputStream stream) throws IOException {
    return of(MappedFile.of(FileFormatException.quote(name), stream.readAllBytes()));
  }

  static TensorFile of(MappedFile file) throws FileFormatException {
    String source = file.source();
    Contents contents = file.faulting(() -> Formats.parse(source, file.bytes()));
    contents.checkSizes(source, file.bytes().byteSize());
    return new TensorFile(file, contents);
  }

  /** The format of the content. */
  public Format format() {
    return contents.format();
  }

  /** The name of the file, without its folder. */
  public String name() {
    return file.source();
  }

  /** The tensors by name, in the order of the file. */
  public SequencedMap<String, Entry> entries() {
    return Collections.unmodifiableSequencedMap(entries);
  }

  /** The {@code __metadata__} of a safetensors file; empty for other formats. */
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(contents.metadata());
  }

  /**
   * Everything in a checkpoint that is not a tensor: epochs, configurations, the settings of an
   * optimizer. Tuples and sets are arrays, {@code inf} and {@code nan} text; dictionaries of
   * tensors only are left out. Empty for other formats.
   */
  public Json.Obj values() {
    return contents.values();
  }

  /** The full names of the dictionaries in a checkpoint; empty for other formats. */
  public SequencedSet<String> groups() {
    return Collections.unmodifiableSequencedSet(contents.groups());
  }

  /**
   * The part of this file below a dictionary, such as {@code trainer.var_wo_ddp}: tensors whose
   * names begin with {@code group} and a dot, without that beginning, and the values there. It
   * shares the open file; closing either closes both.
   *
   * @throws FileFormatException when nothing is there
   */
  public TensorFile at(String group) throws FileFormatException {
    String prefix = group + ".";
    SequencedMap<String, Stored> tensors = new LinkedHashMap<>();
    contents
        .tensors()
        .forEach((name, stored) -> {
          if (name.startsWith(prefix)) {
            tensors.put(name.substring(prefix.length()), stored);
          }
        });
    SequencedSet<String> groups = new LinkedHashSet<>();
    for (String name : contents.groups()) {
      if (name.startsWith(prefix)) {
        groups.add(name.substring(prefix.length()));
      }
    }
    if (tensors.isEmpty() && !contents.groups().contains(group)) {
      throw new FileFormatException(
          file.source(),
          "tensors below '" + group + "'",
          contents.groups().isEmpty() ? "no groups" : "the groups " + some(contents.groups()),
          "name one of those, or none");
    }
    Json.Obj values =
        below(contents.values(), group) instanceof Json.Obj object
            ? object
            : new Json.Obj(new LinkedHashMap<>());
    return new TensorFile(
        file, new Contents(contents.format(), tensors, contents.metadata(), values, groups));
  }

  /**
   * The state dict of a checkpoint, wherever it is nested: below the first of {@code groups} that
   * exists, else below {@code state_dict}, {@code model_state_dict} or {@code model}, else this
   * file as it is. Prefixes of names, such as {@code module.}, stay.
   */
  public TensorFile stateDict(String... groups) throws FileFormatException {
    for (String[] candidates : new String[][] {groups, USUAL_GROUPS}) {
      for (String group : candidates) {
        // In formats without dictionaries a name with a dot is one that was flattened.
        boolean flattened =
            contents.groups().isEmpty()
                && group.contains(".")
                && contents.tensors().keySet().stream().anyMatch(n -> n.startsWith(group + "."));
        if (flattened || contents.groups().contains(group)) {
          return at(group);
        }
      }
    }
    return this;
  }

  /**
   * Loads one tensor: F32, F16 and BF16 as they are, F64 rounded to F32, integers as I32, and I8
   * with row factors as I8.
   *
   * @throws FileFormatException when there is no such tensor, an integer does not fit 32 bits, the
   *     type cannot be computed with, the elements do not fit one array, or their checksum is wrong
   */
  public Tensor load(String name) throws IOException {
    Stored stored = stored(name);
    return load(name, stored, scale(name, stored));
  }

  /**
   * Loads rows {@code from .. to - 1} of a tensor, its elements with these numbers on the first
   * axis; the others are not read.
   *
   * @throws FileFormatException as {@link #load}, and when the tensor is a scalar
   * @throws IndexOutOfBoundsException when it has not so many rows
   */
  public Tensor loadRows(String name, long from, long to) throws IOException {
    Stored stored = stored(name);
    if (stored.extents().isEmpty()) {
      throw new FileFormatException(
          file.source(), "rows of '" + FileFormatException.quote(name) + "'", "a scalar");
    }
    Objects.checkFromToIndex(from, to, stored.extents().getFirst());
    Stored scale = scale(name, stored);
    return load(name, stored.rows(from, to), scale == null ? null : scale.rows(from, to));
  }

  private Tensor load(String name, Stored stored, @Nullable Stored scale) throws IOException {
    Shape shape = shape(name, stored);
    HostBuffer buffer =
        file.faulting(() -> {
          ElementReader reader = reader(name, stored);
          if (scale == null) {
            return reader.load();
          }
          HostBuffer factors = reader(name + TensorWriter.SCALE, scale).load();
          return new HostBuffer.I8(reader.loadBytes(), factors.toFloats());
        });
    file.forget(stored.elements() * stored.type().sizeBytes());
    return Tensor.of(shape, buffer);
  }

  /**
   * Loads the tensor of a file that has one, such as an {@code .npy} file.
   *
   * @throws FileFormatException when there are none or several, and as for {@link #load}
   */
  public Tensor only() throws IOException {
    if (entries.size() != 1) {
      throw new FileFormatException(
          file.source(), "one tensor", entries.size() + "", "name the one to load");
    }
    return load(entries.firstEntry().getKey());
  }

  /**
   * Hands on the elements of a tensor as they are stored, row-major and little-endian, without
   * holding more than a megabyte: {@link Entry#sizeBytes} bytes. The factors of a row-scaled tensor
   * are the tensor {@code <name>.scale}.
   */
  public void copy(String name, ByteSink sink) throws IOException {
    Stored stored = stored(name);
    file.faulting(() -> {
      reader(name, stored).copy(sink);
      return name;
    });
    file.forget(stored.elements() * stored.type().sizeBytes());
  }

  /** Releases the file. Tensors that were loaded stay. */
  @Override
  public void close() {
    file.close();
  }

  private ElementReader reader(String name, Stored stored) throws FileFormatException {
    file.verify(stored.checksum());
    return new ElementReader(file.source(), name, file.bytes(), stored);
  }

  private Stored stored(String name) throws FileFormatException {
    Stored stored = contents.tensors().get(name);
    if (stored == null) {
      throw new FileFormatException(
          file.source(),
          "a tensor '" + FileFormatException.quote(name) + "'",
          some(contents.tensors().keySet()));
    }
    return stored;
  }

  /** The row factors beside an I8 weight, by the convention of {@link TensorWriter}. */
  private @Nullable Stored scale(String name, Stored stored) {
    Stored scale = contents.tensors().get(name + TensorWriter.SCALE);
    boolean matches =
        stored.type() == ElementType.I8
            && !stored.extents().isEmpty()
            && scale != null
            && scale.type() == ElementType.F32
            && scale.extents().equals(stored.extents().subList(0, 1));
    return matches ? scale : null;
  }

  private Shape shape(String name, Stored stored) throws FileFormatException {
    DType type = stored.type().dtype();
    long bytes = stored.elements() * (type == null ? 1 : type.sizeBytes());
    if (bytes > Runtime.getRuntime().maxMemory()) {
      throw new FileFormatException(
          file.source(),
          "memory for tensor '" + FileFormatException.quote(name) + "', " + bytes + " bytes",
          "a Java heap of " + Runtime.getRuntime().maxMemory(),
          "start Java with a larger one: -Xmx");
    }
    try {
      return new Entry(name, stored.type(), stored.extents(), false).shape();
    } catch (ShapeException e) {
      throw new FileFormatException(
          file.source(),
          "tensor '" + FileFormatException.quote(name) + "' with fewer than 2^31 - 8 elements",
          stored.extents().toString(),
          "split it before saving");
    }
  }

  /** The value that a full name leads to; keys may contain dots themselves. */
  private static @Nullable Json below(Json value, String name) {
    if (value instanceof Json.Obj(SequencedMap<String, Json> members)) {
      for (Map.Entry<String, Json> member : members.entrySet()) {
        String key = member.getKey();
        if (name.equals(key)) {
          return member.getValue();
        }
        if (name.startsWith(key + ".")) {
          Json found = below(member.getValue(), name.substring(key.length() + 1));
          if (found != null) {
            return found;
          }
        }
      }
    } else if (value instanceof Json.Arr(var items)) {
      for (int i = 0; i < items.size(); i++) {
        if (name.startsWith(i + ".")) {
          return below(items.get(i), name.substring((i + ".").length()));
        } else if (name.equals(i + "")) {
          return items.get(i);
        }
      }
    }
    return null;
  }

  private static String some(SequencedSet<String> names) {
    StringBuilder text = new StringBuilder();
    int shown = 0;
    for (String name : names) {
      if (shown++ == 5) {
        return text.append(", … ").append(names.size()).append(" in all").toString();
      }
      text.append(shown > 1 ? ", " : "").append(FileFormatException.quote(name));
    }
    return names.isEmpty() ? "none" : text.toString();
  }

  private static String some(java.util.Set<String> names) {
    return some(new LinkedHashSet<>(names));
  }
}
