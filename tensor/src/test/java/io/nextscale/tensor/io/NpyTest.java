package io.nextscale.tensor.io;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyTest {

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(DType.class)
  void whatIsWrittenReadsBack(DType type) throws Exception {
    Random random = new Random(type.name().hashCode());
    Path path = folder.resolve("a.npy");
    for (int i = 0; i < 30; i++) {
      Tensor tensor = RandomTensors.next(random, type);
      Npy.write(path, tensor);
      Tensor read = Npy.read(path);
      if (type == DType.BF16 || type == DType.I8) { // NumPy has no such types: widened
        assertThat(read.shape()).isEqualTo(tensor.shape());
        assertThat(read.dtype()).isEqualTo(DType.F32);
        assertThat(read.toArray()).isEqualTo(tensor.toArray());
      } else {
        RandomTensors.assertSameBits(read, tensor);
      }
    }
    assertThat(folder).isDirectoryNotContaining("glob:**.part");
  }

  /** The very bytes of {@code np.save} for {@code np.array([1, 2], '<f4')}. */
  @Test
  void writesWhatNumPyWrites() throws Exception {
    Path path = folder.resolve("a.npy");
    Npy.write(path, Tensor.of(Shape.of(2), 1, 2));
    String text =
        "\u0093NUMPY\u0001\u0000v\u0000{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
    byte[] bytes = Files.readAllBytes(path);
    assertThat(bytes).hasSize(128 + 8);
    assertThat(new String(bytes, 0, 128, ISO_8859_1))
        .isEqualTo(text + " ".repeat(127 - text.length()) + "\n");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void everyVersionOfTheFormatReads(int version) throws Exception {
    byte[] file =
        npy(
            version,
            "{\"shape\" : (2,3L),'descr':'<i2' , 'fortran_order':True}\n",
            1,
            4,
            2,
            5,
            3,
            6);
    try (TensorFile opened = Fixtures.open("a.npy", file)) {
      assertThat(opened.format()).isEqualTo(TensorFile.Format.NPY);
      assertThat(opened.entries().get(TensorFile.ONLY))
          .isEqualTo(new Entry(TensorFile.ONLY, ElementType.I16, List.of(2L, 3L), false));
      assertThat(opened.only().toInts()).containsExactly(1, 2, 3, 4, 5, 6); // columns first
    }
  }

  @Test
  void scalarsAndEmptyArraysRead() throws Exception {
    try (TensorFile file =
        Fixtures.open("a", npy(1, "{'descr':'<i2','fortran_order':False,'shape':()}", -3))) {
      assertThat(file.only().shape()).isEqualTo(Shape.of());
      assertThat(file.only().toInts()).containsExactly(-3);
    }
    try (TensorFile file =
        Fixtures.open("a", npy(1, "{'descr':'<i2','fortran_order':True,'shape':(0,3)}"))) {
      assertThat(file.only().shape()).isEqualTo(Shape.of(0, 3));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }         ; little-endian",
        "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }          ; little-endian",
        "{'descr': '<U4', 'fortran_order': False, 'shape': (1,), }         ; little-endian",
        "{'descr': '', 'fortran_order': False, 'shape': (1,), }            ; little-endian",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}  ; structured types",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }         ; 4 bytes for [2]",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (), 'x': 'y'}   ; descr, fortran_order",
        "{'descr': '<f4', 'fortran_order': False}                          ; descr, fortran_order",
        "{'descr': '<f4', 'descr': '<f4'}                                  ; each key once",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }        ; a tuple of numbers",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1 2), }        ; ')' in the header",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999999999999,)} ; a tuple",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (999999999999999999,)} ; 2^56",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), } x       ; the end of the header",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)            ; '}' in the header",
        "{'descr: <f4                                                      ; text in quotes",
        "{                                                                 ; text in quotes",
        "x                                                                 ; '{' in the header",
      })
  void headersOfOtherThingsAreRefused(String header, String message) {
    assertThatThrownBy(() -> Fixtures.open("a.npy", npy(1, header, 0, 0)))
        .isInstanceOf(FileFormatException.class)
        .hasMessageStartingWith("read a.npy: ")
        .hasMessageContaining(message);
  }

  @Test
  void damagedFilesAreRefused() {
    String header = "{'descr':'<i2','fortran_order':False,'shape':(2,)}";
    byte[] good = npy(1, header, 1, 2);
    for (int length = 6; length < good.length; length++) {
      byte[] part = Arrays.copyOf(good, length);
      assertThatThrownBy(() -> Fixtures.open("a.npy", part))
          .isInstanceOf(FileFormatException.class);
    }
    assertThatThrownBy(() -> Fixtures.open("a.npy", npy(1, header, 1, 2, 3)))
        .hasMessageContaining("elements of 2 bytes for [2]; got 6 bytes");
    assertThatThrownBy(() -> Fixtures.open("a.npy", npy(4, header, 1, 2)))
        .hasMessageContaining("version 1, 2 or 3");
    byte[] long2 = npy(2, header, 1, 2);
    long2[11] = 1; // a header of 16 MiB
    assertThatThrownBy(() -> Fixtures.open("a.npy", long2))
        .hasMessageContaining("a header of at most 1048576 bytes");
  }

  @Test
  void archivesOfArraysRead() throws Exception {
    byte[] array = npy(1, "{'descr':'<i2','fortran_order':False,'shape':(2,)}", 1, -2);
    byte[] npz = new StoredZip().add("x.npy", array).add("y/z.npy", array).end();
    try (TensorFile file = Fixtures.open("a.npz", npz)) {
      assertThat(file.format()).isEqualTo(TensorFile.Format.NPZ);
      assertThat(file.entries().keySet()).containsExactly("x", "y/z");
      assertThat(file.load("y/z").toInts()).containsExactly(1, -2);
    }
    StoredZip packed = new StoredZip();
    packed.method = 8;
    assertThatThrownBy(() -> Fixtures.open("a.npz", packed.add("x.npy", array).end()))
        .hasMessageContaining("stored without compression; got 'x.npy' compressed by method 8");
  }

  @Test
  void arraysOfTheGoldenFolderRead() throws Exception {
    Path folder = Fixtures.shared("golden/vae");
    Tensor ids = Npy.read(folder.resolve("idx_1.npy"));
    assertThat(ids.shape()).isEqualTo(Shape.of(2, 4));
    assertThat(ids.dtype()).isEqualTo(DType.I32);
    Tensor image = Npy.read(folder.resolve("img.npy"));
    assertThat(image.shape()).isEqualTo(Shape.of(2, 3, 24, 24));
    // u24("img", 18) of the folder's README
    assertThat(image.toArray())
        .startsWith(0.8399785757064819f, 0.35636305809020996f, 0.47181451320648193f);
  }

  /** A file of 16-bit integers. */
  static byte[] npy(int version, String header, int... values) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(NpyReader.MAGIC);
    byte[] text = header.getBytes(ISO_8859_1);
    ByteBuffer length =
        version == 1
            ? StoredZip.little(2).putShort((short) text.length)
            : StoredZip.little(4).putInt(text.length);
    out.writeBytes(new byte[] {(byte) version, 0});
    out.writeBytes(StoredZip.written(length));
    out.writeBytes(text);
    for (int value : values) {
      out.writeBytes(StoredZip.little(2).putShort((short) value).array());
    }
    return out.toByteArray();
  }
}
