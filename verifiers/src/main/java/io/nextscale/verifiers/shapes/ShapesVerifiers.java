package io.nextscale.verifiers.shapes;

import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.var.text.WordPieces;
import io.nextscale.verifiers.AestheticScore;
import io.nextscale.verifiers.ClipScore;
import io.nextscale.verifiers.ImageRewardScore;
import io.nextscale.verifiers.PromptVerifier;
import io.nextscale.verifiers.clip.Aesthetic;
import io.nextscale.verifiers.clip.Clip;
import io.nextscale.verifiers.reward.ImageReward;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Verifiers of the shapes world, from the files that their trainings write. */
public final class ShapesVerifiers {

  /** The name of the metadata that says which verifier a file holds. */
  public static final String KIND = "nextscale.verifier";

  /** The verifiers by name. */
  public static final List<String> NAMES = List.of("clip", "aesthetic", "imagereward");

  private ShapesVerifiers() {}

  /**
   * A verifier inside the program.
   *
   * @param name one of {@link #NAMES}
   * @throws FileNotFoundException when this build has none
   */
  public static PromptVerifier embedded(String name) throws IOException {
    String file = file(name);
    try (InputStream stream = stream(file);
        TensorFile tensors = TensorFile.read(file, stream)) {
      return of(tensors);
    }
  }

  /**
   * Tells a verifier inside the program apart from those of other versions: the first 16 digits of
   * the SHA-256 of its file.
   *
   * @param name one of {@link #NAMES}
   * @throws FileNotFoundException when this build has none
   */
  public static String fingerprint(String name) throws IOException {
    try (InputStream stream = stream(file(name))) {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(stream.readAllBytes());
      return HexFormat.of().formatHex(digest).substring(0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has SHA-256
    }
  }

  private static String file(String name) {
    return "shapes-" + name + ".safetensors";
  }

  private static InputStream stream(String file) throws FileNotFoundException {
    InputStream stream = ShapesVerifiers.class.getResourceAsStream(file);
    if (stream == null) {
      throw new FileNotFoundException(file + " is no part of this build");
    }
    return stream;
  }

  /**
   * The verifier in a file.
   *
   * @throws IOException when it cannot be read or holds something else
   */
  public static PromptVerifier load(Path file) throws IOException {
    try (TensorFile tensors = TensorFile.open(file)) {
      return of(tensors);
    }
  }

  /**
   * The verifier in a file that is open.
   *
   * @throws IOException when it cannot be read or holds something else
   */
  public static PromptVerifier of(TensorFile file) throws IOException {
    String kind = file.metadata().getOrDefault(KIND, "");
    return switch (kind) {
      case "clip" -> clip(file);
      case "aesthetic" -> PromptVerifier.any(new AestheticScore(Aesthetic.load(file)));
      case "imagereward" -> imageReward(file);
      default ->
          throw new FileFormatException(
              file.name(),
              "clip, aesthetic or imagereward in the metadata " + KIND,
              kind.isEmpty() ? "none" : FileFormatException.quote(kind),
              "this is no verifier that this project trained");
    };
  }

  private static PromptVerifier clip(TensorFile file) throws IOException {
    Clip clip = Clip.load(file);
    var text = clip.config().text();
    ShapesWords words = words(file, text.context(), text.vocabulary());
    return new ClipScore(clip, words::of, "");
  }

  /** As learnt, without mean and deviation of its own. */
  private static PromptVerifier imageReward(TensorFile file) throws IOException {
    ImageReward model = ImageReward.load(file);
    var text = model.config().text();
    return new ImageRewardScore(model, words(file, text.places(), text.vocabulary())::of, 0, 1);
  }

  private static ShapesWords words(TensorFile file, int length, int vocabulary)
      throws FileFormatException {
    ShapesWords words = new ShapesWords(WordPieces.of(file), length);
    if (words.size() != vocabulary) {
      throw new FileFormatException(
          file.name(), vocabulary + " word pieces, with the end", words.size() + "");
    }
    return words;
  }
}
