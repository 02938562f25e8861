package io.nextscale.baselines.raster;

import io.nextscale.nn.Observer;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.var.Condition;
import io.nextscale.var.Conditioning;
import io.nextscale.var.Generator;
import io.nextscale.var.KvCache;
import io.nextscale.var.Var;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Generates images token by token.
 *
 * <p>An image depends on its condition, seed and settings only: in a batch, and as a fork of
 * another image, it has the same bits as alone.
 */
public final class RasterGenerator {

  /** What one row of the transformer has seen. */
  private record Row(Conditioning conditioning, KvCache cache) {}

  /** An image of which the first tokens are decided; a fork is one more reference to it. */
  public static final class Picture {

    private final List<Integer> tokens;
    private final Row own;
    private final @Nullable Row none;

    private Picture(List<Integer> tokens, Row own, @Nullable Row none) {
      this.tokens = tokens;
      this.own = own;
      this.none = none;
    }

    /** The decided tokens, row by row. */
    public List<Integer> tokens() {
      return tokens;
    }
  }

  private final Var model;
  private final RasterOrder order;
  private final RasterSampling settings;
  private final Tensor positions;

  /**
   * A generator.
   *
   * @throws IllegalArgumentException when transformer and tokenizer do not fit
   */
  public RasterGenerator(Var model, RasterOrder order, RasterSampling settings) {
    order.require(model.config());
    this.model = model;
    this.order = order;
    this.settings = settings;
    this.positions = model.positions();
  }

  /** What the tokens are. */
  public RasterOrder order() {
    return order;
  }

  private boolean guides(Condition condition) {
    boolean says = false;
    for (int i = 0; i < condition.rows(); i++) {
      says |= !condition.isNone(i);
    }
    return settings.guidance() != 0 && says;
  }

  private Tensor read(int i, @Nullable Tensor before, Conditioning conditioning) {
    return before == null
        ? model.firstTokens(conditioning, positions)
        : model.tokens(i, order.codes(before), positions);
  }

  // A batch

  /** The tokens of images, I32 (B,L), one for each row of the condition and each seed. */
  public Tensor generate(Condition condition, List<Long> seeds) {
    int images = condition.rows();
    boolean guided = guides(condition);
    Condition rows = guided ? condition.followedBy(condition.none()) : condition;
    Conditioning conditioning = model.conditioning(rows);
    KvCache cache = KvCache.empty(model.config().depth());
    int[] all = new int[images * order.length()];
    Tensor before = null;
    for (int i = 0; i < order.length(); i++) {
      Tensor read = before == null || !guided ? before : Tensor.concat(0, before, before);
      Var.Step step = model.step(read(i, read, conditioning), conditioning, cache, Observer.NONE);
      cache = step.cache();
      Tensor own = step.logits().slice(0, 0, images); // (B,1,V)
      Tensor logits =
          guided
              ? Generator.pushed(
                  own, step.logits().slice(0, images, 2 * images), settings.guidance())
              : own;
      before = settings.choose(i, settings.filtered(logits), seeds); // (B,1)
      int[] ids = before.toInts();
      for (int b = 0; b < images; b++) {
        all[b * order.length() + i] = ids[b];
      }
    }
    return Tensor.ofInts(Shape.of(images, order.length()), all);
  }

  /** Images, (B,h,w,3) in [0, 1]. */
  public Tensor images(Condition condition, List<Long> seeds) {
    return order.images(generate(condition, seeds), condition.rows());
  }

  // Branches

  /**
   * An image of which nothing is decided.
   *
   * @param condition of one row
   */
  public Picture begin(Condition condition) {
    if (condition.rows() != 1) {
      throw new IllegalArgumentException(
          "raster: one " + condition.word() + "; got " + condition.rows());
    }
    return new Picture(List.of(), row(condition), guides(condition) ? row(condition.none()) : null);
  }

  private Row row(Condition condition) {
    return new Row(model.conditioning(condition), KvCache.empty(model.config().depth()));
  }

  /**
   * One more token of each picture; where a picture is there several times, its forward pass is
   * made once.
   *
   * @param pictures of equally many tokens, fewer than L
   * @param seeds one for each
   */
  public List<Picture> next(List<Picture> pictures, List<Long> seeds) {
    int i = pictures.getFirst().tokens.size();
    Map<Picture, Integer> rows = new IdentityHashMap<>();
    List<Picture> distinct = new ArrayList<>();
    for (Picture picture : pictures) {
      if (rows.putIfAbsent(picture, distinct.size()) == null) {
        distinct.add(picture);
      }
    }
    List<Picture> informed = new ArrayList<>();
    Tensor filtered = settings.filtered(look(i, distinct, informed)); // (D,1,V)
    List<Tensor> drawn = new ArrayList<>();
    for (Picture picture : pictures) {
      int row = rows.getOrDefault(picture, 0);
      drawn.add(filtered.slice(0, row, row + 1));
    }
    int[] ids = settings.choose(i, Tensor.concat(0, drawn.toArray(Tensor[]::new)), seeds).toInts();
    List<Picture> longer = new ArrayList<>();
    for (int n = 0; n < ids.length; n++) {
      Picture before = informed.get(rows.getOrDefault(pictures.get(n), 0));
      List<Integer> tokens = new ArrayList<>(before.tokens);
      tokens.add(ids[n]);
      longer.add(new Picture(Collections.unmodifiableList(tokens), before.own, before.none));
    }
    return longer;
  }

  /** The logits of token i after guidance, (D,1,V), and the pictures that have been looked at. */
  private Tensor look(int i, List<Picture> pictures, List<Picture> informed) {
    List<Row> rows = new ArrayList<>();
    List<Integer> last = new ArrayList<>();
    pictures.forEach(picture -> rows.add(picture.own));
    for (Picture picture : pictures) {
      if (picture.none != null) {
        rows.add(picture.none);
      }
    }
    if (i > 0) {
      pictures.forEach(picture -> last.add(picture.tokens.getLast()));
      pictures.stream()
          .filter(picture -> picture.none != null)
          .forEach(picture -> last.add(picture.tokens.getLast()));
    }
    Conditioning conditioning = Conditioning.concat(rows.stream().map(Row::conditioning).toList());
    int[] ids = last.stream().mapToInt(Integer::intValue).toArray();
    Tensor before = i == 0 ? null : Tensor.ofInts(Shape.of(ids.length, 1), ids);
    Var.Steps step =
        model.step(
            read(i, before, conditioning), conditioning, rows.stream().map(Row::cache).toList());
    Tensor[] logits = new Tensor[pictures.size()];
    int second = logits.length;
    for (int d = 0; d < logits.length; d++) {
      Picture picture = pictures.get(d);
      logits[d] = step.logits().slice(0, d, d + 1);
      Row none = picture.none;
      if (none != null) {
        Tensor other = step.logits().slice(0, second, second + 1);
        logits[d] = Generator.pushed(logits[d], other, settings.guidance());
        none = new Row(none.conditioning(), step.caches().get(second++));
      }
      Row own = new Row(picture.own.conditioning(), step.caches().get(d));
      informed.add(new Picture(picture.tokens, own, none));
    }
    return Tensor.concat(0, logits);
  }

  /** What pictures of equally many tokens look like, complete or not: (B,h,w,3) in [0, 1]. */
  public Tensor images(List<Picture> pictures) {
    int decided = pictures.getFirst().tokens.size();
    int[] ids =
        pictures.stream().flatMap(p -> p.tokens.stream()).mapToInt(Integer::intValue).toArray();
    return order.images(Tensor.ofInts(Shape.of(pictures.size(), decided), ids), pictures.size());
  }
}
