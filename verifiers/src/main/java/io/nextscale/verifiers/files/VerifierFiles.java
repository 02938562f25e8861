package io.nextscale.verifiers.files;

import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.verifiers.AestheticScore;
import io.nextscale.verifiers.ClassConfidence;
import io.nextscale.verifiers.ClipScore;
import io.nextscale.verifiers.ImageRewardScore;
import io.nextscale.verifiers.PromptVerifier;
import io.nextscale.verifiers.clip.Aesthetic;
import io.nextscale.verifiers.clip.Clip;
import io.nextscale.verifiers.clip.ClipTokenizer;
import io.nextscale.verifiers.resnet.Classifier;
import io.nextscale.verifiers.reward.BertTokenizer;
import io.nextscale.verifiers.reward.ImageReward;
import io.nextscale.verifiers.shapes.ShapesVerifiers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The verifier that a file of weights holds. What published ones need beside their weights is
 * looked for in the same folder, under its published name.
 */
public final class VerifierFiles {

  /** The words of CLIP: openai/CLIP clip/bpe_simple_vocab_16e6.txt.gz @d05afc4. */
  public static final String CLIP_WORDS = "bpe_simple_vocab_16e6.txt.gz";

  /** The words of BERT, which ImageReward reads: vocab.txt of bert-base-uncased. */
  public static final String BERT_WORDS = "vocab.txt";

  /** What the file of the CLIP may be called that an aesthetic head is for. */
  public static final List<String> LARGE_CLIP =
      List.of("ViT-L-14.safetensors", "ViT-L-14.pth", "ViT-L-14.pt");

  private VerifierFiles() {}

  /**
   * The verifier in a file.
   *
   * @throws IOException when it cannot be read, holds something else, or what belongs beside it is
   *     not there
   */
  public static PromptVerifier load(Path path) throws IOException {
    try (TensorFile file = TensorFile.open(path)) {
      if (file.metadata().containsKey(ShapesVerifiers.KIND)) {
        return ShapesVerifiers.of(file);
      }
      if (ImageReward.in(file)) {
        return ImageRewardScore.published(
            ImageReward.load(file), BertTokenizer.load(beside(path, List.of(BERT_WORDS))));
      }
      if (Clip.in(file)) {
        return ClipScore.published(
            Clip.load(file), ClipTokenizer.load(beside(path, List.of(CLIP_WORDS))));
      }
      if (Aesthetic.in(file)) {
        Clip clip = Clip.load(beside(path, LARGE_CLIP));
        return PromptVerifier.any(new AestheticScore(Aesthetic.load(clip, path)));
      }
      if (Classifier.in(file)) {
        throw new FileFormatException(
            file.name(),
            "a verifier of any prompt",
            "a residual network, which knows classes only",
            "write confidence(FILE)");
      }
      throw new FileFormatException(
          file.name(),
          "a verifier of this project, a CLIP, an aesthetic head or an ImageReward",
          "a file without " + ShapesVerifiers.KIND + " in its header, or their tensors",
          "train one with 'nextscale train verifier'");
    }
  }

  /**
   * How sure the classifier in a file is of a class: a published residual network, or a published
   * CLIP that is told the names of all classes.
   *
   * @param names of all classes, in order
   * @param label the class, 0 .. names − 1
   * @throws IOException when it cannot be read, holds something else, knows another number of
   *     classes, or what belongs beside it is not there
   */
  public static ClassConfidence confidence(Path path, List<String> names, int label)
      throws IOException {
    try (TensorFile file = TensorFile.open(path)) {
      if (Classifier.in(file)) {
        Classifier network = Classifier.load(file);
        if (network.classes() != names.size()) {
          throw new FileFormatException(
              file.name(),
              "a network for the %d classes of the model".formatted(names.size()),
              "one for " + network.classes());
        }
        return new ClassConfidence(network::logits, label);
      }
      if (Clip.in(file)) {
        Clip clip = Clip.load(file);
        ClipTokenizer words = ClipTokenizer.load(beside(path, List.of(CLIP_WORDS)));
        int context = clip.config().text().context();
        return ClassConfidence.named(clip, text -> words.encode(text, context, true), names, label);
      }
      throw new FileFormatException(
          file.name(),
          "a residual network of classes or a CLIP with a vision transformer",
          "a file without their tensors");
    }
  }

  private static Path beside(Path path, List<String> names) throws IOException {
    for (String name : names) {
      Path file = path.resolveSibling(name);
      if (Files.isRegularFile(file)) {
        return file;
      }
    }
    throw new FileFormatException(
        path.toString(),
        String.join(" or ", names) + " in the same folder",
        "none",
        "put it there");
  }
}
