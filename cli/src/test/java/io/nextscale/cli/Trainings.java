package io.nextscale.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nextscale.image.Png;
import io.nextscale.image.RgbImage;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.training.MetricsLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Trainings of a few steps on pictures of 8 pixels.
 *
 * @param classes folders of pictures, {@code cat} and {@code dog}
 * @param run the folder of a tokenizer's training on them
 */
record Trainings(Path classes, Path run) {

  static final int SIDE = 8;

  /** A tokenizer of 8 pixels and 1x1, 2x2, 4x4 tokens. */
  static final List<Object> TINY_TOKENIZER =
      List.of(
          "--preset",
          "cifar10",
          "--size",
          SIDE,
          "--patch",
          1,
          "--plain=false",
          "--channels",
          32,
          "--multipliers",
          "1,1",
          "--scales",
          "1,2,4",
          "--codes",
          16,
          "--code-channels",
          4,
          "--batch",
          3,
          "--continuous",
          1,
          "--warm-up",
          1,
          "--restart-every",
          2,
          "--validation",
          3);

  /** A transformer of its tokens. */
  static final List<Object> TINY_VAR =
      List.of(
          "--preset",
          "cifar10",
          "--size",
          SIDE,
          "--depth",
          2,
          "--width",
          16,
          "--heads",
          2,
          "--batch",
          3,
          "--warm-up",
          1,
          "--validation",
          3,
          "--judged",
          0,
          "--text-width",
          16,
          "--text-depth",
          1,
          "--text-heads",
          2);

  /** A diffusion transformer of its maps. */
  static final List<Object> TINY_DIT =
      List.of(
          "--preset",
          "cifar10",
          "--size",
          SIDE,
          "--depth",
          2,
          "--width",
          16,
          "--heads",
          2,
          "--batch",
          3,
          "--warm-up",
          1,
          "--validation",
          3,
          "--judged",
          0,
          "--noise-steps",
          25,
          "--sampling-steps",
          3);

  /** Makes pictures of two classes in a folder, and a tokenizer that has seen them four times. */
  static Trainings in(Path folder) throws IOException {
    Trainings made = new Trainings(folder.resolve("classes"), folder.resolve("tok"));
    for (int i = 0; i < 30; i++) {
      Path own = Files.createDirectories(made.classes.resolve(i % 2 == 0 ? "cat" : "dog"));
      Files.write(own.resolve("%02d.png".formatted(i)), png(i));
    }
    Tiny.Result result =
        run(
            TINY_TOKENIZER,
            "tokenizer",
            "--data",
            made.classes,
            "--run",
            made.run,
            "--steps",
            4,
            "--ema",
            0.5);
    assertThat(result.code()).as(result.err()).isZero();
    return made;
  }

  /** The tokenizer of the run. */
  Path tokenizer() {
    return run.resolve("model.safetensors");
  }

  /** A picture of noise. */
  static byte[] png(int seed) {
    byte[] rgb = new byte[3 * SIDE * SIDE];
    new Random(seed).nextBytes(rgb);
    return Png.encode(RgbImage.of(rgb, SIDE, SIDE), List.of());
  }

  /** Runs {@code train WHAT} with these sizes and further arguments. */
  static Tiny.Result run(List<Object> tiny, String what, Object... arguments) {
    List<Object> all = new ArrayList<>(List.of("train", what));
    all.addAll(tiny);
    all.addAll(List.of(arguments));
    return Tiny.run(all.toArray());
  }

  /** What a run has measured. */
  static List<MetricsLog.Row> rows(Path run) throws IOException {
    return MetricsLog.read(run.resolve("metrics.jsonl"));
  }

  /** Arguments and more of them. */
  static Object[] with(List<Object> first, Object... more) {
    List<Object> all = new ArrayList<>(first);
    all.addAll(List.of(more));
    return all.toArray();
  }

  /** Asserts that two files hold the same tensors, as after a training that hardly moved. */
  static void assertSameWeights(Path one, Path other) throws IOException {
    try (TensorFile before = TensorFile.open(one);
        TensorFile after = TensorFile.open(other)) {
      for (String name : before.entries().keySet()) {
        float[] now = after.load(name).toArray();
        assertThat(now).as(name).containsExactly(before.load(name).toArray(), within(1e-6f));
      }
    }
  }
}
