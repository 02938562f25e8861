package io.nextscale.bench;

import io.nextscale.nn.Loading;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.var.Generation;
import io.nextscale.var.Generator;
import io.nextscale.var.Var;
import io.nextscale.var.VarConfig;
import io.nextscale.vqvae.TokenPyramid;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeConfig;
import java.io.IOException;
import java.util.Collections;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
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
 * Whole images of 256 x 256 pixels with the published sizes and random weights: the transformer
 * (all scales, guidance 1.5, top-k 900, top-p 0.96), the decoder, both, and the way from image to
 * tokens. Times are per call, that is, per batch.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3)
@Measurement(iterations = 7)
@Fork(1)
public class ImageBench {

  /** Blocks of the transformer. */
  @Param("16")
  public int depth;

  /** Images at once. */
  @Param({"1", "4"})
  public int batch;

  /** Type of the weights in memory. */
  @Param({"bf16", "f32"})
  public String weights = "";

  private @Nullable Generator generator;
  private @Nullable Generation request;
  private Tensor map = Tensor.scalar(0);
  private Tensor image = Tensor.scalar(0);

  /** Makes the models, and checks that the first image of a batch is the image made alone. */
  @Setup
  public void prepare() throws IOException {
    RandomStream random = RandomStream.of(20260101);
    Generator made = generator(depth, DType.valueOf(weights.toUpperCase(Locale.ROOT)), random);
    Generation all = Generation.fid(Collections.nCopies(batch, 207), 0);
    map = made.generate(all).fHat();
    Tensor first = made.generate(all.image(0)).fHat();
    if (!java.util.Arrays.equals(first.toArray(), map.slice(0, 0, 1).toArray())) {
      throw new IllegalStateException("image: the same bits alone and in a batch; got others");
    }
    image = Tensor.uniform(Shape.of(batch, 256, 256, 3), -1, 1, random);
    generator = made;
    request = all;
  }

  /** The published sizes with random weights. */
  static Generator generator(int depth, DType weights, RandomStream random) throws IOException {
    Loading how = Loading.forInference().weights(weights);
    VarConfig config = VarConfig.depth(depth);
    Var transformer = Var.load(Var.initial(config, random), config, how);
    VqVaeConfig sizes = VqVaeConfig.published().withScales(config.scales());
    return new Generator(transformer, VqVae.load(VqVae.initial(sizes, random), sizes, how));
  }

  private Generator generator() {
    return java.util.Objects.requireNonNull(generator);
  }

  private Generation request() {
    return java.util.Objects.requireNonNull(request);
  }

  /** All scales: labels to the sum of codes. */
  @Benchmark
  public Tensor transformer() {
    return generator().generate(request()).fHat();
  }

  /** The sum of codes to images. */
  @Benchmark
  public Tensor decoder() {
    return generator().vae().decode(map);
  }

  /** Labels to images. */
  @Benchmark
  public Tensor image() {
    return generator().generate(request()).images();
  }

  /** Images to tokens. */
  @Benchmark
  public TokenPyramid tokenize() {
    return generator().vae().tokenize(image);
  }
}
