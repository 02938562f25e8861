package io.nextscale.cli;

import static io.nextscale.cli.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nextscale.shapes.Scene;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.Json;
import io.nextscale.training.MetricsLog;
import io.nextscale.training.TrainingRun;
import io.nextscale.verifiers.files.VerifierFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Trainings of a few steps on a few lessons. */
class TrainVerifierCommandTest {

  @TempDir Path folder;

  private static Tiny.Result train(Object... more) {
    List<Object> all = new ArrayList<>(List.of("train", "verifier"));
    all.addAll(List.of(more));
    return Tiny.run(all.toArray());
  }

  /** A run, and what is left of it after a loss of everything but its first checkpoint. */
  @ParameterizedTest
  @CsvSource({"clip, retrieval", "aesthetic, correlation", "imagereward, right.places_exchanged"})
  void aVerifierIsTrainedAndARunThatBrokeOffEndsWithTheSameBits(String kind, String number)
      throws IOException {
    Path run = folder.resolve(kind);
    Tiny.Result result =
        train(
            kind,
            "--run",
            run,
            "--steps",
            4,
            "--batch",
            2,
            "--accumulate",
            2,
            "--validation",
            2,
            "--checkpoint-every",
            1,
            "--keep",
            4,
            "--evaluate-every",
            4);
    assertThat(result.code()).as(result.err()).isZero();
    Path model = run.resolve("model.safetensors");
    assertThat(result.lines()).containsExactly(model.toString());
    assertThat(Tiny.names(run)).contains("run.json", "metrics.jsonl", "loss.png");
    List<MetricsLog.Row> rows = MetricsLog.read(run.resolve("metrics.jsonl"));
    assertThat(rows).hasSize(4);
    assertThat(rows.getLast().metrics()).containsKeys("loss", "rate", "norm");
    assertThat(rows.getLast().evaluation()).containsKeys("right", number);
    Json.Obj settings = TrainingRun.settings(run);
    assertThat(settings.at("subject", "kind")).contains(new Json.Str(kind));
    assertThat(settings.at("tokenizer", "file")).contains(new Json.Str("shapes"));
    double[] scores =
        VerifierFiles.load(model)
            .of("a red circle")
            .score(Tensor.zeros(Shape.of(1, Scene.SIDE, Scene.SIDE, 3)));
    assertThat(scores).hasSize(1).doesNotContain(Double.NaN);

    byte[] bytes = Files.readAllBytes(model);
    Files.delete(model);
    for (String name : Tiny.names(run.resolve("checkpoints"))) {
      if (!name.contains("0001")) {
        Files.delete(run.resolve("checkpoints").resolve(name));
      }
    }
    Tiny.Result again = train("--run", run, "--evaluate-every", 0);
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(again.err()).contains("going on after 1 iterations");
    assertThat(Files.readAllBytes(model)).isEqualTo(bytes);

    assertRefused(train(kind, "--run", run, "--batch", 3), "optimizer.batch 3 instead of 2");
    String other = kind.equals("clip") ? "aesthetic" : "clip";
    assertRefused(train(other, "--run", run), "--run", "of 'train verifier " + kind + "'");
  }

  /** After steps of next to no length the verifier is the one that it began with. */
  @Test
  void aTrainingBeginsWithWeightsThatAreThere() throws IOException {
    Path first = folder.resolve("first");
    List<Object> few = List.of("--steps", 2, "--batch", 2, "--validation", 0, "--ema", 0);
    assertThat(train(with(few, "imagereward", "--run", first)).code()).isZero();
    Path model = first.resolve("model.safetensors");
    Path second = folder.resolve("second");
    List<Object> still =
        List.of("imagereward", "--run", second, "--init", model, "--rate", 1e-12, "--decay", 0);
    Tiny.Result result = train(with(few, still.toArray()));
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(TrainingRun.settings(second).at("init", "file"))
        .contains(new Json.Str(model.toString()));
    double before = score(model);
    assertThat(score(second.resolve("model.safetensors"))).isCloseTo(before, within(1e-4));
    Path drawn = folder.resolve("drawn");
    assertThat(train(with(few, "imagereward", "--run", drawn, "--seed", 5)).code()).isZero();
    assertThat(Math.abs(score(drawn.resolve("model.safetensors")) - before)).isGreaterThan(1e-3);

    Path third = folder.resolve("third");
    assertRefused(train("clip", "--run", third, "--init", model), "--init");
    assertRefused(
        train("clip", "--run", third, "--init", folder), "--init: a file of weights", "a folder");
    assertThat(third).doesNotExist();
  }

  private static Object[] with(List<Object> some, Object... more) {
    List<Object> all = new ArrayList<>(List.of(more));
    all.addAll(some);
    return all.toArray();
  }

  private static double score(Path model) throws IOException {
    return VerifierFiles.load(model)
        .of("a red circle")
        .score(Tensor.zeros(Shape.of(1, Scene.SIDE, Scene.SIDE, 3)))[0];
  }

  @Test
  void whatCannotBeTrainedIsRefused() throws IOException {
    Path run = folder.resolve("run");
    assertRefused(train("--run", run), "kind: clip, aesthetic or imagereward; got none");
    assertRefused(train("fid", "--run", run), "kind: clip, aesthetic or imagereward; got fid");
    assertRefused(train("clip"), "--run: a folder for the run");
    assertRefused(train("clip", "--run", run, "--rate", 0), "--rate");
    assertRefused(train("clip", "--run", run, "--aside", -1), "--aside: a number from 0 on");
    assertRefused(
        train("clip", "--run", run, "--tokenizer", run.resolve("none")), "--tokenizer", "check");
    Tiny small = Tiny.in(folder);
    assertRefused(train("clip", "--run", run, "--tokenizer", small.vae), "--tokenizer");
    assertRefused(train("clip", "--run", run, "--kind", "clip"), "--kind");
    assertThat(run).doesNotExist();
    Tiny.Result shown = train("imagereward", "--show-settings");
    assertThat(shown.code()).isZero();
    assertThat(shown.out()).contains("\"kind\": \"imagereward\"", "\"optimizer\": \"muon\"");
  }
}
