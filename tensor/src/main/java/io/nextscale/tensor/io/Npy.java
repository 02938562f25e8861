package io.nextscale.tensor.io;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.spi.HostBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Arrays of NumPy, one per file. {@link TensorFile} opens them as well. */
public final class Npy {

  /** The data begin at a multiple of this many bytes, as NumPy has it. */
  private static final int ALIGNMENT = 64;

  private Npy() {}

  /**
   * Reads an {@code .npy} file.
   *
   * @throws FileFormatException when it is none, or holds several arrays
   */
  public static Tensor read(Path path) throws IOException {
    try (TensorFile file = TensorFile.open(path)) {
      return file.only();
    }
  }

  /**
   * Writes an {@code .npy} file, version 1.0. F32, F16 and I32 keep their type; BF16 and I8
   * weights, which NumPy does not know, are widened to F32.
   */
  public static void write(Path path, Tensor tensor) throws IOException {
    HostBuffer buffer =
        switch (tensor.backend().download(tensor.buffer())) {
          case HostBuffer.F32 x -> x;
          case HostBuffer.F16 x -> x;
          case HostBuffer.I32 x -> x;
          case HostBuffer.BF16 x -> new HostBuffer.F32(x.toFloats());
          case HostBuffer.I8 x -> new HostBuffer.F32(x.toFloats());
          case HostBuffer.Packed x -> new HostBuffer.F32(x.toFloats());
        };
    ElementType type = ElementType.of(buffer.type());
    ByteBuffer header = header(type, tensor.shape());
    try (AtomicFile file = AtomicFile.create(path)) {
      long[] position = {header.remaining()};
      file.write(header, 0);
      ElementWriter.write(
          path.toString(),
          type,
          buffer,
          chunk -> {
            int size = chunk.remaining();
            file.write(chunk, position[0]);
            position[0] += size;
          });
      file.finish();
    }
  }

  private static ByteBuffer header(ElementType type, Shape shape) {
    String extents =
        Arrays.stream(shape.dims()).mapToObj(String::valueOf).collect(Collectors.joining(", "));
    String tuple = "(" + extents + (shape.rank() == 1 ? ",)" : ")");
    String text =
        "{'descr': '<" + type.numpyCode() + "', 'fortran_order': False, 'shape': " + tuple + ", }";
    int before = NpyReader.MAGIC.length + 4; // version and length follow the magic string
    int padding = Math.floorMod(-(before + text.length() + 1), ALIGNMENT);
    text += " ".repeat(padding) + "\n";
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(before + bytes.length)
        .put(NpyReader.MAGIC)
        .put((byte) 1)
        .put((byte) 0)
        .put((byte) bytes.length)
        .put((byte) (bytes.length >> 8))
        .put(bytes)
        .flip();
  }
}
