package io.nextscale.cli;

import static io.nextscale.cli.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.image.ImageFile;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.io.Json;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that {@code train dit} and {@code train raster} made, where the name of a model stands. */
class BaselineCommandsTest {

  private static final String CAPTION = "a red circle above a blue square";

  @TempDir static Path shared;

  private static Path tokenizer;
  private static Path dit;
  private static Path raster;
  private static Path pixels;

  @TempDir Path folder;

  /** Tiny models of the shapes world, trained for two steps. */
  @BeforeAll
  static void train() throws IOException {
    tokenizer = shared.resolve("tokenizer.safetensors");
    VqVae.declared(Tiny.SHAPES)
        .parameters()
        .save(
            tokenizer,
            VqVae.initial(Tiny.SHAPES, RandomStream.of(7)),
            DType.F32,
            VqVaeMetadata.of(Tiny.SHAPES));
    Object[] maps = {"--tokenizer", tokenizer};
    dit = train("dit", "a", maps, "--noise-steps", 25);
    raster = train("raster", "b", maps);
    pixels = train("dit", "c", new Object[] {"--pixels"}, "--patch", 16, "--noise-steps", 25);
  }

  private static Path train(String what, String run, Object[] space, Object... further) {
    List<Object> all =
        new ArrayList<>(List.of("train", what, "--data", "shapes", "--run", shared.resolve(run)));
    all.addAll(List.of(space));
    all.addAll(List.of("--depth", 1, "--width", 16, "--heads", 2, "--batch", 2, "--steps", 2));
    all.addAll(List.of("--warm-up", 1, "--validation", 2, "--judged", 0, "--pictures-every", 0));
    all.addAll(List.of("--text-width", 8, "--text-depth", 1, "--text-heads", 2));
    all.addAll(List.of(further));
    Tiny.Result result = Tiny.run(all.toArray());
    assertThat(result.code()).as(result.err()).isZero();
    return shared.resolve(run).resolve("model.safetensors");
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  private Tiny.Result run(String command, Path model, Object... more) {
    List<Object> all = new ArrayList<>(List.of(command));
    all.addAll(List.of("-m", model, "--vae", tokenizer));
    all.addAll(List.of(more));
    return Tiny.run(all.toArray());
  }

  private Tiny.Result search(Path model, Object... more) {
    List<Object> all = new ArrayList<>(List.of(CAPTION, "-o", file("a.png")));
    all.addAll(List.of(more));
    return run("search", model, all.toArray());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "zero-order --candidates 2 --rounds 2 --cosine 0.9",
        "paths --width 2 --candidates 2 --path-steps 2,1,2",
        "halving --candidates 3 --halve-from 1",
        "random --candidates 3",
        "beam --sampler ddpm --width 1 --candidates 2"
      })
  void aDiffusionTransformerIsSearched(String flags) throws IOException {
    Object[] all = ("--sampling-steps 4 --strategy " + flags).split(" ", -1);
    Tiny.Result result = search(dit, all);
    assertThat(result.code()).as(result.err()).isZero();
    byte[] bytes = Files.readAllBytes(file("a.png"));
    Json.Obj recipe = Recipe.read(file("a.png"));
    assertThat(recipe.members())
        .containsEntry("sampling_steps", new Json.Int(4))
        .containsKeys("sampler", "cfg_scale", "strategy")
        .doesNotContainKey("top_k");
    assertThat(search(dit, all).code()).isZero();
    assertThat(Files.readAllBytes(file("a.png"))).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "beam --width 2 --candidates 2 --branch-steps 2",
        "greedy --partial --candidates 2",
        "resampling --candidates 3",
        "random --candidates 2"
      })
  void aRasterTransformerIsSearchedTokenByToken(String flags) {
    Tiny.Result result = search(raster, (Object[]) ("--strategy " + flags).split(" ", -1));
    assertThat(result.code()).as(result.err()).isZero();
    if (flags.startsWith("random")) {
      int tokens = Tiny.SHAPES_SIDE * Tiny.SHAPES_SIDE;
      assertThat(result.err()).contains("2 images, " + 2 * tokens + " NFE");
    }
  }

  @Test
  void aRandomSearchOfOneIsWhatGenerateMakes() throws IOException {
    for (Path model : List.of(dit, raster, pixels)) {
      Tiny.Result made = run("generate", model, CAPTION, "-s", 5, "-o", file("g.png"));
      assertThat(made.code()).as(made.err()).isZero();
      Tiny.Result result = search(model, "--strategy", "random", "--candidates", 1, "-s", 5);
      assertThat(result.code()).as(result.err()).isZero();
      assertThat(ImageFile.read(file("a.png"))).isEqualTo(ImageFile.read(file("g.png")));

      Tiny.Result again = Tiny.run("generate", "--from", file("g.png"), "-o", file("h.png"));
      assertThat(again.code()).as(again.err()).isZero();
      assertThat(ImageFile.read(file("h.png"))).isEqualTo(ImageFile.read(file("g.png")));
    }
  }

  /** Its header names the tokenizer, so none has to be named again. */
  @ParameterizedTest
  @ValueSource(strings = {"dit", "raster", "var"})
  void aModelOfTheTokenizerInsideTheProgramFindsIt(String what) throws IOException {
    Path model = train(what, "own-" + what, new Object[] {"--tokenizer", "shapes"});
    Tiny.Result made = Tiny.run("generate", "-m", model, CAPTION, "-o", file("own.png"));
    assertThat(made.code()).as(made.err()).isZero();
    assertThat(Recipe.read(file("own.png")).members()).containsEntry("vae", new Json.Str("shapes"));
    Tiny.Result other = Tiny.run("generate", "-m", raster, CAPTION, "-o", file("other.png"));
    assertRefused(other, "--vae: a file of weights; got none");
  }

  @Test
  void theyAreJudgedAsOthersAre() throws IOException {
    for (Path model : List.of(dit, raster)) {
      Tiny.Result result =
          run(
              "evaluate",
              model,
              "--prompts",
              2,
              "--tasks",
              "position",
              "--at-once",
              2,
              "--json",
              file("s.json"));
      assertThat(result.code()).as(result.err()).isZero();
      assertThat(result.out()).contains("position");
      assertThat(Files.readString(file("s.json"))).contains("cfg_scale");
    }
  }

  private Tiny.Result experiment(Object... more) {
    List<Object> all = new ArrayList<>(List.of("experiment", "inference-scaling"));
    all.addAll(List.of("--run", file("run"), "--vae", tokenizer));
    all.addAll(List.of("--models", "rows=" + raster + ",noise=" + dit, "--captions", 1));
    all.addAll(List.of("--sampling-steps", 8, "--strategies", "partial,zero-order,halving"));
    all.addAll(List.of("--budgets", "64,160", "--at-once", 2));
    all.addAll(List.of(more));
    return Tiny.run(all.toArray());
  }

  @Test
  void anExperimentSaysHowLongItWouldTakeWithAllOfThem() {
    Tiny.Result guessed = experiment("--estimate");
    assertThat(guessed.code()).as(guessed.err()).isZero();
    // Six captions: rows by random, partial and halving, noise by random, zero-order and halving.
    assertThat(guessed.err()).contains("36 searches of each budget of [64, 160] NFE: about");
    assertThat(guessed.out()).isEmpty();
  }

  @Test
  void anExperimentThatWasCutOffGoesOnAndIsReported() throws IOException {
    Tiny.Result whole = experiment("--verifiers", "checker");
    assertThat(whole.code()).as(whole.err()).isZero();
    assertThat(whole.lines()).contains(file("run").resolve("inference-scaling.md").toString());
    assertThat(whole.lines()).allMatch(line -> Files.isRegularFile(Path.of(line)));
    Path cells = file("run").resolve("cells.jsonl");
    List<String> found = Files.readAllLines(cells);
    assertThat(found).hasSize(36);

    String cut = found.getLast().substring(0, found.getLast().length() / 2);
    Files.writeString(cells, String.join("\n", found.subList(0, 32)) + "\n" + cut);
    Tiny.Result rest = experiment("--verifiers", "checker");
    assertThat(rest.code()).as(rest.err()).isZero();
    assertThat(rest.err()).contains("4 searches of each budget of [64, 160] NFE");
    assertThat(withoutTimes(Files.readAllLines(cells)))
        .containsExactlyInAnyOrderElementsOf(withoutTimes(found));

    Tiny.Result nothing = experiment("--verifiers", "checker");
    assertThat(nothing.code()).as(nothing.err()).isZero();
    assertThat(nothing.err()).doesNotContain("searches");
    Tiny.Result reported =
        Tiny.run("experiment", "inference-scaling", "--run", file("run"), "--report");
    assertThat(reported.lines()).isEqualTo(whole.lines());
    assertRefused(experiment("--seed", 2), "settings of the experiment", "name another folder");
    assertRefused(experiment("--top-p", 0.5), "of the experiment in", "name another folder");
    assertRefused(experiment("--top-p", 2), "--top-p: from 0 to 1; got 2.0");
    assertRefused(
        Tiny.run("experiment", "inference-scaling", "--run", file("none"), "--report"), "--run");
  }

  @Test
  void captionsAreSearchedSideBySideWithAnEnsemble() throws IOException {
    String ensemble = "mean(clip,imagereward)";
    Tiny.Result result = experiment("--side-by-side", "--verifiers", "checker," + ensemble);
    assertThat(result.code()).as(result.err()).isZero();
    List<String> found = Files.readAllLines(file("run").resolve("cells.jsonl"));
    assertThat(found).hasSize(72).allMatch(line -> line.contains(ensemble));
    assertThat(Files.readString(file("run").resolve("experiment.json"))).contains(ensemble);
    assertRefused(experiment("--verifiers", "mean(clip,none)"), "--verifiers", "none");
    assertRefused(experiment("--verifiers", "rank(clip,imagereward)"), "--verifiers", "rank(");
  }

  /** Cells without the last number of what was spent, the seconds. */
  private static List<String> withoutTimes(List<String> cells) {
    return cells.stream().map(line -> line.replaceAll(",[^,\\]]*],\"scores", ",\"scores")).toList();
  }

  @Test
  void whatDoesNotFitAModelIsRefused() {
    assertRefused(search(raster, "--strategy", "zero-order"), "begins with noise", "train dit");
    assertRefused(search(raster, "--strategy", "paths"), "begins with noise", "use random");
    assertRefused(
        Tiny.run("search", CAPTION, "--strategy", "zero-order", "-o", file("a.png")),
        "zero-order: a model that begins with noise",
        "next-scale transformer");
    assertRefused(search(dit, "--strategy", "beam"), "--sampler ddpm", "zero-order");
    assertRefused(search(dit, "--strategy", "resampling"), "--sampler ddpm");
    assertRefused(search(dit, "--top-k", 3, "--strategy", "random"), "--top-k", "leave it out");
    assertRefused(search(dit, "--drawn-scales", 3, "--strategy", "random"), "--drawn-scales");
    assertRefused(
        search(dit, "--sampling-steps", 26, "--strategy", "random"), "1 to the 25 of the training");
    assertRefused(search(raster, "--sampling-steps", 3), "--sampling-steps", "leave it out");
    assertRefused(search(raster, "--drawn-scales", 3), "--drawn-scales", "leave it out");
    assertRefused(
        run("generate", dit, CAPTION, "--preview", "strip", "-o", file("a.png")), "--preview");
    assertRefused(search(dit, "--strategy", "paths", "--path-steps", "3,4,8"), "--path-steps");
    assertRefused(search(dit, "--strategy", "paths", "--path-steps", "3"), "three numbers");
    assertRefused(search(dit, "--strategy", "zero-order", "--cosine", 2), "--cosine: from -1");
    assertRefused(search(dit, "--strategy", "random", "--rounds", 2), "--rounds", "leave it out");
    assertThat(file("a.png")).doesNotExist();
  }
}
