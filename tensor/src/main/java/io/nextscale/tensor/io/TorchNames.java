package io.nextscale.tensor.io;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The names that a PyTorch checkpoint may use, and what they make: tensors, dictionaries, lists,
 * numbers and text. This list is the whole of what a pickle can reach.
 *
 * <p>The arguments are those that {@code torch.save} writes; see {@code torch/_utils.py} ({@code
 * _rebuild_tensor_v2} and its kin) and {@code torch/serialization.py} ({@code persistent_id}).
 */
final class TorchNames implements Unpickler.Names {

  private static final Set<String> FUNCTIONS =
      Set.of(
          "collections.OrderedDict",
          "__builtin__.dict",
          "builtins.dict",
          "__builtin__.list",
          "builtins.list",
          "__builtin__.tuple",
          "builtins.tuple",
          "__builtin__.set",
          "builtins.set",
          "__builtin__.frozenset",
          "builtins.frozenset",
          "__builtin__.bytes",
          "builtins.bytes",
          "__builtin__.bytearray",
          "builtins.bytearray",
          "_codecs.encode",
          "torch.Size",
          "torch.device",
          "torch._utils._rebuild_tensor",
          "torch._utils._rebuild_tensor_v2",
          "torch._utils._rebuild_tensor_v3",
          "torch._utils._rebuild_parameter");

  /** Elements of one storage; leaves room to multiply by their width. */
  private static final long MAX_STORAGE = 1L << 56;

  private final String source;
  private final Map<String, Pickled.Storage> storages = new HashMap<>();

  TorchNames(String source) {
    this.source = source;
  }

  /** The storages that the pickle asked for, by key. */
  Map<String, Pickled.Storage> storages() {
    return storages;
  }

  @Override
  public Object global(String module, String name) throws FileFormatException {
    Pickled.Name global = new Pickled.Name(module, name);
    if (FUNCTIONS.contains(global.toString())
        || (module.equals("torch") && ElementType.byTorchName(name) != null)
        || isStorage(global)) {
      return global;
    }
    throw new FileFormatException(
        "read "
            + source
            + ": the pickle asks for "
            + FileFormatException.quote(module + "." + name)
            + ", which is not a tensor, dictionary, list, number or string — nothing was run;"
            + " re-save it as a plain state dict or safetensors");
  }

  private static boolean isStorage(Pickled.Name global) {
    return switch (global.module()) {
      case "torch", "torch.cuda" -> ElementType.byStorage(global.name()) != null;
      case "torch.storage" -> global.name().equals("UntypedStorage");
      default -> false;
    };
  }

  @Override
  public Object call(Object function, List<Object> arguments) throws FileFormatException {
    if (!(function instanceof Pickled.Name name)) {
      throw refused("a function to call", function);
    }
    return switch (name.toString()) {
      case "collections.OrderedDict", "__builtin__.dict", "builtins.dict" -> dictionary(arguments);
      case "__builtin__.list",
          "builtins.list",
          "__builtin__.set",
          "builtins.set",
          "__builtin__.frozenset",
          "builtins.frozenset" ->
          arguments.isEmpty() ? Pickled.list(List.of()) : items(only(name, arguments));
      case "__builtin__.tuple", "builtins.tuple", "torch.Size" ->
          arguments.isEmpty() ? Pickled.Items.tuple(List.of()) : items(only(name, arguments));
      case "__builtin__.bytes", "builtins.bytes", "__builtin__.bytearray", "builtins.bytearray" ->
          arguments.isEmpty() ? new byte[0] : bytes(arguments);
      case "_codecs.encode" -> bytes(arguments);
      case "torch.device" -> device(arguments);
      case "torch._utils._rebuild_tensor" -> view(name, arguments, 4);
      case "torch._utils._rebuild_tensor_v2" -> view(name, arguments, 6);
      case "torch._utils._rebuild_tensor_v3" -> view(name, arguments, 7);
      case "torch._utils._rebuild_parameter" -> {
        if (!arguments.isEmpty() && arguments.getFirst() instanceof Pickled.View view) {
          yield view;
        }
        throw refused("a tensor for a parameter", Pickled.Items.tuple(arguments));
      }
      default -> throw refused("a function to call", name);
    };
  }

  /** {@code OrderedDict()} of the present, {@code OrderedDict([[key, value], …])} of Python 2. */
  private Pickled.Dictionary dictionary(List<Object> arguments) throws FileFormatException {
    LinkedHashMap<Object, Object> entries = new LinkedHashMap<>(0);
    if (!arguments.isEmpty()) {
      if (arguments.size() > 1 || !(arguments.getFirst() instanceof Pickled.Items pairs)) {
        throw refused("a list of keys and values", arguments.getFirst());
      }
      for (Object pair : pairs.values()) {
        if (!(pair instanceof Pickled.Items items) || items.values().size() != 2) {
          throw refused("a key and a value", pair);
        }
        Object key = items.values().getFirst();
        if (!Pickled.isKey(key)) {
          throw refused("keys that are text or numbers", key);
        }
        entries.put(key, items.values().getLast());
      }
    }
    return new Pickled.Dictionary(entries);
  }

