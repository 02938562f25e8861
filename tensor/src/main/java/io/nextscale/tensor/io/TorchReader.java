package io.nextscale.tensor.io;

import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * Checkpoints as {@code torch.save} writes them: one pickle that describes the object, and the
 * elements of its storages as raw bytes beside it.
 *
 * <p>Since PyTorch 1.6 both are entries of a zip archive: {@code <top>/data.pkl} and {@code
 * <top>/data/<key>}. Before, a file was a sequence: three pickles that identify it, the object, the
 * list of keys, and then each storage as its size (64 bits) and its bytes.
 *
 * @see <a href="https://github.com/pytorch/pytorch/blob/main/torch/serialization.py">
 *     torch/serialization.py</a>, {@code _save} and {@code _legacy_save}
 */
final class TorchReader {

  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final long PROTOCOL = 1001;
  private static final String PICKLE = "/data.pkl";
  private static final int LONGEST_BYTE_ORDER = 16;

  /** Where the bytes of one storage lie. */
  private record Part(long offset, long size, @Nullable Checksum checksum) {}

  private final String source;
  private final MemorySegment file;

  TorchReader(String source, MemorySegment file) {
    this.source = source;
    this.file = file;
  }

  /** Whether a zip archive is a checkpoint. */
  static boolean isCheckpoint(SequencedMap<String, ZipDirectory.Entry> entries) {
    return entries.keySet().stream().anyMatch(TorchReader::isPickle);
  }

  /** {@code data.pkl} inside one folder of any name. */
  private static boolean isPickle(String entry) {
    return entry.endsWith(PICKLE) && entry.indexOf('/') == entry.length() - PICKLE.length();
  }

  /** The contents of a zip archive for which {@link #isCheckpoint} holds. */
  Contents zip(SequencedMap<String, ZipDirectory.Entry> entries) throws FileFormatException {
    ZipDirectory.Entry pickle = pickle(entries);
    String top = pickle.name().substring(0, pickle.name().length() - PICKLE.length()) + "/";
    if (entries.containsKey(top + "constants.pkl")) {
      throw refused(
          "the tensors of a model",
          "a TorchScript program",
          "load it with torch.jit.load and torch.save its state_dict()");
    }
    ZipDirectory.Entry order = entries.get(top + "byteorder");
    if (order != null) {
      checkByteOrder(order);
    }
    pickle.checksum().verify(source, file);
    Cursor at = cursor(pickle);
    Unpickler unpickler = new Unpickler(at, new TorchNames(source));
    Object root = unpickler.run();
    if (at.remaining() > 0) {
      throw at.refused("the end of the pickle", at.remaining() + " bytes more");
    }
    Map<String, Part> parts = new HashMap<>();
    for (ZipDirectory.Entry entry : entries.values()) {
      if (entry.name().startsWith(top + "data/")) {
        entry.inPlace(source);
        parts.put(
            entry.name().substring(top.length() + "data/".length()),
            new Part(entry.offset(), entry.size(), entry.checksum()));
      }
    }
    return contents(TensorFile.Format.TORCH_ZIP, root, unpickler.work(), parts);
  }

  private ZipDirectory.Entry pickle(SequencedMap<String, ZipDirectory.Entry> entries)
      throws FileFormatException {
    ZipDirectory.Entry[] pickles =
        entries.values().stream()
            .filter(entry -> isPickle(entry.name()))
            .toArray(ZipDirectory.Entry[]::new);
    if (pickles.length != 1) {
      throw refused(
          "one checkpoint in the archive", pickles.length + "", "unpack it and keep one of them");
    }
    return pickles[0].inPlace(source);
  }

  /** Newer versions name the byte order; older ones wrote that of the machine, which was little. */
  private void checkByteOrder(ZipDirectory.Entry entry) throws FileFormatException {
    byte[] text = cursor(entry.inPlace(source)).bytes(Math.min(entry.size(), LONGEST_BYTE_ORDER));
    String order = new String(text, StandardCharsets.ISO_8859_1);
    if (!order.equals("little")) {
      throw notLittleEndian("'" + FileFormatException.quote(order) + "'");
    }
  }

