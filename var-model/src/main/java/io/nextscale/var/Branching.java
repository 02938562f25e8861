package io.nextscale.var;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.vqvae.MultiScaleQuantizer;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.TokenPyramid;
import io.nextscale.vqvae.VqVae;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Generation that can go on in several ways from any scale: what searches are made of.
 *
 * <pre>{@code
 * Branching branching = new Branching(generator, settings);
 * Branch start = branching.begin(condition);
 * Outlook outlook = branching.look(List.of(start));                        // one forward pass
 * List<Branch> two = branching.commit(outlook, List.of(0, 0), List.of(1L, 2L)); // two first scales
 * }</pre>
 *
 * <p>A branch is immutable, and whatever branches have in common they share: a fork of a branch
 * costs no copy of keys and values. Branches of one scale go through the transformer together,
 * whatever pasts they have, and a branch that takes its tokens from one seed at every scale is, bit
 * by bit, the image that {@link Generator} makes of that seed.
 */
public final class Branching {

  private final Var model;
  private final VqVae vae;
  private final Generation settings;
  private final Tensor positions;

  /** What one row of the transformer has seen. */
  private record Row(Conditioning conditioning, KvCache cache) {}

  /** An image of which the first scales are decided. */
  public static final class Branch {

    private final List<Tensor> tokens;
    private final Tensor fHat;
    private final Tensor input;
    private final Row own;
    private final @Nullable Row none;

    private Branch(List<Tensor> tokens, Tensor fHat, Tensor input, Row own, @Nullable Row none) {
      this.tokens = tokens;
      this.fHat = fHat;
      this.input = input;
      this.own = own;
      this.none = none;
    }

    /** How many scales are decided. */
    public int decided() {
      return tokens.size();
    }

    /** The tokens of the decided scales, I32 (1,l) each. */
    public List<Tensor> tokens() {
      return tokens;
    }

    /** What the decided scales make of the map, (1,H,W,Cv). */
    public Tensor fHat() {
      return fHat;
    }

    /**
     * Keys and values of the scales that were looked at, of the row with the condition; those of
     * the last one are not kept, since no scale will read them.
     */
    public KvCache cache() {
      return own.cache();
    }

    /**
     * All keys and values that the branch refers to, of the row with the condition and of the one
     * without. Branches of one past refer to the same tensors.
     */
    public List<Tensor> keysAndValues() {
      List<Tensor> all = new ArrayList<>(own.cache().tensors());
      if (none != null) {
        all.addAll(none.cache().tensors());
      }
      return all;
    }

    /** The tokens, the map and the next scale's input. */
    public List<Tensor> maps() {
      List<Tensor> all = new ArrayList<>(tokens);
      all.add(fHat);
      all.add(input);
      return all;
    }
  }

  /**
   * What the transformer expects of the next scale of some branches.
   *
   * @param logits (B,l,V) of the tokens, after guidance, top-k and top-p; of the first one,
   *     (B,1,V), where the scale is serial
   * @param branches the same branches, knowing what the transformer read
   */
  public record Outlook(Tensor logits, List<Branch> branches) {

    /** The scale that is looked at. */
    public int scale() {
      return branches.getFirst().decided();
    }
  }

  /**
   * Branching with a generator's models.
   *
   * @param settings guidance, top-k, top-p and the scales whose tokens are drawn; its conditions
   *     and seeds are not used
   * @throws IllegalArgumentException when the settings mix codes, which leaves nothing to choose,
   *     or keep a part of an image
   */
  public Branching(Generator generator, Generation settings) {
    if (settings.smooth() || settings.edit() != null) {
      throw new IllegalArgumentException(
          "branching: tokens to choose from; got settings that "
              + (settings.smooth() ? "mix codes" : "keep a part of an image"));
    }
    this.model = generator.model();
    this.vae = generator.vae();
    this.settings = settings;
    this.positions = model.positions();
  }

  /** The scales of an image. */
  public Scales scales() {
    return model.config().scales();
  }

