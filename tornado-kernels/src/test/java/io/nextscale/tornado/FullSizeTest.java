package io.nextscale.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.nn.Loading;
import io.nextscale.tensor.Backends;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.spi.Backend;
import io.nextscale.var.Generated;
import io.nextscale.var.Generation;
import io.nextscale.var.Generator;
import io.nextscale.var.Var;
import io.nextscale.var.VarConfig;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeConfig;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * The transformer of depth 16 (C = 1024, 256 x 256 pixels, ten scales) and the published tokenizer,
 * with random weights: an image is the CPU's. Minutes on a device, hours on the stand-in.
 */
@EnabledIfSystemProperty(
    named = "io.nextscale.test.full",
    matches = "true",
    disabledReason = "takes long: asked for by -Dio.nextscale.test.full=true")
class FullSizeTest {

  private static final int TOKENS = 680;

  /** Pixels are stored in steps of 1/255. */
  private static final float HALF_A_STEP = 0.5f / 255;

  private record Picture(int[] tokens, float[] pixels) {}

  /** Weights of bf16, guidance as in the paper, greedy. */
  private static Picture picture(Backend backend) throws IOException {
    Backends.setStandard(backend);
    try {
      RandomStream random = RandomStream.of(20260101);
      Loading how = Loading.forInference().weights(DType.BF16);
      VarConfig config = VarConfig.depth(16);
      VqVaeConfig sizes = VqVaeConfig.published().withScales(config.scales());
      Var transformer = Var.load(Var.initial(config, random), config, how);
      VqVae tokenizer = VqVae.load(VqVae.initial(sizes, random), sizes, how);
      Generation request = Generation.fid(List.of(207), 0).greedy(true);
      Generated made = new Generator(transformer, tokenizer).generate(request);
      int[] tokens = Objects.requireNonNull(made.tokens()).sequence().toInts();
      return new Picture(tokens, made.images().toArray());
    } finally {
      Backends.setStandard(Backends.cpu());
    }
  }

  @Test
  void imageOfDepth16IsTheCpus() throws IOException {
    Picture expected = picture(Backends.cpu());
    Picture actual;
    try (Backend device = Backends.open("tornado")) {
      actual = picture(device);
    }
    assertThat(actual.tokens).hasSize(TOKENS).isEqualTo(expected.tokens);
    assertThat(Arrays.stream(actual.tokens).distinct().count()).as("tokens").isGreaterThan(1);
    float largest = 0;
    for (int i = 0; i < expected.pixels.length; i++) {
      largest = Math.max(largest, Math.abs(actual.pixels[i] - expected.pixels[i]));
    }
    assertThat(largest).isLessThan(HALF_A_STEP);
  }
}
