package io.nextscale.training.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.image.Png;
import io.nextscale.image.RgbImage;
import io.nextscale.tensor.RandomStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventFileTest {

  @TempDir Path folder;

  // ---- an independent reader: checksums bit by bit, messages as lists of fields

  /** CRC-32C by its definition: the reversed polynomial 0x82f63b78, one bit after the other. */
  private static int crc32c(byte... bytes) {
    int crc = -1;
    for (byte b : bytes) {
      crc ^= b & 0xff;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc >>> 1) ^ ((crc & 1) * 0x82f63b78);
      }
    }
    return ~crc;
  }

  private static int masked(byte... bytes) {
    int crc = crc32c(bytes);
    return (crc >>> 15 | crc << 17) + 0xa282ead8;
  }

  private static List<byte[]> records(byte[] file) {
    List<byte[]> records = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    while (in.hasRemaining()) {
      byte[] length = new byte[8];
      in.get(length);
      assertThat(in.getInt()).as("checksum of the length").isEqualTo(masked(length));
      byte[] message =
          new byte[(int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()];
      in.get(message);
      assertThat(in.getInt()).as("checksum of the message").isEqualTo(masked(message));
      records.add(message);
    }
    return records;
  }

  private record Field(int number, long value, byte[] bytes) {}

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte b = in.get();
      value |= (b & 0x7fL) << shift;
      if (b >= 0) {
        return value;
      }
    }
  }

  private static List<Field> fields(byte... message) {
    List<Field> fields = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
    while (in.hasRemaining()) {
      long tag = varint(in);
      int number = (int) (tag >>> 3);
      switch ((int) (tag & 7)) {
        case 0 -> fields.add(new Field(number, varint(in), new byte[0]));
        case 1 -> fields.add(new Field(number, in.getLong(), new byte[0]));
        case 5 -> fields.add(new Field(number, in.getInt(), new byte[0]));
        case 2 -> {
          byte[] bytes = new byte[(int) varint(in)];
          in.get(bytes);
          fields.add(new Field(number, 0, bytes));
        }
        default -> throw new AssertionError("wire type of " + tag);
      }
    }
    return fields;
  }

  private static String text(Field field) {
    return new String(field.bytes(), StandardCharsets.UTF_8);
  }

  // ---- what is written

  private static Event event(long step) {
    SequencedMap<String, Double> scalars = new LinkedHashMap<>();
    scalars.put("training/loss", 0.25 + step);
    scalars.put("evaluation/größe", -1.5);
    SequencedMap<String, RgbImage> images = new LinkedHashMap<>();
    if (step % 2 == 1) {
      images.put("samples", RgbImage.of(new byte[] {1, 2, 3, 4, 5, 6}, 1, 2));
    }
    return new Event(1234.5, step, scalars, images);
  }

  private static void write(Path file, long from, long to) throws IOException {
    try (EventFile events = EventFile.open(file, from, 1000.25)) {
      for (long step = from; step < to; step++) {
        events.write(event(step));
      }
    }
  }

  @Test
  void checksumIsTheOneThatIsMeant() {
    // RFC 3720, B.4: 32 bytes of zeros
    assertThat(crc32c(new byte[32])).isEqualTo(0x8a9136aa);
  }

  @Test
  void messagesHoldNumbersAndPictures() throws IOException {
    Path file = folder.resolve(EventFile.NAME);
    write(file, 0, 2);
    List<byte[]> records = records(Files.readAllBytes(file));
    assertThat(records).hasSize(3);

    List<Field> header = fields(records.getFirst());
    assertThat(header).extracting(Field::number).containsExactly(1, 3);
    assertThat(Double.longBitsToDouble(header.getFirst().value())).isEqualTo(1000.25);
    assertThat(text(header.getLast())).isEqualTo("brain.Event:2");

    List<Field> second = fields(records.get(2));
    assertThat(second).extracting(Field::number).containsExactly(1, 2, 5);
    assertThat(Double.longBitsToDouble(second.get(0).value())).isEqualTo(1234.5);
    assertThat(second.get(1).value()).isEqualTo(1);
    List<Field> values = fields(second.get(2).bytes());
    assertThat(values).extracting(Field::number).containsExactly(1, 1, 1);

    List<Field> loss = fields(values.get(0).bytes());
    assertThat(text(loss.get(0))).isEqualTo("training/loss");
    assertThat(loss.get(1).number()).isEqualTo(2);
    assertThat(Float.intBitsToFloat((int) loss.get(1).value())).isEqualTo(1.25f);
    assertThat(text(fields(values.get(1).bytes()).getFirst())).isEqualTo("evaluation/größe");

    List<Field> samples = fields(values.get(2).bytes());
    assertThat(text(samples.get(0))).isEqualTo("samples");
    assertThat(samples.get(1).number()).isEqualTo(4);
    List<Field> image = fields(samples.get(1).bytes());
    assertThat(image).extracting(Field::number).containsExactly(1, 2, 3, 4);
    assertThat(image).extracting(Field::value).startsWith(1L, 2L, 3L);
    assertThat(Png.decode(image.get(3).bytes())).isEqualTo(event(1).images().get("samples"));
  }

  @Test
  void everyStepIsThereOnceWhereverTheFileWasTorn() throws IOException {
    Path file = folder.resolve(EventFile.NAME);
    write(file, 0, 4);
    byte[] whole = Files.readAllBytes(file);
    for (int size = 0; size <= whole.length; size += 3) {
      for (int from = 0; from <= 4; from++) {
        Files.write(file, Arrays.copyOf(whole, size));
        write(file, from, 4);
        byte[] mended = Files.readAllBytes(file);
        int there = (int) Math.min(from, wholeSteps(whole, size));
        assertThat(records(mended))
            .as("%d bytes, from %d", size, from)
            .hasSize(1 + there + 4 - from);
        if (there == from) {
          assertThat(mended).isEqualTo(whole);
        }
      }
    }
  }

  private static long wholeSteps(byte[] whole, int size) {
    long steps = -1; // the header is none
    int end = 0;
    for (byte[] record : records(whole)) {
      end += 16 + record.length;
      steps += end <= size ? 1 : 0;
    }
    return Math.max(0, steps);
  }

  @Test
  void damageEndsTheFileThere() throws IOException {
    Path file = folder.resolve(EventFile.NAME);
    write(file, 0, 4);
    byte[] whole = Files.readAllBytes(file);
    RandomStream random = RandomStream.of(2);
    for (int i = 0; i < 400; i++) {
      byte[] damaged = whole.clone();
      damaged[random.nextInt(damaged.length)] ^= (byte) (1 + random.nextInt(255));
      Files.write(file, damaged);
      EventFile.open(file, 4, 1000.25).close();
      byte[] mended = Files.readAllBytes(file);
      assertThat(mended.length).isLessThan(whole.length);
      assertThat(mended).isEqualTo(Arrays.copyOf(whole, mended.length));
      assertThat(records(mended)).isNotEmpty();
    }
  }

  @Test
  void stepOfAnyBytesIsANumberOrRefused() {
    RandomStream random = RandomStream.of(4);
    byte[] message = event(7).encode();
    assertThat(Event.step(message)).isEqualTo(7);
    int refused = 0;
    for (int i = 0; i < 3000; i++) {
      byte[] damaged = Arrays.copyOf(message, random.nextInt(message.length + 1));
      for (int j = 0; j < 3 && damaged.length > 0; j++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      try {
        Event.step(damaged);
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageStartingWith("event: ");
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(300);
  }
}
