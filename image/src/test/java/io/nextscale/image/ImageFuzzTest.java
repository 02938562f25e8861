package io.nextscale.image;

import com.code_intelligence.jazzer.junit.FuzzTest;

/**
 * Any bytes give a picture or an {@link ImageFormatException}. Runs the recorded inputs in a normal
 * build, and searches for new ones with {@code JAZZER_FUZZ=1}.
 */
class ImageFuzzTest {

  @FuzzTest(maxDuration = "5m")
  void anyBytesAsImage(byte[] file) {
    JpegDecoderTest.pictureOrError(file);
  }

  @FuzzTest(maxDuration = "5m")
  void anyBytesAsTexts(byte[] file) {
    try {
      Png.texts(file).forEach(t -> new PngText(t.keyword(), t.text()));
    } catch (ImageFormatException e) {
      return; // the expected answer to most inputs
    }
  }

  /** The input is the header, the palette and the rows: past checksums and compression. */
  @FuzzTest(maxDuration = "5m")
  void anyRows(byte[] input) {
    if (input.length < 14) {
      return;
    }
    byte[] header = java.util.Arrays.copyOf(input, 13);
    header[0] = 0; // below 64 Ki columns and rows, so that rows are reached
    header[1] = 0;
    header[4] = 0;
    header[5] = 0;
    int colours = Math.min((input.length - 14) / 3, 1 + (input[13] & 0xff));
    PngDecoderTest.pictureOrError(
        PngDecoderTest.assemble(
            header,
            java.util.Arrays.copyOfRange(input, 14, 14 + 3 * colours),
            java.util.Arrays.copyOfRange(input, 14 + 3 * colours, input.length)));
  }
}