  /**
   * An image of which nothing is decided.
   *
   * @param condition of one row
   */
  public Branch begin(Condition condition) {
    if (condition.rows() != 1) {
      throw new IllegalArgumentException(
          "branching: one " + condition.word() + "; got " + condition.rows());
    }
    Condition own = model.config().checked("branching", condition);
    boolean guided = settings.guidance() != 0 && !own.isNone(0);
    Tensor nothing = vae.quantizer().nothing(1);
    return new Branch(List.of(), nothing, nothing, row(own), guided ? row(own.none()) : null);
  }

  private Row row(Condition condition) {
    return new Row(model.conditioning(condition), KvCache.empty(model.config().depth()));
  }

  /**
   * What may come next: one forward pass for all.
   *
   * @param branches of the same scale, not complete
   */
  public Outlook look(List<Branch> branches) {
    int scale = scale(branches);
    return look(branches, scale, conditioning -> tokens(branches, scale, conditioning));
  }

  /**
   * The same for some tokens of a scale.
   *
   * @param reads what the transformer reads, (R,n,C), of rows with and then of those without
   *     condition
   */
  private Outlook look(List<Branch> branches, int scale, Function<Conditioning, Tensor> reads) {
    List<Row> guided = branches.stream().flatMap(branch -> Stream.ofNullable(branch.none)).toList();
    List<Row> rows = new ArrayList<>(branches.stream().map(branch -> branch.own).toList());
    rows.addAll(guided);
    Conditioning conditioning = Conditioning.concat(rows.stream().map(Row::conditioning).toList());
    Tensor x = reads.apply(conditioning);
    Var.Steps step = model.step(x, conditioning, rows.stream().map(Row::cache).toList());

    int last = scales().count() - 1;
    double progress = last == 0 ? 0 : (double) scale / last;
    boolean readAgain = scale < last || scale < model.config().serial();
    List<KvCache> caches = readAgain ? step.caches() : rows.stream().map(Row::cache).toList();
    Tensor[] logits = new Tensor[branches.size()];
    List<Branch> informed = new ArrayList<>();
    int second = branches.size();
    for (int i = 0; i < logits.length; i++) {
      Branch branch = branches.get(i);
      Tensor own = step.logits().slice(0, i, i + 1);
      Row none = branch.none;
      if (none != null) {
        Tensor other = step.logits().slice(0, second, second + 1);
        own = Generator.pushed(own, other, settings.guidance() * progress);
        none = new Row(none.conditioning(), caches.get(second++));
      }
      logits[i] = own;
      Row with = new Row(branch.own.conditioning(), caches.get(i));
      informed.add(new Branch(branch.tokens, branch.fHat, branch.input, with, none));
    }
    return new Outlook(Generator.filter(Tensor.concat(0, logits), settings), informed);
  }

  private int scale(List<Branch> branches) {
    List<Integer> decided = branches.stream().map(Branch::decided).distinct().toList();
    if (decided.size() != 1 || decided.getFirst() >= scales().count()) {
      throw new IllegalArgumentException(
          "branching: branches of one scale below " + scales().count() + "; got " + decided);
    }
    return decided.getFirst();
  }

  /**
   * What the transformer reads first at a scale, of rows with and then of those without condition:
   * all tokens, (R,l,C), or where the scale is serial the first one, (R,1,C).
   */
  private Tensor tokens(List<Branch> branches, int scale, Conditioning conditioning) {
    Tensor all = wholeScale(branches, scale, conditioning);
    return scale < model.config().serial() ? all.slice(1, 0, 1) : all;
  }

  private Tensor wholeScale(List<Branch> branches, int scale, Conditioning conditioning) {
    return scale == 0
        ? model.firstTokens(conditioning, positions)
        : model.tokens(scale, ofRows(branches, branch -> branch.input), positions);
  }

  /** Something of rows with and then of those without condition. */
  private static Tensor ofRows(List<Branch> branches, Function<Branch, Tensor> what) {
    return Tensor.concat(
        0,
        Stream.concat(branches.stream(), branches.stream().filter(branch -> branch.none != null))
            .map(what)
            .toArray(Tensor[]::new));
  }

