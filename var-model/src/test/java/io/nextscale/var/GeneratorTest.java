package io.nextscale.var;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.nn.Loading;
import io.nextscale.nn.Observer;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.TokenPyramid;
import io.nextscale.vqvae.VqVae;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GeneratorTest {

  /** Logits of order 5 whose sums are taken in another order. */
  private static final double ORDER_OF_SUMS = 1e-4;

  @Test
  void greedyGenerationIsTheSameEveryTime() throws IOException {
    Generation request = Generation.fid(List.of(1, 4), 0).greedy(true);

    Generated first = Tiny.generator().generate(request);
    Generated again = Tiny.generator().generate(request.seeds(List.of(77L, 78L)));

    assertThat(again.tokens().sequence().toInts())
        .containsExactly(first.tokens().sequence().toInts());
    assertThat(again.images().toArray()).containsExactly(first.images().toArray());
    assertThat(first.images().shape()).isEqualTo(Shape.of(2, 8, 8, 3));
    for (float x : first.images().toArray()) {
      assertThat(x).isBetween(0f, 1f);
    }
  }

  @Test
  void tokensAreDrawnAtTheFirstScalesOnly() throws IOException {
    Generator generator = Tiny.generator();
    Generation all = Generation.fid(List.of(3), 5).topK(0).topP(0);
    int scales = generator.model().config().scales().count();
    assertThat(tokens(generator, all.drawn(scales))).isEqualTo(tokens(generator, all));
    assertThat(tokens(generator, all.drawn(0))).isEqualTo(tokens(generator, all.greedy(true)));

    Map<Integer, List<Integer>> byFirst = new HashMap<>();
    int same = 0;
    for (long seed = 0; seed < 40; seed++) {
      Generation one = all.seeds(List.of(seed)).drawn(1);
      List<Integer> tokens = tokens(generator, one);
      assertThat(tokens.getFirst()).isEqualTo(tokens(generator, one.drawn(scales)).getFirst());
      List<Integer> before = byFirst.putIfAbsent(tokens.getFirst(), tokens);
      if (before != null) { // what follows the first token is not drawn
        assertThat(tokens).isEqualTo(before);
        same++;
      }
    }
    assertThat(same).isPositive();
    assertThat(byFirst.size()).isGreaterThan(1);
    assertThatThrownBy(() -> all.drawn(-1)).hasMessageContaining("at least 0 scales");
  }

  private static List<Integer> tokens(Generator generator, Generation request) {
    return Arrays.stream(generator.generate(request).tokens().sequence().toInts()).boxed().toList();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anImageHasTheSameBitsAloneAndInABatch(boolean smooth) throws IOException {
    Generator generator = Tiny.generator();
    Generation request =
        Generation.fid(List.of(0, Generation.NO_CLASS, 4, 2), 40)
            .guidance(3)
            .topK(10)
            .smooth(smooth);

    Generated together = generator.generate(request);

    Set<String> different = new HashSet<>();
    for (int i = 0; i < 4; i++) {
      Generated alone = generator.generate(request.image(i));
      assertThat(alone.image(0).toArray()).containsExactly(together.image(i).toArray());
      assertThat(alone.images().toArray())
          .containsExactly(together.images().slice(0, i, i + 1).toArray());
      assertThat(alone.fHat().toArray())
          .containsExactly(together.fHat().slice(0, i, i + 1).toArray());
      different.add(java.util.Arrays.toString(alone.fHat().toArray()));
    }
    assertThat(different).hasSize(4);
  }

  @Test
  void anotherSeedGivesAnotherImage() throws IOException {
    Generator generator = Tiny.generator();
    Generation request = Generation.fid(List.of(3), 1);

    int[] one = generator.generate(request).tokens().sequence().toInts();
    int[] same = generator.generate(request).tokens().sequence().toInts();
    int[] other = generator.generate(request.seeds(List.of(2L))).tokens().sequence().toInts();

    assertThat(same).containsExactly(one);
    assertThat(other).isNotEqualTo(one);
  }

  @Test
  void generationSeesTheLogitsOfTraining() throws IOException {
    for (boolean unit : new boolean[] {true, false}) {
      for (boolean shared : new boolean[] {true, false}) {
        VarConfig config = new VarConfig(2, 32, 4, 5, 8, 24, Tiny.SCALES, shared, unit);
        Var model = Tiny.model(config, Loading.forTraining());
        VqVae vae = Tiny.vae();
        Map<String, Tensor> seen = new LinkedHashMap<>();
        Generation request = Generation.fid(List.of(2, 3), 9).guidance(0);

        TokenPyramid tokens =
            new Generator(model, vae)
                .generate(
                    request,
                    Draws.seeded(request.seeds()),
                    ScaleListener.NONE,
                    (name, x) -> seen.put(name, x.dtype().isReal() ? Workspace.keep(x) : x))
                .tokens();

        Tensor taught = model.forward(new int[] {2, 3}, vae.quantizer().teacherInput(tokens));
        for (int s = 0; s < Tiny.SCALES.count(); s++) {
          Golden.close(
              "scale " + s,
              seen.get(s + ".logits"),
              taught.slice(1, Tiny.SCALES.begin(s), Tiny.SCALES.end(s)),
              ORDER_OF_SUMS);
        }
      }
    }
  }

  @Test
  void aCacheCanBeContinuedTwice() throws IOException {
    Var model = Tiny.model(Tiny.TRANSFORMER, Loading.forInference());
    Conditioning conditioning = model.conditioning(Condition.classes(2));
    Tensor positions = model.positions();
    Var.Step first =
        model.step(
            model.firstTokens(conditioning, positions),
            conditioning,
            KvCache.empty(3),
            Observer.NONE);
    assertThat(first.cache().tokens()).isEqualTo(1);
    Tensor ones = model.tokens(1, Tensor.ones(Shape.of(1, 2, 2, 8)), positions);
    Tensor zeros = model.tokens(1, Tensor.zeros(Shape.of(1, 2, 2, 8)), positions);

    Var.Step a = model.step(ones, conditioning, first.cache(), Observer.NONE);
    Var.Step b = model.step(zeros, conditioning, first.cache(), Observer.NONE);
    Var.Step again = model.step(ones, conditioning, first.cache(), Observer.NONE);

    assertThat(first.cache().tokens()).isEqualTo(1);
    assertThat(a.cache().tokens()).isEqualTo(5);
    assertThat(a.cache().block(2).getFirst()).isSameAs(b.cache().block(2).getFirst());
    assertThat(again.logits().toArray()).containsExactly(a.logits().toArray());
    assertThat(b.logits().toArray()).isNotEqualTo(a.logits().toArray());
  }

  @Test
  void recyclingMemoryChangesNoBit() throws IOException {
    Generator generator = Tiny.generator();
    Generation request = Generation.fid(List.of(3, 1), 1);

    Tensor plain = generator.generate(request).images();
    Tensor inScope = Workspace.scope(() -> generator.generate(request).images());

    assertThat(inScope.toArray()).containsExactly(plain.toArray());
  }

  @Test
  void theListenerSeesEveryScaleAndMayCancel() throws IOException {
    Generator generator = Tiny.generator();
    Generation request = Generation.fid(List.of(3), 1);
    List<float[]> images = new ArrayList<>();

    Generated generated =
        generator.generate(
            request,
            progress -> {
              assertThat(progress.ids().shape())
                  .isEqualTo(Shape.of(1, Tiny.SCALES.tokens(progress.scale())));
              images.add(progress.images().toArray());
              return true;
            });

    assertThat(images).hasSize(3);
    assertThat(images.getLast()).containsExactly(generated.images().toArray());
    assertThat(images.getFirst()).isNotEqualTo(images.getLast());
    List<Integer> done = new ArrayList<>();
    assertThatThrownBy(() ->
            generator.generate(
                request,
                progress -> {
                  done.add(progress.scale());
                  return progress.scale() < 1;
                }))
        .isInstanceOf(CancellationException.class)
        .hasMessage("generate: cancelled after scale 2 of 3");
    assertThat(done).containsExactly(0, 1);
  }

  @Test
  void anInterruptedThreadStopsBetweenScales() throws IOException {
    Generator generator = Tiny.generator();
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> generator.generate(Generation.fid(List.of(3), 1)))
          .isInstanceOf(CancellationException.class);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void topKOfOneIsGreedy() throws IOException {
    Generator generator = Tiny.generator();
    Generation request = Generation.fid(List.of(3), 1).topK(1).topP(0);

    assertThat(generator.generate(request).tokens().sequence().toInts())
        .containsExactly(generator.generate(request.greedy(true)).tokens().sequence().toInts());
  }

  @Test
  void anEditKeepsTheTokensUnderTheMask() throws IOException {
    Generator generator = Tiny.generator();
    TokenPyramid given = generator.vae().tokenize(Tiny.images(1));
    float[] everything = new float[16];
    java.util.Arrays.fill(everything, 1);
    Scales.Size map = Tiny.SCALES.last();
    Edit keepAll = new Edit(given, EditMask.of(map, 4, 4, everything));
    Edit keepLeft =
        new Edit(given, EditMask.of(map, 1, 2, 1, 0)); // any size: left half, right half
    Generation request = Generation.fid(List.of(3, 1), 5).topK(0).topP(0);

    TokenPyramid all = generator.generate(request.editing(keepAll)).tokens();
    TokenPyramid left = generator.generate(request.editing(keepLeft)).tokens();
    TokenPyramid free = generator.generate(request).tokens();

    for (int image = 0; image < 2; image++) {
      assertThat(all.image(image).sequence().toInts()).containsExactly(given.sequence().toInts());
      int[] finest = left.image(image).ids().getLast().toInts();
      int[] kept = given.ids().getLast().toInts();
      for (int i = 0; i < 16; i++) {
        if (i % 4 < 2) {
          assertThat(finest[i]).isEqualTo(kept[i]);
        }
      }
      assertThat(finest).isNotEqualTo(kept);
      assertThat(left.image(image).ids().getFirst().toInts())
          .as("the 1x1 grid is always kept")
          .containsExactly(given.ids().getFirst().toInts());
    }
    assertThat(free.sequence().toInts()).isNotEqualTo(left.sequence().toInts());
  }

  @Test
  void smallWeightsGiveNearlyTheSameLogits() throws IOException {
    Var exact = Tiny.model(Tiny.TRANSFORMER, Loading.forInference());
    Var small = Tiny.model(Tiny.TRANSFORMER, Loading.forInference().weights(DType.BF16));
    Conditioning a = exact.conditioning(Condition.classes(2));
    Conditioning b = small.conditioning(Condition.classes(2));

    Tensor x =
        exact
            .step(exact.firstTokens(a, exact.positions()), a, KvCache.empty(3), Observer.NONE)
            .logits();
    Tensor y =
        small
            .step(small.firstTokens(b, small.positions()), b, KvCache.empty(3), Observer.NONE)
            .logits();

    assertThat(small.head().weight().peek().dtype()).isEqualTo(DType.BF16);
    assertThat(y.toArray()).isNotEqualTo(x.toArray());
    // Eight bits of precision per weight, logits of order 3.
    Golden.close("logits", y, x, 0.1);
  }

  @Test
  void modelsThatDoNotFitAreRefused() throws IOException {
    Var model = Tiny.model(Tiny.TRANSFORMER.withScales(Scales.of(1, 4)), Loading.forInference());

    assertThatThrownBy(() -> new Generator(model, Tiny.vae()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "generate: a tokenizer with 24 codes of 8 channels and scales 1x1, 4x4; got 24 codes"
                + " of 8 channels and scales 1x1, 2x2, 4x4"
                + " — load it with the scales of the transformer");
  }

  @Test
  void theFirstGridsOfAnImageAreKeptAndTheOthersGenerated() throws IOException {
    Generator generator = Tiny.generator();
    TokenPyramid two = generator.vae().tokenize(Tiny.images(2));
    Generation request = Generation.fid(List.of(3, 1), 7);
    int[] free = generator.generate(request).tokens().sequence().toInts();
    int[] given = two.sequence().toInts();
    for (int grids = 0; grids <= 3; grids++) {
      Generation edited = request.editing(Edit.firstGrids(two, grids));
      int[] ids = generator.generate(edited).tokens().sequence().toInts();
      int kept = grids == 0 ? 0 : Tiny.SCALES.end(grids - 1);
      for (int b = 0; b < 2; b++) {
        int begin = b * 21;
        assertThat(Arrays.copyOfRange(ids, begin, begin + kept))
            .isEqualTo(Arrays.copyOfRange(given, begin, begin + kept));
        assertThat(Arrays.equals(ids, begin + kept, begin + 21, given, begin + kept, begin + 21))
            .as("only what is kept is the image's")
            .isEqualTo(grids == 3);
        assertThat(generator.generate(edited.image(b)).tokens().sequence().toInts())
            .isEqualTo(Arrays.copyOfRange(ids, begin, begin + 21));
      }
      assertThat(Arrays.equals(ids, free)).isEqualTo(grids == 0);
    }
    assertThatThrownBy(() -> Edit.firstGrids(two, 4))
        .hasMessage("edit: 0 to 3 grids that are kept; got 4");
  }

  @Test
  void requestsOutOfRangeAreRefused() throws IOException {
    Generator generator = Tiny.generator();
    Generation request = Generation.fid(List.of(3), 1);

    assertThatThrownBy(() -> generator.generate(Generation.fid(List.of(6), 0)))
        .hasMessage("generate: labels of 0 to 4, or -1 for no class; got 6");
    assertThatThrownBy(() -> Generation.fid(List.of(), 0))
        .hasMessage("generate: at least one label and one seed for each; got 0 labels, 0 seeds");
    assertThatThrownBy(() -> request.topP(1.5))
        .hasMessage("generate: top-k of at least 0 and top-p of 0 to 1; got 900, 1.5");
    assertThatThrownBy(() -> request.guidance(Double.NaN))
        .hasMessage("generate: a finite guidance; got NaN");
    TokenPyramid two = generator.vae().tokenize(Tiny.images(2));
    Edit edit = new Edit(two, EditMask.keepBox(Tiny.SCALES.last(), 0, 0, 1, 1));
    assertThatThrownBy(() -> request.editing(edit))
        .hasMessage("generate: an edit of one image, or of one per label; got 2 for 1");
    EditMask other = EditMask.keepBox(new Scales.Size(3, 3), 0, 0, 1, 1);
    assertThatThrownBy(() -> new Edit(two, other))
        .hasMessage("edit: a mask on the finest grid, 4x4; got 3x3");
  }

  @Test
  void masksOutOfRangeAreRefused() {
    Scales.Size map = Tiny.SCALES.last();
    assertThatThrownBy(() -> EditMask.keepBox(map, 0.5, 0, 0.2, 1))
        .hasMessage(
            "mask: 0 <= top <= bottom <= 1 and 0 <= left <= right <= 1;"
                + " got top 0.5, left 0.0, bottom 0.2, right 1.0");
    assertThatThrownBy(() -> EditMask.of(map, 2, 2, 1, 0, 1))
        .hasMessage("mask: one number per cell; got 3 for 2x2");
    assertThatThrownBy(() -> EditMask.of(map, 1, 1, Float.NaN))
        .hasMessage("mask: numbers from 0 to 1; got NaN");
  }
}
