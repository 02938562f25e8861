package io.nextscale.var;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Observer;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.TokenPyramid;
import io.nextscale.vqvae.VqVae;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tokens that know what lies beside them: neighbours that are read, places that turn. */
class LocalityTest {

  private static final VarConfig BOTH = Tiny.TRANSFORMER.withLocality(true, true);

  private static final double ORDER_OF_SUMS = 1e-4;

  // Rotation

  private static Rotation rotation(Scales scales, int headWidth) {
    return Rotation.of(Rotation.constant(scales, headWidth).value(), 0, scales.length());
  }

  /** One token of each place of the scales, all of them the same vector. */
  private static float[][] everywhere(Scales scales, float[] vector) {
    int length = scales.length();
    Tensor x =
        Tensor.of(Shape.of(1, 1, 1, vector.length), vector)
            .broadcastTo(Shape.of(1, length, 1, vector.length));
    float[] turned = rotation(scales, vector.length).turn(x).toArray();
    float[][] tokens = new float[length][vector.length];
    for (int i = 0; i < length; i++) {
      System.arraycopy(turned, i * vector.length, tokens[i], 0, vector.length);
    }
    return tokens;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  @Test
  void aTokenTurnsByItsPlaceInCellsOfTheLastGrid() {
    // D = 4: one pair for each axis, both come round every two cells: by π u
    float[][] turned = everywhere(Scales.of(2, 4), new float[] {1, 3, 0, 0});
    // the second row and first column of 2x2: u = 3 and 1 of 4 cells
    assertThat(turned[2][0]).as("cos 3π").isCloseTo(-1, within(1e-5f));
    assertThat(turned[2][2]).as("sin 3π").isCloseTo(0, within(1e-5f));
    assertThat(turned[2][1]).as("3 cos π").isCloseTo(-3, within(1e-5f));
    // the first row and second column of 4x4: u = 0.5 and 1.5
    assertThat(turned[5][0]).as("cos π/2").isCloseTo(0, within(1e-5f));
    assertThat(turned[5][2]).as("sin π/2").isCloseTo(1, within(1e-5f));
    assertThat(turned[5][1]).as("3 cos 3π/2").isCloseTo(0, within(1e-5f));
    assertThat(turned[5][3]).as("3 sin 3π/2").isCloseTo(-3, within(1e-5f));
  }

  @Test
  void productsTellHowFarTokensLieFromEachOtherAcrossGridsToo() {
    Scales scales = Scales.of(2, 4);
    RandomStream random = RandomStream.of(5);
    float[] q = Tensor.normal(Shape.of(16), 0, 1, random).toArray();
    float[] k = Tensor.normal(Shape.of(16), 0, 1, random).toArray();
    float[][] queries = everywhere(scales, q);
    float[][] keys = everywhere(scales, k);

    // 4x4: from (0,1) to (1,3) as from (2,0) to (3,2)
    double product = dot(queries[4 + 1], keys[4 + 7]);
    assertThat(dot(queries[4 + 8], keys[4 + 14])).isCloseTo(product, within(1e-4));
    assertThat(dot(queries[4 + 1], keys[4 + 6])).as("nearer").isNotCloseTo(product, within(1e-2));
    // from 2x2 to 4x4: centres (1,1) to (1.5,1.5) as (3,3) to (3.5,3.5)
    assertThat(dot(queries[0], keys[4 + 5])).isCloseTo(dot(queries[3], keys[4 + 15]), within(1e-4));
    assertThat(dot(queries[5], queries[5])).as("lengths stay").isCloseTo(dot(q, q), within(1e-4));
  }

  @Test
  void headsThatCannotTurnAreRefused() {
    assertThatThrownBy(() ->
            new VarConfig(1, 12, 2, 1, 1, 1, Tiny.SCALES, false, true).withLocality(false, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("heads of a multiple of 4 channels")
        .hasMessageContaining("got 6");
  }

  // Neighbours

  @Test
  void aTokenReadsWhatSurroundsItsPlaceInItsGrid() throws IOException {
    Var model = Tiny.model(Tiny.TRANSFORMER.withLocality(true, false), Loading.forInference());
    Tensor positions = model.positions();
    Tensor plain = Tensor.zeros(Shape.of(1, 4, 4, 8));
    float[] values = new float[16 * 8];
    values[(4 + 2) * 8 + 3] = 1; // row 1, column 2, channel 3
    Tensor lit = Tensor.of(Shape.of(1, 4, 4, 8), values);

    float[] difference =
        model.tokens(2, lit, positions).minus(model.tokens(2, plain, positions)).toArray();

    Tensor weight = model.neighbours().weight().value(); // (32,8,3,3)
    for (int token = 0; token < 16; token++) {
      int dy = 1 - token / 4;
      int dx = 2 - token % 4;
      boolean beside = Math.abs(dy) <= 1 && Math.abs(dx) <= 1;
      for (int c = 0; c < 32; c++) {
        float own = dy == 0 && dx == 0 ? model.words().weight().value().toArray()[c * 8 + 3] : 0;
        float around = beside ? weight.toArray()[((c * 8 + 3) * 3 + dy + 1) * 3 + dx + 1] : 0;
        assertThat(difference[token * 32 + c])
            .as("token %d, channel %d", token, c)
            .isCloseTo(own + around, within(1e-5f));
      }
    }
  }

  // Both

  @ParameterizedTest
  @CsvSource({"true, false", "false, true", "true, true"})
  void generationSeesTheLogitsOfTraining(boolean neighbours, boolean rotary) throws IOException {
    VarConfig config = Tiny.TRANSFORMER.withLocality(neighbours, rotary);
    Var model = Tiny.model(config, Loading.forTraining());
    VqVae vae = Tiny.vae();
    Generation request = Generation.fid(List.of(3, 1), 9).guidance(0);
    Map<String, Tensor> seen = new LinkedHashMap<>();

    TokenPyramid tokens =
        new Generator(model, vae)
            .generate(
                request,
                Draws.seeded(request.seeds()),
                ScaleListener.NONE,
                (name, x) -> seen.put(name, x.dtype().isReal() ? Workspace.keep(x) : x))
            .tokens();

    Tensor input = vae.quantizer().teacherInput(tokens);
    Tensor taught = model.forward(request.condition(), input);
    Var without = Tiny.model(Tiny.TRANSFORMER, Loading.forTraining());
    assertThat(taught.toArray())
        .as("what the two do matters")
        .isNotEqualTo(without.forward(request.condition(), input).toArray());
    for (int s = 0; s < Tiny.SCALES.count(); s++) {
      Golden.close(
          "scale " + s,
          seen.get(s + ".logits"),
          taught.slice(1, Tiny.SCALES.begin(s), Tiny.SCALES.end(s)),
          ORDER_OF_SUMS);
    }
  }

  @Test
  void aBranchIsTheImageOfItsSeed() throws IOException {
    Generator generator = new Generator(Tiny.model(BOTH, Loading.forInference()), Tiny.vae());
    Generation settings = Generation.fid(List.of(1), 0).guidance(2);
    Branching branching = new Branching(generator, settings);
    List<Branching.Branch> branches =
        List.of(branching.begin(Condition.classes(3)), branching.begin(Condition.classes(1)));
    for (int k = 0; k < branching.steps(); k++) {
      branches = branching.commit(branching.look(branches), List.of(0, 1), List.of(7L, 8L));
    }
    Tensor images = branching.made(branches).images();

    for (int i = 0; i < 2; i++) {
      Generation alone = Generation.fid(List.of(i == 0 ? 3 : 1), 7 + i).guidance(2);
      assertThat(images.slice(0, i, i + 1).toArray())
          .isEqualTo(generator.generate(alone).images().toArray());
    }
  }

  @Test
  void whatComesAfterProgressiveTrainingReadsTheSame() throws IOException {
    Var model = Tiny.model(BOTH, Loading.forTraining());
    VqVae vae = Tiny.vae();
    TokenPyramid tokens = vae.tokenize(Tiny.images(2));
    Condition condition = Condition.classes(1, 2);
    Tensor all = model.forward(condition, vae.quantizer().teacherInput(tokens));
    Tensor first = model.forward(condition, vae.quantizer().teacherInput(tokens, 2));
    Golden.close("two scales", all.slice(1, 0, 5), first, ORDER_OF_SUMS);
  }

  @Test
  void gradientsReachTheNeighboursAndAreThoseOfRecomputedBlocks() throws IOException {
    Var model = Tiny.model(BOTH, Loading.forTraining());
    VqVae vae = Tiny.vae();
    TokenPyramid tokens = vae.tokenize(Tiny.images(2));
    Tensor input = vae.quantizer().teacherInput(tokens);
    Parameter weight = model.neighbours().weight();
    float[][] gradients = new float[2][];
    for (int i = 0; i < 2; i++) {
      boolean recompute = i == 1;
      gradients[i] =
          Gradients.of(() ->
                  model
                      .forward(new int[] {1, 2}, input, DropPath.NONE, recompute, Observer.NONE)
                      .square()
                      .mean())
              .of(weight)
              .toArray();
    }
    assertThat(gradients[0]).isEqualTo(gradients[1]);
    assertThat(dot(gradients[0], gradients[0])).isPositive();
  }

  @Test
  void filesTellBoth(@TempDir Path folder) throws IOException {
    for (VarConfig config :
        List.of(
            BOTH,
            Tiny.TRANSFORMER.withLocality(true, false),
            Tiny.TRANSFORMER.withLocality(false, true))) {
      Path file = folder.resolve("model.safetensors");
      Checkpoint initial = Var.initial(config, RandomStream.of(1));
      Var.declared(config).parameters().save(file, initial, DType.BF16, Map.of());
      assertThat(Var.load(file).config()).isEqualTo(config);
    }
  }
}