  private Object only(Pickled.Name name, List<Object> arguments) throws FileFormatException {
    if (arguments.size() != 1) {
      throw refused("one argument for " + name, Pickled.Items.tuple(arguments));
    }
    return arguments.getFirst();
  }

  private Pickled.Items items(Object value) throws FileFormatException {
    if (value instanceof Pickled.Items items) {
      return items;
    }
    throw refused("a list or tuple", value);
  }

  /** Python 3 writes bytes in protocol 2 as {@code _codecs.encode(text, "latin1")}. */
  private byte[] bytes(List<Object> arguments) throws FileFormatException {
    if (arguments.size() == 1 && arguments.getFirst() instanceof byte[] bytes) {
      return bytes;
    }
    if (arguments.size() == 2
        && arguments.getFirst() instanceof String text
        && arguments.getLast() instanceof String encoding
        && (encoding.equals("latin1") || encoding.equals("latin-1"))
        && text.chars().allMatch(c -> c < 256)) {
      return text.getBytes(StandardCharsets.ISO_8859_1);
    }
    throw refused("bytes as Latin-1 text", Pickled.Items.tuple(arguments));
  }

  /** {@code torch.device("cuda", 0)} as the text {@code cuda:0}. */
  private String device(List<Object> arguments) throws FileFormatException {
    if (!arguments.isEmpty() && arguments.getFirst() instanceof String kind) {
      if (arguments.size() == 1) {
        return kind;
      }
      if (arguments.size() == 2 && arguments.getLast() instanceof Long index) {
        return kind + ":" + index;
      }
    }
    throw refused("the kind and number of a device", Pickled.Items.tuple(arguments));
  }

  /**
   * {@code (storage, first, extents, strides, requires_grad, hooks, …)}; version 3 has a storage
   * without a type and names the type itself, in seventh place.
   */
  private Pickled.View view(Pickled.Name name, List<Object> arguments, int least)
      throws FileFormatException {
    if (arguments.size() < least
        || !(arguments.getFirst() instanceof Pickled.Storage storage)
        || !(arguments.get(1) instanceof Long first)) {
      throw refused("a storage, position, extents and strides", Pickled.Items.tuple(arguments));
    }
    List<Long> extents = integers(arguments.get(2));
    List<Long> strides = integers(arguments.get(3));
    ElementType type = storage.type();
    long available = storage.size();
    if (name.name().endsWith("_v3")) {
      if (!(arguments.get(6) instanceof Pickled.Name torchType)
          || !torchType.module().equals("torch")
          || (type = ElementType.byTorchName(torchType.name())) == null) {
        throw refused("a type of elements", arguments.get(6));
      }
      available = storage.size() * storage.width() / type.sizeBytes();
    }
    if (type == null) {
      throw refused("a storage with a type", storage);
    }
    Stored.check(source, "of storage " + storage.key(), extents, strides, first, available);
    return new Pickled.View(storage, type, first, extents, strides);
  }

  private List<Long> integers(Object value) throws FileFormatException {
    List<Object> items = items(value).values();
    if (items.size() > Stored.MAX_RANK) {
      throw refused("at most " + Stored.MAX_RANK + " extents", value);
    }
    List<Long> integers = new ArrayList<>(items.size());
    for (Object item : items) {
      if (!(item instanceof Long integer)) {
        throw refused("extents and strides that are whole numbers", item);
      }
      integers.add(integer);
    }
    return integers;
  }

  /**
   * {@code ("storage", class, key, device, size)}; the oldest files add {@code (key, first, size)}
   * for a storage that is a part of another.
   */
  @Override
  public Object persistent(Object id) throws FileFormatException {
    if (!(id instanceof Pickled.Items items)
        || items.values().size() < 5
        || !items.values().getFirst().equals("storage")
        || !(items.values().get(1) instanceof Pickled.Name name)
        || !isStorage(name)
        || !(items.values().get(2) instanceof String key)
        || !(items.values().get(4) instanceof Long size)) {
      throw refused("a storage: its class, key, device and size", id);
    }
    ElementType type = ElementType.byStorage(name.name());
    if (size < 0 || size > MAX_STORAGE) {
      throw refused("the size of a storage", size);
    }
    Pickled.Storage storage = new Pickled.Storage(type, key, 0, size, size);
    if (items.values().size() > 5 && items.values().get(5) instanceof Pickled.Items part) {
      if (part.values().size() != 3
          || !(part.values().get(1) instanceof Long first)
          || !(part.values().get(2) instanceof Long length)
          || first < 0
          || length < 0
          || first > size
          || length > size - first) {
        throw refused("a part of storage " + FileFormatException.quote(key), part);
      }
      storage = new Pickled.Storage(type, key, first, length, size);
    }
    Pickled.Storage before = storages.putIfAbsent(key, storage);
    if (before != null && (before.type() != type || before.whole() != size)) {
      throw refused("storage " + FileFormatException.quote(key) + " with one type and size", id);
    }
    return storage;
  }

  private FileFormatException refused(String expected, Object got) {
    return new FileFormatException(
        source,
        expected,
        Pickled.describe(got),
        "the file is damaged, or saved by something other than torch.save");
  }
}
