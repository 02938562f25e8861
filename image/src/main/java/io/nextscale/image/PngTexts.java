package io.nextscale.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Reads the text chunks of a PNG file: tEXt, zTXt (compressed) and iTXt (UTF-8). */
final class PngTexts {

  private final List<PngText> texts = new ArrayList<>();

  /** What all texts together may still take, in bytes. */
  private int budget = Png.MAX_TEXT_BYTES;

  private PngTexts() {}

  static List<PngText> read(InputStream in) throws IOException {
    PngChunks chunks = new PngChunks(in);
    PngTexts reader = new PngTexts();
    if (!chunks.next().equals("IHDR")) {
      throw PngChunks.damaged("IHDR as the first chunk", chunks.type());
    }
    while (!chunks.next().equals("IEND")) {
      switch (chunks.type()) {
        case "tEXt" -> reader.latin1(chunks);
        case "zTXt" -> reader.compressed(chunks);
        case "iTXt" -> reader.international(chunks);
        default -> {} // skipped by next()
      }
    }
    chunks.finish();
    return List.copyOf(reader.texts);
  }

  private void latin1(PngChunks chunks) throws IOException {
    byte[] data = chunks.all(budget);
    int end = zero(data, 0, "tEXt");
    add(data, end, plain(data, end + 1), StandardCharsets.ISO_8859_1);
  }

  private void compressed(PngChunks chunks) throws IOException {
    byte[] data = chunks.all(budget);
    int end = zero(data, 0, "zTXt");
    add(data, end, inflated(data, end + 1), StandardCharsets.ISO_8859_1);
  }

  private void international(PngChunks chunks) throws IOException {
    byte[] data = chunks.all(budget);
    int end = zero(data, 0, "iTXt");
    if (data.length < end + 3) {
      throw PngChunks.damaged("a compression flag in chunk iTXt", "its end");
    }
    boolean isCompressed = data[end + 1] != 0;
    int language = zero(data, end + 3, "iTXt");
    int translated = zero(data, language + 1, "iTXt");
    int start = translated + 1;
    byte[] text = isCompressed ? inflated(data, end + 2, start) : plain(data, start);
    add(data, end, text, StandardCharsets.UTF_8);
  }

  private static byte[] plain(byte[] data, int start) {
    return Arrays.copyOfRange(data, start, data.length);
  }

  private byte[] inflated(byte[] data, int method) throws ImageFormatException {
    return inflated(data, method, method + 1);
  }

  /** The zlib stream from {@code start} on; the byte at {@code method} must name it: 0. */
  private byte[] inflated(byte[] data, int method, int start) throws ImageFormatException {
    if (method >= data.length || data[method] != 0) {
      throw PngChunks.damaged("compression method 0 of a text", "another or none");
    }
    byte[] out = new byte[Math.min(budget, 4 * (data.length - start) + 64)];
    int filled = 0;
    try (Inflater inflater = new Inflater()) {
      inflater.setInput(data, start, data.length - start);
      while (!inflater.finished()) {
        int n = inflater.inflate(out, filled, out.length - filled);
        filled += n;
        if (filled == out.length) {
          if (filled == budget) {
            throw tooLarge();
          }
          out = Arrays.copyOf(out, (int) Math.min(2L * filled + 64, budget));
        } else if (n == 0 && !inflater.finished()) {
          throw PngChunks.damaged("a complete compressed text", "its end");
        }
      }
    } catch (DataFormatException e) {
      throw PngChunks.damaged("a text compressed with zlib", String.valueOf(e.getMessage()));
    }
    return Arrays.copyOf(out, filled);
  }

  private static ImageFormatException tooLarge() {
    return new ImageFormatException(
        "png",
        "at most " + Png.MAX_TEXT_BYTES + " bytes of text",
        "more",
        "the texts of this file are not metadata of a picture; remove them");
  }

  private static int zero(byte[] data, int from, String type) throws ImageFormatException {
    for (int i = from; i < data.length; i++) {
      if (data[i] == 0) {
        return i;
      }
    }
    throw PngChunks.damaged("a zero byte after each field of chunk " + type, "the chunk's end");
  }

  private void add(byte[] data, int keywordEnd, byte[] bytes, Charset charset)
      throws ImageFormatException {
    String keyword = new String(data, 0, keywordEnd, StandardCharsets.ISO_8859_1);
    String fault = PngText.keywordFault(keyword);
    if (fault != null) {
      throw PngChunks.damaged("a keyword of 1 to 79 printable characters", fault);
    }
    budget -= data.length;
    budget -= bytes.length;
    if (budget < 0) {
      throw tooLarge();
    }
    String text;
    try {
      text = charset.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw PngChunks.damaged("UTF-8 in text " + keyword, "other bytes");
    }
    if (text.indexOf('\0') >= 0) {
      throw PngChunks.damaged("text without zero bytes under keyword " + keyword, "a zero byte");
    }
    texts.add(new PngText(keyword, text));
  }
}