  private Cursor cursor(ZipDirectory.Entry entry) throws FileFormatException {
    return new Cursor(source, file, entry.offset(), entry.offset() + entry.size());
  }

  /** The contents of a file that is a sequence of pickles and storages. */
  Contents legacy() throws FileFormatException {
    Cursor at = new Cursor(source, file, 0, file.byteSize());
    if (!MAGIC.equals(unpickle(at))) {
      throw refused(
          "a file of torch.save",
          "a pickle of something else",
          "save a state dict with torch.save, or as safetensors");
    }
    if (!(unpickle(at) instanceof Long protocol) || protocol != PROTOCOL) {
      throw refused("protocol " + PROTOCOL + " of torch.save", "another", "save it with PyTorch 1");
    }
    if (!(unpickle(at) instanceof Pickled.Dictionary system)
        || Boolean.FALSE.equals(system.entries().get("little_endian"))) {
      throw notLittleEndian("another order");
    }
    TorchNames names = new TorchNames(source);
    Unpickler unpickler = new Unpickler(at, names);
    Object root = unpickler.run();
    return contents(
        TensorFile.Format.TORCH_LEGACY, root, unpickler.work(), parts(at, names.storages()));
  }

  private Object unpickle(Cursor at) throws FileFormatException {
    return new Unpickler(at, new TorchNames(source)).run();
  }

  /** The storages at the end of the old format, in the order of a list of their keys. */
  private Map<String, Part> parts(Cursor at, Map<String, Pickled.Storage> storages)
      throws FileFormatException {
    if (!(unpickle(at) instanceof Pickled.Items keys)) {
      throw at.refused("the list of storages", "something else");
    }
    Map<String, Part> parts = new HashMap<>();
    for (Object key : keys.values()) {
      Pickled.Storage storage = key instanceof String text ? storages.get(text) : null;
      if (storage == null) {
        throw at.refused("the key of a storage in use", Pickled.describe(key));
      }
      long size = at.i64();
      if (size != storage.whole()) {
        throw at.refused(
            "storage " + FileFormatException.quote(storage.key()) + " of " + storage.whole(),
            size + " elements");
      }
      long offset = at.position();
      at.skip(size * storage.width());
      if (parts.put(storage.key(), new Part(offset, at.position() - offset, null)) != null) {
        throw at.refused("each storage once", FileFormatException.quote(storage.key()) + " twice");
      }
    }
    if (at.remaining() > 0) {
      throw at.refused("the end of the last storage", at.remaining() + " bytes more");
    }
    return parts;
  }

  private Contents contents(
      TensorFile.Format format, Object root, long work, Map<String, Part> parts)
      throws FileFormatException {
    StateTree tree = StateTree.of(source, root, work);
    SequencedMap<String, Stored> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, Pickled.View> tensor : tree.tensors().entrySet()) {
      Pickled.View view = tensor.getValue();
      Pickled.Storage storage = view.storage();
      Part part = parts.get(storage.key());
      if (part == null || part.size() != storage.whole() * storage.width()) {
        throw refused(
            storage.whole() * storage.width()
                + " bytes for tensor '"
                + FileFormatException.quote(tensor.getKey())
                + "'",
            part == null ? "none" : part.size() + "",
            "the file is incomplete: save it again");
      }
      long offset =
          part.offset()
              + storage.first() * storage.width()
              + view.first() * view.type().sizeBytes();
      tensors.put(
          tensor.getKey(),
          new Stored(view.type(), view.extents(), view.strides(), offset, part.checksum()));
    }
    return new Contents(format, tensors, Map.of(), tree.values(), tree.groups());
  }

  private FileFormatException notLittleEndian(String got) {
    return refused(
        "elements in little-endian order", got, "save it again on a little-endian machine");
  }

  private FileFormatException refused(String expected, String got, String remedy) {
    return new FileFormatException(source, expected, got, remedy);
  }
}
