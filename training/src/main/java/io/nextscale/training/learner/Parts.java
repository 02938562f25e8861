package io.nextscale.training.learner;

import io.nextscale.nn.Linear;
import io.nextscale.nn.Name;
import io.nextscale.shapes.Checker;
import io.nextscale.shapes.Colour;
import io.nextscale.shapes.Group;
import io.nextscale.shapes.Prompt;
import io.nextscale.shapes.Relation;
import io.nextscale.shapes.Scene;
import io.nextscale.shapes.Sighting;
import io.nextscale.shapes.Size;
import io.nextscale.tensor.Tensor;
import io.nextscale.verifiers.layer.Losses;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;

/**
 * A verifier with layers that say what it understood of a caption and a picture. They are learnt on
 * the side, because "wrong" says little of why, and are no part of the trained verifier.
 *
 * <p>Of the whole caption:
 *
 * <ul>
 *   <li>which parts of it hold: whether the picture would be right if the caption did not name the
 *       tone, the relation, the colours, the sizes; or if it named one of them alone beside the
 *       forms;
 *   <li>which relations hold between the forms, whatever the caption says of them;
 *   <li>whether the ground has the tone.
 * </ul>
 *
 * <p>At each noun, a layer before the last, so that the last has it to compare:
 *
 * <ul>
 *   <li>whether there are as many of the form as the caption says, and one of its colour, and one
 *       of its size, whatever else the picture shows;
 *   <li>where what it names is seen, how large, and of which colours.
 * </ul>
 *
 * All but the first spare the detour of learning from rights and wrongs alone: whether "a circle
 * above a square" is right hangs on the order of nouns, the relation and two places at once, and no
 * one of them says anything without the others.
 *
 * @param model the verifier, perhaps with other such layers
 * @param layer from what the verifier knows of caption and picture together
 * @param nouns from what it knows at a noun
 * @param <M> the kind of verifier
 */
public record Parts<M extends Record>(
    @Name("") M model, @Name("parts") Linear layer, @Name("nouns") Linear nouns) {

  /** What is left of a prompt in each part. */
  private static final List<UnaryOperator<Prompt>> LEFT = left();

  /** The parts and the tone. */
  private static final int OF_A_CAPTION = LEFT.size() + 1;

  /** Number, colour and size as asked for; place across and down, size, colours. */
  private static final int OF_A_NOUN = 3 + 3 + Colour.values().length;

  private static List<UnaryOperator<Prompt>> left() {
    List<UnaryOperator<Prompt>> left = new ArrayList<>();
    left.add(prompt -> part(prompt, false, true, true, true));
    left.add(prompt -> part(prompt, true, false, true, true));
    left.add(prompt -> part(prompt, true, true, false, true));
    left.add(prompt -> part(prompt, true, true, true, false));
    left.add(prompt -> part(prompt, false, true, false, false));
    left.add(prompt -> part(prompt, false, false, true, false));
    left.add(prompt -> part(prompt, false, false, false, true));
    left.add(prompt -> part(prompt, false, false, false, false));
    for (Relation relation : Relation.values()) {
      if (relation != Relation.AND) {
        left.add(prompt -> part(related(prompt, relation), false, true, false, false));
      }
    }
    return List.copyOf(left);
  }

  private static Prompt related(Prompt prompt, Relation relation) {
    return prompt.second() == null
        ? prompt
        : new Prompt(prompt.first(), relation, prompt.second(), prompt.tone());
  }

  /**
   * A model and layers whose parameters have no values yet.
   *
   * @param width C, channels of what the layers read
   */
  static <M extends Record> Parts<M> of(M model, int width) {
    return new Parts<>(
        model, Linear.declared(width, OF_A_CAPTION, true), Linear.declared(width, OF_A_NOUN, true));
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

  /** What is to be understood of a caption: as many numbers as the layer has, 0 or 1. */
  static List<Float> ofCaption(Prompt prompt, Checker.Report report) {
    List<Float> holding = new ArrayList<>();
    for (UnaryOperator<Prompt> left : LEFT) {
      holding.add(Checker.satisfies(report, left.apply(prompt)) ? 1f : 0f);
    }
    holding.add(prompt.tone() == null || prompt.tone() == report.tone() ? 1f : 0f);
    return holding;
  }

  /** What is to be understood of each noun of a caption, noun by noun, 0 to 1. */
  static List<Float> ofNouns(Prompt prompt, Checker.Report report) {
    List<Float> numbers = new ArrayList<>();
    numbers.addAll(ofNoun(prompt.first(), report));
    if (prompt.second() != null) {
      numbers.addAll(ofNoun(prompt.second(), report));
    }
    return numbers;
  }

  private static List<Float> ofNoun(Group group, Checker.Report report) {
    List<Sighting> things =
        report.things().stream().filter(thing -> thing.form() == group.form()).toList();
    List<Sighting> named =
        things.stream()
            .filter(thing -> group.describes(thing.form(), thing.colour(), thing.size()))
            .toList();
    List<Float> numbers = new ArrayList<>(asked(group, things));
    numbers.addAll(seen(named.isEmpty() ? things : named));
    return numbers;
  }

  /** Whether things of the form of a group have its number, its colour, its size. */
  private static List<Float> asked(Group group, List<Sighting> things) {
    boolean colour = things.stream().anyMatch(thing -> group.colour() == thing.colour());
    boolean size = things.stream().anyMatch(thing -> group.size() == thing.size());
    return List.of(
        things.size() == group.count() ? 1f : 0f,
        colour || group.colour() == null ? 1f : 0f,
        size || group.size() == null ? 1f : 0f);
  }

  /** The means over things; in the middle and of no colour where there is none. */
  private static List<Float> seen(List<Sighting> things) {
    List<Float> seen = new ArrayList<>();
    seen.add(mean(things, 0.5f, thing -> thing.x() / Scene.SIDE));
    seen.add(mean(things, 0.5f, thing -> thing.y() / Scene.SIDE));
    seen.add(mean(things, 0.5f, thing -> thing.size() == Size.LARGE ? 1 : 0));
    for (Colour colour : Colour.values()) {
      seen.add(mean(things, 0, thing -> thing.colour() == colour ? 1 : 0));
    }
    return seen;
  }

  private static float mean(List<Sighting> things, float none, ToDoubleFunction<Sighting> of) {
    return (float) things.stream().mapToDouble(of).average().orElse(none);
  }

  /**
   * The mean logistic loss of all numbers of captions, and that of all numbers of nouns.
   *
   * @param known (B,C) of captions
   * @param captions of {@link #ofCaption}, caption by caption
   * @param atNouns (N,C), noun by noun
   * @param ofNouns of {@link #ofNouns}, caption by caption
   */
  Tensor loss(Tensor known, Tensor captions, Tensor atNouns, Tensor ofNouns) {
    return quality(layer.forward(known), captions).plus(quality(nouns.forward(atNouns), ofNouns));
  }

  private static Tensor quality(Tensor said, Tensor truth) {
    return Losses.quality(said.reshape(truth.shape().size()), truth);
  }
}
