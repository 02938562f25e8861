package io.nextscale.vqvae.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Parameters;
import io.nextscale.nn.Schedule;
import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.SafetensorsWriter;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeConfig;
import io.nextscale.vqvae.training.TokenizerTraining.Adversary;
import io.nextscale.vqvae.training.TokenizerTraining.Codebook;
import io.nextscale.vqvae.training.TokenizerTraining.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdversaryTest {

  private static final VqVaeConfig TINY =
      new VqVaeConfig(32, List.of(1, 2), 1, 24, 8, Scales.of(1, 2, 4), 2, 0.5f, 0.25f, false);
  private static final Tensor IMAGES =
      Tensor.uniform(Shape.of(2, 8, 8, 3), -1, 1, RandomStream.of(11));

  /** Sums of a few thousand products in single precision, in another order. */
  private static final double CLOSE = 1e-4;

  private static VqVae tiny() throws IOException {
    return vae(TINY);
  }

  private static VqVae vae(VqVaeConfig config) throws IOException {
    return VqVae.load(VqVae.initial(config, RandomStream.of(3)), config, Loading.forTraining());
  }

  private static Schedule schedule(int iterations) {
    return new Schedule(new Schedule.Curve.Cosine(), 1e-3, 0.005, 0.005, 2, iterations, 0.005, 1);
  }

  private static TokenizerTraining settings(int accumulation, Adversary adversary) {
    return new TokenizerTraining(
        schedule(100),
        0.5,
        0.9,
        10,
        accumulation,
        new Weights(0.2, 1, 0, 1),
        Codebook.UNATTENDED,
        adversary,
        7);
  }

  private static Adversary adversary(int start, int warmUp, boolean adaptive) {
    return new Adversary(
        0.4, adaptive, start, warmUp, schedule(90), DiffAugment.PUBLISHED, 4, 32, 1);
  }

  // The discriminator

  @Test
  void logitsLossAndGradientAreThoseOfPyTorch() throws IOException {
    PatchDiscriminator discriminator = PatchDiscriminator.declared(32, 3);
    fill(discriminator.first().weight(), discriminator.first().bias(), 3, 410);
    int channels = 32;
    for (int i = 0; i < 3; i++) {
      PatchDiscriminator.Block block = discriminator.blocks().get(i);
      fill(block.conv().weight(), block.conv().bias(), channels, 420 + 10 * i);
      Shape shape = block.norm().weight().shape();
      block.norm().weight().set(Expected.tensor(shape, 422 + 10 * i, 0.5, 1.5));
      block.norm().bias().set(Expected.tensor(shape, 423 + 10 * i, -0.5, 0.5));
      channels = shape.dim(0);
    }
    fill(discriminator.last().weight(), discriminator.last().bias(), channels, 460);
    Tensor x = Expected.tensor(Shape.of(2, 34, 32, 3), 400, -1, 1);

    Tensor[] y = new Tensor[1];
    Gradients g =
        Gradients.of(
            List.of(x),
            () -> {
              y[0] = discriminator.forward(x);
              return PatchDiscriminator.hinge(y[0].slice(0, 0, 1), y[0].slice(0, 1, 2));
            });

    assertThat(Expected.row("disc.shape")).containsExactly(2, 2, 2, 1);
    assertThat(y[0].shape()).isEqualTo(Shape.of(2, 2, 2, 1));
    assertThat(Expected.every(1, y[0])).containsExactly(Expected.row("disc.logits"), within(1e-5));
    assertThat((double) g.loss().item()).isCloseTo(Expected.row("disc.hinge")[0], within(1e-5));
    assertThat(Expected.every(97, g.of(x)))
        .containsExactly(Expected.row("disc.gradient.every97th"), within(1e-6));
  }

  private static void fill(Parameter weight, Parameter bias, int channels, int salt) {
    double bound = Math.sqrt(3.0 / (16 * channels));
    weight.set(Expected.tensor(weight.shape(), salt, -bound, bound));
    bias.set(Expected.tensor(bias.shape(), salt + 1, -0.1, 0.1));
  }

  @Test
  void theHingeStopsAtItsMargins() {
    Tensor real = Tensor.of(Shape.of(4), 2, 1, 0.5f, -1);
    Tensor made = Tensor.of(Shape.of(4), -2, -1, 0, 3);

    Gradients g = Gradients.of(List.of(real, made), () -> PatchDiscriminator.hinge(real, made));

    assertThat(g.loss().item()).isEqualTo((0 + 0 + 0.5f + 2) / 4 + (0 + 0 + 1 + 4) / 4f);
    assertThat(g.of(real).plus(0f).toArray()).containsExactly(0, 0, -0.25f, -0.25f);
    assertThat(g.of(made).toArray()).containsExactly(0, 0, 0.25f, 0.25f);
    assertThat(PatchDiscriminator.hingeOfMaker(made).item()).isZero();
  }

  @Test
  void theLeakyRectifierHasSlopeOneAboveZeroAndAFifthBelow() {
    Tensor x = Tensor.of(Shape.of(3), -2, 0.5f, 3);
    Gradients g = Gradients.of(List.of(x), () -> PatchDiscriminator.leakyRelu(x).sum());

    assertThat(PatchDiscriminator.leakyRelu(x).toArray()).containsExactly(-0.4f, 0.5f, 3);
    assertThat(g.of(x).toArray()).containsExactly(0.2f, 1, 1);
  }

  // Its balance with the other losses

  @Test
  void theBalanceIsTheRatioOfNormsWithinBounds() {
    Tensor three = Tensor.of(Shape.of(2), 0, 3);
    Tensor five = Tensor.of(Shape.of(2), 3, 4);
    Tensor tiny = Tensor.of(Shape.of(2), 0, 1e-9f);

    assertThat(Opponent.ratio(three, five)).isCloseTo(3 / (5 + 1e-4), within(1e-12));
    assertThat(Opponent.ratio(three, tiny)).isEqualTo(1e4);
    assertThat(Opponent.ratio(tiny, five)).isEqualTo(0.015);
  }

  /**
   * One batch that completes no step leaves its gradients in the state: they are compared with
   * those of each loss taken through the whole model, without the trainer's way over the images.
   */
  @Test
  void gradientsAndWeightAreThoseOfEachLossAlone() throws IOException {
    TokenizerTrainer trainer = new TokenizerTrainer(tiny(), settings(2, adversary(0, 2, true)));
    PatchDiscriminator discriminator = discriminator(trainer.state());

    TokenizerTrainer.Report report = trainer.step(0, IMAGES);

    VqVae vae = tiny();
    RandomStream own = RandomStream.of(7).split(0);
    Gradients reconstruction =
        Gradients.of(() -> {
          Tensor d = vae.forward(IMAGES).image().minus(IMAGES);
          return d.abs().mean().times(0.2f).plus(d.square().mean());
        });
    Gradients codes = Gradients.of(() -> vae.forward(IMAGES).loss());
    Gradients adversarial =
        Gradients.of(() -> {
          Tensor made = vae.forward(IMAGES).image();
          Tensor seen = DiffAugment.PUBLISHED.apply(made, own.split("judge"));
          return discriminator.forward(seen).mean().negate();
        });
    Parameter last = vae.decoder().last().weight();
    double ratio = norm(reconstruction.of(last)) / (norm(adversarial.of(last)) + 1e-4);
    double weight = 0.4 * 0.5 * ratio; // the first of two iterations of warm-up
    assertThat(report.adversary().weight()).isCloseTo(weight, within(CLOSE * weight));
    assertThat(report.adversary().loss()).isCloseTo(adversarial.loss().item(), within(CLOSE));

    Map<String, Tensor> state = trainer.state();
    vae.parameters()
        .trained()
        .forEach((name, parameter) -> {
          Tensor expected = reconstruction.of(parameter);
          Tensor adv = adversarial.of(parameter);
          Tensor vq = codes.of(parameter);
          Tensor sum = vq == null ? Tensor.zeros(parameter.shape()) : vq;
          sum = expected == null ? sum : sum.plus(expected);
          sum = adv == null ? sum : sum.plus(adv.times((float) weight));
          assertClose(name, state.get("accumulated." + name), sum.times(0.5f));
        });
  }

  @Test
  void theDiscriminatorLearnsFromItsOwnLossOnly() throws IOException {
    TokenizerTrainer trainer = new TokenizerTrainer(tiny(), settings(2, adversary(0, 2, true)));
    PatchDiscriminator discriminator = discriminator(trainer.state());

    TokenizerTrainer.Report report = trainer.step(0, IMAGES);

    Tensor made = tiny().forward(IMAGES).image();
    RandomStream lesson = RandomStream.of(7).split(0).split("lesson");
    DiffAugment augment = DiffAugment.PUBLISHED;
    Gradients expected =
        Gradients.of(() -> {
          Tensor real = discriminator.forward(augment.apply(IMAGES, lesson.split("seen")));
          Tensor fake = discriminator.forward(augment.apply(made, lesson.split("seen")));
          RandomStream again = lesson.split("seen again");
          Tensor real2 = discriminator.forward(augment.apply(IMAGES, again));
          Tensor fake2 = discriminator.forward(augment.apply(made, again));
          Tensor both = Tensor.concat(0, real, fake);
          Tensor both2 = Tensor.concat(0, real2, fake2);
          Tensor hinge = real.negate().plus(1f).relu().mean().plus(fake.plus(1f).relu().mean());
          return hinge.plus(both2.minus(both).square().mean().times(4f));
        });
    assertThat(report.adversary().discriminatorLoss())
        .isCloseTo(expected.loss().item(), within(CLOSE));
    Map<String, Tensor> state = trainer.state();
    Parameters.of(discriminator)
        .trained()
        .forEach((name, parameter) ->
            assertClose(
                name,
                state.get("adversary.accumulated." + name),
                expected.of(parameter).times(0.5f)));
  }

  private static PatchDiscriminator discriminator(Map<String, Tensor> state) throws IOException {
    PatchDiscriminator discriminator = PatchDiscriminator.declared(32, 1);
    Parameters.of(discriminator)
        .load(Checkpoint.of("state", state).under("adversary.weights."), Loading.forTraining());
    return discriminator;
  }

  private static double norm(Tensor x) {
    return Math.sqrt(x.square().sum().item());
  }

  private static void assertClose(String name, Tensor actual, Tensor expected) {
    double scale = Math.max(norm(expected), 1e-3);
    assertThat(norm(actual.minus(expected))).as(name).isLessThan(CLOSE * scale * 10);
  }

  // In training

  @Test
  void theAdversaryBeginsAtItsStartAndWarmsUp() throws IOException {
    TokenizerTrainer trainer = new TokenizerTrainer(tiny(), settings(1, adversary(1, 2, false)));
    Tensor before = trainer.state().get("adversary.weights.first.weight");

    assertThat(trainer.step(0, IMAGES).adversary()).isNull();
    assertThat(trainer.state().get("adversary.weights.first.weight")).isSameAs(before);
    assertThat(trainer.step(1, IMAGES).adversary().weight()).isCloseTo(0.2, within(1e-9));
    assertThat(trainer.step(2, IMAGES).adversary().weight()).isCloseTo(0.4, within(1e-9));
    assertThat(trainer.step(3, IMAGES).adversary().weight()).isCloseTo(0.4, within(1e-9));
    assertThat(trainer.state().get("adversary.weights.first.weight").toArray())
        .isNotEqualTo(before.toArray());
  }

  @Test
  void sixStepsWithAnAdversaryAreThreeStepsAFileAndThreeSteps(@TempDir Path folder)
      throws IOException {
    TokenizerTraining settings = settings(1, adversary(1, 2, true));
    TokenizerTrainer whole = new TokenizerTrainer(tiny(), settings);
    TokenizerTrainer first = new TokenizerTrainer(tiny(), settings);
    TokenizerTrainer second = new TokenizerTrainer(tiny(), settings);
    Path file = folder.resolve("state.safetensors");

    for (int i = 0; i < 6; i++) {
      whole.step(i, IMAGES);
    }
    for (int i = 0; i < 3; i++) {
      first.step(i, IMAGES);
    }
    SafetensorsWriter.write(file, first.state(), Map.of());
    try (TensorFile open = TensorFile.open(file)) {
      second.restore(Checkpoint.of(open));
    }
    for (int i = 3; i < 6; i++) {
      second.step(i, IMAGES);
    }

    SequencedMap<String, Tensor> expected = new LinkedHashMap<>(whole.state());
    SequencedMap<String, Tensor> actual = second.state();
    assertThat(actual.keySet()).containsExactlyElementsOf(expected.keySet());
    expected.forEach((name, tensor) ->
        assertThat(actual.get(name).toArray()).as(name).isEqualTo(tensor.toArray()));
  }

  @Test
  void theDiscriminatorLearnsToTellAPoorTokenizersImages() throws IOException {
    TokenizerTraining settings =
        settings(1, new Adversary(1e-6, false, 0, 0, schedule(90), DiffAugment.NONE, 0, 32, 1));
    TokenizerTrainer trainer = new TokenizerTrainer(tiny(), settings);
    TokenizerTrainer.Opposition first = trainer.step(0, IMAGES).adversary();
    TokenizerTrainer.Opposition last = first;
    for (int i = 1; i < 12; i++) {
      last = trainer.step(i, IMAGES).adversary();
    }
    assertThat(first.discriminatorLoss()).isCloseTo(2, within(0.5)); // it cannot tell yet
    assertThat(last.discriminatorLoss()).isLessThan(1.2);
    assertThat(last.real()).isGreaterThan(last.made() + 0.8);
  }

  @Test
  void aPerceptualLossTakesPartThroughTheSameDoor() throws IOException {
    Lpips lpips = LpipsTest.random(4, 4, 4, 4, 4);
    VqVaeConfig config = TINY.withScales(Scales.of(1, 8)); // LPIPS takes 16 pixels or more
    Tensor images = Tensor.uniform(Shape.of(1, 16, 16, 3), -1, 1, RandomStream.of(12));
    TokenizerTraining with =
        new TokenizerTraining(
            schedule(100),
            0.5,
            0.9,
            10,
            2,
            new Weights(0.2, 1, 3, 1),
            Codebook.UNATTENDED,
            null,
            7);
    assertThatThrownBy(() -> new TokenizerTrainer(vae(config), with))
        .hasMessageStartingWith("training: an Lpips for a perceptual loss of weight 3.0; got none");
    TokenizerTrainer trainer = new TokenizerTrainer(vae(config), with, lpips);

    TokenizerTrainer.Report report = trainer.step(0, images);

    VqVae vae = vae(config);
    Gradients direct =
        Gradients.of(() -> {
          Tensor image = vae.forward(images).image();
          Tensor d = image.minus(images);
          Tensor pixels = d.abs().mean().times(0.2f).plus(d.square().mean());
          return pixels.plus(lpips.distance(image, images).mean().times(3f));
        });
    assertThat(report.loss() - report.quantization())
        .isCloseTo(direct.loss().item(), within(CLOSE));
    Parameter last = vae.decoder().last().weight();
    assertClose(
        "decoder.conv_out.weight",
        trainer.state().get("accumulated.decoder.conv_out.weight"),
        direct.of(last).times(0.5f));
  }
}
