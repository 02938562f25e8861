package io.nextscale.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.nextscale.nn.Loading;
import io.nextscale.tensor.Backends;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.op.Elementwise;
import io.nextscale.tensor.op.MatrixProduct.Activation;
import io.nextscale.tensor.spi.Backend;
import io.nextscale.tensor.spi.Operand;
import io.nextscale.var.Generated;
import io.nextscale.var.Generation;
import io.nextscale.var.Generator;
import io.nextscale.var.Var;
import io.nextscale.var.VarConfig;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Programs as few task graphs: what is executed, what crosses the bus, and the same bits. */
class KernelGraphsTest {

  private static final Scales SCALES = Scales.of(1, 2, 3);

  private static final VqVaeConfig TOKENIZER =
      new VqVaeConfig(32, List.of(1, 1), 1, 24, 8, SCALES, 2, 0.5f, 0.25f, false);

  private static final int DEPTH = 3;

  private static final VarConfig TRANSFORMER =
      new VarConfig(DEPTH, 32, 2, 5, 8, 24, SCALES, false, true);

  /** Bytes of the shortest array that crosses the bus, and of the next. */
  private static final long SHORT = 4L << 10;

  private static final long MIDDLE = 4L << 14;

  private static TornadoBackend graphs = open("32m", 128);

  private static TornadoBackend single = open("32m", 1);

  private static TornadoBackend open(String memory, int tasks) {
    String before = System.setProperty(TornadoBackendProvider.MEMORY, memory);
    System.setProperty(TornadoBackendProvider.TASKS, Integer.toString(tasks));
    try {
      return (TornadoBackend) Backends.open("tornado");
    } finally {
      System.setProperty(TornadoBackendProvider.MEMORY, String.valueOf(before));
      System.clearProperty(TornadoBackendProvider.TASKS);
    }
  }

  @AfterAll
  static void close() {
    graphs.close();
    single.close();
  }

  private static <T> T on(Backend backend, Callable<T> program) throws Exception {
    Backends.setStandard(backend);
    try {
      return program.call();
    } finally {
      Backends.setStandard(Backends.cpu());
    }
  }

  private static Generator generator() throws IOException {
    Loading how = Loading.forInference();
    RandomStream random = RandomStream.of(7);
    return new Generator(
        Var.load(Var.initial(TRANSFORMER, random.split("var")), TRANSFORMER, how),
        VqVae.load(VqVae.initial(TOKENIZER, random.split("vae")), TOKENIZER, how));
  }

  private record Picture(List<Integer> tokens, List<Float> pixels) {}

  private static Picture picture(Generator generator, int images) {
    Generation request =
        Generation.fid(Collections.nCopies(images, 0), 40).guidance(2).topK(9).greedy(true);
    Generated made = generator.generate(request);
    List<Integer> tokens = new ArrayList<>();
    for (int token : Objects.requireNonNull(made.tokens()).sequence().toInts()) {
      tokens.add(token);
    }
    List<Float> pixels = new ArrayList<>();
    for (float pixel : made.images().toArray()) {
      pixels.add(pixel);
    }
    return new Picture(tokens, pixels);
  }

  /**
   * The block is compiled while the first scale is made, and serves all blocks, scales and batches;
   * what is computed once for an image follows with the second. Then nothing is compiled, and only
   * tokens and the picture come back.
   */
  @Test
  void oneGraphServesAllBlocksScalesAndBatches() throws Exception {
    Picture expected = on(single, () -> picture(generator(), 1));
    Generator generator = on(graphs, KernelGraphsTest::generator);
    List<Traffic.Count> images = new ArrayList<>();
    for (int i = 0; i < 4; i++) { // the first also prepares what all need
      Traffic.Count before = graphs.traffic();
      assertThat(on(graphs, () -> picture(generator, 1))).isEqualTo(expected);
      images.add(graphs.traffic().since(before));
    }
    Traffic.Count steady = images.getLast();
    long scales = SCALES.count();
    assertThat(images.getFirst().executions()).as("kernel by kernel at first").isGreaterThan(100);
    assertThat(steady.graphs()).isZero();
    long sent = 3 + 3 * scales + 1; // labels and noise, what scales add, tokens to be decoded
    long computed = scales * (1 + DEPTH + 1) + 4; // before, blocks and after; the decoder
    long fetched = scales + 1; // tokens, the picture
    assertThat(steady.executions()).isEqualTo(sent + computed + fetched);
    assertThat(steady.bytesDown()).isEqualTo(fetched * SHORT);
    assertThat(steady.bytesUp()).as("small tensors and arguments").isLessThan(48 * SHORT);
    Traffic.Count before = graphs.traffic();
    on(graphs, () -> picture(generator, 2));
    assertThat(graphs.traffic().since(before).graphs())
        .as("two images: what comes before the blocks, and the decoder of both")
        .isLessThanOrEqualTo(2);
  }

