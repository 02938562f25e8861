package io.nextscale.verifiers.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Initializer;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.SafetensorsWriter;
import io.nextscale.verifiers.ClassConfidence;
import io.nextscale.verifiers.Golden;
import io.nextscale.verifiers.PromptVerifier;
import io.nextscale.verifiers.clip.Aesthetic;
import io.nextscale.verifiers.clip.Clip;
import io.nextscale.verifiers.clip.ClipConfig;
import io.nextscale.verifiers.layer.Heads;
import io.nextscale.verifiers.layer.Pixels;
import io.nextscale.verifiers.layer.ScoreHead;
import io.nextscale.verifiers.layer.VerifierInitialization;
import io.nextscale.verifiers.resnet.CifarResNet;
import io.nextscale.verifiers.resnet.Classifier;
import io.nextscale.verifiers.reward.ImageReward;
import io.nextscale.verifiers.reward.RewardConfig;
import io.nextscale.verifiers.shapes.ShapesSizes;
import io.nextscale.verifiers.shapes.ShapesVerifiers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small random models under published names: which is recognised, and what each needs. */
class VerifierFilesTest {

  private static final int WORDS = 49_408;

  @TempDir Path folder;

  private Path save(String name, Parameters parameters, Map<String, String> header)
      throws IOException {
    Path file = folder.resolve(name);
    Checkpoint values = VerifierInitialization.of(parameters, RandomStream.of(3));
    parameters.save(file, values, DType.F32, header);
    return file;
  }

  private static ClipConfig clip() {
    return new ClipConfig(
        16, new ClipConfig.Vision(16, 8, 64, 1, 1), new ClipConfig.Text(WORDS, 77, 64, 1, 1));
  }

  private static Tensor pictures() {
    return Golden.pictures("pictures", 3, 16, 0.5f, 0.5f);
  }

  @Test
  void aVerifierOfThisProjectIsKnownByItsHeader() throws IOException {
    Map<String, String> header =
        new LinkedHashMap<>(
            new Heads(ShapesSizes.AESTHETIC.heads(), ShapesSizes.AESTHETIC.heads()).metadata());
    header.put(ShapesVerifiers.KIND, "aesthetic");
    Aesthetic model =
        Aesthetic.declared(
            ShapesSizes.AESTHETIC, ShapesSizes.AESTHETIC_EMBEDDING, ShapesSizes.HEAD);
    Path file = save("model.safetensors", model.parameters(), header);
    Tensor pictures = Golden.pictures("pictures", 2, 64, 0.5f, 0.5f);
    double[] scores = VerifierFiles.load(file).of("anything").score(pictures);
    assertThat(scores).isEqualTo(ShapesVerifiers.load(file).of("").score(pictures));
  }

  @Test
  void aPublishedClipNeedsItsWordsBesideIt() throws IOException {
    Path file = save("clip.safetensors", Clip.declared(clip()).parameters(), Map.of());
    assertThatThrownBy(() -> VerifierFiles.load(file))
        .isInstanceOf(FileFormatException.class)
        .hasMessage(
            "read %s: bpe_simple_vocab_16e6.txt.gz in the same folder; got none — put it there"
                .formatted(file));
    Files.copy(
        Golden.shared("data/text/clip-bpe-simple-vocab-16e6.txt.gz"),
        folder.resolve(VerifierFiles.CLIP_WORDS));
    PromptVerifier verifier = VerifierFiles.load(file);
    assertThat(verifier.of("two green squares").score(pictures())).hasSize(3);
  }

  /** Of each picture the probabilities of all classes, by cosines with their names. */
  @Test
  void aClipIsSureOfClassesByTheirNames() throws IOException {
    Clip clip = Clip.load(save("clip.safetensors", Clip.declared(clip()).parameters(), Map.of()));
    Map<String, int[]> said = new LinkedHashMap<>();
    List<String> names = List.of("cat", "dog", "owl");
    double[][] logs = new double[names.size()][];
    for (int label = 0; label < logs.length; label++) {
      logs[label] =
          ClassConfidence.named(
                  clip,
                  text ->
                      said.computeIfAbsent(
                          text, _ -> new int[] {WORDS - 2, 40 + said.size(), WORDS - 1}),
                  names,
                  label)
              .score(pictures());
    }
    assertThat(said.keySet())
        .containsExactly("a photo of a cat.", "a photo of a dog.", "a photo of a owl.");
    Tensor seen = clip.images(new Pixels(16).of(pictures())); // (3,E)
    double factor = 1 / 0.07;
    for (int i = 0; i < 3; i++) {
      double[] logits = new double[3];
      double sum = 0;
      for (int k = 0; k < 3; k++) {
        Tensor text =
            clip.texts(
                Tensor.ofInts(Shape.of(1, 3), said.get("a photo of a " + names.get(k) + ".")));
        logits[k] = factor * seen.slice(0, i, i + 1).matmulT(text).item();
        sum += Math.exp(logits[k]);
      }
      for (int k = 0; k < 3; k++) {
        assertThat(logs[k][i]).isCloseTo(logits[k] - Math.log(sum), within(1e-4));
      }
    }
  }

