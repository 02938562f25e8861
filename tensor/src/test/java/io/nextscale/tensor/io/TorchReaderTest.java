package io.nextscale.tensor.io;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.tensor.DType;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a checkpoint may say, and what is refused. */
class TorchReaderTest {

  private static final byte[] FOUR = floats(1, 2, 3, 4);

  @ParameterizedTest
  @CsvSource({
    "os, system",
    "posix, system",
    "builtins, eval",
    "builtins, getattr",
    "__builtin__, __import__",
    "argparse, Namespace",
    "numpy.core.multiarray, scalar",
    "torch, load",
    "torch.storage, _load_from_bytes",
    "torch.nn.modules.linear, Linear",
    "collections, defaultdict"
  })
  void everyNameOutsideTheListIsRefusedBeforeAnythingElse(String module, String name) {
    String message =
        "read a.pth: the pickle asks for "
            + module
            + "."
            + name
            + ", which is not a tensor, dictionary, list, number or string — nothing was run;"
            + " re-save it as a plain state dict or safetensors";
    refused(new Pickle().global(module, name)).hasMessage(message);
    refused(new Pickle().text(module).text(name).op(0x93)).hasMessage(message); // STACK_GLOBAL
    // The old format, and a bare pickle.
    assertThatThrownBy(() -> Fixtures.open("a.pth", new Pickle().global(module, name).stop()))
        .isInstanceOf(FileFormatException.class)
        .hasMessage(message);
  }

  @Test
  void hostileNamesCannotSteerATerminal() {
    refused(new Pickle().global("\u001b[2Jos", "\u202esystem"))
        .hasMessageContaining("asks for \\u001b[2Jos.\\u202esystem, which");
  }

  @ParameterizedTest
  @CsvSource({
    "(ios\\x0asystem\\x0a, 0x69",
    ")o, 0x6f",
    ")\\x81, 0x81",
    ")\\x92, 0x92",
    "\\x82\\x01, extension",
    "\\x83\\x01\\x00, extension",
    "\\x84\\x01\\x00\\x00\\x00, extension",
    "P1\\x0a, protocol 0",
    "Sx\\x0a, protocol 0",
    "V1\\x0a, protocol 0",
    "\\x97, 0x97",
    "\\xff, 0xff"
  })
  void opcodesThatMakeObjectsAreRefused(String code, String named) {
    refused(unescaped(code))
        .hasMessageContaining("a pickle of plain data; got opcode")
        .hasMessageContaining(named);
  }

  @Test
  void plainValuesOfEveryProtocolRead() throws Exception {
    Pickle pickle =
        new Pickle()
            .op(0x95)
            .int64(1000) // FRAME
            .op('}', '(')
            .text("none")
            .op('N')
            .text("bools")
            .op('(', 0x88, 0x89)
            .raw("I01\n")
            .raw("I00\n")
            .op('t')
            .text("integers")
            .op(']', '(', 'K', 255, 'M', 255, 255)
            .number(-7)
            .number(1L << 40)
            .raw("I-5000000000\n")
            .raw("L12L\n")
            .op(0x8a, 0)
            .op(0x8b)
            .int32(1)
            .op(0x80)
            .op('e')
            .text("huge")
            .big(BigInteger.TWO.pow(100))
            .text("reals")
            .op(']')
            .real(0.1)
            .op('a')
            .real(Double.NEGATIVE_INFINITY)
            .op('a')
            .real(Double.NaN)
            .op('a')
            .text("old")
            .op('U', 2)
            .raw((byte) 0xe9, (byte) 'a') // Latin-1 of Python 2
            .text("bytes")
            .global("_codecs", "encode")
            .text("\u00e9\u0000")
            .text("latin1")
            .op(0x86, 'R')
            .text("bytes3")
            .op('C', 1, 7)
            .text("device")
            .global("torch", "device")
            .text("cuda")
            .op('K', 1, 0x86, 'R')
            .text("dtype")
            .global("torch", "bfloat16")
            .text("set")
            .op(0x8f, '(', 'K', 1, 'K', 2, 0x90)
            .text("size")
            .global("torch", "Size")
            .op('K', 3, 0x85, 0x85, 'R')
            .text("ordered")
            .global("collections", "OrderedDict")
            .op(']', '(', ']', '(')
            .text("k")
            .op('K', 1, 'e', 'e', 0x85, 'R')
            .text("memo")
            .text("again")
            .op('q', 9, '0', 'h', 9)
            .op('K', 5)
            .op('K', 6) // an integer as key
            .op('2', '0') // DUP, POP
            .op('u');

    try (TensorFile file = Fixtures.open("a", StoredZip.checkpoint(pickle.stop()))) {
      assertThat(file.values().write())
          .isEqualTo(
              Json.parse(
                      "expected",
                      """
                      {"none": null, "bools": [true, false, true, false],
                       "integers": [255, 65535, -7, 1099511627776, -5000000000, 12, 0, -128],
                       "huge": "1267650600228229401496703205376", "reals": [0.1, "-inf", "nan"],
                       "old": "\u00e9a", "bytes": "\u00e9\\u0000", "bytes3": "\\u0007",
                       "device": "cuda:1", "dtype": "torch.bfloat16", "set": [1, 2], "size": [3],
                       "ordered": {"k": 1}, "memo": "again", "5": 6}
                      """)
                  .write());
    }
  }

