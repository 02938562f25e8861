package io.nextscale.cli;

import io.nextscale.data.TokenSet;
import io.nextscale.pretrained.ShapesModel;
import io.nextscale.tensor.io.TensorFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Where weights are read from. */
sealed interface WeightSource {

  /** What a flag is given for the model inside the program. */
  Path EMBEDDED = Path.of(ShapesModel.NAME);

  /** Opens it. */
  TensorFile open() throws IOException;

  /** The name of the file, for people. */
  String label();

  /** What tells it from others, 16 hexadecimal digits. */
  String fingerprint() throws IOException;

  /** SHA-256 of its bytes, 64 hexadecimal digits. */
  String sha256() throws IOException;

  /** A file on disk. */
  record OnDisk(Path file) implements WeightSource {
    @Override
    public TensorFile open() throws IOException {
      return TensorFile.open(file);
    }

    @Override
    public String label() {
      return String.valueOf(file.getFileName());
    }

    @Override
    public String fingerprint() throws IOException {
      return Fingerprint.of(file);
    }

    @Override
    public String sha256() throws IOException {
      return TokenSet.fingerprint(file);
    }

    @Override
    public String toString() {
      return file.toString();
    }
  }

  /** A part of the program. */
  record Embedded(ShapesModel.Part part) implements WeightSource {

    private static final int DIGITS = 16;

    @Override
    public TensorFile open() throws IOException {
      return part.open();
    }

    @Override
    public String label() {
      return part.fileName();
    }

    @Override
    public String fingerprint() throws IOException {
      return sha256().substring(0, DIGITS);
    }

    @Override
    public String sha256() throws IOException {
      try (InputStream bytes = part.bytes()) {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes.readAllBytes());
        return HexFormat.of().formatHex(digest);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e); // every JDK has SHA-256
      }
    }

    @Override
    public String toString() {
      return ShapesModel.NAME;
    }
  }
}
