package io.nextscale.bench;

import io.nextscale.bench.compare.Subject;
import io.nextscale.bench.compare.Task;
import io.nextscale.pretrained.ShapesModel;
import io.nextscale.tensor.Backends;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.spi.Backend;
import io.nextscale.var.Generation;
import io.nextscale.var.Generator;
import io.nextscale.vqvae.VqVae;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What devices are compared by: kernels of the benchmarks at real shapes, and whole programs. */
final class DeviceTasks {

  /** Sums of up to 5760 products in another order, as the parity tests of devices have it. */
  private static final double CLOSE = 1e-5;

  /** Indices. */
  private static final double EXACT = 0;

  /** Pixels of [0, 1] are stored in steps of 1/255. */
  private static final double HALF_A_STEP = 0.5 / 255;

  /** As the parity of gradients of whole models. */
  private static final double LOSS = 1e-4;

  private static final int PICTURES = 8;
  private static final int SIDE = 64;

  private final Map<String, Backend> backends;

  /** Tasks for some devices, the CPU among them. */
  DeviceTasks(Map<String, Backend> backends) {
    this.backends = Map.copyOf(backends);
  }

  /**
   * All tasks, in the order of the table.
   *
   * @param full whether the transformer of depth 16 and the published tokenizer are among them
   */
  List<Task> all(boolean full) {
    List<Task> tasks = new ArrayList<>();
    tasks.add(kernel("d16.qkv", CLOSE, () -> linear("d16.qkv")));
    tasks.add(kernel("d16.fc1", CLOSE, () -> linear("d16.fc1+gelu")));
    tasks.add(kernel("scale10.attention", CLOSE, DeviceTasks::attention));
    tasks.add(kernel("decoder.conv160@256", CLOSE, () -> convolution("decoder.conv160@256")));
    tasks.add(kernel("decoder.conv320@128", CLOSE, () -> convolution("decoder.conv320@128")));
    tasks.add(kernel("codebook.argmin", EXACT, DeviceTasks::codebook));
    tasks.add(program("image", HALF_A_STEP, DeviceTasks::image));
    if (full) {
      tasks.add(program("d16 image", HALF_A_STEP, DeviceTasks::fullImage));
    }
    tasks.add(program("tokenizer", HALF_A_STEP, DeviceTasks::tokenizer));
    tasks.add(program("training step", LOSS, DeviceTasks::training));
    return tasks;
  }

  @FunctionalInterface
  private interface Program {
    Subject on(Backend backend) throws IOException;
  }

  @FunctionalInterface
  private interface Kernel {
    KernelBench make();
  }

  private Task kernel(String name, double tolerance, Kernel kernel) {
    return new Task(
        name,
        kernel.make().flops(),
        tolerance,
        device ->
            on(
                device,
                backend -> {
                  KernelBench bench = kernel.make();
                  bench.prepare();
                  return new KernelSubject(backend, bench);
                }));
  }

  private Task program(String name, double tolerance, Program program) {
    return new Task(name, 0, tolerance, device -> on(device, program));
  }

  /** Makes a program of tensors that live on a device. */
  private Subject on(String device, Program program) throws IOException {
    Backend backend = backends.get(device);
    if (backend == null) {
      throw new IllegalArgumentException("device: one of " + backends.keySet() + "; got " + device);
    }
    Backend before = Backends.standard();
    Backends.setStandard(backend);
    try {
      return program.on(backend);
    } finally {
      Backends.setStandard(before);
    }
  }

  // Kernels

  /** All 680 tokens of a picture, as the forced passes of training and editing have them. */
  private static KernelBench linear(String layer) {
    LinearBench bench = new LinearBench();
    bench.layer = layer;
    bench.rows = "680";
    bench.weights = "f32";
    return bench;
  }

  private static KernelBench attention() {
    AttentionBench bench = new AttentionBench();
    bench.shape = "d16.scale10";
    return bench;
  }

  private static KernelBench convolution(String layer) {
    ConvolutionBench bench = new ConvolutionBench();
    bench.layer = layer;
    bench.weights = "f32";
    return bench;
  }

  private static KernelBench codebook() {
    CodebookBench bench = new CodebookBench();
    bench.vectors = "256";
    return bench;
  }

  // Programs

  private static Subject image(Backend backend) throws IOException {
    ShapesModel model = ShapesModel.load();
    Generation request = model.request(List.of("a red circle above a blue square"), 3);
    return image(backend, model.generator(), request);
  }

  private static Subject fullImage(Backend backend) throws IOException {
    Generator generator = ImageBench.generator(16, DType.BF16, RandomStream.of(20260101));
    return image(backend, generator, Generation.fid(List.of(207), 0));
  }

  private static Subject image(Backend backend, Generator generator, Generation request) {
    Generation greedy = request.greedy(true);
    return new TensorSubject(backend, List.of(), () -> generator.generate(greedy).images());
  }

  /** Pictures to tokens and back. */
  private static Subject tokenizer(Backend backend) throws IOException {
    VqVae vae = ShapesModel.load().generator().vae();
    Shape shape = Shape.of(PICTURES, SIDE, SIDE, 3);
    Tensor pictures = Tensor.uniform(shape, -1, 1, RandomStream.of(20260107));
    return new TensorSubject(
        backend, List.of(pictures), () -> vae.reconstruct(vae.tokenize(pictures)));
  }

  private static Subject training(Backend backend) throws IOException {
    TrainingBench bench = new TrainingBench();
    bench.step = "var.small32";
    bench.make();
    return new TrainingSubject(backend, bench);
  }
}
