package io.nextscale.tensor.io;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * Every parser on arbitrary bytes. The normal build runs the seeds in {@code FileFuzzTestInputs};
 * one parser at a time searches for new ones with
 *
 * <pre>{@code
 * JAZZER_FUZZ=1 ./mvnw test -pl tensor -am -Dtest=FileFuzzTest#pickle -Djazzer.hooks=true \
 *     -Dsurefire.failIfNoSpecifiedTests=false
 * }</pre>
 */
class FileFuzzTest {

  private static final String DURATION = "2m";

  @FuzzTest(maxDuration = DURATION)
  void json(byte[] data) throws Exception {
    Json json;
    try {
      json = Json.parse("fuzz", data);
    } catch (FileFormatException refused) {
      assertThat(refused.getMessage()).startsWith("read fuzz: ").doesNotContain("\n");
      return;
    }
    assertThat(Json.parse("fuzz", json.write())).isEqualTo(json);
    assertThat(Json.parse("fuzz", json.writeIndented())).isEqualTo(json);
  }

  /** The header; the rest of the file is as long as it says. */
  @FuzzTest(maxDuration = DURATION)
  void safetensors(byte[] data) {
    String header = new String(data, StandardCharsets.UTF_8);
    Hostile.read(SafetensorsTest.file(header, new byte[64]));
    Hostile.read(data);
  }

  @FuzzTest(maxDuration = DURATION)
  void zip(byte[] data) throws Exception {
    try {
      for (ZipDirectory.Entry entry :
          ZipDirectory.read("fuzz", MemorySegment.ofArray(data)).values()) {
        assertThat(entry.offset()).isNotNegative();
        assertThat(entry.inPlace("fuzz").size()).isBetween(0L, data.length - entry.offset());
      }
    } catch (FileFormatException refused) {
      assertThat(refused.getMessage()).startsWith("read fuzz: ").doesNotContain("\n");
    }
    Hostile.read(data);
  }

  /** The pickle of a checkpoint with a few storages; the archive around it is sound. */
  @FuzzTest(maxDuration = DURATION)
  void pickle(byte[] data) {
    Hostile.read(
        StoredZip.checkpoint(data, new byte[192], new byte[96], new byte[16], new byte[0]));
  }

  /** What follows the three pickles that identify the old format. */
  @FuzzTest(maxDuration = DURATION)
  void legacy(byte[] data) {
    byte[] start = Fixtures.bytes("mixed_legacy.pth");
    int object = 137; // the size of those three
    byte[] file = new byte[object + data.length];
    System.arraycopy(start, 0, file, 0, object);
    System.arraycopy(data, 0, file, object, data.length);
    Hostile.read(file);
    Hostile.read(data);
  }

  @FuzzTest(maxDuration = DURATION)
  void npy(byte[] data) {
    Hostile.read(NpyTest.npy(1, new String(data, ISO_8859_1), 1, 2, 3, 4));
    Hostile.read(data);
  }
}
