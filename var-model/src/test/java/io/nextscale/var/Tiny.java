package io.nextscale.var;

import io.nextscale.nn.Loading;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeConfig;
import java.io.IOException;
import java.util.List;

/** A transformer and a tokenizer that fit a test: images of 8 pixels, 21 tokens. */
final class Tiny {

  static final Scales SCALES = Scales.of(1, 2, 4);

  static final VqVaeConfig TOKENIZER =
      new VqVaeConfig(32, List.of(1, 1), 1, 24, 8, SCALES, 2, 0.5f, 0.25f, false);

  static final VarConfig TRANSFORMER = new VarConfig(3, 32, 2, 5, 8, 24, SCALES, false, true);

  private Tiny() {}

  /** With heads and gates that matter, unlike those of a model at the beginning of its training. */
  static Var model(VarConfig config, Loading how) throws IOException {
    return Var.load(
        new VarInitialization(1, 1, 4).checkpoint(config, RandomStream.of(4)), config, how);
  }

  static VqVae vae() throws IOException {
    return VqVae.load(
        VqVae.initial(TOKENIZER, RandomStream.of(3)), TOKENIZER, Loading.forInference());
  }

  static Generator generator() throws IOException {
    return new Generator(model(TRANSFORMER, Loading.forInference()), vae());
  }

  static Tensor images(int batch) {
    return Tensor.uniform(Shape.of(batch, 8, 8, 3), -1, 1, RandomStream.of(11));
  }
}
