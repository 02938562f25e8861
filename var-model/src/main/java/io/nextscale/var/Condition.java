package io.nextscale.var;

import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.var.text.WordPieces;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What the images of a batch are to show, a row for each: their classes, or captions.
 *
 * <pre>{@code
 * Condition.classes(207, 88)
 * Condition.captions(pieces, 24, List.of("a red circle", "two blue squares"))
 * }</pre>
 *
 * <p>A row may say nothing: the class {@link #NO_CLASS}, or the empty caption. A transformer learns
 * these rows as well, and guidance compares with them.
 */
public sealed interface Condition {

  /** The label of no class. */
  int NO_CLASS = -1;

  /** The number of images, R. */
  int rows();

  /** Whether a row says nothing. */
  boolean isNone(int row);

  /** Some rows, in a given order. */
  Condition select(int... rows);

  /** The rows {@code from <= i < to}. */
  default Condition rows(int from, int to) {
    return select(IntStream.range(from, to).toArray());
  }

  /** The same where some rows say nothing: those for which {@code dropped} is true. */
  Condition without(boolean... dropped);

  /**
   * These rows, then others.
   *
   * @throws IllegalArgumentException when the others are of another kind
   */
  Condition followedBy(Condition others);

  /** What a row is, for messages: {@code label}. */
  String word();

  /** As many rows that say nothing. */
  default Condition none() {
    boolean[] all = new boolean[rows()];
    Arrays.fill(all, true);
    return without(all);
  }

  /**
   * The same where some rows, drawn at random, say nothing: what guidance needs in training.
   *
   * @param rate the share of such rows
   */
  default Condition dropped(double rate, RandomStream draws) {
    boolean[] dropped = new boolean[rows()];
    for (int i = 0; i < dropped.length; i++) {
      dropped[i] = draws.nextFloat() < rate;
    }
    return without(dropped);
  }

  /**
   * This condition as a model takes it: the label {@code classes} is that of no class.
   *
   * @param operation for messages
   * @param classes how many labels the model knows
   * @param text the encoder of captions; null where labels are the condition
   * @throws IllegalArgumentException when it is of another kind or out of range
   */
  default Condition checked(String operation, int classes, @Nullable TextConfig text) {
    switch (this) {
      case Classes(List<Integer> labels) when text == null -> {
        boolean[] none = new boolean[labels.size()];
        for (int i = 0; i < none.length; i++) {
          if (labels.get(i) > classes) {
            throw new IllegalArgumentException(
                operation
                    + ": labels of 0 to "
                    + (classes - 1)
                    + ", or -1 for no class; got "
                    + labels.get(i));
          }
          none[i] = labels.get(i) == classes;
        }
        return without(none);
      }
      case Captions captions when text != null -> {
        IntSummaryStatistics pieces =
            captions.pieces().stream()
                .flatMap(List::stream)
                .mapToInt(Integer::intValue)
                .summaryStatistics();
        if (captions.length() != text.length()
            || pieces.getMin() < 0
            || pieces.getMax() >= text.vocabulary()) {
          throw new IllegalArgumentException(
              operation
                  + ": captions of "
                  + text.length()
                  + " word pieces, each from 0 to "
                  + (text.vocabulary() - 1)
                  + "; got "
                  + captions.length()
                  + " from "
                  + pieces.getMin()
                  + " to "
                  + pieces.getMax()
                  + " — encode them with the vocabulary of the model");
        }
        return this;
      }
      default ->
          throw new IllegalArgumentException(
              operation
                  + ": a "
                  + (text == null ? "label" : "caption")
                  + " for each image; got a "
                  + word());
    }
  }

  /** Classes, {@link #NO_CLASS} for none. */
  static Classes classes(int... labels) {
    return new Classes(Arrays.stream(labels).boxed().toList());
  }

  /**
   * Captions.
   *
   * @param length pieces of each, T
   * @throws IllegalArgumentException when one is longer
   */
  static Captions captions(WordPieces pieces, int length, List<String> captions) {
    return new Captions(
        captions.stream()
            .map(caption -> Arrays.stream(pieces.encode(caption, length)).boxed().toList())
            .toList());
  }

  /** Captions from their pieces, I32 (R,T). */
  static Captions captions(Tensor ids) {
    int length = ids.shape().dim(1);
    List<Integer> all = Arrays.stream(ids.toInts()).boxed().toList();
    return new Captions(
        IntStream.range(0, ids.shape().dim(0))
            .mapToObj(row -> all.subList(row * length, (row + 1) * length))
            .toList());
  }

  /**
   * A class for each image.
   *
   * @param labels from 0, {@link #NO_CLASS} for none
   */
  record Classes(List<Integer> labels) implements Condition {

    /** Copies the labels. */
    public Classes {
      labels = List.copyOf(labels);
    }

    @Override
    public int rows() {
      return labels.size();
    }

    @Override
    public boolean isNone(int row) {
      return labels.get(row) < 0;
    }

    @Override
    public Classes select(int... rows) {
      return new Classes(Arrays.stream(rows).mapToObj(labels::get).toList());
    }

    @Override
    public Classes without(boolean... dropped) {
      return new Classes(replaced(labels, NO_CLASS, dropped));
    }

    @Override
    public Classes followedBy(Condition others) {
      if (others instanceof Classes(List<Integer> more)) {
        return new Classes(joined(labels, more));
      }
      throw otherKind(this, others);
    }

    @Override
    public String word() {
      return "label";
    }

    /** I32 (R), with another number for no class. */
    public Tensor tensor(int noClass) {
      int[] numbers = labels.stream().mapToInt(label -> label < 0 ? noClass : label).toArray();
      return Tensor.ofInts(Shape.of(numbers.length), numbers);
    }
  }

  /**
   * A caption for each image.
   *
   * @param pieces the word pieces of each caption, equally many, as {@link WordPieces#encode} gives
   *     them
   */
  record Captions(List<List<Integer>> pieces) implements Condition {

    /** Copies the pieces. */
    public Captions {
      pieces = pieces.stream().map(List::copyOf).toList();
      for (List<Integer> caption : pieces) {
        if (caption.isEmpty() || caption.size() != pieces.getFirst().size()) {
          throw new IllegalArgumentException(
              "condition: captions of equally many word pieces, at least 1; got "
                  + pieces.stream().map(List::size).distinct().toList());
        }
      }
    }

    @Override
    public int rows() {
      return pieces.size();
    }

    /** The pieces of each caption, T. */
    public int length() {
      return pieces.isEmpty() ? 0 : pieces.getFirst().size();
    }

    @Override
    public boolean isNone(int row) {
      return pieces.get(row).equals(empty());
    }

    private List<Integer> empty() {
      List<Integer> empty = new ArrayList<>();
      for (int i = 0; i < length(); i++) {
        empty.add(i == 0 ? WordPieces.BEGIN : WordPieces.PAD);
      }
      return empty;
    }

    @Override
    public Captions select(int... rows) {
      return new Captions(Arrays.stream(rows).mapToObj(pieces::get).toList());
    }

    @Override
    public Captions without(boolean... dropped) {
      return new Captions(replaced(pieces, empty(), dropped));
    }

    @Override
    public Captions followedBy(Condition others) {
      if (others instanceof Captions(List<List<Integer>> more)) {
        return new Captions(joined(pieces, more));
      }
      throw otherKind(this, others);
    }

    @Override
    public String word() {
      return "caption";
    }

    /** I32 (R,T). */
    public Tensor tensor() {
      int[] ids = pieces.stream().flatMap(List::stream).mapToInt(Integer::intValue).toArray();
      return Tensor.ofInts(Shape.of(rows(), length()), ids);
    }
  }

  private static <T> List<T> replaced(List<T> rows, T none, boolean... dropped) {
    if (dropped.length != rows.size()) {
      throw new IllegalArgumentException(
          "condition: a mark for each of " + rows.size() + " rows; got " + dropped.length);
    }
    List<T> replaced = new ArrayList<>();
    for (int row = 0; row < dropped.length; row++) {
      replaced.add(dropped[row] ? none : rows.get(row));
    }
    return replaced;
  }

  private static <T> List<T> joined(List<T> rows, List<T> more) {
    List<T> all = new ArrayList<>(rows);
    all.addAll(more);
    return all;
  }

  private static IllegalArgumentException otherKind(Condition own, Condition others) {
    return new IllegalArgumentException(
        "condition: rows of one kind; got a " + own.word() + " and a " + others.word());
  }
}
