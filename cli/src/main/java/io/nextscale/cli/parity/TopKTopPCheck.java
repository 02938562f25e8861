package io.nextscale.cli.parity;

import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What may be drawn, and the draw: cases {@code k<k>_p<p>}, with {@code _ties} for logits of which
 * some are equal. Logits below the k-th largest are removed, then the least likely ones that sum up
 * to 1 − p; the id is {@code argmax p/q} for the given exponential numbers q.
 */
final class TopKTopPCheck {

  private static final Pattern NAME = Pattern.compile("k(\\d+)_p([-+.0-9e]+?)(_ties)?");

  private TopKTopPCheck() {}

  static Check check() {
    return new OpCheck("top-k and top-p", "ops/topk_topp.safetensors", TopKTopPCheck::check);
  }

  private static boolean check(OpCase op, Comparison comparison) throws FileFormatException {
    Matcher name = NAME.matcher(op.name());
    if (!name.matches()) {
      return false;
    }
    String input = name.group(3) == null ? "in.logits" : "in.logits_ties";
    Tensor logits = op.golden(input).tensor();
    Tensor kept = logits.topKTopP(Integer.parseInt(name.group(1)), Float.parseFloat(name.group(2)));
    op.result(comparison, "masked_logits", kept);
    op.result(comparison, "probs", kept.softmax());
    op.result(comparison, "ids", kept.draw(op.golden("in.exp_q").tensor()));
    return true;
  }
}
