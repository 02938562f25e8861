package io.nextscale.tensor.io;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.SequencedMap;

/** Recognises a format by its first bytes, and says what a file is that is none of them. */
final class Formats {

  private static final int PREFIX = 512;
  private static final int TAR_MAGIC = 257;

  private Formats() {}

  static Contents parse(String source, MemorySegment file) throws FileFormatException {
    byte[] bytes =
        new Cursor(source, file, 0, file.byteSize()).bytes(Math.min(PREFIX, file.byteSize()));
    String start = new String(bytes, StandardCharsets.ISO_8859_1);
    if (start.startsWith("PK\3\4") || start.startsWith("PK\5\6")) {
      SequencedMap<String, ZipDirectory.Entry> entries = ZipDirectory.read(source, file);
      return TorchReader.isCheckpoint(entries)
          ? new TorchReader(source, file).zip(entries)
          : new NpyReader(source, file).npz(entries);
    }
    if (start.startsWith(new String(NpyReader.MAGIC, StandardCharsets.ISO_8859_1))) {
      return new NpyReader(source, file).npy();
    }
    if (SafetensorsReader.matches(source, file)) {
      return new SafetensorsReader(source).read(file);
    }
    if (start.startsWith("\u0080")) {
      return new TorchReader(source, file).legacy();
    }
    throw unknown(source, start);
  }

  private static FileFormatException unknown(String source, String start) {
    String expected = "safetensors, a PyTorch checkpoint or a NumPy array";
    String text = start.stripLeading();
    if (start.isEmpty()) {
      return new FileFormatException(source, expected, "an empty file", "download it again");
    } else if (start.startsWith("version https://git-lfs")) {
      return new FileFormatException(
          source, expected, "a pointer of Git LFS", "fetch the file itself: git lfs pull");
    } else if (text.startsWith("<")) {
      return new FileFormatException(
          source, expected, "a web page", "download the file itself, not the page about it");
    } else if (start.startsWith("GGUF")) {
      return new FileFormatException(
          source, expected, "a GGUF file", "use the model's safetensors or PyTorch file");
    } else if (start.startsWith("ustar", TAR_MAGIC)) {
      return new FileFormatException(
          source,
          expected,
          "a tar archive",
          "unpack it; if PyTorch before 0.1.10 wrote it, load and save it with a newer one");
    } else if (start.startsWith("\u001f\u008b")) {
      return new FileFormatException(
          source, expected, "a gzip archive", "unpack it first: gunzip or tar -xzf");
    }
    return new FileFormatException(
        source,
        expected,
        "'" + FileFormatException.quote(start.substring(0, Math.min(16, start.length()))) + "' …",
        "check the file, or download it again");
  }
}
