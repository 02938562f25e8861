package io.nextscale.vqvae;

import io.nextscale.nn.Buffer;
import io.nextscale.nn.Embedding;
import io.nextscale.nn.Name;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.op.Lookup.Metric;
import io.nextscale.tensor.op.Resampling.Mode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Residual quantisation over scales: a map f (B,H,W,Cv) as a sum of codes, {@code f ≈ f_hat = Σ_s
 * φ_s(spread(e[id_s]))}, with a p×p grid of ids per scale.
 *
 * <p>A grid of codes is spread over the map by bicubic interpolation, what is left of the map is
 * gathered to a grid by averaging; the last scale has the size of the map and needs neither.
 *
 * <p>Source: Tian et al. 2024, algorithms 1 and 2; FoundationVision/VAR models/quant.py,
 * VectorQuantizer2 @78b9539.
 *
 * @param hits moving average of how often each code is used, (S,V); see {@link CodeUsage}
 * @param phis φ
 * @param codebook e (V,Cv)
 * @param scales the grids
 * @param metric what nearest means
 * @param beta the weight of the encoder's part in the loss
 * @param thrift θ, what the lengths of tokens count beside distances, see {@link #tokenize(Tensor)}
 */
public record MultiScaleQuantizer(
    @Buffer @Name("ema_vocab_hit_SV") Parameter hits,
    @Name("quant_resi") PhiBank phis,
    @Name("embedding") Embedding codebook,
    Scales scales,
    Metric metric,
    float beta,
    float thrift) {

  /**
   * What one scale adds.
   *
   * @param rest what was left of the map, gathered to the grid, (B,p,p,Cv)
   * @param ids the nearest codes, I32 (B,p·p)
   * @param spread the codes over the map, (B,H,W,Cv)
   * @param refined φ of it
   * @param fHat the sum up to this scale
   */
  public record Step(Tensor rest, Tensor ids, Tensor spread, Tensor refined, Tensor fHat) {}

  /**
   * After a scale.
   *
   * @param fHat the sum up to this scale, (B,H,W,Cv)
   * @param input the sum gathered to the grid of the next scale, (B,p,p,Cv); after the last scale,
   *     the sum itself
   */
  public record Next(Tensor fHat, Tensor input) {}

  /**
   * A quantised map in training.
   *
   * @param fHat (B,H,W,Cv); its gradient passes to f unchanged
   * @param loss a scalar
   * @param tokens the codes
   */
  public record Quantized(Tensor fHat, Tensor loss, TokenPyramid tokens) {}

  /** A quantizer without codes yet; no code has been used. */
  public static MultiScaleQuantizer declared(VqVaeConfig config) {
    return new MultiScaleQuantizer(
        new Parameter(Tensor.zeros(Shape.of(config.scales().count(), config.vocabulary()))),
        PhiBank.declared(config),
        Embedding.declared(config.vocabulary(), config.codeChannels()),
        config.scales(),
        config.cosine() ? Metric.COSINE : Metric.EUCLIDEAN,
        config.beta(),
        config.thrift());
  }

  /** The same quantizer, parameters shared, with another θ. */
  public MultiScaleQuantizer withThrift(float other) {
    return new MultiScaleQuantizer(hits, phis, codebook, scales, metric, beta, other);
  }

  // Encoding

  /**
   * The tokens of a map, in the scales of the configuration. For a vector x of a p×p grid that is
   * the nearest code, or with θ > 0 the code of the least
   *
   * <pre>{@code |x − e_k|² + θ · mean_j |e_j|² · (p/P)² · (−ln π_k)}</pre>
   *
   * <p>where π_k is how often its scale takes code k by the averages of {@link #hits}, so that −ln
   * π_k is the length of the token in an ideal code, and P the side of the last grid: a coarse
   * token makes more of the map. Where codes are about as near as each other the usual one is
   * taken, which hardly changes the image and leaves much less to be guessed by who predicts
   * tokens.
   *
   * <p>Source: Chou, Lookabaugh, Gray 1989, Entropy-constrained vector quantization; here with a
   * residual codebook and frequencies by scale.
   */
  public TokenPyramid tokenize(Tensor f) {
    return tokenize(f, scales);
  }

  /**
   * The tokens of a map in other scales, which may be oblong; the last has the size of the map.
   * They have no averages, so that the nearest codes are taken.
   */
  public TokenPyramid tokenize(Tensor f, Scales grids) {
    return new TokenPyramid(grids, steps(f, grids).stream().map(Step::ids).toList());
  }

  /** Everything that happens to a map, scale by scale. */
  public List<Step> steps(Tensor f, Scales grids) {
    requireLast("tokenize", f, grids);
    List<Step> steps = new ArrayList<>();
    Tensor rest = f;
    Tensor fHat = Tensor.zeros(f.shape()).to(f.backend());
    for (int s = 0; s < grids.count(); s++) {
      Tensor gathered = s == grids.count() - 1 ? rest : gather(rest, grids.size(s));
      Tensor ids = choose(gathered, s, grids); // (B,p,p)
      Tensor spread = spread(codebook.forward(ids), s, grids); // (B,H,W,Cv)
      Tensor refined = phis.at(s, grids.count()).forward(spread);
      fHat = fHat.plus(refined);
      rest = rest.minus(refined);
      Tensor row = ids.reshape(f.shape().dim(0), grids.tokens(s)); // (B,p·p)
      steps.add(new Step(gathered, row, spread, refined, fHat));
    }
    return steps;
  }

  /**
   * Quantises a map in training. With f_hat_s the sum up to scale s, sg(·) without gradient:
   *
   * <pre>{@code loss = 1/S Σ_s (β mse(sg(f_hat_s), f) + mse(f_hat_s, sg(f)))}</pre>
   *
   * <p>The first term moves the encoder to its codes, the second the codes and φ to the encoder.
   */
  public Quantized quantize(Tensor f) {
    int[] all = new int[f.shape().dim(0)];
    Arrays.fill(all, scales.count());
    return quantize(f, all);
  }

  /**
   * The same, decoding only the first scales of each image: f_hat is the sum up to a scale of
   * choice, so that the coarse scales learn to be an image of their own. The loss is still that of
   * all scales.
   *
   * @param kept (B) how many scales of each image are summed, 1 .. S
   */
  public Quantized quantize(Tensor f, int... kept) {
    requireLast("quantize", f, scales);
    requireKept(f, kept);
    Tensor target = f.stopGradient();
    Tensor rest = target;
    Tensor fHat = Tensor.zeros(f.shape()).to(f.backend());
    Tensor loss = Tensor.scalar(0).to(f.backend());
    List<Tensor> sums = new ArrayList<>();
    List<Tensor> tokens = new ArrayList<>();
    for (int s = 0; s < scales.count(); s++) {
      Tensor gathered = s == scales.count() - 1 ? rest : gather(rest, scales.size(s));
      Tensor ids = choose(gathered, s, scales); // (B,p,p)
      Tensor refined = phis.at(s, scales.count()).forward(spread(codebook.forward(ids), s, scales));
      fHat = fHat.plus(refined);
      rest = rest.minus(refined.stopGradient());
      Tensor encoder = fHat.stopGradient().meanSquaredError(f).times(beta);
      loss = loss.plus(encoder).plus(fHat.meanSquaredError(target));
      sums.add(fHat.stopGradient());
      tokens.add(ids.reshape(f.shape().dim(0), scales.tokens(s))); // (B,p·p)
    }
    Tensor straightThrough = chosen(sums, kept).minus(target).plus(f);
    return new Quantized(
        straightThrough, loss.times(1f / scales.count()), new TokenPyramid(scales, tokens));
  }

  /** Of each image the sum of its first scales, (B,H,W,Cv). */
  private static Tensor chosen(List<Tensor> sums, int... kept) {
    if (Arrays.stream(kept).allMatch(count -> count == sums.size())) {
      return sums.getLast();
    }
    Tensor[] images = new Tensor[kept.length];
    Arrays.setAll(images, b -> sums.get(kept[b] - 1).slice(0, b, b + 1));
    return Tensor.concat(0, images);
  }

  private void requireKept(Tensor f, int... kept) {
    boolean fits = kept.length == f.shape().dim(0);
    for (int count : kept) {
      fits &= count >= 1 && count <= scales.count();
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "quantize: 1 to "
              + scales.count()
              + " scales for each of "
              + f.shape().dim(0)
              + " maps; got "
              + Arrays.toString(kept));
    }
  }

  // Decoding

  /** The codes of the tokens of a scale: ids I32 (B,p·p) to (B,p,p,Cv). */
  public Tensor codes(Tensor ids, Scales.Size size) {
    return codebook.forward(ids.reshape(ids.shape().dim(0), size.height(), size.width()));
  }

  /** The codes of all scales. */
  public List<Tensor> codes(TokenPyramid tokens) {
    List<Tensor> codes = new ArrayList<>();
    for (int s = 0; s < tokens.scales().count(); s++) {
      codes.add(codes(tokens.ids().get(s), tokens.scales().size(s)));
    }
    return codes;
  }

  /** f_hat after each scale, (B,H,W,Cv) each; the last is the whole sum. */
  public List<Tensor> sums(TokenPyramid tokens) {
    return sums(codes(tokens), tokens.scales());
  }

  /**
   * f_hat after each scale.
   *
   * @param codes (B,p,p,Cv) per scale
   */
  public List<Tensor> sums(List<Tensor> codes, Scales grids) {
    List<Tensor> sums = new ArrayList<>();
    Tensor fHat = zeros(codes.getFirst(), grids.last());
    for (int s = 0; s < grids.count(); s++) {
      fHat = add(fHat, codes.get(s), s, grids);
      sums.add(fHat);
    }
    return sums;
  }

  /**
   * Sums that grow with the scales, (B,p,p,Cv) each: f_hat is enlarged from grid to grid instead of
   * every grid to the map. The reference code has it as an experiment; models are not trained that
   * way.
   *
   * @param codes (B,p,p,Cv) per scale
   */
  public List<Tensor> growingSums(List<Tensor> codes, Scales grids) {
    List<Tensor> sums = new ArrayList<>();
    Tensor fHat = zeros(codes.getFirst(), grids.size(0));
    for (int s = 0; s < grids.count(); s++) {
      Scales.Size size = grids.size(s);
      fHat =
          fHat.resize(Mode.BICUBIC, size.height(), size.width())
              .plus(phis.at(s, grids.count()).forward(codes.get(s)));
      sums.add(fHat);
    }
    return sums;
  }

  // What the transformer reads

  /**
   * What the transformer reads in training: for each scale but the first, f_hat of the scales
   * before, gathered to its grid. (B, L − p₀², Cv).
   */
  public Tensor teacherInput(TokenPyramid tokens) {
    return teacherInput(tokens, tokens.scales().count());
  }

  /**
   * The same for the first scales only.
   *
   * @param count how many scales, at least 2
   */
  public Tensor teacherInput(TokenPyramid tokens, int count) {
    Scales grids = tokens.scales();
    if (count < 2 || count > grids.count()) {
      throw new IllegalArgumentException(
          "teacherInput: 2 to " + grids.count() + " scales; got " + count);
    }
    int batch = tokens.batch();
    List<Tensor> inputs = new ArrayList<>();
    Tensor fHat = null;
    for (int s = 0; s < count - 1; s++) {
      Tensor codes = codes(tokens.ids().get(s), grids.size(s));
      fHat = add(fHat == null ? zeros(codes, grids.last()) : fHat, codes, s, grids);
      Tensor gathered = gather(fHat, grids.size(s + 1)); // (B,p,p,Cv)
      inputs.add(gathered.reshape(batch, grids.tokens(s + 1), gathered.shape().dim(3)));
    }
    return Tensor.concat(1, inputs.toArray(Tensor[]::new));
  }

  /**
   * What a transformer should say that has been fed other tokens than those of an image: for each
   * scale the codes that bring the sum of what was fed before nearest to the image's own sum. Up to
   * the first token that differs these are the image's tokens.
   *
   * <p>Source: Infinity (Han et al. 2024, section 3.3), bitwise self-correction, there with the map
   * of the encoder for the image's own sum.
   *
   * @param tokens of B images
   * @param fed as many, of the same scales
   */
  public TokenPyramid corrections(TokenPyramid tokens, TokenPyramid fed) {
    Scales grids = tokens.scales();
    List<Tensor> sums = sums(fed);
    Tensor target = sums(tokens).getLast();
    boolean[] differs = new boolean[tokens.batch()];
    List<Tensor> corrections = new ArrayList<>();
    for (int s = 0; s < grids.count(); s++) {
      int length = grids.tokens(s);
      int[] ids = tokens.ids().get(s).toInts();
      int[] given = fed.ids().get(s).toInts();
      int[] own = ids.clone();
      if (s > 0) {
        int[] nearest = nearest(target.minus(sums.get(s - 1)), s, grids).toInts();
        for (int i = 0; i < ids.length; i++) {
          own[i] = differs[i / length] ? nearest[i] : ids[i];
        }
      }
      for (int i = 0; i < ids.length; i++) {
        differs[i / length] |= ids[i] != given[i];
      }
      corrections.add(Tensor.ofInts(Shape.of(tokens.batch(), length), own));
    }
    return new TokenPyramid(grids, corrections);
  }

  /** The codes (B,p,p) of a scale that are nearest to what is left of a map. */
  private Tensor nearest(Tensor rest, int scale, Scales grids) {
    boolean last = scale == grids.count() - 1;
    Tensor gathered = last ? rest : gather(rest, grids.size(scale));
    return choose(gathered, scale, grids);
  }

  /** The codes (B,p,p) of vectors (B,p,p,Cv) of a scale. */
  private Tensor choose(Tensor gathered, int scale, Scales grids) {
    Tensor codes = codebook.weight().value();
    if (thrift == 0 || !grids.equals(scales)) {
      return gathered.nearest(codes, metric);
    }
    // A further channel, 0 in x and √w in e_k, adds w to the squared distance.
    Tensor zero = Tensor.zeros(gathered.shape().with(3, 1)).to(gathered.backend());
    Tensor charge = CodeLengths.charges(this, scale).sqrt().to(gathered.backend()); // (V,1)
    return Tensor.concat(3, gathered, zero).nearest(Tensor.concat(1, codes, charge), metric);
  }

  /**
   * Adds the codes of a scale and prepares the input of the next one.
   *
   * @param fHat the sum of the scales before, (B,H,W,Cv)
   * @param codes (B,p,p,Cv)
   */
  public Next next(int scale, Tensor fHat, Tensor codes) {
    Tensor sum = add(fHat, codes, scale, scales);
    boolean last = scale == scales.count() - 1;
    return new Next(sum, last ? sum : gather(sum, scales.size(scale + 1)));
  }

  /** The sum of no scales for a batch: zeros (B,H,W,Cv). */
  public Tensor nothing(int batch) {
    int channels = codebook.weight().shape().dim(1);
    Scales.Size map = scales.last();
    return Tensor.zeros(Shape.of(batch, map.height(), map.width(), channels));
  }

  private static Tensor zeros(Tensor codes, Scales.Size size) {
    Shape shape = codes.shape().with(1, size.height()).with(2, size.width());
    return Tensor.zeros(shape).to(codes.backend());
  }

  private Tensor add(Tensor fHat, Tensor codes, int scale, Scales grids) {
    return fHat.plus(phis.at(scale, grids.count()).forward(spread(codes, scale, grids)));
  }

  /** A grid over the whole map: (B,p,p,Cv) to (B,H,W,Cv). */
  private static Tensor spread(Tensor codes, int scale, Scales grids) {
    return scale == grids.count() - 1
        ? codes
        : codes.resize(Mode.BICUBIC, grids.last().height(), grids.last().width());
  }

  /** A map averaged to a grid: (B,H,W,Cv) to (B,p,p,Cv). */
  private static Tensor gather(Tensor map, Scales.Size size) {
    return map.resize(Mode.AREA, size.height(), size.width());
  }

  private static void requireLast(String what, Tensor f, Scales grids) {
    Scales.Size map = new Scales.Size(f.shape().dim(1), f.shape().dim(2));
    if (!map.equals(grids.last())) {
      throw new ShapeException(
          what
              + ": a last scale of the size of the map, "
              + map
              + "; got scales "
              + grids
              + " — choose scales that end there, or another size of image");
    }
  }
}