  @Test
  void aClipNeedsItsWordsForClassesToo() throws IOException {
    Path file = save("clip.safetensors", Clip.declared(clip()).parameters(), Map.of());
    List<String> names = List.of("cat", "dog");
    assertThatThrownBy(() -> VerifierFiles.confidence(file, names, 1))
        .hasMessageContaining("bpe_simple_vocab_16e6.txt.gz in the same folder; got none");
    Files.copy(
        Golden.shared("data/text/clip-bpe-simple-vocab-16e6.txt.gz"),
        folder.resolve(VerifierFiles.CLIP_WORDS));
    double[] cats = VerifierFiles.confidence(file, names, 0).score(pictures());
    double[] dogs = VerifierFiles.confidence(file, names, 1).score(pictures());
    for (int i = 0; i < 3; i++) {
      assertThat(Math.exp(cats[i]) + Math.exp(dogs[i])).isCloseTo(1, within(1e-5));
    }
  }

  @Test
  void aResidualNetworkIsSureOfClassesByTheirOrder() throws IOException {
    Parameters parameters = Parameters.of(CifarResNet.declared(1, 16, 3));
    Initializer rule =
        (member, random) -> Tensor.uniform(member.shape(), 0.1f, 0.3f, random); // variances too
    Path file = folder.resolve("network.safetensors");
    parameters.save(
        file, Checkpoint.initial(parameters, rule, RandomStream.of(5)), DType.F32, Map.of());
    List<String> names = List.of("cat", "dog", "owl");
    Tensor expected = Classifier.load(file).logits(pictures()).logSoftmax(); // (3,K)
    for (int label = 0; label < 3; label++) {
      double[] scores = VerifierFiles.confidence(file, names, label).score(pictures());
      for (int i = 0; i < 3; i++) {
        assertThat(scores[i]).isEqualTo(expected.toArray()[3 * i + label]);
      }
    }
    assertThatThrownBy(() -> VerifierFiles.load(file))
        .hasMessageContaining("write confidence(FILE)");
    assertThatThrownBy(() -> VerifierFiles.confidence(file, List.of("cat", "dog"), 1))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining("a network for the 2 classes of the model; got one for 3");
  }

  @Test
  void anAestheticHeadNeedsItsClip() throws IOException {
    ScoreHead head = ScoreHead.declared(768, ScoreHead.Widths.PUBLISHED);
    Path file = save("head.safetensors", Parameters.of(head), Map.of());
    assertThatThrownBy(() -> VerifierFiles.load(file))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining("ViT-L-14.safetensors or ViT-L-14.pth or ViT-L-14.pt in the same");
    ClipConfig config =
        new ClipConfig(
            768, new ClipConfig.Vision(16, 8, 64, 1, 1), new ClipConfig.Text(50, 8, 64, 1, 1));
    save("ViT-L-14.safetensors", Clip.declared(config).parameters(), Map.of());
    assertThat(VerifierFiles.load(file).of("").score(pictures())).hasSize(3);
  }

  @Test
  void anImageRewardNeedsTheWordsOfBert() throws IOException {
    RewardConfig config =
        new RewardConfig(
            new RewardConfig.Vision(16, 8, 64, 1, 1),
            new RewardConfig.Text(8, 40, 64, 1, 1),
            new ScoreHead.Widths(5, 4, 3, 2));
    Path file = save("reward.safetensors", ImageReward.declared(config).parameters(), Map.of());
    assertThatThrownBy(() -> VerifierFiles.load(file))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining("vocab.txt in the same folder; got none");
    Files.writeString(
        folder.resolve(VerifierFiles.BERT_WORDS), "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\nred\ncat\n.\n");
    assertThat(VerifierFiles.load(file).of("a red cat").score(pictures())).hasSize(3);
  }

  @Test
  void anythingElseIsRefused() throws IOException {
    Path file = folder.resolve("other.safetensors");
    SafetensorsWriter.write(
        file, new LinkedHashMap<>(Map.of("w", Tensor.zeros(Shape.of(2)))), Map.of());
    assertThatThrownBy(() -> VerifierFiles.load(file))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining("a verifier of this project, a CLIP, an aesthetic head")
        .hasMessageContaining("train one with 'nextscale train verifier'");
    assertThatThrownBy(() -> VerifierFiles.confidence(file, List.of("cat", "dog"), 1))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining("a residual network of classes or a CLIP with a vision transformer");
    assertThatThrownBy(() -> ShapesVerifiers.embedded("nothing"))
        .hasMessage("shapes-nothing.safetensors is no part of this build");
  }
}
