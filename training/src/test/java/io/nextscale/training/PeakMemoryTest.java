package io.nextscale.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.nn.Loading;
import io.nextscale.nn.Parameters;
import io.nextscale.nn.Schedule;
import io.nextscale.tensor.Footprint;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.var.Condition;
import io.nextscale.var.Training;
import io.nextscale.var.Var;
import io.nextscale.var.VarConfig;
import io.nextscale.var.VarTrainer;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeConfig;
import io.nextscale.vqvae.training.TokenizerTrainer;
import io.nextscale.vqvae.training.TokenizerTraining;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/** The forecast against what steps really need. */
class PeakMemoryTest {

  private static final Schedule SCHEDULE =
      new Schedule(new Schedule.Curve.Cosine(), 1e-4, 0.05, 0.05, 2, 40, 0.005, 0.3);

  /** Something to train, by name. */
  private record Subject(List<Parameters> trained, List<Parameters> frozen, IntConsumer step) {

    static Subject of(String name) {
      try {
        return switch (name) {
          case "tokenizer" -> tokenizer(32, List.of(1, 2, 2), 64, SHAPES);
          case "transformer" -> transformer(6, 192, 64, SHAPES, false);
          case "recomputing" -> transformer(6, 192, 64, SHAPES, true);
          case "small" -> transformer(2, 32, 16, Scales.of(1, 2, 4), false);
          default -> throw new IllegalArgumentException(name);
        };
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static final Scales SHAPES = Scales.of(1, 2, 3, 4, 6, 8, 12, 16);

    private static Tensor images(int batch, int side) {
      return Tensor.uniform(Shape.of(batch, side, side, 3), -1, 1, RandomStream.of(11));
    }

    private static VqVae vae(int width, List<Integer> stages, Scales scales, Loading how)
        throws IOException {
      VqVaeConfig config =
          new VqVaeConfig(width, stages, 1, 512, 16, scales, 4, 0.5f, 0.25f, false);
      return VqVae.load(VqVae.initial(config, RandomStream.of(3)), config, how);
    }

    private static Subject tokenizer(int width, List<Integer> stages, int side, Scales scales)
        throws IOException {
      VqVae vae = vae(width, stages, scales, Loading.forTraining());
      TokenizerTrainer trainer =
          new TokenizerTrainer(
              vae,
              new TokenizerTraining(
                  SCHEDULE,
                  0.5,
                  0.9,
                  10,
                  1,
                  new TokenizerTraining.Weights(0.2, 1, 0, 1),
                  TokenizerTraining.Codebook.UNATTENDED,
                  null,
                  7));
      return new Subject(
          List.of(vae.parameters()), List.of(), batch -> trainer.step(0, images(batch, side)));
    }

    private static Subject transformer(
        int depth, int width, int side, Scales scales, boolean recompute) throws IOException {
      VqVae vae =
          vae(32, side == 64 ? List.of(1, 2, 2) : List.of(1, 1, 2), scales, Loading.forInference());
      VarConfig config = new VarConfig(depth, width, 4, 10, 16, 512, scales, false, true);
      Var model = Var.load(Var.initial(config, RandomStream.of(4)), config, Loading.forTraining());
      Training settings =
          Training.of(Training.Steps.published(SCHEDULE))
              .with(new Training.Chance(0.1, 0, 0))
              .with(new Training.Computation(recompute, 1));
      VarTrainer trainer = new VarTrainer(model, vae, settings);
      return new Subject(
          List.of(model.parameters()),
          List.of(vae.parameters()),
          batch -> trainer.step(0, images(batch, side), Condition.classes(new int[batch])));
    }

    PeakMemory forecast(int batch) {
      return PeakMemory.forecast(trained, frozen, false, 1, batch, step);
    }
  }

  @Test
  void partsAddUp() {
    Subject small = Subject.of("small");
    PeakMemory one = small.forecast(1);
    PeakMemory many = small.forecast(100);
    long size = 4 * small.trained().getFirst().count();
    assertThat(one.optimizer()).isEqualTo(2 * size);
    assertThat(one.weights()).isGreaterThan(size);
    assertThat(one.averages()).isZero();
    assertThat(one.step()).isGreaterThanOrEqualTo(2 * size);
    assertThat(many.step()).isGreaterThan(20 * one.step());
    assertThat(many.total())
        .isEqualTo(many.weights() + many.optimizer() + Math.max(many.step(), many.saving()));

    Footprint real = Footprint.during(() -> small.step().accept(5));
    assertThat(small.forecast(5).step()).isEqualTo(Math.max(real.peak(), 2 * size));
  }

  @Test
  void averagesAndAccumulationCostTheirCopies() {
    Subject small = Subject.of("small");
    long size = 4 * small.trained().getFirst().count();
    PeakMemory plain = small.forecast(64);
    PeakMemory more =
        PeakMemory.forecast(small.trained(), small.frozen(), true, 4, 64, small.step());
    assertThat(more.step()).isEqualTo(plain.step() + size);
    assertThat(more.total()).isEqualTo(plain.total() + 2 * size);
  }

  @Test
  void gradientsOfSlicesWaitForEachOther() {
    Subject small = Subject.of("small");
    PeakMemory whole = small.forecast(64);
    assertThat(whole.inSlices(4).step() - whole.step())
        .isEqualTo(3 * 4 * small.trained().getFirst().count());
    assertThat(whole.inSlices(1)).isEqualTo(whole);
  }

  @Test
  void shortHeapIsToldWithWhatHelps() {
    PeakMemory memory = new PeakMemory(10_000_000, 20_000_000, 0, 2_400_000_000L, 20_000_000);
    assertThat(memory.describe(8_000_000_000L))
        .isEqualTo(
            "a step needs about 2.43 GB (weights 10 MB, optimiser 20 MB, results and gradients"
                + " 2.40 GB) of a heap of 8.00 GB");
    assertThat(memory.describe(2_500_000_000L)).contains("not enough", "--batch", "-Xmx");
  }

  // ---- measuring: the smallest heap in which steps succeed

  /** The status of a process whose heap was too small. */
  private static final int FULL = 3;

  /**
   * {@code SUBJECT BATCH} prints the forecast and the smallest heap; with {@code steps} in front it
   * only takes two steps.
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    if (args[0].equals("steps")) {
      try {
        IntConsumer step = Subject.of(args[1]).step();
        for (int i = 0; i < 2; i++) {
          step.accept(Integer.parseInt(args[2]));
        }
      } catch (OutOfMemoryError full) {
        System.exit(FULL);
      }
      return;
    }
    int batch = Integer.parseInt(args[1]);
    PeakMemory forecast = Subject.of(args[0]).forecast(batch);
    double told = forecast.total() / 1e6;
    double low = told * 0.7;
    double high = told * 1.8;
    while (high / low > 1.06) {
      double middle = Math.sqrt(low * high);
      if (runs(args[0], batch, middle)) {
        high = middle;
      } else {
        low = middle;
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%s, batch %d: forecast %.0f MB, smallest heap %.0f MB, ratio %.2f%n%s%n",
        args[0],
        batch,
        told,
        high,
        told / high,
        forecast);
  }

  private static boolean runs(String subject, int batch, double megabytes)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + (long) (megabytes * 1e6 / 1024) + "k",
                "-XX:+UseSerialGC",
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path")
                    + File.pathSeparator
                    + System.getProperty("jdk.module.path", ""),
                PeakMemoryTest.class.getName(),
                "steps",
                subject,
                "" + batch)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    int status = process.waitFor();
    if (status != 0 && status != FULL) {
      throw new IllegalStateException("steps that end or fill the heap; got status " + status);
    }
    return status == 0;
  }
}
