package io.nextscale.vqvae.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Optimizer;
import io.nextscale.nn.Schedule;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.SafetensorsWriter;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.TokenPyramid;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeConfig;
import io.nextscale.vqvae.training.TokenizerTraining.Codebook;
import io.nextscale.vqvae.training.TokenizerTraining.Weights;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TokenizerTrainerTest {

  private static final VqVaeConfig TINY =
      new VqVaeConfig(32, List.of(1, 2), 1, 24, 8, Scales.of(1, 2, 4), 2, 0.5f, 0.25f, false);
  private static final Weights PIXELS = new Weights(0.2, 1, 0, 1);

  private static VqVae tiny() throws IOException {
    return VqVae.load(VqVae.initial(TINY, RandomStream.of(3)), TINY, Loading.forTraining());
  }

  /** Two soft blobs per image: something to learn. */
  private static Tensor images(int iteration) {
    int batch = 2;
    float[] values = new float[batch * 8 * 8 * 3];
    RandomStream random = RandomStream.of(11).split(iteration);
    for (int b = 0; b < batch; b++) {
      float x = 8 * random.nextFloat();
      float y = 8 * random.nextFloat();
      for (int i = 0; i < 64; i++) {
        float distance = (i % 8 - x) * (i % 8 - x) + (i / 8 - y) * (i / 8 - y);
        for (int c = 0; c < 3; c++) {
          values[(b * 64 + i) * 3 + c] = 2 / (1 + distance / (4 + c)) - 1;
        }
      }
    }
    return Tensor.of(Shape.of(batch, 8, 8, 3), values);
  }

  private static Schedule schedule(double rate) {
    return new Schedule(new Schedule.Curve.Cosine(), rate, 0.005, 0.005, 2, 40, 0.005, 0.3);
  }

  private static TokenizerTraining settings(int accumulation, Codebook codebook) {
    return new TokenizerTraining(
        schedule(1e-3), 0.5, 0.9, 10, accumulation, PIXELS, codebook, null, 7);
  }

  private static void run(TokenizerTrainer trainer, int from, int to) {
    for (int i = from; i < to; i++) {
      trainer.step(i, images(i));
    }
  }

  private static void assertSame(TokenizerTrainer one, TokenizerTrainer other) {
    SequencedMap<String, Tensor> expected = one.state();
    SequencedMap<String, Tensor> actual = other.state();
    assertThat(actual.keySet()).containsExactlyElementsOf(expected.keySet());
    expected.forEach((name, tensor) ->
        assertThat(actual.get(name).toArray()).as(name).isEqualTo(tensor.toArray()));
  }

  @ParameterizedTest
  @EnumSource
  void sixStepsAreThreeStepsAFileAndThreeSteps(Optimizer.Kind optimizer, @TempDir Path folder)
      throws IOException {
    Codebook care = new Codebook(1, true, 2, 1, 0.5);
    TokenizerTraining settings =
        new TokenizerTraining(schedule(1e-3), 0.5, 0.9, 10, 1, PIXELS, care, null, 7, optimizer);
    TokenizerTrainer whole = new TokenizerTrainer(tiny(), settings);
    run(whole, 0, 6);

    TokenizerTrainer first = new TokenizerTrainer(tiny(), settings);
    run(first, 0, 3);
    TokenizerTrainer second = reopened(first, settings, folder.resolve("state.safetensors"));
    run(second, 3, 6);

    assertSame(whole, second);
    assertThat(whole.state().keySet().stream().anyMatch(name -> name.contains("momentum.")))
        .isEqualTo(optimizer == Optimizer.Kind.MUON);
  }

  @Test
  void thriftBeginsWhenNoCodeIsRestartedAnyMore() throws IOException {
    TokenizerTraining settings = settings(1, new Codebook(0, true, 2, 0.1, 0)); // 4 of 40 steps
    TokenizerTrainer plain = new TokenizerTrainer(tiny(), settings);
    VqVaeConfig thrifty = TINY.withThrift(2);
    VqVae vae = VqVae.load(VqVae.initial(TINY, RandomStream.of(3)), thrifty, Loading.forTraining());
    TokenizerTrainer trainer = new TokenizerTrainer(vae, settings);
    run(plain, 0, 4);
    run(trainer, 0, 4);
    assertSame(plain, trainer);
    TokenizerTrainer.Report without = plain.step(4, images(4));
    TokenizerTrainer.Report with = trainer.step(4, images(4));
    assertThat(with.quantization()).isGreaterThan(without.quantization());
  }

  @ParameterizedTest
  @EnumSource
  void whereTokensAreFrozenTheDecoderAloneLearns(Optimizer.Kind optimizer) throws IOException {
    Codebook frozen = new Codebook(0, false, 0, 0.5, 0.5, true);
    TokenizerTraining settings =
        new TokenizerTraining(schedule(3e-3), 0.5, 0.9, 10, 1, PIXELS, frozen, null, 7, optimizer);
    TokenizerTrainer trainer = new TokenizerTrainer(tiny(), settings);
    TokenPyramid tokens = trainer.tokenizer().tokenize(images(0));
    double first = trainer.step(0, images(0)).l1();
    run(trainer, 1, 30);

    assertThat(trainer.step(30, images(0)).l1()).isLessThan(0.9 * first);
    assertThat(trainer.tokenizer().tokenize(images(0)).sequence().toInts())
        .isEqualTo(tokens.sequence().toInts());
    List<String> changed = new ArrayList<>();
    SequencedMap<String, Parameter> now = trainer.parameters().trained();
    tiny()
        .parameters()
        .trained()
        .forEach((name, before) -> {
          if (!Arrays.equals(now.get(name).peek().toArray(), before.peek().toArray())) {
            changed.add(name);
          }
        });
    assertThat(changed)
        .contains("decoder.conv_out.weight", "post_quant_conv.weight")
        .allMatch(name -> name.startsWith("decoder.") || name.startsWith("post_quant_conv."));
  }

  @Test
  void kernelsBetweenHiddenFeaturesAreMatricesForMuon() throws IOException {
    List<String> hidden = new ArrayList<>();
    tiny()
        .parameters()
        .trained()
        .forEach((name, parameter) -> {
          if (TokenizerTrainer.isHidden(name, parameter.shape())) {
            hidden.add(name);
          }
        });
    assertThat(hidden)
        .contains("encoder.mid.block_1.conv1.weight", "decoder.mid.block_2.conv2.weight")
        .allMatch(name -> name.endsWith(".weight"))
        .noneMatch(name -> name.contains("quant") || name.contains("conv_in.w"))
        .noneMatch(name -> name.contains("conv_out.w"));
  }

  @Test
  void aStateInTheMiddleOfAnAccumulatedStepHoldsItsGradients(@TempDir Path folder)
      throws IOException {
    TokenizerTraining settings = settings(2, Codebook.UNATTENDED);
    TokenizerTrainer whole = new TokenizerTrainer(tiny(), settings);
    run(whole, 0, 4);

    TokenizerTrainer first = new TokenizerTrainer(tiny(), settings);
    run(first, 0, 3);
    assertThat(first.state().keySet()).contains("accumulated.encoder.conv_in.weight");
    TokenizerTrainer second = reopened(first, settings, folder.resolve("state.safetensors"));
    run(second, 3, 4);

    assertSame(whole, second);
  }

  private static TokenizerTrainer reopened(
      TokenizerTrainer trainer, TokenizerTraining settings, Path file) throws IOException {
    SafetensorsWriter.write(file, trainer.state(), Map.of());
    TokenizerTrainer other = new TokenizerTrainer(tiny(), settings);
    try (TensorFile open = TensorFile.open(file)) {
      other.restore(Checkpoint.of(open));
    }
    return other;
  }

  @Test
  void accumulatingTwoBatchesIsOneStepOnBoth() throws IOException {
    TokenizerTrainer two = new TokenizerTrainer(tiny(), settings(2, Codebook.UNATTENDED));
    TokenizerTrainer.Report first = two.step(0, images(0));
    TokenizerTrainer.Report second = two.step(1, images(1));

    TokenizerTrainer one = new TokenizerTrainer(tiny(), settings(1, Codebook.UNATTENDED));
    TokenizerTrainer.Report both = one.step(1, Tensor.concat(0, images(0), images(1)));

    assertThat(first.gradientNorm()).isNaN();
    assertThat((first.loss() + second.loss()) / 2).isCloseTo(both.loss(), within(1e-5));
    assertThat(second.gradientNorm()).isCloseTo(both.gradientNorm(), within(1e-3));
  }

  private static org.assertj.core.data.Offset<Double> within(double offset) {
    return org.assertj.core.data.Offset.offset(offset);
  }

  @Test
  void trainingLowersTheLossAndBringsCodesIntoUse() throws IOException {
    TokenizerTrainer trainer =
        new TokenizerTrainer(tiny(), settings(1, new Codebook(8, true, 4, 0.8, 0)));
    List<TokenizerTrainer.Report> reports = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      reports.add(trainer.step(i, images(i)));
    }
    assertThat(reports.get(7).quantized()).isFalse();
    assertThat(reports.get(7).quantization()).isZero();
    assertThat(reports.get(8).quantized()).isTrue();
    assertThat(reports.get(23).l2()).isLessThan(0.5 * reports.get(0).l2());
    assertThat(reports.get(23).scales().get(2).perplexity()).isGreaterThan(3);
  }

  @Test
  void aCodebookFarAwayComesIntoUseByRestarts() throws IOException {
    assertThat(codesInUse(new Codebook(0, false, 0, 0, 0))).isLessThan(4);
    assertThat(codesInUse(new Codebook(0, false, 2, 1, 0))).isGreaterThan(11);
  }

  /** How many codes the last of 6 batches takes when training began with all codes but one far. */
  private static long codesInUse(Codebook care) throws IOException {
    VqVae vae = tiny();
    Shape shape = vae.quantizer().codebook().weight().shape();
    float[] far = new float[shape.size()];
    Arrays.fill(far, shape.dim(1), far.length, 1000);
    vae.quantizer().codebook().weight().set(Tensor.of(shape, far));
    TokenizerTrainer trainer = new TokenizerTrainer(vae, settings(1, care));
    run(trainer, 0, 6);
    return Arrays.stream(vae.tokenize(images(6)).sequence().toInts()).distinct().count();
  }

  @Test
  void restartedCodesAreWhatIsLeftOfSomeMap() throws IOException {
    VqVae vae = tiny();
    Tensor f = vae.encode(images(0));
    List<String> rests = new ArrayList<>();
    for (var step : vae.quantizer().steps(f, TINY.scales())) {
      float[] rest = step.rest().toArray();
      for (int i = 0; i < rest.length; i += 8) {
        rests.add(Arrays.toString(Arrays.copyOfRange(rest, i, i + 8)));
      }
    }
    float[] before = vae.quantizer().codebook().weight().peek().toArray();
    DeadCodes dead = new DeadCodes(24);
    int[] taken = new int[24];
    taken[5] = 1;
    dead.restore(Tensor.ofInts(Shape.of(24), taken));

    int restarted =
        dead.restart(
            vae.quantizer(),
            new io.nextscale.nn.AdamW(List.of(), 0.5, 0.9, 1e-8),
            f,
            RandomStream.of(1));

    float[] codes = vae.quantizer().codebook().weight().peek().toArray();
    assertThat(restarted).isEqualTo(23);
    List<String> drawn = new ArrayList<>();
    for (int code = 0; code < 24; code++) {
      float[] vector = Arrays.copyOfRange(codes, code * 8, code * 8 + 8);
      if (code == 5) {
        assertThat(vector).containsExactly(Arrays.copyOfRange(before, 40, 48));
      } else {
        assertThat(rests).contains(Arrays.toString(vector));
        drawn.add(Arrays.toString(vector));
      }
    }
    assertThat(drawn).doesNotHaveDuplicates();
    assertThat(dead.state().toInts()).containsOnly(0);
  }

  @Test
  void aStartFromDataLeavesLessOfTheMapThanRandomCodes() throws IOException {
    VqVae vae = tiny();
    Tensor f = vae.encode(Tensor.concat(0, images(0), images(1), images(2)));
    float random = vae.quantizer().quantize(f).loss().item();

    CodebookStart.from(vae.quantizer(), f, RandomStream.of(1));

    assertThat(vae.quantizer().quantize(f).loss().item()).isLessThan(0.3f * random);
    assertThat(Arrays.stream(vae.quantizer().tokenize(f).sequence().toInts()).distinct().count())
        .isGreaterThan(12);
  }

  @Test
  void clustersOfSeparateHeapsAreTheirMeans() {
    Tensor vectors = Tensor.of(Shape.of(6, 1), 0, 1, 2, 100, 101, 105);

    float[] means = CodebookStart.means(vectors, 2, RandomStream.of(5)).toArray();

    Arrays.sort(means);
    assertThat(means).containsExactly(1, 102);
  }

  @Test
  void aStateOfSomethingElseIsRefused() throws IOException {
    TokenizerTraining settings = settings(1, Codebook.UNATTENDED);
    TokenizerTrainer trainer = new TokenizerTrainer(tiny(), settings);

    assertThatThrownBy(() -> trainer.restore(tiny().parameters().checkpoint("vae.pth")))
        .isInstanceOf(FileFormatException.class)
        .hasMessageStartingWith("load vae.pth: ");
    for (String name : List.of("usage.updates", "usage.taken", "optimizer.steps")) {
      Map<String, Tensor> without = new java.util.LinkedHashMap<>(trainer.state());
      without.remove(name);
      assertThatThrownBy(() -> trainer.restore(Checkpoint.of("state", without)))
          .isInstanceOf(FileFormatException.class)
          .hasMessageContaining("the state of a training of such a tokenizer without an adversary");
      without.put(name, Tensor.ofInts(Shape.of(2), -1, -1));
      assertThatThrownBy(() -> trainer.restore(Checkpoint.of("state", without)))
          .isInstanceOf(FileFormatException.class);
    }
    Map<String, Tensor> opposed = new java.util.LinkedHashMap<>(trainer.state());
    opposed.put("adversary.weights.first.bias", Tensor.scalar(0));
    assertThatThrownBy(() -> trainer.restore(Checkpoint.of("state", opposed)))
        .hasMessageContaining("without an adversary; got an adversary");
  }

  @Test
  void aStateWithRandomFaultsIsRefusedOrRead(@TempDir Path folder) throws IOException {
    TokenizerTrainer trainer = new TokenizerTrainer(tiny(), settings(2, Codebook.UNATTENDED));
    trainer.step(0, images(0));
    Path good = folder.resolve("state.safetensors");
    SafetensorsWriter.write(good, trainer.state(), Map.of());
    byte[] bytes = Files.readAllBytes(good);
    int header = 8 + ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt();
    Path file = folder.resolve("bad.safetensors");
    int refused = 0;
    for (int i = 0; i < 24; i++) {
      RandomStream random = RandomStream.of(i);
      byte[] bad = bytes.clone();
      for (int fault = 0; fault < 1 + i % 3; fault++) {
        int at = random.nextInt(header);
        boolean digit = bad[at] >= '0' && bad[at] <= '9';
        bad[at] = (byte) (digit ? '0' + random.nextInt(10) : random.nextInt(128));
      }
      Files.write(file, bad);
      try (TensorFile open = TensorFile.open(file)) {
        trainer.restore(Checkpoint.of(open));
      } catch (IOException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(12);
  }

  @Test
  void settingsByNameFitTheirIterations() {
    TokenizerTraining published = TokenizerTraining.published(1000, 5);
    TokenizerTraining small = TokenizerTraining.small(1000, 5);

    assertThat(published.adversary().start()).isEqualTo(200);
    assertThat(published.adversary().warmUp()).isEqualTo(20);
    assertThat(published.adversary().schedule().iterations()).isEqualTo(800);
    assertThat(published.schedule().learningRate(999)).isCloseTo(0.9e-4, within(1e-12));
    assertThat(published.weights()).isEqualTo(new Weights(0.2, 1, 1, 1));
    assertThat(small.adversary()).isNull();
    assertThat(small.weights().perceptual()).isZero();
  }

  @Test
  void frozenCodesAreNotRestarted() {
    assertThatThrownBy(() -> new Codebook(0, false, 50, 0.5, 0, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("codes where they are frozen; got 0 iterations without them")
        .hasMessageContaining("restarts every 50");
    assertThatThrownBy(() -> new Codebook(1, false, 0, 0.5, 0, true))
        .hasMessageContaining("frozen");
    assertThatThrownBy(() -> new Codebook(0, true, 0, 0.5, 0, true)).hasMessageContaining("frozen");
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    assertThatThrownBy(() -> new Codebook(0, false, 0, 0, 1.5))
        .hasMessage("codebook: shares of 0 to 1; got 0.0, 1.5");
    assertThatThrownBy(() -> new Weights(-1, 0, 0, 0))
        .hasMessage("weights: none below 0; got -1.0, 0.0, 0.0, 0.0, 0.0");
    assertThatThrownBy(() ->
            new TokenizerTraining(schedule(1), 1, 0.9, 10, 1, PIXELS, Codebook.UNATTENDED, null, 0))
        .hasMessage("training: betas of 0 to 1, 1 excluded; got 1.0, 0.9");
  }
}