  /**
   * Decides the scale that was looked at, for any number of new branches.
   *
   * @param from for each new branch the row of the outlook that it goes on from
   * @param seeds for each new branch; not used at scales whose tokens are not drawn
   */
  public List<Branch> commit(Outlook outlook, List<Integer> from, List<Long> seeds) {
    if (from.isEmpty() || from.size() != seeds.size()) {
      throw new IllegalArgumentException(
          "branching: at least one row and one seed for each; got "
              + from.size()
              + " rows, "
              + seeds.size()
              + " seeds");
    }
    int scale = outlook.scale();
    List<Branch> branches = from.stream().map(outlook.branches()::get).toList();
    int length = scales().tokens(scale);
    Tensor random =
        scale >= settings.drawn()
            ? null
            : Draws.seeded(seeds)
                .exponentials(
                    scale, Shape.of(from.size(), length, model.config().vocabulary())); // (N,l,V)
    Tensor ids = chosen(rows(from, outlook.logits()), random, 0); // (N,l), or (N,1)
    if (length > 1 && scale < model.config().serial()) {
      Tensor whole = model.tokens(scale, ofRows(branches, branch -> branch.input), positions);
      for (int i = 1; i < length; i++) {
        Tensor before = vae.quantizer().codebook().forward(ids.slice(1, i - 1, i)); // (N,1,Cv)
        Tensor reads =
            whole.slice(1, i, i + 1).plus(model.after(alsoGuided(branches, before))); // (R,1,C)
        Outlook next = look(branches, scale, _ -> reads);
        branches = next.branches();
        ids = Tensor.concat(1, ids, chosen(next.logits(), random, i));
      }
    }
    return decided(branches, scale, ids);
  }

  /** Tokens from their logits (N,n,V) and random numbers for them and others, (N,l,V). */
  private static Tensor chosen(Tensor logits, @Nullable Tensor random, int from) {
    return random == null
        ? logits.argMax()
        : logits.draw(random.slice(1, from, from + logits.shape().dim(1)));
  }

  /** Rows of branches, (N,n,Cv), followed by those of guided ones again. */
  private static Tensor alsoGuided(List<Branch> branches, Tensor rows) {
    List<Tensor> all = new ArrayList<>(List.of(rows));
    for (int i = 0; i < branches.size(); i++) {
      if (branches.get(i).none != null) {
        all.add(rows.slice(0, i, i + 1));
      }
    }
    return Tensor.concat(0, all.toArray(Tensor[]::new));
  }

  /** Branches with one more scale, of tokens I32 (N,l). */
  private List<Branch> decided(List<Branch> branches, int scale, Tensor ids) {
    MultiScaleQuantizer quantizer = vae.quantizer();
    Tensor maps = Tensor.concat(0, branches.stream().map(Branch::fHat).toArray(Tensor[]::new));
    MultiScaleQuantizer.Next next =
        quantizer.next(scale, maps, quantizer.codes(ids, scales().size(scale)));
    List<Branch> longer = new ArrayList<>();
    for (int i = 0; i < branches.size(); i++) {
      Branch before = branches.get(i);
      List<Tensor> tokens = new ArrayList<>(before.tokens);
      tokens.add(ids.slice(0, i, i + 1));
      longer.add(
          new Branch(
              Collections.unmodifiableList(tokens),
              next.fHat().slice(0, i, i + 1),
              next.input().slice(0, i, i + 1),
              before.own,
              before.none));
    }
    return longer;
  }

  private static Tensor rows(List<Integer> from, Tensor of) {
    return Tensor.concat(0, from.stream().map(i -> of.slice(0, i, i + 1)).toArray(Tensor[]::new));
  }

  /**
   * The pictures of branches of one scale, complete or not: what the scales that are decided make
   * of them.
   */
  public Generated made(List<Branch> branches) {
    Tensor fHat = Tensor.concat(0, branches.stream().map(Branch::fHat).toArray(Tensor[]::new));
    boolean complete = branches.stream().allMatch(b -> b.decided() == scales().count());
    return new Generated(fHat, complete ? pyramid(branches) : null, vae);
  }

  private TokenPyramid pyramid(List<Branch> branches) {
    List<Tensor> ids = new ArrayList<>();
    for (int s = 0; s < scales().count(); s++) {
      int scale = s;
      ids.add(
          Tensor.concat(
              0, branches.stream().map(b -> b.tokens().get(scale)).toArray(Tensor[]::new)));
    }
    return new TokenPyramid(scales(), ids);
  }
}
