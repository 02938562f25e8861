package io.nextscale.verifiers.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Member;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.verifiers.Golden;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClipTest {

  /** Some twenty products of a hundred float sums one after another: about 1e-6 each. */
  private static final double FLOATS = 2e-5;

  private static final ClipConfig SMALL =
      new ClipConfig(
          24, new ClipConfig.Vision(16, 4, 128, 2, 2), new ClipConfig.Text(50, 12, 32, 2, 2));

  @TempDir Path temporary;

  private static Clip small() throws IOException {
    return Clip.load(Golden.weights("clip-small.csv"), SMALL, Loading.forTraining());
  }

  private static Tensor pixels() {
    return Golden.pictures("pixels", 3, 16, 2, 0);
  }

  private static Tensor ids() {
    return Golden.tensor("clip-small.npz", "ids");
  }

  @Test
  void towersAgreeWithTheOfficialCode() throws IOException {
    Clip clip = small();
    Golden.assertNear(
        clip.visual().forward(pixels()), Golden.tensor("clip-small.npz", "images"), FLOATS);
    Golden.assertNear(clip.text().forward(ids()), Golden.tensor("clip-small.npz", "texts"), FLOATS);
    Tensor cosines = clip.images(pixels()).matmulT(clip.texts(ids()));
    Tensor logits = cosines.times(clip.logScale().value().exp());
    Golden.assertNear(logits, Golden.tensor("clip-small.npz", "logits"), FLOATS);
  }

  @Test
  void namesAndShapesAreThoseOfThePublishedModels() {
    for (var published :
        Map.of(
                ClipConfig.VIT_B_32, "clip-vit-b-32.csv",
                ClipConfig.VIT_L_14, "clip-vit-l-14.csv")
            .entrySet()) {
      Parameters parameters = Clip.declared(published.getKey()).parameters();
      assertThat(parameters.shapes())
          .containsExactlyInAnyOrderEntriesOf(Golden.names(published.getValue()));
    }
    assertThat(Clip.declared(ClipConfig.VIT_B_32).parameters().count()).isEqualTo(151_277_313);
    assertThat(Clip.declared(ClipConfig.VIT_L_14).parameters().count()).isEqualTo(427_616_513);
  }

  @Test
  void sizesAreReadFromTheTensors() throws IOException {
    for (ClipConfig config : List.of(ClipConfig.VIT_B_32, ClipConfig.VIT_L_14)) {
      Checkpoint shapesOnly = Clip.declared(config).parameters().checkpoint("declared");
      assertThat(ClipConfig.of(shapesOnly)).isEqualTo(config);
    }
    assertThatThrownBy(
            () -> ClipConfig.of(Checkpoint.of("other.pth", Map.of("w", Tensor.scalar(1)))))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining("other.pth")
        .hasMessageContaining("visual.conv1.weight");
  }

  @Test
  void whatStandsBehindTheEndOfATextDoesNotCount() throws IOException {
    Clip clip = small();
    Tensor padded = Tensor.ofInts(Shape.of(1, 12), 48, 7, 3, 49, 0, 0, 0, 0, 0, 0, 0, 0);
    Tensor other = Tensor.ofInts(Shape.of(1, 12), 48, 7, 3, 49, 9, 9, 2, 49, 5, 1, 1, 4);
    Tensor bare = Tensor.ofInts(Shape.of(1, 4), 48, 7, 3, 49);
    float[] expected = clip.texts(bare).toArray();
    assertThat(clip.texts(padded).toArray()).isEqualTo(expected);
    assertThat(clip.texts(other).toArray()).isEqualTo(expected);
    Tensor changed = Tensor.ofInts(Shape.of(1, 4), 48, 7, 4, 49);
    assertThat(clip.texts(changed).toArray()).isNotEqualTo(expected);
  }

  @Test
  void aPictureIsTheSameAloneAndInABatch() throws IOException {
    Clip clip = small();
    float[] together = clip.images(pixels()).toArray();
    float[] alone = clip.images(pixels().slice(0, 1, 2)).toArray();
    for (int i = 0; i < alone.length; i++) {
      assertThat(alone[i]).isEqualTo(together[24 + i]);
    }
  }

  @Test
  void readsFilesWithEitherFamilyOfNames() throws IOException {
    Clip clip = small();
    Path official = temporary.resolve("official.safetensors");
    clip.parameters()
        .save(official, clip.parameters().checkpoint("small"), DType.F32, SMALL.heads().metadata());
    Checkpoint theirs = huggingFace(clip);
    Clip again = Clip.load(theirs, SMALL, Loading.forInference());
    assertThat(again.images(pixels()).toArray()).isEqualTo(clip.images(pixels()).toArray());
    assertThat(again.texts(ids()).toArray()).isEqualTo(clip.texts(ids()).toArray());

    Clip fromFile = Clip.load(official);
    assertThat(fromFile.config()).isEqualTo(SMALL);
    assertThat(fromFile.images(pixels()).toArray()).isEqualTo(clip.images(pixels()).toArray());
  }

  @Test
  void sizesThatTorchScriptArchivesAddArePassedOver() throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    Checkpoint weights = Golden.weights("clip-small.csv");
    for (String name : weights.names()) {
      tensors.put(name, weights.tensor(name));
    }
    tensors.put("input_resolution", Tensor.ofInts(Shape.of(), 16));
    tensors.put("context_length", Tensor.ofInts(Shape.of(), 12));
    tensors.put("vocab_size", Tensor.ofInts(Shape.of(), 50));
    Clip clip = Clip.load(Checkpoint.of("script.pt", tensors), SMALL, Loading.forTraining());
    assertThat(clip.images(pixels()).toArray()).isEqualTo(small().images(pixels()).toArray());
  }

  /** The model as transformers name its tensors, with what they add. */
  private static Checkpoint huggingFace(Clip clip) {
    Map<String, Tensor> theirs = new LinkedHashMap<>();
    for (Member member : clip.parameters().members()) {
      String name = member.name();
      Tensor value = member.value();
      boolean vision = name.startsWith("visual.");
      String tower = vision ? "vision_model." : "text_model.";
      String own = vision ? name.substring("visual.".length()) : name;
      if (own.contains("in_proj_")) {
        String block = own.replace("transformer.resblocks.", "encoder.layers.");
        int rows = value.shape().dim(0) / 3;
        for (int i = 0; i < 3; i++) {
          String part = block.replace("attn.in_proj_", "self_attn." + "qkv".charAt(i) + "_proj.");
          theirs.put(tower + part, value.slice(0, i * rows, (i + 1) * rows));
        }
        continue;
      }
      switch (own) {
        case "logit_scale" -> theirs.put(own, value);
        case "proj" -> theirs.put("visual_projection.weight", value.transpose(0, 1));
        case "text_projection" -> theirs.put("text_projection.weight", value.transpose(0, 1));
        case "conv1.weight" -> theirs.put(tower + "embeddings.patch_embedding.weight", value);
        case "positional_embedding" ->
            theirs.put(tower + "embeddings.position_embedding.weight", value);
        case "class_embedding" -> theirs.put(tower + "embeddings.class_embedding", value);
        case "token_embedding.weight" ->
            theirs.put(tower + "embeddings.token_embedding.weight", value);
        default ->
            theirs.put(
                tower
                    + own.replace("transformer.resblocks.", "encoder.layers.")
                        .replace("attn.out_proj", "self_attn.out_proj")
                        .replace("ln_pre", "pre_layrnorm")
                        .replace("ln_post", "post_layernorm")
                        .replace("ln_final", "final_layer_norm")
                        .replace("ln_", "layer_norm")
                        .replace("c_fc", "fc1")
                        .replace("c_proj", "fc2"),
                value);
      }
    }
    theirs.put("text_model.embeddings.position_ids", Tensor.ofInts(Shape.of(1, 12), new int[12]));
    return Checkpoint.of("hub", theirs);
  }

  @Test
  void gradientReachesEveryParameterThatTakesPart() throws IOException {
    Clip clip = small();
    Gradients gradients =
        Gradients.of(() ->
            clip.visual()
                .forward(pixels())
                .square()
                .mean()
                .plus(clip.text().forward(ids()).square().mean()));
    clip.parameters()
        .trained()
        .forEach((name, parameter) -> {
          Tensor gradient = gradients.of(parameter);
          if (name.equals("logit_scale")) {
            assertThat(gradient).isNull();
          } else {
            assertThat(gradient).as(name).isNotNull();
            assertThat(gradient.square().sum().item()).as(name).isPositive();
          }
        });
  }

  @Test
  void errorsSayWhatIsExpected() throws IOException {
    Clip clip = small();
    assertThatThrownBy(() -> clip.images(Tensor.zeros(Shape.of(1, 20, 20, 3))))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "clip vision: pictures of 16 patches; got (1, 20, 20, 3) — resize them with Pixels");
    assertThatThrownBy(() -> clip.texts(Tensor.ofInts(Shape.of(1, 13), new int[13])))
        .isInstanceOf(ShapeException.class)
        .hasMessage("clip text: tokens (B, T) with T from 1 to 12; got (1, 13)");
    assertThatThrownBy(() -> new ClipConfig.Vision(30, 14, 64, 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("14 and 30");
    assertThatThrownBy(() -> new ClipConfig.Text(10, 7, 64, 1, 7))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("7, 64, 1 for text");
  }
}
