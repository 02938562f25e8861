package io.nextscale.cli;

import static io.nextscale.cli.Refusals.assertRefused;
import static io.nextscale.cli.Trainings.TINY_TOKENIZER;
import static io.nextscale.cli.Trainings.TINY_VAR;
import static io.nextscale.cli.Trainings.rows;
import static io.nextscale.cli.Trainings.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.image.ImageFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that are stopped, that go on, and what is drawn of them. */
class TrainingRunsTest {

  @TempDir static Path shared;

  private static Path classes;
  private static Path trained;
  private static Path tokenizer;

  @TempDir Path folder;

  @BeforeAll
  static void makePicturesAndATokenizer() throws IOException {
    Trainings made = Trainings.in(shared);
    classes = made.classes();
    trained = made.run();
    tokenizer = made.tokenizer();
  }

  @Test
  void aKilledRunGoesOnWithoutFlagsAndEndsWithTheSameBits()
      throws IOException, InterruptedException {
    List<Object> how = new ArrayList<>(List.of("train", "var"));
    how.addAll(TINY_VAR);
    how.addAll(
        List.of(
            "--data",
            classes,
            "--tokenizer",
            tokenizer,
            "--steps",
            120,
            "--checkpoint-every",
            2,
            "--evaluate-every",
            0,
            "--pictures-every",
            0,
            "--ema",
            0.9,
            "--accumulate",
            3));
    Path killed = folder.resolve("killed");
    List<Object> first = new ArrayList<>(how);
    first.addAll(List.of("--run", killed));
    kill(killed, first.toArray());
    assertThat(Files.exists(killed.resolve("model.safetensors"))).as("still under way").isFalse();
    int survived = rows(killed).size();
    assertThat(survived).isBetween(5, 119);

    Tiny.Result resumed =
        Tiny.run(
            "train",
            "var",
            "--run",
            killed,
            "--checkpoint-every",
            50,
            "--evaluate-every",
            0,
            "--pictures-every",
            0);
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.err()).contains("going on after");

    Path whole = folder.resolve("whole");
    how.addAll(List.of("--run", whole));
    assertThat(Tiny.run(how.toArray()).code()).isZero();
    assertThat(killed.resolve("model.safetensors"))
        .hasSameBinaryContentAs(whole.resolve("model.safetensors"));
  }

  /** A process that trains and is killed without warning. */
  private static void kill(Path run, Object... arguments) throws IOException, InterruptedException {
    Process process =
        Processes.of(arguments)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    Path metrics = run.resolve("metrics.jsonl");
    for (int i = 0; i < 1200 && process.isAlive(); i++) {
      if (Files.exists(metrics) && Files.readAllLines(metrics).size() > 5) {
        break;
      }
      Thread.sleep(50);
    }
    process.destroyForcibly().waitFor();
  }

  @Test
  void ctrlCWritesACheckpointAndSaysHowToGoOn() throws IOException, InterruptedException {
    Processes.assumeInterrupts();
    Path run = folder.resolve("run");
    List<Object> command = new ArrayList<>(List.of("train", "tokenizer"));
    command.addAll(TINY_TOKENIZER);
    command.addAll(List.of("--data", classes, "--run", run, "--steps", 1_000_000));
    Path err = folder.resolve("err");
    Process process = Processes.of(command.toArray()).redirectError(err.toFile()).start();
    try {
      Path metrics = run.resolve("metrics.jsonl");
      for (int i = 0; i < 1200 && (!Files.exists(metrics) || Files.size(metrics) == 0); i++) {
        Thread.sleep(50);
      }
      Processes.interrupt(process);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(Files.readString(err)).isEqualTo(130);
    assertThat(Files.readString(err)).contains("cancelled", "nextscale train tokenizer --run");
    assertThat(Tiny.names(run.resolve("checkpoints"))).hasSize(1);
    assertThat(rows(run)).isNotEmpty();
  }

  @Test
  void anotherWayToGoOnIsRefusedNamingWhatDiffers() throws IOException {
    Path run = trained;
    assertRefused(
        Tiny.run("train", "tokenizer", "--run", run, "--rate", 1), "rate 1.0 instead of 0.001");
    assertRefused(Tiny.run("train", "var", "--run", run), "--run", "of 'train tokenizer'");
    Tiny.Result again = Tiny.run("train", "tokenizer", "--run", run, "-q");
    assertThat(again.code()).as(again.err()).isZero();
    Files.writeString(folder.resolve("letter.txt"), "dear");
    assertRefused(
        run(TINY_TOKENIZER, "tokenizer", "--data", classes, "--run", folder), "letter.txt");
  }

  @Test
  void curvesOfRunsAreDrawn() throws IOException {
    Path png = folder.resolve("loss.png");
    Tiny.Result result = Tiny.run("plot", trained, "-o", png);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.lines()).containsExactly(png.toString());
    assertThat(ImageFile.read(png).width()).isGreaterThan(100);
    assertThat(Tiny.run("plot", trained, "--metric", "psnr", "-o", png).code()).isZero();
    assertRefused(
        Tiny.run("plot", trained, "--metric", "beauty", "-o", png), "--metric", "loss", "beauty");
    assertRefused(Tiny.run("plot", folder, "-o", png), "metrics.jsonl");
    assertRefused(Tiny.run("plot", trained, "-o", folder.resolve("a.gif")), "-o");
  }
}
