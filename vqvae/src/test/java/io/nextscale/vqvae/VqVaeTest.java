package io.nextscale.vqvae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.nextscale.nn.AdamW;
import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Observer;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import io.nextscale.tensor.io.FileFormatException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VqVaeTest {

  private static final VqVaeConfig TINY =
      new VqVaeConfig(32, List.of(1, 2), 1, 24, 8, Scales.of(1, 2, 4), 2, 0.5f, 0.25f, false);

  private static VqVae tiny(Loading how) throws IOException {
    return VqVae.load(VqVae.initial(TINY, RandomStream.of(3)), TINY, how);
  }

  private static Tensor images(int batch) {
    return Tensor.uniform(Shape.of(batch, 8, 8, 3), -1, 1, RandomStream.of(11));
  }

  @Test
  void theConfigurationIsReadFromNamesAndShapes() throws IOException {
    for (int phis : new int[] {0, 1, 2, 3}) {
      VqVaeConfig config =
          new VqVaeConfig(
              64, List.of(1, 1, 3), 2, 20, 6, Scales.of(1, 2, 3), phis, 0.5f, 0.25f, false);
      Checkpoint file = VqVae.declared(config).parameters().checkpoint("some.pth");
      assertThat(VqVaeConfig.of(file, config.scales())).isEqualTo(config);
    }
    VqVaeConfig none = new VqVaeConfig(32, List.of(1), 1, 20, 6, Scales.of(2), 4, 0, 0.25f, false);
    Checkpoint file = VqVae.declared(none).parameters().checkpoint("some.pth");
    assertThat(VqVaeConfig.of(file, none.scales())).isEqualTo(none);
    for (int patch : new int[] {1, 2, 4}) {
      VqVaeConfig plain =
          new VqVaeConfig(
              10,
              List.of(1, 2),
              1,
              20,
              6,
              Scales.of(2),
              4,
              0.5f,
              0.25f,
              false,
              patch,
              true,
              0,
              patch == 2);
      Checkpoint saved = VqVae.declared(plain).parameters().checkpoint("plain.safetensors");
      assertThat(VqVaeConfig.of(saved, plain.scales())).isEqualTo(plain);
    }
    Checkpoint published =
        VqVae.declared(VqVaeConfig.published()).parameters().checkpoint("vae.pth");
    assertThat(VqVaeConfig.of(published, Scales.forImage(256))).isEqualTo(VqVaeConfig.published());
  }

  @Test
  void aFileOfSomethingElseIsRefused(@TempDir Path folder) throws IOException {
    Map<String, Tensor> tensors = Map.of("head.weight", Tensor.zeros(Shape.of(2, 2)));
    assertThatThrownBy(() -> VqVaeConfig.of(Checkpoint.of("var_d16.pth", tensors), Scales.of(1)))
        .isInstanceOf(FileFormatException.class)
        .hasMessage(
            "read var_d16.pth: a tokenizer, with a tensor quantize.embedding.weight of 2 axes;"
                + " got none");
    assertThatThrownBy(() -> VqVae.load(folder.resolve("none.pth"), Scales.of(1)))
        .isInstanceOf(IOException.class);
  }

  @Test
  void aFileWithoutAnEncoderIsRefused() throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    Checkpoint whole = VqVae.initial(TINY, RandomStream.of(3));
    for (String name : whole.names()) {
      if (!name.startsWith("encoder.down")) {
        tensors.put(name, whole.tensor(name));
      }
    }
    assertThatThrownBy(() -> VqVaeConfig.of(Checkpoint.of("half.pth", tensors), TINY.scales()))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining("the parts of a tokenizer");
  }

  @Test
  void aFirstConvolutionOfNoSquareOfPixelsIsRefused() throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    Checkpoint whole = VqVae.initial(TINY, RandomStream.of(3));
    whole.names().forEach(name -> tensors.put(name, Tensor.zeros(whole.shapes().get(name))));
    tensors.put("encoder.conv_in.weight", Tensor.zeros(Shape.of(32, 6, 3, 3)));
    assertThatThrownBy(() -> VqVaeConfig.of(Checkpoint.of("odd.pth", tensors), TINY.scales()))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining("3·p² channels")
        .hasMessageContaining("6 channels");
  }

  @Test
  void aPlainModelOfPatchesMapsImagesToImages() throws IOException {
    VqVaeConfig config =
        new VqVaeConfig(
            10, List.of(1, 2), 1, 24, 8, Scales.of(1, 2), 2, 0.5f, 0.25f, false, 4, true, 0, true);
    VqVae vae =
        VqVae.load(VqVae.initial(config, RandomStream.of(3)), config, Loading.forInference());
    assertThat(vae.parameters().shapes().keySet())
        .noneMatch(name -> name.contains("norm") || name.contains("attn"));
    assertThat(config.imageHeight()).isEqualTo(16);
    Tensor images = Tensor.uniform(Shape.of(2, 16, 16, 3), -1, 1, RandomStream.of(11));
    assertThat(vae.encode(images).shape()).isEqualTo(Shape.of(2, 2, 2, 8));
    assertThat(vae.reconstruct(vae.tokenize(images)).shape()).isEqualTo(images.shape());
  }

  @Test
  void aModelSavedIsAModelLoaded(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("vae.safetensors");
    Checkpoint initial = VqVae.initial(TINY, RandomStream.of(3));
    VqVae.declared(TINY).parameters().save(file, initial, DType.F32, Map.of());

    VqVae loaded = VqVae.load(file, TINY.scales());

    assertThat(loaded.config()).isEqualTo(TINY);
    Tensor images = images(1);
    assertThat(loaded.tokenize(images).sequence().toInts())
        .containsExactly(tiny(Loading.forInference()).tokenize(images).sequence().toInts());
  }

  @Test
  void countsOfAnotherNumberOfScalesAreLeftAtZero() throws IOException {
    VqVaeConfig other = TINY.withScales(Scales.of(1, 2, 3, 4));

    VqVae vae = VqVae.load(VqVae.initial(TINY, RandomStream.of(3)), other, Loading.forInference());

    assertThat(vae.quantizer().hits().shape()).isEqualTo(Shape.of(4, 24));
    assertThat(vae.tokenize(images(1)).ids()).hasSize(4);
  }

  @Test
  void anImageHasTheSameBitsAloneAndInABatch() throws IOException {
    VqVae vae = tiny(Loading.forInference());
    Tensor images = images(3);

    TokenPyramid tokens = vae.tokenize(images);
    Tensor together = vae.encode(images, Observer.NONE);
    Tensor back = vae.reconstruct(tokens);

    assertThat(together.toArray()).containsExactly(vae.encode(images).toArray());
    Tensor raw = vae.decodeUnclamped(vae.quantizer().sums(tokens).getLast(), Observer.NONE);
    assertThat(raw.clamp(-1, 1).toArray()).containsExactly(back.toArray());
    for (int i = 0; i < 3; i++) {
      Tensor one = images.slice(0, i, i + 1);
      assertThat(vae.tokenize(one).sequence().toInts())
          .containsExactly(tokens.image(i).sequence().toInts());
      assertThat(vae.reconstruct(tokens.image(i)).toArray())
          .containsExactly(back.slice(0, i, i + 1).toArray());
    }
  }

  @Test
  void recyclingMemoryChangesNoBit() throws IOException {
    VqVae vae = tiny(Loading.forTraining());
    Tensor fHat = Tensor.normal(Shape.of(1, 4, 4, 8), 0, 1, RandomStream.of(5));

    Tensor plain = vae.decode(fHat);
    Tensor inScope = Workspace.scope(() -> vae.decode(fHat));
    Gradients g = Gradients.of(List.of(fHat), () -> vae.decode(fHat).sum());

    assertThat(inScope.toArray()).containsExactly(plain.toArray());
    assertThat(g.of(fHat)).isNotNull();
    assertThat(g.of(vae.postQuantConv().weight())).isNotNull();
  }

  @Test
  void trainingOnOneBatchLowersTheLoss() throws IOException {
    VqVae vae = tiny(Loading.forTraining());
    Parameters parameters = vae.parameters();
    AdamW optimizer = new AdamW(List.of(), 0.9, 0.95, 1e-8);
    Tensor images = images(2);
    float first = 0;
    float last = 0;
    for (int step = 0; step < 12; step++) {
      Gradients g =
          Gradients.of(() -> {
            VqVae.Output out = vae.forward(images);
            return out.image().meanSquaredError(images).plus(out.loss());
          });
      optimizer.step(parameters.gradients(g), 3e-3, 0);
      last = g.loss().item();
      first = step == 0 ? last : first;
    }
    assertThat(last).isLessThan(0.8f * first);
  }

  @Test
  void aTruncatedSumIsThatOfTheFirstScalesOfEachImage() throws IOException {
    MultiScaleQuantizer quantizer = tiny(Loading.forTraining()).quantizer();
    Tensor f = Tensor.normal(Shape.of(3, 4, 4, 8), 0, 1, RandomStream.of(5));
    List<Tensor> sums = quantizer.sums(quantizer.tokenize(f));

    MultiScaleQuantizer.Quantized whole = quantizer.quantize(f);
    MultiScaleQuantizer.Quantized part = quantizer.quantize(f, 1, 3, 2);

    for (int b = 0; b < 3; b++) {
      int kept = new int[] {1, 3, 2}[b];
      Tensor expected = sums.get(kept - 1).slice(0, b, b + 1);
      Tensor actual = part.fHat().slice(0, b, b + 1);
      // (f_hat − f) + f rounds twice
      assertThat(actual.minus(expected).abs().max(1).max(2).max(3).item()).isLessThan(1e-6f);
    }
    assertThat(part.loss().item()).isEqualTo(whole.loss().item());
    assertThat(part.tokens().sequence().toInts())
        .containsExactly(whole.tokens().sequence().toInts());
    Tensor upstream = Tensor.normal(f.shape(), 0, 1, RandomStream.of(6));
    Gradients g = Gradients.of(List.of(f), () -> quantizer.quantize(f, 1, 3, 2).fHat(), upstream);
    assertThat(g.of(f).toArray()).containsExactly(upstream.toArray());
    assertThatThrownBy(() -> quantizer.quantize(f, 1, 4, 2))
        .hasMessage("quantize: 1 to 3 scales for each of 3 maps; got [1, 4, 2]");
  }

  @Test
  void perplexityIsTheNumberOfCodesUsedAlike() throws IOException {
    assertThat(CodeUsage.perplexity(0, 0, 0)).isZero();
    assertThat(CodeUsage.perplexity(0, 7, 0)).isEqualTo(1);
    assertThat(CodeUsage.perplexity(2, 2, 2, 0)).isCloseTo(3, offset(1e-12));
    // −(¾ ln ¾ + ¼ ln ¼) = 0.5623351446188083
    assertThat(CodeUsage.perplexity(3, 1)).isCloseTo(Math.exp(0.5623351446188083), offset(1e-12));

    VqVae vae = tiny(Loading.forTraining());
    CodeUsage usage = new CodeUsage(vae.quantizer());
    assertThat(usage.perplexities()).containsOnly(0);
    usage.update(vae.tokenize(images(1)));
    assertThat(usage.updates()).isEqualTo(3);
    assertThat(usage.perplexities()[0]).isCloseTo(1, offset(1e-12)); // one token
    CodeUsage again = new CodeUsage(vae.quantizer(), usage.updates());
    assertThat(again.perplexities()).containsExactly(usage.perplexities());
  }

  @Test
  void imagesThatDoNotFitAreRefusedWithTheRemedy() throws IOException {
    VqVae vae = tiny(Loading.forInference());

    assertThatThrownBy(() -> vae.encode(Tensor.zeros(Shape.of(1, 3, 8, 8))))
        .isInstanceOf(ShapeException.class)
        .hasMessage("encode: images (B, h, w, 3) with h and w multiples of 2; got (1, 3, 8, 8)");
    assertThatThrownBy(() -> vae.tokenize(Tensor.zeros(Shape.of(1, 16, 16, 3))))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "tokenize: a last scale of the size of the map, 8x8; got scales 1x1, 2x2, 4x4"
                + " — choose scales that end there, or another size of image");
    assertThatThrownBy(() -> vae.quantizer().teacherInput(vae.tokenize(images(1)), 1))
        .hasMessage("teacherInput: 2 to 3 scales; got 1");
  }

  @Test
  void tokensGoToOneSequenceAndBack() {
    Scales scales = Scales.of(1, 2);
    TokenPyramid tokens = TokenPyramid.of(scales, 0, 1, 2, 3, 4, 10, 11, 12, 13, 14);

    assertThat(tokens.batch()).isEqualTo(2);
    assertThat(tokens.ids().get(1).toInts()).containsExactly(1, 2, 3, 4, 11, 12, 13, 14);
    assertThat(tokens.image(1).sequence().toInts()).containsExactly(10, 11, 12, 13, 14);
    assertThat(scales.levels()).containsExactly(0, 1, 1, 1, 1);
    assertThatThrownBy(() -> TokenPyramid.of(scales, 1, 2, 3))
        .hasMessage("tokens: a multiple of 5 for scales 1x1, 2x2; got 3");
  }

  @Test
  void publishedScalesHaveThePublishedLengths() {
    assertThat(Scales.forImage(256).length()).isEqualTo(680);
    assertThat(Scales.forImage(512).length()).isEqualTo(2240);
    assertThat(Scales.forImage(1024).length()).isEqualTo(9451);
    assertThat(VqVaeConfig.published().imageHeight()).isEqualTo(256);
    assertThatThrownBy(() -> Scales.forImage(300)).hasMessageContaining("256, 512 or 1024");
  }
}
