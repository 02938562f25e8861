package io.nextscale.cli;

import io.nextscale.cli.terminal.ProgressBar;
import io.nextscale.cli.terminal.Verbosity;
import io.nextscale.data.Batch;
import io.nextscale.data.Batches;
import io.nextscale.data.Loading;
import io.nextscale.data.PictureSource;
import io.nextscale.data.TokenBatch;
import io.nextscale.data.TokenSet;
import io.nextscale.data.TokenWriter;
import io.nextscale.training.learner.TokenBatches;
import io.nextscale.training.settings.PictureSettings;
import io.nextscale.vqvae.VqVae;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Arrays;

/**
 * Pictures that become tokens.
 *
 * @param vae makes the tokens
 * @param source the pictures
 * @param settings how they come to the size of the tokenizer
 * @param strict whether a damaged picture ends it all; else it is named and left out
 */
record Tokens(VqVae vae, PictureSource source, PictureSettings settings, boolean strict) {

  /** Pictures whose tokens are in one file. */
  static final int PER_FILE = 4096;

  private static final int AT_ONCE = 32;

  /**
   * What the tokens are tokens of.
   *
   * @param fingerprint of the file of the tokenizer
   */
  TokenSet set(String fingerprint) {
    return new TokenSet(
        fingerprint,
        vae.config().scales().toString(),
        vae.config().vocabulary(),
        source.describe(),
        settings.evaluation().toString(),
        source.classes());
  }

  /**
   * Writes the tokens of the pictures before {@code end} that are not written yet.
   *
   * @throws java.util.concurrent.CancellationException on Ctrl-C; the writer can go on later
   */
  void write(TokenWriter writer, long end, PrintWriter err, Verbosity verbosity)
      throws IOException {
    long begin = writer.next();
    if (begin >= end) {
      return;
    }
    int length = vae.config().scales().length();
    Loading loading = Loading.pass(AT_ONCE);
    PictureSource rest = source.range(begin, end); // not closed: the source is
    try (Interruption interruption = new Interruption();
        Batches batches =
            Batches.open(
                rest,
                settings.evaluation(),
                strict ? loading.strictly() : loading,
                verbosity::tell);
        ProgressBar bar =
            ProgressBar.count(err, verbosity.showsProgress(), "tokenize", begin, end, "pictures")) {
      for (long b = 0; b < batches.count(); b++) {
        interruption.check();
        Batch batch = batches.batch(b);
        if (batch.size() > 0) {
          TokenBatch tokens = TokenBatches.of(batch, vae);
          int[] ids = tokens.tokens().toInts(); // (B,L)
          for (int i = 0; i < batch.size(); i++) {
            Batch.Item item = batch.items().get(i);
            int[] own = Arrays.copyOfRange(ids, i * length, (i + 1) * length);
            writer.add(begin + item.index(), own, item.label(), item.captions());
          }
        }
        bar.to(Math.min(end, begin + (b + 1) * AT_ONCE));
      }
    }
  }
}
