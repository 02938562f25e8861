package io.nextscale.training.events;

import io.nextscale.image.Png;
import io.nextscale.image.RgbImage;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * One record: what is known after an iteration. As protocol buffers (the field numbers are
 * TensorFlow's):
 *
 * <pre>{@code
 * Event   { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5; }
 * Summary { repeated Value value = 1; }
 * Value   { string tag = 1; float simple_value = 2; Image image = 4; }
 * Image   { int32 height = 1; int32 width = 2; int32 colorspace = 3; bytes encoded = 4; }
 * }</pre>
 *
 * @param seconds since 1970
 * @param step the iteration
 * @param scalars numbers by tag; a tag's part before a slash is the group that it is shown in
 * @param images pictures by tag, stored as PNG
 * @see <a
 *     href="https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/util/event.proto">event.proto</a>
 */
public record Event(
    double seconds,
    long step,
    SequencedMap<String, Double> scalars,
    SequencedMap<String, RgbImage> images) {

  private static final String VERSION = "brain.Event:2";
  private static final int RGB = 3;

  static final int STEP = 2;

  /** The first record of a file, which tells its version. */
  static byte[] header(double seconds) {
    return new ProtoWriter().real(1, seconds).text(3, VERSION).toBytes();
  }

  /** The message. */
  byte[] encode() {
    ProtoWriter summary = new ProtoWriter();
    for (Map.Entry<String, Double> scalar : scalars.entrySet()) {
      summary.bytes(
          1,
          new ProtoWriter()
              .text(1, scalar.getKey())
              .real(2, scalar.getValue().floatValue())
              .toBytes());
    }
    for (Map.Entry<String, RgbImage> picture : images.entrySet()) {
      RgbImage image = picture.getValue();
      byte[] message =
          new ProtoWriter()
              .integer(1, image.height())
              .integer(2, image.width())
              .integer(3, RGB)
              .bytes(4, Png.encode(image, List.of()))
              .toBytes();
      summary.bytes(1, new ProtoWriter().text(1, picture.getKey()).bytes(4, message).toBytes());
    }
    return new ProtoWriter()
        .real(1, seconds)
        .integer(STEP, step)
        .bytes(5, summary.toBytes())
        .toBytes();
  }

  /**
   * The step of a message: the field 2 at its outermost level, 0 where it is absent.
   *
   * @throws IllegalArgumentException when the bytes are no message
   */
  static long step(byte[] message) {
    long step = 0;
    int at = 0;
    while (at < message.length) {
      Varint tag = Varint.read(message, at);
      at = tag.end();
      int wire = (int) (tag.value() & 7);
      switch (wire) {
        case ProtoWriter.VARINT -> {
          Varint value = Varint.read(message, at);
          at = value.end();
          if (tag.value() >>> 3 == STEP) {
            step = value.value();
          }
        }
        case ProtoWriter.FIXED64 -> at += Long.BYTES;
        case ProtoWriter.FIXED32 -> at += Integer.BYTES;
        case ProtoWriter.BYTES -> {
          Varint length = Varint.read(message, at);
          if (length.value() < 0 || length.value() > message.length - length.end()) {
            throw new IllegalArgumentException("event: a field within its message");
          }
          at = length.end() + (int) length.value();
        }
        default -> throw new IllegalArgumentException("event: a known kind of field; got " + wire);
      }
    }
    return step;
  }

  /** A whole number of seven bits per byte, and where it ends. */
  private record Varint(long value, int end) {
    static Varint read(byte[] message, int at) {
      long value = 0;
      for (int shift = 0; shift < Long.SIZE; shift += 7) {
        if (at >= message.length) {
          break;
        }
        byte b = message[at++];
        value |= (b & 0x7fL) << shift;
        if (b >= 0) {
          return new Varint(value, at);
        }
      }
      throw new IllegalArgumentException("event: a whole number that ends");
    }
  }
}
