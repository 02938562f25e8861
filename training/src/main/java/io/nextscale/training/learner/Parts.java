package io.nextscale.training.learner;

import io.nextscale.nn.Linear;
import io.nextscale.nn.Name;
import io.nextscale.shapes.Checker;
import io.nextscale.shapes.Group;
import io.nextscale.shapes.Prompt;
import io.nextscale.shapes.Relation;
import io.nextscale.tensor.Tensor;
import io.nextscale.verifiers.layer.Losses;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A verifier with a layer that says which parts of a caption hold of a picture: whether it would be
 * right if the caption did not name the tone, the relation, the colours, the sizes; or if it named
 * one of them alone beside the forms. It is learnt on the side, because "wrong" says little of why,
 * and is no part of the trained verifier.
 *
 * @param model the verifier, perhaps with other such layers
 * @param layer from what the verifier knows of caption and picture together
 * @param <M> the kind of verifier
 */
public record Parts<M extends Record>(@Name("") M model, @Name("parts") Linear layer) {

  /** What is left of a prompt in each part. */
  private static final List<UnaryOperator<Prompt>> LEFT =
      List.of(
          prompt -> part(prompt, false, true, true, true),
          prompt -> part(prompt, true, false, true, true),
          prompt -> part(prompt, true, true, false, true),
          prompt -> part(prompt, true, true, true, false),
          prompt -> part(prompt, false, true, false, false),
          prompt -> part(prompt, false, false, true, false),
          prompt -> part(prompt, false, false, false, true),
          prompt -> part(prompt, false, false, false, false));

  /**
   * A model and a layer whose parameters have no values yet.
   *
   * @param width C, channels of what the layer reads
   */
  static <M extends Record> Parts<M> of(M model, int width) {
    return new Parts<>(model, Linear.declared(width, LEFT.size(), true));
  }

  private static Prompt part(
      Prompt prompt, boolean tone, boolean relation, boolean colours, boolean sizes) {
    Group second = prompt.second();
    Relation kept = relation || second == null ? prompt.relation() : Relation.AND;
    return new Prompt(
        part(prompt.first(), colours, sizes),
        kept,
        second == null ? null : part(second, colours, sizes),
        tone ? prompt.tone() : null);
  }

  private static Group part(Group group, boolean colours, boolean sizes) {
    return new Group(
        group.count(), sizes ? group.size() : null, colours ? group.colour() : null, group.form());
  }

  /** Whether each part of a prompt holds: as many numbers as there are parts, 1 or 0. */
  static List<Float> holding(Prompt prompt, Checker.Report report) {
    List<Float> holding = new ArrayList<>();
    for (UnaryOperator<Prompt> left : LEFT) {
      holding.add(Checker.satisfies(report, left.apply(prompt)) ? 1f : 0f);
    }
    return holding;
  }

  /**
   * The mean logistic loss of the parts.
   *
   * @param known (B,C)
   * @param holding of {@link #holding}, picture by picture, (B · parts)
   */
  Tensor loss(Tensor known, Tensor holding) {
    return Losses.quality(layer.forward(known).reshape(holding.shape().size()), holding);
  }
}
