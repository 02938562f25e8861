package io.nextscale.var;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request: which images, from which seeds, and how tokens are chosen.
 *
 * <pre>{@code
 * Generation.quality(List.of(207, 88), 1)                     // two images, seeds 1 and 2
 * Generation.fid(List.of(207), 0).guidance(4).topK(600)
 * Generation.fid(Condition.captions(pieces, 24, List.of("a red circle")), 0)
 * }</pre>
 *
 * @param condition what each image shows
 * @param seeds one per image
 * @param guidance how far the prediction for the condition is pushed away from that for none: at
 *     scale s by {@code t = guidance · s/(S−1)}, to {@code (1+t) · own − t · none}; 0: not at all
 * @param topK only the k largest logits may be drawn; 0: all
 * @param topP only the most probable tokens of joint probability p may be drawn; 0: all
 * @param smooth whether codes are mixed by their probabilities at a falling temperature instead of
 *     drawn: smoother pictures
 * @param drawn at how many scales, counted from the coarsest, tokens are drawn; at those after them
 *     the most probable ones are taken. All tokens of a scale are drawn without knowing each other,
 *     which fine scales suffer from, while coarse ones decide what there is
 * @param edit what is kept of an image, or null
 */
public record Generation(
    Condition condition,
    List<Long> seeds,
    double guidance,
    int topK,
    double topP,
    boolean smooth,
    int drawn,
    @Nullable Edit edit) {

  /** The label of no class. */
  public static final int NO_CLASS = Condition.NO_CLASS;

  /** Draws tokens at every scale. */
  public static final int ALL = Integer.MAX_VALUE;

  /** Checks the ranges. */
  public Generation {
    seeds = List.copyOf(seeds);
    if (condition.rows() == 0 || condition.rows() != seeds.size()) {
      throw new IllegalArgumentException(
          "generate: at least one "
              + condition.word()
              + " and one seed for each; got "
              + condition.rows()
              + " "
              + condition.word()
              + "s, "
              + seeds.size()
              + " seeds");
    }
    if (!Double.isFinite(guidance)) {
      throw new IllegalArgumentException("generate: a finite guidance; got " + guidance);
    }
    if (topK < 0 || !(topP >= 0 && topP <= 1)) {
      throw new IllegalArgumentException(
          "generate: top-k of at least 0 and top-p of 0 to 1; got " + topK + ", " + topP);
    }
    if (drawn < 0) {
      throw new IllegalArgumentException(
          "generate: at least 0 scales whose tokens are drawn; got " + drawn);
    }
    if (edit != null && edit.tokens().batch() != 1 && edit.tokens().batch() != condition.rows()) {
      throw new IllegalArgumentException(
          "generate: an edit of one image, or of one per "
              + condition.word()
              + "; got "
              + edit.tokens().batch()
              + " for "
              + condition.rows());
    }
  }

  /**
   * The settings of the published scores: guidance 1.5, top-k 900, top-p 0.96.
   *
   * @param firstSeed of the first image; the others count on
   */
  public static Generation fid(List<Integer> labels, long firstSeed) {
    return fid(new Condition.Classes(labels), firstSeed);
  }

  /** The same for any condition. */
  public static Generation fid(Condition condition, long firstSeed) {
    return new Generation(
        condition, seeds(condition.rows(), firstSeed), 1.5, 900, 0.96, false, ALL, null);
  }

  /**
   * Settings for pictures to look at: guidance 4, top-k 900, top-p 0.95, smooth.
   *
   * @param firstSeed of the first image; the others count on
   */
  public static Generation quality(List<Integer> labels, long firstSeed) {
    return quality(new Condition.Classes(labels), firstSeed);
  }

  /** The same for any condition. */
  public static Generation quality(Condition condition, long firstSeed) {
    return new Generation(
        condition, seeds(condition.rows(), firstSeed), 4, 900, 0.95, true, ALL, null);
  }

  private static List<Long> seeds(int count, long first) {
    List<Long> seeds = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      seeds.add(first + i);
    }
    return Collections.unmodifiableList(seeds);
  }

  /** The same with other seeds, one per image. */
  public Generation seeds(List<Long> other) {
    return new Generation(condition, other, guidance, topK, topP, smooth, drawn, edit);
  }

  /** The same with another guidance. */
  public Generation guidance(double other) {
    return new Generation(condition, seeds, other, topK, topP, smooth, drawn, edit);
  }

  /** The same with another top-k. */
  public Generation topK(int other) {
    return new Generation(condition, seeds, guidance, other, topP, smooth, drawn, edit);
  }

  /** The same with another top-p. */
  public Generation topP(double other) {
    return new Generation(condition, seeds, guidance, topK, other, smooth, drawn, edit);
  }

  /** The same with codes mixed or drawn. */
  public Generation smooth(boolean other) {
    return new Generation(condition, seeds, guidance, topK, topP, other, drawn, edit);
  }

  /** The same with the most probable tokens at every scale, or with drawn ones. */
  public Generation greedy(boolean other) {
    return drawn(other ? 0 : ALL);
  }

  /** The same with tokens drawn at the first scales only. */
  public Generation drawn(int scales) {
    return new Generation(condition, seeds, guidance, topK, topP, smooth, scales, edit);
  }

  /** Whether no token is drawn. */
  public boolean greedy() {
    return drawn == 0;
  }

  /** The same, keeping a part of an image. */
  public Generation editing(Edit other) {
    return new Generation(condition, seeds, guidance, topK, topP, smooth, drawn, other);
  }

  /** One image of the request alone. */
  public Generation image(int index) {
    return new Generation(
        condition.select(index),
        List.of(seeds.get(index)),
        guidance,
        topK,
        topP,
        smooth,
        drawn,
        edit == null ? null : edit.image(index));
  }
}
