package io.nextscale.var;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.TokenPyramid;
import io.nextscale.vqvae.VqVae;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Scales whose tokens are predicted one after another. */
class SerialTest {

  private static final double ORDER_OF_SUMS = 1e-4;

  private static VarConfig config(int serial) {
    return Tiny.TRANSFORMER.withLocality(true, true).withSerial(serial);
  }

  private static Generator generator(int serial) throws IOException {
    return new Generator(Tiny.model(config(serial), Loading.forInference()), Tiny.vae());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void generationSeesTheLogitsOfTraining(int serial) throws IOException {
    Var model = Tiny.model(config(serial), Loading.forTraining());
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

    Tensor input = Reading.of(vae, model.config()).teacherInput(tokens, 3);
    Tensor taught = model.forward(request.condition(), input);
    for (int s = 0; s < Tiny.SCALES.count(); s++) {
      int length = Tiny.SCALES.tokens(s);
      boolean oneByOne = s < serial && length > 1;
      List<Tensor> logits = new ArrayList<>();
      for (int i = 0; i < (oneByOne ? length : 1); i++) {
        logits.add(seen.get(oneByOne ? s + "." + i + ".logits" : s + ".logits"));
      }
      Golden.close(
          "scale " + s,
          Tensor.concat(1, logits.toArray(Tensor[]::new)),
          taught.slice(1, Tiny.SCALES.begin(s), Tiny.SCALES.end(s)),
          ORDER_OF_SUMS);
    }
  }

  @Test
  void aTokenKnowsThoseBeforeItInItsScaleAndNoneAfter() throws IOException {
    Var model = Tiny.model(config(2), Loading.forTraining());
    VqVae vae = Tiny.vae();
    Reading reading = Reading.of(vae, model.config());
    TokenPyramid tokens = vae.tokenize(Tiny.images(1));
    float[] before = model.forward(new int[] {1}, reading.teacherInput(tokens, 3)).toArray();

    int[] changed = tokens.sequence().toInts();
    changed[2] = (changed[2] + 1) % 24; // the second of four tokens of 2x2
    TokenPyramid other = TokenPyramid.of(Tiny.SCALES, changed);
    float[] after = model.forward(new int[] {1}, reading.teacherInput(other, 3)).toArray();

    for (int token = 0; token < 21; token++) {
      boolean same = true;
      for (int v = token * 24; v < (token + 1) * 24; v++) {
        same &= before[v] == after[v];
      }
      assertThat(same).as("token %d", token).isEqualTo(token <= 2);
    }
  }

  @ParameterizedTest
  @CsvSource({"2, 3, 2147483647", "3, 3, 2147483647", "3, 0, 2147483647", "3, 2, 1", "2, 2, 0"})
  void aBranchIsTheImageOfItsSeed(int serial, double guidance, int drawn) throws IOException {
    Generator generator = generator(serial);
    Generation settings = Generation.fid(List.of(1), 0).guidance(guidance).drawn(drawn);
    Branching branching = new Branching(generator, settings);
    List<Branching.Branch> branches =
        List.of(
            branching.begin(Condition.classes(3)),
            branching.begin(Condition.classes(Generation.NO_CLASS)),
            branching.begin(Condition.classes(1)));
    assertThat(branching.steps()).isEqualTo(serial == 2 ? 1 + 4 + 1 : 1 + 4 + 16);
    for (int k = 0; k < branching.steps(); k++) {
      branches = branching.commit(branching.look(branches), List.of(0, 1, 2), List.of(7L, 8L, 9L));
    }
    Generated made = branching.made(branches);

    int[] labels = {3, Generation.NO_CLASS, 1};
    for (int i = 0; i < labels.length; i++) {
      Generated alone =
          generator.generate(
              Generation.fid(List.of(labels[i]), 7 + i).guidance(guidance).drawn(drawn));
      assertThat(made.tokens().image(i).sequence().toInts())
          .isEqualTo(alone.tokens().sequence().toInts());
      assertThat(made.images().slice(0, i, i + 1).toArray()).isEqualTo(alone.images().toArray());
    }
  }

  @Test
  void forksOfOneBranchDifferInTheirSeedsOnly() throws IOException {
    Generator generator = generator(2);
    Branching branching = new Branching(generator, Generation.fid(List.of(1), 0).guidance(2));
    List<Branching.Branch> branches = List.of(branching.begin(Condition.classes(3)));
    branches = branching.commit(branching.look(branches), List.of(0, 0), List.of(7L, 7L));
    branches = branching.commit(branching.look(branches), List.of(0, 1), List.of(7L, 7L));
    // In the middle of 2 x 2.
    branches = branching.commit(branching.look(branches), List.of(0, 1, 1), List.of(7L, 7L, 8L));
    KvCache[] pasts = branches.stream().map(Branching.Branch::cache).toArray(KvCache[]::new);
    while (branches.getFirst().decided() < branching.steps()) {
      branches = branching.commit(branching.look(branches), List.of(0, 1, 2), List.of(7L, 7L, 8L));
    }

    float[] first = branches.get(0).fHat().toArray();
    assertThat(branches.get(1).fHat().toArray()).isEqualTo(first);
    assertThat(branches.get(2).fHat().toArray()).isNotEqualTo(first);
    assertThat(pasts[2].block(0).getLast()).isSameAs(pasts[1].block(0).getLast());
    int[] expected =
        generator.generate(Generation.fid(List.of(3), 7).guidance(2)).tokens().sequence().toInts();
    assertThat(branching.made(branches.subList(0, 1)).tokens().sequence().toInts())
        .isEqualTo(expected);
  }

  @Test
  void branchesInTheMiddleOfAScaleShowTheTokensThatTheyHave() throws IOException {
    Generator generator = generator(2);
    Branching branching = new Branching(generator, Generation.fid(List.of(1), 0));
    List<Branching.Branch> branches = List.of(branching.begin(Condition.classes(3)));
    Tensor before = Tensor.zeros(Shape.of(1));
    List<Integer> ids = new ArrayList<>();
    for (int k = 0; k < 5; k++) {
      branches = branching.commit(branching.look(branches), List.of(0), List.of(7L));
      assertThat(branches.getFirst().decided()).isEqualTo(k + 1);
      Tensor map = branching.made(branches).fHat();
      if (k == 0) {
        before = map;
      } else {
        ids.add(expected(generator, k));
        assertThat(map.toArray()).isEqualTo(sum(generator.vae(), before, ids).toArray());
      }
    }
    assertThat(branches.getFirst().fHat().toArray())
        .isEqualTo(sum(generator.vae(), before, ids).toArray());
  }

  /** A token of the image of class 3 and seed 7. */
  private static int expected(Generator generator, int token) throws IOException {
    return generator.generate(Generation.fid(List.of(3), 7)).tokens().sequence().toInts()[token];
  }

  /** A map and the first codes of 2 x 2, the others 0. */
  private static Tensor sum(VqVae vae, Tensor before, List<Integer> ids) {
    float[] codes = new float[4 * 8];
    for (int i = 0; i < ids.size(); i++) {
      Tensor code =
          vae.quantizer().codebook().weight().value().slice(0, ids.get(i), ids.get(i) + 1);
      System.arraycopy(code.toArray(), 0, codes, i * 8, 8);
    }
    return vae.quantizer().next(1, before, Tensor.of(Shape.of(1, 2, 2, 8), codes)).fHat();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsKeptOfAnImageIsKeptTokenByTokenToo(boolean smooth) throws IOException {
    Generator generator = generator(3);
    TokenPyramid tokens = Tiny.vae().tokenize(Tiny.images(1));
    EditMask all = EditMask.keepBox(Tiny.SCALES.last(), 0, 0, 1, 1);
    Generation request =
        Generation.fid(List.of(3), 7).smooth(smooth).editing(new Edit(tokens, all));
    assertThat(generator.generate(request).fHat().toArray())
        .isEqualTo(Tiny.vae().quantizer().sums(tokens).getLast().toArray());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anImageHasTheSameBitsAloneAndInABatch(boolean smooth) throws IOException {
    Generator generator = generator(3);
    Generation request = Generation.fid(List.of(3, Generation.NO_CLASS, 1), 7).smooth(smooth);
    Generated together = generator.generate(request);
    for (int i = 0; i < 3; i++) {
      assertThat(generator.generate(request.image(i)).fHat().toArray())
          .isEqualTo(together.fHat().slice(0, i, i + 1).toArray());
    }
  }

  @Test
  void filesTellTheSerialScales(@TempDir Path folder) throws IOException {
    for (int serial = 0; serial <= 3; serial++) {
      Path file = folder.resolve("model.safetensors");
      Checkpoint initial = Var.initial(config(serial), RandomStream.of(1));
      Var.declared(config(serial)).parameters().save(file, initial, DType.BF16, Map.of());
      assertThat(Var.load(file).config()).isEqualTo(config(serial));
    }
  }

  @Test
  void whatCannotBeSerialIsRefused() throws IOException {
    assertThatThrownBy(() -> config(4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0 to 3 serial scales");
    assertThatThrownBy(() -> config(0).withScales(Scales.of(2, 4)).withSerial(1))
        .hasMessageContaining("the first of one token");
    Var model = Tiny.model(config(2), Loading.forInference());
    assertThatThrownBy(() -> model.forward(new int[] {1}, Tensor.zeros(Shape.of(1, 20, 8))))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("16) for 1");
  }
}