  /** Random operations on a pool of tensors, of which some are read on the way. */
  private static List<float[]> randomProgram(long seed, Backend on) {
    RandomStream random = RandomStream.of(seed).split("programs");
    List<Tensor> pool = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      pool.add(Tensor.normal(Shape.of(6, 8), 0, 1, random).to(on));
    }
    Tensor weight = Tensor.normal(Shape.of(8, 8), 0, 0.4f, random).to(DType.BF16).to(on);
    List<float[]> read = new ArrayList<>();
    for (int step = 0; step < 40; step++) {
      Tensor x = pool.get(random.nextInt(pool.size()));
      Tensor y = pool.get(random.nextInt(pool.size()));
      pool.add(
          switch (random.nextInt(15)) {
            case 0 -> x.plus(y);
            case 1 -> x.times(y).clamp(-3, 3);
            case 2 -> x.silu();
            case 3 -> x.softmax();
            case 4 -> x.layerNorm(1e-6f);
            case 5 -> x.linear(weight, null, Activation.GELU, null, y);
            case 6 -> Tensor.concat(0, x.slice(0, 3, 6), y.slice(0, 0, 3));
            case 7 -> x.matmul(y.transpose(0, 1)).softmax().matmul(x);
            case 8 -> x.minus(x.sum(0).reshape(1, 8).times(0.125f));
            case 9 -> x.to(DType.BF16).to(DType.F32);
            case 10 -> x.rows(y.slice(1, 0, 6).argMax());
            case 11 -> x.l2Normalize(1e-12f).gelu();
            case 12 -> x.plus(Tensor.normal(Shape.of(6, 8), 0, 1, random).to(on));
            case 13 -> x.max(1).reshape(6, 1).plus(y);
            default -> x.div(3).exp().clamp(0, 4);
          });
      if (pool.size() > 6) {
        pool.remove(random.nextInt(pool.size()));
      }
      if (random.nextInt(9) == 0) {
        read.add(pool.getLast().toArray());
        System.gc(); // ranges of forgotten tensors are given out again
      }
    }
    pool.forEach(tensor -> read.add(tensor.toArray()));
    return read;
  }

  private static void assertSameBits(List<float[]> actual, List<float[]> expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i)).as("result %d", i).isEqualTo(expected.get(i));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void randomProgramsHaveTheSameBitsAsKernelByKernel(long seed) {
    List<float[]> expected = randomProgram(seed, single);
    Traffic.Count before = graphs.traffic();
    assertSameBits(randomProgram(seed, graphs), expected);
    Traffic.Count once = graphs.traffic();
    assertSameBits(randomProgram(seed, graphs), expected); // now as graphs of many tasks
    Traffic.Count twice = graphs.traffic();
    assertSameBits(randomProgram(seed, graphs), expected);
    Traffic.Count third = graphs.traffic().since(twice);
    assertThat(third.graphs()).isZero();
    assertThat(third.executions()).isLessThan(once.since(before).executions());
  }

  private static Tensor chain(Tensor x, Tensor weight, int rounds) {
    Tensor y = x;
    for (int i = 0; i < rounds; i++) {
      y = y.layerNorm(1e-6f).linear(weight, null, Activation.SILU, null, y).tanh();
    }
    return y;
  }

  /** Kernels of two programs lie between each other; results are those of each alone. */
  @Test
  void programsMayBeInterleaved() throws Exception {
    Tensor weight = Tensor.normal(Shape.of(16, 16), 0, 0.3f, RandomStream.of(2));
    Tensor a = Tensor.normal(Shape.of(5, 16), 0, 1, RandomStream.of(3));
    Tensor b = Tensor.normal(Shape.of(9, 16), 0, 1, RandomStream.of(4));
    float[] ofA = chain(a.to(single), weight.to(single), 5).toArray();
    float[] ofB = chain(b.to(single), weight.to(single), 5).toArray();
    Tensor there = weight.to(graphs);
    for (int round = 0; round < 3; round++) {
      Tensor x = a.to(graphs);
      Tensor y = b.to(graphs);
      for (int i = 0; i < 5; i++) {
        x = chain(x, there, 1);
        y = chain(y, there, 1);
      }
      assertThat(y.toArray()).isEqualTo(ofB);
      assertThat(x.toArray()).isEqualTo(ofA);
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Callable<float[]>> programs =
          List.of(
              () -> chain(a.to(graphs), there, 5).toArray(),
              () -> chain(b.to(graphs), there, 5).toArray());
      List<Future<float[]>> results = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        results.add(threads.submit(programs.get(i % 2)));
      }
      for (int i = 0; i < 6; i++) {
        assertThat(results.get(i).get()).as("run %d", i).isEqualTo(i % 2 == 0 ? ofA : ofB);
      }
    }
  }

  /** Much more is computed than there is memory, and nothing is read before the end. */
  @Test
  void keptKernelsDoNotFillTheMemory() {
    Tensor x = Tensor.normal(Shape.of(64 << 10), 0, 1, RandomStream.of(5));
    Tensor expected = x;
    try (TornadoBackend small = open("4m", 128)) {
      Tensor there = x.to(small);
      for (int i = 0; i < 24; i++) { // 18 MB in 3 MB
        expected = expected.times(0.5f).plus(x);
        there = there.times(0.5f).plus(x.to(small));
      }
      assertThat(there.toArray()).isEqualTo(expected.toArray());
    }
  }

  /** Storage that lies behind the end of the memory, which the stand-in notices. */
  private static Tensor wrong(Tensor x) {
    Operand in =
        new Operand(
            new DeviceBuffer(DType.F32, x.shape().size(), Integer.MAX_VALUE - 100, -1, 0),
            x.shape());
    Tensor result = x.silu();
    graphs.run(new Elementwise.Exp(), new Operand[] {in}, new Operand(result.buffer(), x.shape()));
    return result;
  }

  @Test
  void failureInTheMiddleOfAGraphNamesTheKernelAndLeavesTheBackendUsable() {
    assumeFalse(FloatArray.class.getModule().isNamed(), "a device reads what is behind its memory");
    Tensor x = Tensor.normal(Shape.of(3, 16), 0, 1, RandomStream.of(6));
    Tensor weight = Tensor.normal(Shape.of(16, 16), 0, 0.3f, RandomStream.of(7));
    float[] expected = chain(x.to(single), weight.to(single), 3).toArray();
    for (int round = 0; round < 4; round++) { // kernel by kernel, then as a graph, then again
      Tensor earlier = chain(x.to(graphs), weight.to(graphs), 3);
      assertThat(earlier.toArray()).isEqualTo(expected);
      Tensor before = chain(x.to(graphs), weight.to(graphs), 2);
      Tensor failed = wrong(before);
      Tensor after = failed.plus(before);
      assertThatThrownBy(after::toArray)
          .as("round %d", round)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("tornado: kernel kUnary of exp to run on tornado:0:0; got ")
          .hasMessageEndingWith(" — run with --device cpu");
      assertThatThrownBy(failed::toArray)
          .hasMessageStartingWith("tornado: a tensor whose kernels ran; got one that is missing")
          .hasMessageContaining("kUnary of exp");
      assertThatThrownBy(() -> after.negate()).hasMessageContaining("one that is missing");
      assertThat(earlier.toArray()).as("what ran before").isEqualTo(expected);
      assertThat(chain(x.to(graphs), weight.to(graphs), 3).toArray()).isEqualTo(expected);
    }
  }

  @Test
  void whatIsWrittenAgainIsThereAgain() {
    assumeFalse(FloatArray.class.getModule().isNamed(), "a device reads what is behind its memory");
    Tensor x = Tensor.ones(Shape.of(4)).to(graphs);
    Tensor lost = wrong(x);
    assertThatThrownBy(lost::toArray).hasMessageContaining("kUnary of exp");
    Operand out = new Operand(lost.buffer(), x.shape());
    graphs.run(new Elementwise.Negate(), new Operand[] {new Operand(x.buffer(), x.shape())}, out);
    assertThat(lost.toArray()).containsOnly(-1);
  }

  @Test
  void numberOfTasksIsChecked() {
    assertThatThrownBy(() -> open("4m", 0))
        .hasMessage("io.nextscale.gpu.tasks: a number from 1 to 128; got 0");
    assertThatThrownBy(() -> open("4m", 129)).hasMessageEndingWith("got 129");
  }

  /** What crosses the bus is in arrays of few sizes, whole. */
  @Test
  void readingCostsOneTransfer() {
    Tensor x = Tensor.ones(Shape.of(1025)).to(graphs);
    Traffic.Count before = graphs.traffic();
    x.negate().exp().slice(0, 0, 1024).toArray();
    assertThat(graphs.traffic().since(before).bytesDown()).isEqualTo(SHORT);
    before = graphs.traffic();
    x.toArray();
    assertThat(graphs.traffic().since(before)).isEqualTo(new Traffic.Count(0, 1, 8, MIDDLE));
  }
}
