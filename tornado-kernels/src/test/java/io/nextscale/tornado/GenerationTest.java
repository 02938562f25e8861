package io.nextscale.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nextscale.nn.Loading;
import io.nextscale.pretrained.ShapesModel;
import io.nextscale.tensor.Backends;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.spi.Backend;
import io.nextscale.var.Generated;
import io.nextscale.var.Generation;
import io.nextscale.var.Generator;
import io.nextscale.var.Var;
import io.nextscale.var.VarConfig;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeConfig;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** A picture, from its weights to its pixels, here and on the device. */
class GenerationTest {

  private static final Scales SCALES = Scales.of(1, 2, 3);

  private static final VqVaeConfig TOKENIZER =
      new VqVaeConfig(32, List.of(1, 1), 1, 24, 8, SCALES, 2, 0.5f, 0.25f, false);

  private static final VarConfig TRANSFORMER =
      new VarConfig(2, 32, 2, 5, 8, 24, SCALES, false, true);

  /** Pixels are stored in steps of 1/255. */
  private static final float HALF_A_STEP = 0.5f / 255;

  private static Backend device = Backends.cpu();

  @BeforeAll
  static void open() {
    device = Backends.open("tornado");
  }

  @AfterAll
  static void close() {
    device.close();
    device = Backends.cpu(); // lets go of its memory
  }

  /** Makes something of tensors that live on a backend. */
  @FunctionalInterface
  private interface Program {
    Picture run() throws IOException;
  }

  private record Picture(int[] tokens, float[] pixels) {

    static Picture of(Generator generator, Generation request) {
      Generated made = generator.generate(request);
      int[] tokens = Objects.requireNonNull(made.tokens()).sequence().toInts();
      return new Picture(tokens, made.images().toArray());
    }
  }

  private static Picture on(Backend backend, Program program) throws IOException {
    Backends.setStandard(backend);
    try {
      return program.run();
    } finally {
      Backends.setStandard(Backends.cpu());
    }
  }

  private static void assertSame(Program program) throws IOException {
    Picture expected = on(Backends.cpu(), program);
    Picture actual = on(device, program);
    assertThat(actual.tokens).isEqualTo(expected.tokens);
    assertThat(actual.pixels).hasSameSizeAs(expected.pixels);
    float largest = 0;
    for (int i = 0; i < expected.pixels.length; i++) {
      largest = Math.max(largest, Math.abs(actual.pixels[i] - expected.pixels[i]));
    }
    assertThat(largest).isLessThan(HALF_A_STEP);
  }

  @ParameterizedTest
  @CsvSource({"F32, true", "BF16, false"})
  void modelOfRandomWeightsMakesTheSamePictures(DType weights, boolean greedy) throws IOException {
    assertSame(() -> {
      Loading how = Loading.forInference().weights(weights);
      RandomStream random = RandomStream.of(7);
      Var transformer = Var.load(Var.initial(TRANSFORMER, random.split("var")), TRANSFORMER, how);
      VqVae tokenizer = VqVae.load(VqVae.initial(TOKENIZER, random.split("vae")), TOKENIZER, how);
      Generation request = Generation.fid(List.of(0, Generation.NO_CLASS), 40).guidance(2).topK(9);
      return Picture.of(new Generator(transformer, tokenizer), request.greedy(greedy));
    });
  }

  @Test
  void modelInsideTheProgramMakesTheSamePictures() throws IOException {
    assumeTrue(
        FloatArray.class.getModule().isNamed(), "2,196,152 parameters are much for the stand-in");
    assertSame(() -> {
      ShapesModel model = ShapesModel.load();
      Generation request = model.request(List.of("a red circle above a blue square"), 3);
      return Picture.of(model.generator(), request.greedy(true));
    });
  }
}