  @Test
  void tensorsNestedInListsAndUnderNumbersGetFullNames() throws Exception {
    Pickle pickle = new Pickle().op('}', '(').text("a.b").op(']', '(');
    pickle.tensor("0", 4, 0, new long[] {4}, new long[] {1}).op('N', 'e');
    pickle.number(7).op('}').text("x");
    pickle.tensor("0", 4, 1, new long[] {}, new long[] {}).op('s');
    pickle.text("tensors only").op('}').text("t");
    pickle.tensor("0", 4, 1, new long[] {}, new long[] {}).op('s');
    pickle.op('u');
    try (TensorFile file = Fixtures.open("a", StoredZip.checkpoint(pickle.stop(), FOUR))) {
      assertThat(file.entries().keySet()).containsExactly("a.b.0", "7.x", "tensors only.t");
      assertThat(file.load("7.x").item()).isEqualTo(2);
      assertThat(file.values().write()).isEqualTo("{\"a.b\":[null,null]}");
      assertThat(file.at("a.b").load("0").toArray()).containsExactly(1, 2, 3, 4);
    }
  }

  @Test
  void aSingleTensorHasAName() throws Exception {
    byte[] pickle = new Pickle().tensor("0", 4, 0, new long[] {2, 2}, new long[] {1, 2}).stop();
    try (TensorFile file = Fixtures.open("a", StoredZip.checkpoint(pickle, FOUR))) {
      assertThat(file.only().toArray()).containsExactly(1, 3, 2, 4);
      assertThat(file.entries()).containsOnlyKeys(TensorFile.ONLY);
    }
  }

