package io.nextscale.training.learner;

import io.nextscale.data.Batch;
import io.nextscale.data.Batches;
import io.nextscale.data.TokenBatch;
import io.nextscale.data.TokenShards;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import io.nextscale.vqvae.VqVae;
import java.io.IOException;

/** Batches of tokens by number; the same number gives the same batch each time. */
@FunctionalInterface
public interface TokenBatches {

  /**
   * Batch {@code iteration}.
   *
   * @throws IOException when it cannot be read
   */
  TokenBatch batch(int iteration) throws IOException;

  /** Pictures that become tokens when they are asked for. */
  static TokenBatches of(Batches pictures, VqVae tokenizer) {
    return iteration -> of(pictures.batch(iteration), tokenizer);
  }

  /** Tokens that were computed before. */
  static TokenBatches of(TokenShards tokens, int batch, long seed) {
    return iteration -> tokens.batch(iteration, batch, seed);
  }

  /** The tokens of a batch of pictures. */
  static TokenBatch of(Batch batch, VqVae tokenizer) {
    Tensor tokens = Workspace.scope(() -> tokenizer.tokenize(batch.images()).sequence()); // (B,L)
    return new TokenBatch(batch.iteration(), tokens, batch.labels(), batch.captions());
  }
}
