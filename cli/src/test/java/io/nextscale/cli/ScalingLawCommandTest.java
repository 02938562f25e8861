package io.nextscale.cli;

import static io.nextscale.cli.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nextscale.image.ImageFile;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.io.Json;
import io.nextscale.training.MetricsLog;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Experiments with models of a few thousand numbers that learn for three steps. */
class ScalingLawCommandTest {

  /** The same numbers, summed in another order. */
  private static final double ROUNDING = 1e-9;

  @TempDir static Path shared;

  private static Path tokenizer;

  @TempDir Path folder;

  @BeforeAll
  static void makeATokenizer() throws IOException {
    tokenizer = shared.resolve("tokenizer.safetensors");
    VqVae.declared(Tiny.TOKENIZER)
        .parameters()
        .save(
            tokenizer,
            VqVae.initial(Tiny.TOKENIZER, RandomStream.of(7)),
            DType.F32,
            VqVaeMetadata.of(Tiny.TOKENIZER));
  }

  private static Tiny.Result run(Path run, Object... further) {
    List<Object> all = new ArrayList<>(List.of("experiment", "scaling-law", "--run", run));
    all.addAll(List.of("--tokenizer", tokenizer, "--size", Tiny.SIDE));
    all.addAll(List.of("--depths", "4,1,2,3", "--width-per-depth", 8, "--pictures", 12));
    all.addAll(List.of("--epochs", 1, "--batch", 4, "--validation", 5, "--warm-up", 1));
    all.addAll(List.of("--text-width", 8, "--text-depth", 1, "--text-heads", 2));
    all.addAll(List.of(further));
    return Tiny.run(all.toArray());
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path file : all.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  private static void delete(Path tree) throws IOException {
    try (Stream<Path> all = Files.walk(tree)) {
      for (Path file : all.toList().reversed()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void anExperimentThatWasStoppedGoesOnToTheSameResults() throws IOException {
    Path whole = folder.resolve("whole");
    Tiny.Result result = run(whole);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.lines())
        .containsExactly(
            whole.resolve("results.json").toString(),
            whole.resolve("scaling-law.md").toString(),
            whole.resolve("scaling-law.png").toString());
    assertThat(result.err()).contains("L_mean = (", "Err_tail", "Pearson r");
    assertThat(Tiny.names(whole))
        .containsExactly(
            "depth-01",
            "depth-02",
            "depth-03",
            "depth-04",
            "results.json",
            "scaling-law.md",
            "scaling-law.png",
            "tokens");
    assertThat(ImageFile.read(whole.resolve("scaling-law.png")).width()).isEqualTo(1280);
    MetricsLog.Row last = MetricsLog.read(whole.resolve("depth-03/metrics.jsonl")).getLast();
    assertThat(last.iteration()).isEqualTo(2); // 12 pictures in batches of 4
    Json model = models(whole).get(2);
    assertThat(model.at("depth")).contains(new Json.Int(3));
    assertThat(number(model, "L_mean"))
        .isEqualTo(last.evaluation().get("L_mean"), within(ROUNDING));
    assertThat(number(model, "Err_tail"))
        .isEqualTo(1 - last.evaluation().get("acc_tail") / 100, within(ROUNDING));

    // As if it had been killed while the third of four models learnt.
    Path stopped = folder.resolve("stopped");
    copy(whole, stopped);
    for (String file :
        List.of(
            "results.json",
            "scaling-law.md",
            "scaling-law.png",
            "tokens/tokens.json",
            "depth-03/measured.json",
            "depth-03/model.safetensors",
            "depth-03/checkpoints/step-00000003.safetensors")) {
      Files.delete(stopped.resolve(file));
    }
    delete(stopped.resolve("depth-04"));
    Files.delete(stopped.resolve("depth-02/metrics.jsonl")); // nobody trains here again
    Tiny.Result resumed = run(stopped);
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.err()).contains("going on after 2 iterations");
    assertThat(stopped.resolve("depth-02/metrics.jsonl")).doesNotExist();
    for (String file : List.of("results.json", "scaling-law.md", "scaling-law.png")) {
      assertThat(stopped.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
    }

    assertRefused(run(whole, "-q", "--rate", "0.5"), "optimizer.rate");
    assertRefused(run(whole, "-q", "--pictures", 20), "--pictures", "12");
  }

  private static List<Json> models(Path experiment) throws IOException {
    Json results = Json.parse("results", Files.readAllBytes(experiment.resolve("results.json")));
    return results.at("models").orElseThrow() instanceof Json.Arr(List<Json> items)
        ? items
        : List.of();
  }

  private static double number(Json json, String name) {
    return json.at(name).orElseThrow() instanceof Json.Real(double x) ? x : Double.NaN;
  }

  @Test
  void settingsAreShownWithTheModelsTheyMake() {
    Tiny.Result result =
        Tiny.run("experiment", "scaling-law", "--show-settings", "--depths", "2,3,5,7,9");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).contains("\"width\": 216", "\"steps\": 3125", "\"epochs\": 5");
  }

  @Test
  void whatCannotBeDoneIsRefused() {
    assertRefused(run(folder.resolve("few"), "--depths", "2,3,4"), "--depths", "at least 4");
    assertRefused(Tiny.run("experiment", "scaling-law"), "--run");
    assertRefused(Tiny.run("experiment", "scaling-law", "--run", folder), "--tokenizer");
    assertRefused(run(folder.resolve("deep"), "--depth", "3"), "--depth");
    assertThat(Tiny.run("experiment", "--help").out()).contains("scaling-law");
  }
}
