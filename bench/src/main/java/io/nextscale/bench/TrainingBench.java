package io.nextscale.bench;

import io.nextscale.nn.AdamW;
import io.nextscale.nn.GradientClip;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.var.Var;
import io.nextscale.var.VarConfig;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeConfig;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Whole steps of training from random weights: forward, backward, clipping, AdamW. Times are per
 * step.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 4)
@Measurement(iterations = 9)
@Fork(1)
public class TrainingBench {

  private static final Scales SMALL_SCALES = Scales.of(1, 2, 3, 4, 6, 8);

  /**
   * The published transformer of depth 16 with one image of 680 tokens; a small one with 32 images
   * of 130 tokens; a small tokenizer with 16 images of 64 x 64 pixels.
   */
  @Param({"var.d16x1", "var.small32", "tokenizer.small16"})
  public String step = "";

  private @Nullable Parameters parameters;
  private @Nullable AdamW optimizer;
  private Supplier<Tensor> loss = () -> Tensor.scalar(0);

  /** Makes the model and a batch. */
  void make() throws IOException {
    RandomStream random = RandomStream.of(20260105);
    switch (step) {
      case "var.d16x1" -> transformer(VarConfig.depth(16), 1, random);
      case "var.small32" ->
          transformer(new VarConfig(6, 192, 6, 10, 16, 512, SMALL_SCALES, false, true), 32, random);
      case "tokenizer.small16" -> tokenizer(16, random);
      default ->
          throw new IllegalArgumentException(
              "step: var.d16x1, var.small32 or tokenizer.small16; got " + step);
    }
  }

  /** Makes the model and a batch, and checks that a few steps on it lower its loss. */
  @Setup
  public void prepare() throws IOException {
    make();
    float before = step().item();
    float after = before;
    for (int i = 0; i < 3; i++) {
      after = step().item();
    }
    if (!(after < before)) {
      throw new IllegalStateException("step: a loss that falls; got " + before + ", " + after);
    }
  }

  private void transformer(VarConfig config, int images, RandomStream random) throws IOException {
    Var model = Var.load(Var.initial(config, random), config, Loading.forTraining());
    int length = config.scales().length();
    int[] codes = new int[images * length];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = random.nextInt(config.vocabulary());
    }
    Tensor targets = Tensor.ofInts(Shape.of(images, length), codes);
    int given = length - config.scales().tokens(0);
    Tensor input = Tensor.normal(Shape.of(images, given, config.codeChannels()), 0, 1, random);
    int[] labels = new int[images];
    trains(model.parameters(), () -> model.forward(labels, input).crossEntropy(targets, 0).mean());
  }

  private void tokenizer(int images, RandomStream random) throws IOException {
    VqVaeConfig config =
        new VqVaeConfig(32, List.of(1, 1, 2, 3), 1, 512, 16, SMALL_SCALES, 4, 0.5f, 0.25f, false);
    VqVae model = VqVae.load(VqVae.initial(config, random), config, Loading.forTraining());
    Tensor pictures = Tensor.uniform(Shape.of(images, 64, 64, 3), -1, 1, random);
    trains(
        model.parameters(),
        () -> {
          VqVae.Output output = model.forward(pictures);
          return output.image().minus(pictures).square().mean().plus(output.loss());
        });
  }

  private void trains(Parameters all, Supplier<Tensor> ofBatch) {
    parameters = all;
    optimizer = new AdamW(all.trained().values(), 0.9, 0.95, 1e-8);
    loss = ofBatch;
  }

  /** One step; the loss before it. */
  @Benchmark
  public Tensor step() {
    Gradients gradients = Gradients.of(loss);
    GradientClip clip =
        GradientClip.byNorm(java.util.Objects.requireNonNull(parameters).gradients(gradients), 2);
    java.util.Objects.requireNonNull(optimizer).step(clip.gradients(), 1e-4, 0.05);
    return gradients.loss();
  }
}
