package io.nextscale.cli;

import static io.nextscale.cli.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.image.ImageFile;
import io.nextscale.image.RgbImage;
import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Initializer;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.Json;
import io.nextscale.training.learner.VerifierLearner;
import io.nextscale.training.settings.VerifierSettings;
import io.nextscale.verifiers.resnet.CifarResNet;
import io.nextscale.verifiers.shapes.ShapesVerifiers;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Searches with the model inside the program. */
class SearchCommandTest {

  private static final String CAPTION = "a red circle above a blue square";

  @TempDir Path folder;

  private Path file(String name) {
    return folder.resolve(name);
  }

  private Tiny.Result search(Object... more) {
    Object[] all = new Object[more.length + 4];
    System.arraycopy(new Object[] {"search", CAPTION, "-o", file("a.png")}, 0, all, 0, 4);
    System.arraycopy(more, 0, all, 4, more.length);
    return Tiny.run(all);
  }

  @Test
  void theBestOfSeveralPicturesIsWrittenWithItsSettingsAndATree() throws IOException {
    int steps = steps();
    Tiny.Result result =
        search("--width", 1, "--candidates", 2, "--branch-steps", 2, "--tree", file("t.png"));
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.lines()).containsExactly(file("a.png").toString(), file("t.png").toString());
    // Two candidates at the first step, two at the second, each completed.
    assertThat(result.err())
        .contains("4 images, " + (2 * steps + 2 * (steps - 1)) + " NFE", "4 decodes, 4 scores");
    RgbImage picture = ImageFile.read(file("a.png"));
    assertThat(picture.width()).isEqualTo(64);
    RgbImage tree = ImageFile.read(file("t.png"));
    assertThat(tree.width()).isGreaterThan(2 * 64);
    assertThat(tree.height()).isGreaterThan(2 * 64);
    Json.Obj recipe = Recipe.read(file("a.png"));
    assertThat(recipe.members())
        .containsEntry("command", new Json.Str("search"))
        .containsEntry("caption", new Json.Str(CAPTION))
        .containsEntry(
            "strategy", new Json.Str("beam, width 1, 2 candidates, first 2 steps, roll-outs"))
        .containsEntry("verifier", new Json.Str("checker"));
  }

  /** K of the model inside the program: what a single picture costs. */
  private int steps() {
    String told = search("--strategy", "random", "--budget", "images=1").err();
    Matcher cost = Pattern.compile("1 images, (\\d+) NFE").matcher(told);
    assertThat(cost.find()).as(told).isTrue();
    return Integer.parseInt(cost.group(1));
  }

  /** Candidate i of a random search is picture i of a batch. */
  @Test
  void aRandomSearchOfOneIsWhatGenerateMakes() throws IOException {
    Tiny.run("generate", CAPTION, "-s", 7, "--drawn-scales", 99, "-o", file("g.png"));
    Tiny.Result result = search("--strategy", "random", "--candidates", 1, "-s", 7);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(ImageFile.read(file("a.png"))).isEqualTo(ImageFile.read(file("g.png")));
  }

  @ParameterizedTest
  @CsvSource({
    "halving --candidates 3 --halve-from 1",
    "resampling --candidates 3 --lambda 2",
    "greedy --plan 3,2 --partial",
    "beam --width 2 --plan front --candidates 1 --budget images=3"
  })
  void everyStrategyFindsTheSamePictureAgain(String flags) throws IOException {
    Object[] all = ("--strategy " + flags).split(" ", -1);
    Tiny.Result first = search(all);
    assertThat(first.code()).as(first.err()).isZero();
    byte[] bytes = Files.readAllBytes(file("a.png"));
    Files.delete(file("a.png"));
    assertThat(search(all).code()).isZero();
    assertThat(Files.readAllBytes(file("a.png"))).isEqualTo(bytes);
  }

  @Test
  void whatDoesNotFitTogetherIsRefusedBeforeWeightsAreRead() {
    assertRefused(search("--strategy", "random", "--width", 3), "--width", "leave it out");
    assertRefused(search("--strategy", "halving", "--partial"), "--partial", "leave it out");
    assertRefused(search("--lambda", 3), "--lambda", "leave it out");
    assertRefused(search("--strategy", "resampling", "--lambda", 0), "--lambda: a number");
    assertRefused(search("--plan", "sideways"), "--plan: uniform, front, back", "sideways");
    assertRefused(search("--plan", "0,3"), "--plan:", "0,3");
    assertRefused(search("--plan", "3,2", "--candidates", 2), "--candidates", "leave it out");
    assertRefused(search("--plan", "front", "--branch-steps", 2), "--branch-steps", "both");
    assertRefused(search("--candidates", 0), "--candidates: at least 1; got 0");
    assertRefused(search("--width", 0), "--width: at least 1; got 0");
    assertRefused(search("--budget", "nfe=many"), "--budget: limits images, nfe", "nfe=many");
    assertRefused(search("--budget", "nfe=2"), "--budget: at least what one picture costs");
    assertRefused(search("--enough", "NaN"), "--enough: a number");
    assertRefused(search("--tree", file("no").resolve("t.png")), "a folder that exists");
    assertRefused(Tiny.run("search", "a purple cat", "-o", file("a.png")), "a shape");
    assertThat(file("a.png")).doesNotExist();
  }

  /** A verifier of the shapes world that has learnt nothing. */
  private Path untrained(VerifierSettings.Kind kind) throws IOException {
    VerifierLearner learner = new VerifierLearner(VerifierSettings.of(kind), null);
    Path own = file(kind.word() + ".safetensors");
    learner.parameters().save(own, learner.exported(), DType.F32, learner.metadata());
    return own;
  }

  @ParameterizedTest
  @EnumSource
  void aTrainedVerifierScores(VerifierSettings.Kind kind) throws IOException {
    Path own = untrained(kind);
    Object[] all = {"--strategy", "random", "--candidates", 3, "--verifier", own};
    Tiny.Result result = search(all);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.err()).contains("3 images", "3 scores");
    Json.Obj recipe = Recipe.read(file("a.png"));
    assertThat(recipe.members())
        .containsEntry("verifier", new Json.Str(own.toString()))
        .containsKey("verifier_fingerprint_1");
    byte[] bytes = Files.readAllBytes(file("a.png"));
    assertThat(search(all).code()).isZero();
    assertThat(Files.readAllBytes(file("a.png"))).isEqualTo(bytes);
  }

  @Test
  void severalVerifiersAreOne() throws IOException {
    Path clip = untrained(VerifierSettings.Kind.CLIP);
    Path reward = untrained(VerifierSettings.Kind.IMAGEREWARD);
    String both = "(" + clip + ", " + reward + ")";
    Tiny.Result ranked =
        search("--strategy", "random", "--candidates", 3, "--verifier", "rank" + both);
    assertThat(ranked.code()).as(ranked.err()).isZero();
    assertThat(ranked.err()).contains("within a batch of candidates only");
    Tiny.Result mean =
        search("--strategy", "random", "--candidates", 2, "--verifier", "mean" + both);
    assertThat(mean.code()).as(mean.err()).isZero();
    assertThat(mean.err()).contains("32 pictures bring", "2 images");
    assertThat(Recipe.read(file("a.png")).members())
        .containsEntry("verifier", new Json.Str("mean" + both))
        .containsKeys("verifier_fingerprint_1", "verifier_fingerprint_2");
  }

  @Test
  void whatIsNoVerifierIsRefused() throws IOException {
    assertRefused(search("--verifier", "judge"), "--verifier: checker, clip", "got judge");
    assertRefused(search("--verifier", "rank(checker,)"), "--verifier:", "which does not exist");
    Path picture = Tiny.picture(file("p.png"), 8, 8);
    assertRefused(search("--verifier", picture), "--verifier: read", "p.png");
    Tiny tiny = Tiny.in(folder);
    assertRefused(search("--verifier", tiny.vae), "--verifier:", "train one with");
    assertRefused(
        search("--verifier", "confidence(" + tiny.vae + ")"), "judges captions; got confidence");
    assertRefused(
        tiny.with("search", "--class", 3, "-o", file("a.png")), "judges classes; got checker");
    assertRefused(
        tiny.with(
            "search",
            "--class",
            3,
            "--verifier",
            "confidence(" + tiny.vae + ")",
            "-o",
            file("a.png")),
        "--verifier: read",
        "a CLIP with a vision transformer");
    for (String name : ShapesVerifiers.NAMES) {
      if (!isInside(name)) {
        assertRefused(
            search("--verifier", name), "inside the program; got none", "train verifier " + name);
      }
    }
    assertThat(file("a.png")).doesNotExist();
  }

  /** A residual network that has learnt nothing: of 1,000 classes it is never sure. */
  @Test
  void aResidualNetworkJudgesClasses() throws IOException {
    Path network = residual("network.safetensors", 1000);
    Tiny.Result found = ofClass("--verifier", "confidence(" + network + ")", "--enough", -0.1);
    assertThat(found.code()).as(found.err()).isZero();
    assertThat(found.err()).contains("18 images", "18 scores");
    Matcher score = Pattern.compile("score (-\\d+\\.\\d+):").matcher(found.err());
    assertThat(score.find()).as(found.err()).isTrue();
    assertThat(Double.parseDouble(score.group(1))).isBetween(-19.0, -1.0);

    found = ofClass("--verifier", "confidence(" + network + ")", "--enough", -20);
    assertThat(found.err())
        .contains("16 images", "16 scores", "the score is enough"); // one look after each sixteen

    Path few = residual("few.safetensors", 10);
    assertRefused(
        ofClass("--verifier", "confidence(" + few + ")"),
        "--verifier: read few.safetensors",
        "a network for the 1000 classes of the model; got one for 10");
  }

  private Tiny.Result ofClass(Object... more) throws IOException {
    List<Object> all =
        new ArrayList<>(
            List.of("--class", 3, "--strategy", "random", "--candidates", 18, "-o", file("c.png")));
    all.addAll(List.of(more));
    return Tiny.in(folder).with("search", all.toArray());
  }

  private Path residual(String name, int classes) throws IOException {
    Parameters parameters = Parameters.of(CifarResNet.declared(1, 16, classes));
    Initializer rule =
        (member, random) ->
            member.shape().rank() > 1
                ? Tensor.uniform(member.shape(), -0.1f, 0.1f, random)
                : Tensor.uniform(member.shape(), 0.5f, 1.5f, random);
    Checkpoint values = Checkpoint.initial(parameters, rule, RandomStream.of(6));
    parameters.save(file(name), values, DType.F32, Map.of());
    return file(name);
  }

  @Test
  void verifierInsideTheProgramScores() {
    Tiny.Result result = search("--verifier", "imagereward");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(file("a.png")).exists();
  }

  private static boolean isInside(String name) throws IOException {
    try {
      ShapesVerifiers.fingerprint(name);
      return true;
    } catch (FileNotFoundException e) {
      return false;
    }
  }
}
