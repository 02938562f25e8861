package io.nextscale.tensor.io;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a pickle as data: a stack machine with the opcodes that build numbers, text, lists and
 * dictionaries, and no others.
 *
 * <p>A pickle is a program. Python's machine can import any function by name and call it; this one
 * asks {@link Names}, which knows a fixed list and refuses the rest by name, so that nothing a
 * pickle says can load a class, call a method or open a file. What it makes are these types: {@link
 * Pickled.None}, {@code Boolean}, {@code Long}, {@code BigInteger}, {@code Double}, {@code String},
 * {@code byte[]}, {@link Pickled.Items}, {@link Pickled.Dictionary}, and whatever {@link Names}
 * makes.
 *
 * <p>Time and memory are bounded: every opcode costs a constant and its own bytes, copies of lists
 * are counted as work, and the sum of both is limited.
 *
 * @see <a href="https://docs.python.org/3/library/pickletools.html">pickletools</a>, which
 *     describes each opcode
 */
final class Unpickler {

  /** The names a pickle may use. */
  interface Names {
    /** What {@code module.name} stands for; refuses names that are not on the list. */
    Object global(String module, String name) throws FileFormatException;

    /** What {@code function(arguments)} makes. */
    Object call(Object function, List<Object> arguments) throws FileFormatException;

    /** What an object kept outside the pickle is: a storage. */
    Object persistent(Object id) throws FileFormatException;
  }

  /** Opcodes and copied elements; the largest published checkpoints need some hundred thousand. */
  private static final long MAX_WORK = 4_000_000;

  /** The largest part of a file that may be a pickle: it holds structure, not elements. */
  private static final long MAX_BYTES = 64L << 20;

  /** Longer numbers only cost time. */
  private static final int MAX_INTEGER_BYTES = 256;

  private static final int MAX_LINE = 1024;

  /** The protocols of Python 2.3 to 3.8; there is none above so far. */
  private static final int MAX_PROTOCOL = 5;

  private final Cursor in;
  private final Names names;
  private final ArrayList<Object> stack = new ArrayList<>();
  private final ArrayList<Integer> marks = new ArrayList<>();
  private final Map<Long, Object> memo = new HashMap<>();
  private final long limit;
  private long work;

  /** A machine that reads one pickle from the position of {@code in}, and stops behind it. */
  Unpickler(Cursor in, Names names) {
    this.in = in;
    this.names = names;
    this.limit = in.position() + MAX_BYTES;
  }

  /** The object that the pickle describes. */
  Object run() throws FileFormatException {
    while (true) {
      length(0);
      spend(1);
      int opcode = in.u8();
      if (opcode == '.') {
        return pop();
      }
      step(opcode);
    }
  }

  /** Opcodes run and elements copied. */
  long work() {
    return work;
  }

