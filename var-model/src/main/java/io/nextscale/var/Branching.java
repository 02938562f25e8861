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
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Generation that can go on in several ways from any forward pass: what searches are made of.
 *
 * <pre>{@code
 * Branching branching = new Branching(generator, settings);
 * Branch start = branching.begin(condition);
 * Outlook outlook = branching.look(List.of(start));                        // one forward pass
 * List<Branch> two = branching.commit(outlook, List.of(0, 0), List.of(1L, 2L)); // two first scales
 * }</pre>
 *
 * <p>A step decides what one forward pass tells: all tokens of a scale, or a single one where the
 * scale is {@linkplain VarConfig#serial() serial}.
 *
 * <p>A branch is immutable, and whatever branches have in common they share: a fork of a branch
 * costs no copy of keys and values. Branches of one step go through the transformer together,
 * whatever pasts they have, and a branch that takes its tokens from one seed at every step is, bit
 * by bit, the image that {@link Generator} makes of that seed.
 */
public final class Branching {

  private final Var model;
  private final VqVae vae;
  private final Generation settings;
  private final Tensor positions;
  private final List<Step> steps;

  /** The tokens that one forward pass tells: {@code from} .. {@code to} of a scale, without to. */
  private record Step(int scale, int from, int to) {}

  /** The random numbers (1,l,V) that a seed gives for the tokens of a scale. */
  private record Numbers(long seed, Tensor exponentials) {}

  /**
   * The first tokens of a serial scale.
   *
   * @param ids I32 (1,n), fewer than the scale has
   * @param numbers which the last of them was drawn from; null where it was not drawn
   */
  private record Begun(Tensor ids, @Nullable Numbers numbers) {}

  /** What one row of the transformer has seen. */
  private record Row(Conditioning conditioning, KvCache cache) {}

  /** An image of which the first steps are decided. */
  public static final class Branch {

    private final int decided;
    private final List<Tensor> tokens;
    private final @Nullable Begun begun;
    private final Tensor fHat;
    private final Tensor input;
    private final Row own;
    private final @Nullable Row none;

    private Branch(
        int decided,
        List<Tensor> tokens,
        @Nullable Begun begun,
        Tensor fHat,
        Tensor input,
        Row own,
        @Nullable Row none) {
      this.decided = decided;
      this.tokens = tokens;
      this.begun = begun;
      this.fHat = fHat;
      this.input = input;
      this.own = own;
      this.none = none;
    }

    /** The same after a forward pass. */
    private Branch informed(Row with, @Nullable Row without) {
      return new Branch(decided, tokens, begun, fHat, input, with, without);
    }

    /** How many steps are decided. */
    public int decided() {
      return decided;
    }

    /** The tokens of the scales that are complete, I32 (1,l) each. */
    public List<Tensor> tokens() {
      return tokens;
    }

    /** What complete scales make of the map, (1,H,W,Cv). */
    public Tensor fHat() {
      return fHat;
    }

    /**
     * Keys and values of what was looked at, of the row with the condition; those of a last scale
     * that is not serial are not kept, since nothing will read them.
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
      if (begun != null) {
        all.add(begun.ids);
      }
      all.add(fHat);
      all.add(input);
      return all;
    }
  }

  /**
   * What the transformer expects of the next step of some branches.
   *
   * @param logits (B,n,V) of its n tokens, after guidance, top-k and top-p
   * @param branches the same branches, knowing what the transformer read
   */
  public record Outlook(Tensor logits, List<Branch> branches) {}

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
    this.steps = steps(model.config());
  }

  private static List<Step> steps(VarConfig config) {
    List<Step> steps = new ArrayList<>();
    for (int scale = 0; scale < config.scales().count(); scale++) {
      int length = config.scales().tokens(scale);
      int each = scale < config.serial() ? 1 : length;
      for (int from = 0; from < length; from += each) {
        steps.add(new Step(scale, from, from + each));
      }
    }
    return List.copyOf(steps);
  }

  private Scales scales() {
    return model.config().scales();
  }

  /**
   * The steps of an image, a forward pass each: its scales, and instead of a serial one its tokens.
   */
  public int steps() {
    return steps.size();
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
    return new Branch(
        0, List.of(), null, nothing, nothing, row(own), guided ? row(own.none()) : null);
  }

  private Row row(Condition condition) {
    return new Row(model.conditioning(condition), KvCache.empty(model.config().depth()));
  }

  /**
   * What may come next: one forward pass for all.
   *
   * @param branches of the same step, not complete
   */
  public Outlook look(List<Branch> branches) {
    Step step = next(branches);
    List<Row> guided = branches.stream().flatMap(branch -> Stream.ofNullable(branch.none)).toList();
    List<Row> rows = new ArrayList<>(branches.stream().map(branch -> branch.own).toList());
    rows.addAll(guided);
    Conditioning conditioning = Conditioning.concat(rows.stream().map(Row::conditioning).toList());
    Tensor x = reads(branches, step, conditioning);
    Var.Steps told = model.step(x, conditioning, rows.stream().map(Row::cache).toList());

    int last = scales().count() - 1;
    double progress = last == 0 ? 0 : (double) step.scale / last;
    boolean readAgain = step.scale < last || step.scale < model.config().serial();
    List<KvCache> caches = readAgain ? told.caches() : rows.stream().map(Row::cache).toList();
    Tensor[] logits = new Tensor[branches.size()];
    List<Branch> informed = new ArrayList<>();
    int second = branches.size();
    for (int i = 0; i < logits.length; i++) {
      Branch branch = branches.get(i);
      Tensor own = told.logits().slice(0, i, i + 1);
      Row none = branch.none;
      if (none != null) {
        Tensor other = told.logits().slice(0, second, second + 1);
        own = Generator.pushed(own, other, settings.guidance() * progress);
        none = new Row(none.conditioning(), caches.get(second++));
      }
      logits[i] = own;
      informed.add(branch.informed(new Row(branch.own.conditioning(), caches.get(i)), none));
    }
    return new Outlook(Generator.filter(Tensor.concat(0, logits), settings), informed);
  }

  /** The step that comes next for all of some branches. */
  private Step next(List<Branch> branches) {
    List<Integer> decided = branches.stream().map(Branch::decided).distinct().toList();
    if (decided.size() != 1 || decided.getFirst() >= steps.size()) {
      throw new IllegalArgumentException(
          "branching: branches of one step below " + steps.size() + "; got " + decided);
    }
    return steps.get(decided.getFirst());
  }

  /** What the transformer reads, (R,n,C), of rows with and then of those without condition. */
  private Tensor reads(List<Branch> branches, Step step, Conditioning conditioning) {
    Tensor whole =
        step.scale == 0
            ? model.firstTokens(conditioning, positions)
            : model.tokens(step.scale, ofRows(branches, branch -> branch.input), positions);
    Tensor reads = whole.slice(1, step.from, step.to);
    return step.from == 0 ? reads : reads.plus(model.after(ofRows(branches, this::codeBefore)));
  }

  /** The code (1,1,Cv) of the last token of the serial scale that a branch has begun. */
  private Tensor codeBefore(Branch branch) {
    Tensor ids = Objects.requireNonNull(branch.begun).ids;
    int count = ids.shape().dim(1);
    return vae.quantizer().codebook().forward(ids.slice(1, count - 1, count));
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
   * Decides the step that was looked at, for any number of new branches.
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
    Step step = next(outlook.branches());
    List<Branch> branches = from.stream().map(outlook.branches()::get).toList();
    List<@Nullable Numbers> numbers = new ArrayList<>();
    for (int i = 0; i < branches.size(); i++) {
      numbers.add(
          step.scale < settings.drawn() ? numbers(branches.get(i), step, seeds.get(i)) : null);
    }
    Tensor ids = chosen(rows(from, outlook.logits()), step, numbers); // (N,n)
    return step.to < scales().tokens(step.scale)
        ? begun(branches, ids, numbers)
        : complete(branches, step.scale, ids);
  }

  /** A seed's random numbers for a scale; those that the token before was drawn from are there. */
  private Numbers numbers(Branch branch, Step step, long seed) {
    Numbers known = branch.begun == null ? null : branch.begun.numbers;
    if (known != null && known.seed == seed) {
      return known;
    }
    Shape shape = Shape.of(1, scales().tokens(step.scale), model.config().vocabulary());
    return new Numbers(seed, Draws.seeded(List.of(seed)).exponentials(step.scale, shape));
  }

  /** The tokens (N,n) of a step from their logits (N,n,V). */
  private static Tensor chosen(Tensor logits, Step step, List<@Nullable Numbers> numbers) {
    Tensor[] random =
        numbers.stream()
            .filter(Objects::nonNull)
            .map(one -> one.exponentials.slice(1, step.from, step.to))
            .toArray(Tensor[]::new);
    return random.length == 0 ? logits.argMax() : logits.draw(Tensor.concat(0, random));
  }

  /** The tokens of the scale that a branch has begun, and one more. */
  private static Tensor longer(Branch branch, Tensor id) {
    return branch.begun == null ? id : Tensor.concat(1, branch.begun.ids, id);
  }

  /** Branches with one more token, I32 (N,1), of a serial scale that has more. */
  private static List<Branch> begun(
      List<Branch> branches, Tensor ids, List<@Nullable Numbers> numbers) {
    List<Branch> longer = new ArrayList<>();
    for (int i = 0; i < branches.size(); i++) {
      Branch b = branches.get(i);
      Begun begun = new Begun(longer(b, ids.slice(0, i, i + 1)), numbers.get(i));
      longer.add(new Branch(b.decided + 1, b.tokens, begun, b.fHat, b.input, b.own, b.none));
    }
    return longer;
  }

  /** Branches with one more scale, of its last tokens I32 (N,n). */
  private List<Branch> complete(List<Branch> branches, int scale, Tensor last) {
    List<Tensor> ids = new ArrayList<>(); // (1,l) each
    for (int i = 0; i < branches.size(); i++) {
      ids.add(longer(branches.get(i), last.slice(0, i, i + 1)));
    }
    MultiScaleQuantizer quantizer = vae.quantizer();
    Tensor codes =
        quantizer.codes(Tensor.concat(0, ids.toArray(Tensor[]::new)), scales().size(scale));
    MultiScaleQuantizer.Next next = quantizer.next(scale, fHats(branches), codes);
    List<Branch> longer = new ArrayList<>();
    for (int i = 0; i < branches.size(); i++) {
      Branch before = branches.get(i);
      List<Tensor> tokens = new ArrayList<>(before.tokens);
      tokens.add(ids.get(i));
      longer.add(
          new Branch(
              before.decided + 1,
              Collections.unmodifiableList(tokens),
              null,
              next.fHat().slice(0, i, i + 1),
              next.input().slice(0, i, i + 1),
              before.own,
              before.none));
    }
    return longer;
  }

  private static Tensor fHats(List<Branch> branches) {
    return Tensor.concat(0, branches.stream().map(Branch::fHat).toArray(Tensor[]::new));
  }

  private static Tensor rows(List<Integer> from, Tensor of) {
    return Tensor.concat(0, from.stream().map(i -> of.slice(0, i, i + 1)).toArray(Tensor[]::new));
  }

  /**
   * The pictures of branches, complete or not: what the tokens that are decided make of them, with
   * nothing where a serial scale has none yet.
   */
  public Generated made(List<Branch> branches) {
    boolean complete = branches.stream().allMatch(branch -> branch.decided == steps.size());
    Tensor[] maps = branches.stream().map(this::map).toArray(Tensor[]::new);
    return new Generated(Tensor.concat(0, maps), complete ? pyramid(branches) : null, vae);
  }

  /** What the decided tokens of a branch make of the map, (1,H,W,Cv). */
  private Tensor map(Branch branch) {
    if (branch.begun == null) {
      return branch.fHat;
    }
    int scale = branch.tokens.size();
    Scales.Size size = scales().size(scale);
    Tensor known = vae.quantizer().codebook().forward(branch.begun.ids); // (1,n,Cv)
    int missing = size.height() * size.width() - known.shape().dim(1);
    Tensor unknown = Tensor.zeros(known.shape().with(1, missing)).to(known.backend());
    Tensor codes =
        Tensor.concat(1, known, unknown).reshape(1, size.height(), size.width(), -1); // (1,p,p,Cv)
    return vae.quantizer().next(scale, branch.fHat, codes).fHat();
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
