package io.nextscale.tensor.io;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** UTF-8 as files must write it: what is malformed is refused, not replaced. */
final class Utf8 {

  /** What the JDK puts in place of malformed bytes. */
  private static final char REPLACEMENT = '\ufffd';

  private Utf8() {}

  static String decode(String source, byte[] bytes) throws FileFormatException {
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (text.indexOf(REPLACEMENT) < 0) {
      return text;
    }
    try { // the character may also stand in the file itself: only the slow decoder tells
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new FileFormatException(
          source, "text in UTF-8", "bytes that are not", "the file is damaged");
    }
  }
}