  private void step(int opcode) throws FileFormatException {
    switch (opcode) {
      case 0x80 -> {
        int protocol = in.u8();
        if (protocol > MAX_PROTOCOL) {
          throw in.refused("a pickle of protocol 0 to " + MAX_PROTOCOL, "protocol " + protocol);
        }
      }
      case 0x95 -> in.skip(8); // FRAME: a hint for reading ahead

      case '(' -> marks.add(stack.size());
      case '0' -> discard();
      case '1' -> truncate(mark());
      case '2' -> push(top());

      case 'N' -> push(Pickled.None.NONE);
      case 0x88 -> push(true);
      case 0x89 -> push(false);
      case 'K' -> push((long) in.u8());
      case 'M' -> push((long) in.u16());
      case 'J' -> push((long) in.i32());
      case 0x8a -> push(integer(in.u8()));
      case 0x8b -> push(integer(in.u32()));
      case 'I' -> push(decimal(in.line(MAX_LINE)));
      case 'L' -> push(decimal(in.line(MAX_LINE)));
      case 'G' -> push(in.bigEndianF64());

      case 'U' -> push(oldText(length(in.u8())));
      case 'T' -> push(oldText(length(in.u32())));
      case 0x8c -> push(in.utf8(length(in.u8())));
      case 'X' -> push(in.utf8(length(in.u32())));
      case 0x8d -> push(in.utf8(length(in.i64())));
      case 'C' -> push(in.bytes(length(in.u8())));
      case 'B' -> push(in.bytes(length(in.u32())));
      case 0x8e, 0x96 -> push(in.bytes(length(in.i64())));

      case ')' -> push(Pickled.Items.tuple(List.of()));
      case 0x85 -> tuple(stack.size() - 1);
      case 0x86 -> tuple(stack.size() - 2);
      case 0x87 -> tuple(stack.size() - 3);
      case 't' -> tuple(mark());

      case ']', 0x8f -> push(new Pickled.Items(new ArrayList<>(0), false));
      case 'l', 0x91 -> {
        int from = mark();
        push(new Pickled.Items(take(from), false));
      }
      case 'a' -> {
        Object item = pop();
        list().add(item);
      }
      case 'e', 0x90 -> {
        List<Object> items = take(mark());
        list().addAll(items);
      }

      case '}' -> push(new Pickled.Dictionary(new LinkedHashMap<>(0)));
      case 'd' -> {
        List<Object> pairs = take(mark());
        Pickled.Dictionary dictionary = new Pickled.Dictionary(new LinkedHashMap<>(0));
        putAll(dictionary, pairs);
        push(dictionary);
      }
      case 's' -> {
        Object value = pop();
        Object key = pop();
        putAll(dictionary(), List.of(key, value));
      }
      case 'u' -> {
        List<Object> pairs = take(mark());
        putAll(dictionary(), pairs);
      }

      case 'q' -> memo.put((long) in.u8(), top());
      case 'r' -> memo.put(in.u32(), top());
      case 0x94 -> memo.put((long) memo.size(), top());
      case 'h' -> push(recall(in.u8()));
      case 'j' -> push(recall(in.u32()));

      case 'c' -> {
        String module = in.line(MAX_LINE);
        push(names.global(module, in.line(MAX_LINE)));
      }
      case 0x93 -> {
        Object name = pop();
        Object module = pop();
        if (!(module instanceof String m && name instanceof String n)) {
          throw in.refused("a module and a name as text", Pickled.describe(module));
        }
        push(names.global(m, n));
      }
      case 'R' -> {
        Object arguments = pop();
        Object function = pop();
        if (!(arguments instanceof Pickled.Items items)) {
          throw in.refused("arguments in a tuple", Pickled.describe(arguments));
        }
        for (Object argument : items.values()) {
          spend(copied(argument));
        }
        push(names.call(function, items.values()));
      }
      case 'b' -> {
        // State that Python hangs on an object. State dicts carry the versions of their modules.
        Object state = pop();
        if (!(top() instanceof Pickled.Dictionary && state instanceof Pickled.Dictionary)) {
          throw in.refused(
              "attributes on dictionaries only (of modules' versions)",
              "a pickle that sets the state of " + Pickled.describe(top()));
        }
      }
      case 'Q' -> push(names.persistent(pop()));

      default -> throw in.refused("a pickle of plain data", "opcode " + name(opcode));
    }
  }

  private static String name(int opcode) {
    return switch (opcode) {
      case 'i', 'o', 0x81, 0x92 -> "0x" + Integer.toHexString(opcode) + ", which makes objects";
      case 0x82, 0x83, 0x84 -> "0x" + Integer.toHexString(opcode) + ", which names an extension";
      case 'S', 'V', 'F', 'p', 'g', 'P' -> "'" + (char) opcode + "' of the text protocol 0";
      default -> "0x" + Integer.toHexString(opcode);
    };
  }

  /** A length that does not lead beyond the largest pickle; checked before anything is copied. */
  private long length(long bytes) throws FileFormatException {
    if (bytes > limit - in.position()) {
      throw in.refused("a pickle of at most " + (MAX_BYTES >> 20) + " MiB", "a longer one");
    }
    return bytes;
  }

  private void spend(long amount) throws FileFormatException {
    work += amount;
    if (work > MAX_WORK) {
      throw in.refused("a pickle of at most " + MAX_WORK + " steps", "more");
    }
  }

  /** What calling a function with this argument may copy at most. */
  private static long copied(Object argument) {
    return switch (argument) {
      case Pickled.Items items -> items.values().size();
      case String text -> text.length();
      default -> 1;
    };
  }