  @ParameterizedTest
  @CsvSource({"uint16, U16, 2", "float8_e4m3fn, F8_E4M3, 1", "int64, I64, 8", "uint8, U8, 1"})
  void storagesWithoutATypeTakeTheTypeOfTheTensor(String torch, ElementType type, int width)
      throws Exception {
    Pickle pickle =
        new Pickle()
            .global("torch._utils", "_rebuild_tensor_v3")
            .op('(')
            .op('(')
            .text("storage")
            .global("torch.storage", "UntypedStorage")
            .text("0")
            .text("cpu")
            .number(16)
            .op('t', 'Q')
            .number(1)
            .tuple(1)
            .tuple(1)
            .op(0x89, '}')
            .global("torch", torch)
            .op('t', 'R');
    byte[] data = new byte[16];
    data[width] = 5;
    try (TensorFile file = Fixtures.open("a.pth", StoredZip.checkpoint(pickle.stop(), data))) {
      assertThat(file.entries().get(TensorFile.ONLY))
          .isEqualTo(new Entry(TensorFile.ONLY, type, List.of(1L), false));
      if (type.dtype() == null) {
        assertThatThrownBy(file::only)
            .hasMessage(
                "read a.pth: tensor 'tensor' in a type that can be computed with; got F8_E4M3"
                    + " — save it as F32, F16 or BF16");
      } else {
        assertThat(file.only().dtype()).isEqualTo(DType.I32);
        assertThat(file.only().toInts()).containsExactly(5);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "5 | 0  | 4                   | 1                   | 20 bytes for tensor 'tensor'",
        "3 | 0  | 3                   | 1                   | 12 bytes for tensor 'tensor'",
        "4 | 0  | 5                   | 1                   | within its storage of 4",
        "4 | 1  | 4                   | 1                   | within its storage of 4",
        "4 | -1 | 2                   | 1                   | within its storage of 4",
        "4 | 4  | 1                   | 1                   | within its storage of 4",
        "4 | 5  | 1                   | 0                   | within its storage of 4",
        "4 | 9223372036854775807 | 2  | 1                   | within its storage of 4",
        "4 | 0  | 2                   | 4                   | within its storage of 4",
        "4 | 0  | 2                   | 9223372036854775807 | within its storage of 4",
        "4 | 0  | 3                   | 4611686018427387904 | within its storage of 4",
        "4 | 3  | 2                   | -1                  | strides of at least 0",
        "4 | 0  | -2                  | 1                   | extents of at least 0",
        "4 | 0  | 9223372036854775807 | 0                   | up to 2^56 elements",
        "4 | 0  | 1000000000000       | 0                   | call .contiguous()",
        "-1| 0  | 1                   | 1                   | the size of a storage",
        "9223372036854775807 | 0 | 1  | 1                   | the size of a storage",
      })
  void viewsOutsideTheirStorageAreRefused(
      long size, long first, long extent, long stride, String message) {
    refused(new Pickle().tensor("0", size, first, new long[] {extent}, new long[] {stride}))
        .hasMessageContaining(message);
  }

  @Test
  void manyExtentsAndMissingStridesAreRefused() {
    refused(new Pickle().tensor("0", 4, 0, new long[] {1}, new long[] {}))
        .hasMessageContaining("one stride per extent");
    long[] ones = new long[65];
    Arrays.fill(ones, 1);
    refused(new Pickle().tensor("0", 4, 0, ones, ones)).hasMessageContaining("at most 64 extents");
    refused(new Pickle().tensor("7", 4, 0, new long[] {4}, new long[] {1}))
        .hasMessageContaining("16 bytes for tensor 'tensor'; got none");
  }

  /** Absurd extents beside an extent of zero claim nothing, and are nothing. */
  @Test
  void emptyTensorsMayLookAnywhere() throws Exception {
    byte[] pickle = new Pickle().tensor("0", 4, 99, new long[] {0, 3}, new long[] {3, 1}).stop();
    try (TensorFile file = Fixtures.open("a", StoredZip.checkpoint(pickle, FOUR))) {
      assertThat(file.only().shape().dims()).containsExactly(0, 3);
    }
  }

  @Test
  void integersThatDoNotFitAreNamed() throws Exception {
    Pickle pickle =
        new Pickle()
            .op('}')
            .text("ids")
            .global("torch._utils", "_rebuild_tensor_v2")
            .op('(')
            .storage("LongStorage", "0", 2)
            .number(0)
            .tuple(2)
            .tuple(1)
            .op(0x89, '}', 't', 'R', 's');
    byte[] data = StoredZip.little(16).putLong(-5).putLong(5_000_000_000L).array();
    try (TensorFile file = Fixtures.open("a.pth", StoredZip.checkpoint(pickle.stop(), data))) {
      assertThatThrownBy(() -> file.load("ids"))
          .isInstanceOf(FileFormatException.class)
          .hasMessageStartingWith(
              "read a.pth: tensor 'ids' with integers of 32 bits; got 5000000000 at element 1");
      assertThat(Fixtures.stored(file, "ids")).isEqualTo(data);
    }
  }

  @Test
  void cyclesAndRepetitionsEndQuickly() {
    // l = []; l.append(l); the same through a dictionary
    refused(new Pickle().op(']', 'q', 0, 'h', 0, 'a'))
        .hasMessageContaining("nested at most 60 deep");
    refused(new Pickle().op('}', 'q', 0).text("x").op('h', 0, 's'))
        .hasMessageContaining("nested at most 60 deep");
    // Fifty lists, each of ten times the one before: 10^50 items when written out
    Pickle laughs = new Pickle().op('}').text("x").op(']');
    for (int i = 0; i < 50; i++) {
      laughs.op('q', 1, '0', ']', '(');
      for (int j = 0; j < 10; j++) {
        laughs.op('h', 1);
      }
      laughs.op('e');
    }
    refused(laughs.op('s')).hasMessageContaining("repeats the same lists over and over");
    Pickle deep = new Pickle();
    for (int i = 0; i < 100_000; i++) {
      deep.op(']');
    }
    for (int i = 1; i < 100_000; i++) {
      deep.op('a');
    }
    refused(deep).hasMessageContaining("nested at most 60 deep");
  }

  @Test
  void workAndNamesAreBounded() {
    Pickle steps = new Pickle();
    steps.raw(new byte[0]).raw("N0".repeat(3_000_000));
    refused(steps.op('N')).hasMessageContaining("a pickle of at most 4000000 steps");

    Pickle copies = new Pickle().op('}', 'q', 0).text("x").op(']', 'q', 1, '(');
    for (int i = 0; i < 100_000; i++) {
      copies.op('N');
    }
    copies.op('e', '0', '0');
    for (int i = 0; i < 1000; i++) { // each call could copy the list
      copies.global("__builtin__", "set").op('h', 1, 0x85, 'R', '0');
    }
    refused(copies.op('N')).hasMessageContaining("a pickle of at most 4000000 steps");

    String key = "k".repeat(300);
    Pickle names = new Pickle();
    for (int i = 0; i < 5; i++) {
      names.op('}').text(key);
    }
    names.op('}');
    for (int i = 0; i < 5; i++) {
      names.op('s');
    }
    refused(names).hasMessageContaining("names of at most 1024 characters");

    refused(new Pickle().op(0x8b).int32(1 << 20).raw(new byte[1 << 20]))
        .hasMessageContaining("numbers of at most 256 bytes");
    refused(new Pickle().raw("I" + "1".repeat(5000) + "\n"))
        .hasMessageContaining("a line of at most 1024 bytes");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X\\xff\\xff\\xff\\x7f", // text of 2 GiB
        "B\\xff\\xff\\xff\\xff", // bytes of 4 GiB
        "\\x8d\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x7f",
        "\\x8e\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x80",
        "\\x8b\\xff\\xff\\xff\\xff",
        "0", // pops from an empty stack
        "t", // no mark
        "2",
        "q\\x01",
        "h\\x63", // a memo that was never stored
        "\\x85",
        "Na", // adds to None
        "N(NNu",
        "}(Nu", // a key without a value
        "}]Ns", // a list as a key
        "N)R", // calls None
        "NNb",
        "NQ",
        "I1x\\x0a",
        "\\x80\\x63", // protocol 99
        "}NNb", // attributes on None
        "X\\x01\\x00\\x00\\x00\\xff" // not UTF-8
      })
  void damagedPicklesAreRefused(String code) {
    refused(unescaped(code)).hasMessageStartingWith("read a.pth: ").hasMessageContaining(" — ");
  }

