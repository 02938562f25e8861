package io.nextscale.cli.parity;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.Entry;
import io.nextscale.tensor.io.TensorFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Golden numbers as the file holds them: row-major, maps (B,C,h,w). Doubles hold every float32,
 * float64 and id exactly.
 *
 * @param shape the extents
 * @param values the numbers; callers only read
 */
record GoldenArray(Shape shape, double[] values) {

  /**
   * The numbers of a tensor in a file, in full: float64 and int64 are kept, where loading a tensor
   * would round them.
   *
   * @throws IOException when the file is damaged, or the type has no numbers that doubles can hold
   */
  static GoldenArray read(TensorFile file, Entry entry) throws IOException {
    ByteBuffer stored =
        ByteBuffer.allocate(Math.toIntExact(entry.sizeBytes())).order(ByteOrder.LITTLE_ENDIAN);
    file.copy(entry.name(), stored::put);
    stored.flip();
    double[] values = new double[Math.toIntExact(entry.elements())];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (entry.type()) {
            case F64 -> stored.getDouble();
            case F32 -> stored.getFloat();
            case F16 -> Float.float16ToFloat(stored.getShort());
            case BF16 -> Float.intBitsToFloat(stored.getShort() << 16);
            case I64 -> stored.getLong();
            case I32 -> stored.getInt();
            case I16 -> stored.getShort();
            case I8 -> stored.get();
            case U8, BOOL -> stored.get() & 0xff;
            default -> throw new IOException(file.name() + ": numbers; got " + entry);
          };
    }
    return new GoldenArray(entry.shape(), values);
  }

  /** Numbers that were made, in the order of golden files. */
  static GoldenArray of(Shape shape, float... values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < doubles.length; i++) {
      doubles[i] = values[i];
    }
    return new GoldenArray(shape, doubles);
  }

  /** The numbers as a tensor of the same extents, rounded to float32. */
  Tensor tensor() {
    return Tensor.of(shape, floats(values));
  }

  /** A map (B,C,h,w) as the tensor (B,h,w,C). */
  Tensor map() {
    return channelsLast(shape, floats(values));
  }

  /** Ids, labels and masks as an I32 tensor of the same extents. */
  Tensor indices() {
    return Tensor.ofInts(shape, ints());
  }

  /** Ids, labels and masks as integers. */
  int[] ints() {
    int[] ints = new int[values.length];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = (int) values[i];
    }
    return ints;
  }

  /** The only number. */
  double scalar() {
    if (values.length != 1) {
      throw new IllegalArgumentException("golden array: one number; got " + shape);
    }
    return values[0];
  }

  /** The numbers {@code from} to {@code to} of the first axis. */
  GoldenArray rows(int from, int to) {
    int row = shape.size(1, shape.rank());
    double[] part = Arrays.copyOfRange(values, from * row, to * row);
    return new GoldenArray(shape.with(0, to - from), part);
  }

  /** Values (B,C,h,w) as the tensor (B,h,w,C). */
  static Tensor channelsLast(Shape shape, float... values) {
    return Tensor.of(shape, values).permute(0, 2, 3, 1); // (B,C,h,w) -> (B,h,w,C)
  }

  /** A map (B,h,w,C) in the order of golden files, (B,C,h,w). */
  static Tensor channelsFirst(Tensor map) {
    return map.permute(0, 3, 1, 2); // (B,h,w,C) -> (B,C,h,w)
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }
}