  private void push(Object value) {
    stack.add(value);
  }

  private int floor() {
    return marks.isEmpty() ? 0 : marks.getLast();
  }

  private Object top() throws FileFormatException {
    if (stack.size() <= floor()) {
      throw in.refused("a value on the stack of the pickle", "none");
    }
    return stack.getLast();
  }

  private Object pop() throws FileFormatException {
    Object value = top();
    stack.removeLast();
    return value;
  }

  private void discard() throws FileFormatException {
    if (!marks.isEmpty() && marks.getLast() == stack.size()) {
      marks.removeLast();
    } else {
      pop();
    }
  }

  private int mark() throws FileFormatException {
    if (marks.isEmpty()) {
      throw in.refused("a mark on the stack of the pickle", "none");
    }
    return marks.removeLast();
  }

  private void truncate(int size) {
    stack.subList(size, stack.size()).clear();
  }

  /** Takes the values from {@code from} to the top off the stack. */
  private List<Object> take(int from) throws FileFormatException {
    if (from < floor()) {
      throw in.refused("enough values on the stack of the pickle", "too few");
    }
    List<Object> values = new ArrayList<>(stack.subList(from, stack.size()));
    truncate(from);
    return values;
  }

  private void tuple(int from) throws FileFormatException {
    push(Pickled.Items.tuple(take(from)));
  }

  private List<Object> list() throws FileFormatException {
    if (!(top() instanceof Pickled.Items items) || items.tuple()) {
      throw in.refused("a list to add to", Pickled.describe(top()));
    }
    return items.values();
  }

  private Pickled.Dictionary dictionary() throws FileFormatException {
    if (!(top() instanceof Pickled.Dictionary dictionary)) {
      throw in.refused("a dictionary to add to", Pickled.describe(top()));
    }
    return dictionary;
  }

  private void putAll(Pickled.Dictionary dictionary, List<Object> pairs)
      throws FileFormatException {
    if (pairs.size() % 2 != 0) {
      throw in.refused("a value for every key", "an odd number of both");
    }
    for (int i = 0; i < pairs.size(); i += 2) {
      Object key = pairs.get(i);
      if (!Pickled.isKey(key)) {
        throw in.refused("keys that are text or numbers", Pickled.describe(key));
      }
      dictionary.entries().put(key, pairs.get(i + 1));
    }
  }

  private Object recall(long index) throws FileFormatException {
    Object value = memo.get(index);
    if (value == null) {
      throw in.refused("a memo that was stored before", "number " + index);
    }
    return value;
  }

  /** A whole number in two's complement, least byte first. */
  private Object integer(long length) throws FileFormatException {
    if (length > MAX_INTEGER_BYTES) {
      throw in.refused(
          "numbers of at most " + MAX_INTEGER_BYTES + " bytes", "one of " + length + " bytes");
    }
    byte[] bytes = in.bytes(length);
    for (int i = 0, j = bytes.length - 1; i < j; i++, j--) {
      byte low = bytes[i];
      bytes[i] = bytes[j];
      bytes[j] = low;
    }
    return narrow(bytes.length == 0 ? BigInteger.ZERO : new BigInteger(bytes));
  }

  /**
   * Python 2 writes integers beyond 32 bits as decimal text, and {@code 00}, {@code 01} for bool.
   */
  private Object decimal(String line) throws FileFormatException {
    if (line.equals("00") || line.equals("01")) {
      return line.equals("01");
    }
    try {
      return narrow(
          new BigInteger(line.endsWith("L") ? line.substring(0, line.length() - 1) : line));
    } catch (NumberFormatException e) {
      throw in.refused("a whole number", "'" + FileFormatException.quote(line) + "'");
    }
  }

  private static Object narrow(BigInteger value) {
    if (value.bitLength() < Long.SIZE) {
      return value.longValue();
    }
    return value;
  }

  /** The bytes that Python 2 calls a string: UTF-8 where they are, else one character per byte. */
  private String oldText(long length) throws FileFormatException {
    byte[] bytes = in.bytes(length);
    try {
      return Utf8.decode(in.source(), bytes);
    } catch (FileFormatException notUtf8) {
      return new String(bytes, StandardCharsets.ISO_8859_1);
    }
  }
}