  @Test
  void twoTensorsOfOneNameAreRefused() {
    Pickle pickle = new Pickle().op('}', '(').text("a.b");
    pickle.tensor("0", 4, 0, new long[] {4}, new long[] {1});
    pickle
        .text("a")
        .op('}')
        .text("b")
        .tensor("0", 4, 0, new long[] {4}, new long[] {1})
        .op('s', 'u');
    refused(pickle).hasMessageContaining("tensor names once; got 'a.b' twice");
  }

  @Test
  void archivesThatAreNotACheckpointOfThisMachineAreRefused() {
    byte[] pickle = new Pickle().op('}').stop();
    refused(new StoredZip().add("a/data.pkl", pickle).add("a/byteorder", "big".getBytes(UTF_8)))
        .hasMessageContaining("little-endian order; got 'big'");
    refused(new StoredZip().add("a/data.pkl", pickle).add("a/constants.pkl", pickle))
        .hasMessageContaining("a TorchScript program");
    refused(new StoredZip().add("a/data.pkl", pickle).add("b/data.pkl", pickle))
        .hasMessageContaining("one checkpoint in the archive; got 2");
    refused(new StoredZip().add("data.pkl", pickle)).hasMessageContaining("arrays only");
    refused(new StoredZip().add("a/b/data.pkl", pickle)).hasMessageContaining("arrays only");
    refused(new StoredZip().add("a/data.pkl", new Pickle().op('}', '.').stop()))
        .hasMessageContaining("the end of the pickle");
  }

  @Test
  void sequencesOfPicklesAreCheckedToTheEnd() throws Exception {
    byte[] good = Fixtures.bytes("mixed_legacy.pth");
    assertThatThrownBy(() -> Fixtures.open("a.pth", Arrays.copyOf(good, good.length - 1)))
        .hasMessageContaining("more bytes; got only");
    assertThatThrownBy(() -> Fixtures.open("a.pth", Arrays.copyOf(good, good.length + 1)))
        .hasMessageContaining("the end of the last storage; got 1 bytes more");
    byte[] big = good.clone();
    int flag = new String(good, ISO_8859_1).indexOf("little_endian") + 15;
    assertThat(big[flag]).isEqualTo((byte) 0x88);
    big[flag] = (byte) 0x89;
    assertThatThrownBy(() -> Fixtures.open("a.pth", big))
        .hasMessageContaining("little-endian order");
    assertThatThrownBy(() -> Fixtures.open("a.pkl", new Pickle().op('}').stop()))
        .hasMessageContaining("a file of torch.save; got a pickle of something else");
  }

  /** The oldest files describe a storage as a part of another: (key, first, size). */
  @Test
  void partsOfStoragesInOldFilesAreFound() throws Exception {
    ByteBuffer file = StoredZip.little(4096);
    file.put(new Pickle().big(new BigInteger("1950a86a20f9469cfc6c", 16)).stop());
    file.put(new Pickle().number(1001).stop());
    file.put(new Pickle().op('}').text("little_endian").op(0x88, 's').stop());
    Pickle pickle = new Pickle().global("torch._utils", "_rebuild_tensor").op('(', '(');
    pickle.text("storage").global("torch.cuda", "FloatStorage").text("k").text("cuda:0").number(4);
    pickle.op('(').text("view").number(1).number(3).op('t', 't', 'Q');
    file.put(pickle.number(1).tuple(2).tuple(1).op('t', 'R').stop());
    file.put(new Pickle().op(']').text("k").op('a').stop());
    file.putLong(4).put(FOUR);
    try (TensorFile opened = Fixtures.open("a", StoredZip.written(file))) {
      assertThat(opened.only().toArray()).containsExactly(3, 4);
    }
  }

  @Test
  void attributesOfStateDictsAreLeftOut() throws Exception {
    Pickle pickle = new Pickle().global("collections", "OrderedDict").op(')', 'R');
    pickle.text("x").op('K', 1, 's');
    pickle.op('}').text("_metadata").op('}', 's', 'b');
    try (TensorFile file = Fixtures.open("a", StoredZip.checkpoint(pickle.stop()))) {
      assertThat(file.values()).isEqualTo(Json.of(Map.of("x", 1)));
    }
  }

  /** Opcodes as characters and {@code \\x80}. */
  private static Pickle unescaped(String code) {
    Pickle pickle = new Pickle();
    for (int i = 0; i < code.length(); i++) {
      boolean escaped = code.startsWith("\\x", i);
      pickle.op(escaped ? Integer.parseInt(code.substring(i + 2, i + 4), 16) : code.charAt(i));
      i += escaped ? 3 : 0;
    }
    return pickle;
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> refused(Pickle pickle) {
    return refused(new StoredZip().add("a/data.pkl", pickle.stop()).add("a/data/0", FOUR));
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> refused(StoredZip zip) {
    byte[] bytes = zip.end();
    return assertThatThrownBy(() -> Fixtures.open("a.pth", bytes))
        .isInstanceOf(FileFormatException.class);
  }

  private static byte[] floats(float... values) {
    ByteBuffer bytes = StoredZip.little(4 * values.length);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return StoredZip.written(bytes);
  }
}
