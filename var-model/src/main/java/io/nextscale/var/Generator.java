package io.nextscale.var;

import io.nextscale.nn.Observer;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.vqvae.MultiScaleQuantizer;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.TokenPyramid;
import io.nextscale.vqvae.VqVae;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Generates images scale by scale.
 *
 * <pre>{@code
 * Generator generator = new Generator(Var.load(varFile), VqVae.load(vaeFile, Scales.forImage(256)));
 * Tensor images = generator.generate(Generation.quality(List.of(207), 0)).images();
 * }</pre>
 *
 * <p>An image depends on its condition, seed and settings only: in a batch it has the same bits as
 * alone. Any number of threads may generate with one generator.
 *
 * <p>Source: Tian et al. 2024, section 3; FoundationVision/VAR models/var.py,
 * autoregressive_infer_cfg @78b9539.
 */
public final class Generator {

  private final Var model;
  private final VqVae vae;

  /**
   * A generator.
   *
   * @throws IllegalArgumentException when transformer and tokenizer do not fit
   */
  public Generator(Var model, VqVae vae) {
    VarConfig ours = model.config();
    if (!ours.scales().equals(vae.config().scales())
        || ours.vocabulary() != vae.config().vocabulary()
        || ours.codeChannels() != vae.config().codeChannels()) {
      throw new IllegalArgumentException(
          "generate: a tokenizer with "
              + ours.vocabulary()
              + " codes of "
              + ours.codeChannels()
              + " channels and scales "
              + ours.scales()
              + "; got "
              + vae.config().vocabulary()
              + " codes of "
              + vae.config().codeChannels()
              + " channels and scales "
              + vae.config().scales()
              + " — load it with the scales of the transformer");
    }
    this.model = model;
    this.vae = vae;
  }

  /** The transformer. */
  public Var model() {
    return model;
  }

  /** The tokenizer. */
  public VqVae vae() {
    return vae;
  }

  /** Generates a batch. */
  public Generated generate(Generation request) {
    return generate(request, ScaleListener.NONE);
  }

  /**
   * Generates a batch.
   *
   * @param listener is told after every scale and may cancel
   * @throws CancellationException when it does, or the thread is interrupted
   */
  public Generated generate(Generation request, ScaleListener listener) {
    return generate(request, Draws.seeded(request.seeds()), listener, Observer.NONE);
  }

  /**
   * Generates a batch from given random numbers.
   *
   * @param observer sees, at scale s and with R rows, those of the images, then, where there is
   *     guidance, those without condition: {@code s.x} (R,l,C), {@code s.blocks.i} (R,l,C), {@code
   *     s.head_nm}, {@code s.raw_logits} (R,l,V); for the images {@code s.logits} (B,l,V) after
   *     guidance, {@code s.filtered} (B,l,V) after top-k and top-p, {@code s.ids} (B,l) or {@code
   *     s.mixture} (B,l,V), {@code s.codes} (B,p,p,Cv), {@code s.f_hat} (B,H,W,Cv), {@code s.next}
   *     (B,p',p',Cv); of token i of a serial scale what comes before {@code codes} as {@code s.i.x}
   *     and so on
   */
  public Generated generate(
      Generation request, Draws draws, ScaleListener listener, Observer observer) {
    Scales scales = model.config().scales();
    MultiScaleQuantizer quantizer = vae.quantizer();
    Guidance guidance = new Guidance(request, model.config());
    int images = request.condition().rows();

    Conditioning conditioning = model.conditioning(guidance.all);
    Tensor positions = model.positions();
    Tensor x = model.firstTokens(conditioning, positions); // (R,p₀²,C)
    Tensor fHat = quantizer.nothing(images); // (B,H,W,Cv)
    KvCache cache = KvCache.empty(model.config().depth());
    List<Tensor> tokens = new ArrayList<>();

    for (int s = 0; s < scales.count(); s++) {
      Observer at = observer.under(Integer.toString(s));
      double progress = scales.count() == 1 ? 0 : (double) s / (scales.count() - 1);
      Shape shape = Shape.of(images, scales.tokens(s), model.config().vocabulary());
      Tensor random =
          request.smooth()
              ? draws.gumbel(s, shape)
              : s >= request.drawn() ? null : draws.exponentials(s, shape); // (B,l,V)
      int step = s < model.config().serial() ? 1 : scales.tokens(s);
      List<Part> parts = new ArrayList<>();
      for (int from = 0; from < scales.tokens(s); from += step) {
        Tensor some = x.slice(1, from, from + step); // (R,n,C)
        if (from > 0) {
          some = some.plus(model.after(guidance.rows(parts.getLast().codes)));
        }
        Observer of = step == scales.tokens(s) ? at : at.under(Integer.toString(from));
        Observer rows = guidance.allRows(of);
        rows.observe("x", some);
        Var.Step seen = model.step(some, conditioning, cache, rows);
        cache = seen.cache();
        rows.observe("raw_logits", seen.logits());
        Tensor logits = guidance.apply(seen.logits(), progress); // (B,n,V)
        of.observe("logits", logits);
        Tensor drawn = random == null ? null : random.slice(1, from, from + step);
        parts.add(choose(request, s, from, logits, drawn, progress, of));
      }
      Tensor ids = request.smooth() ? null : join(parts, Part::chosen); // (B,l)
      Tensor codes =
          join(parts, Part::codes)
              .reshape(images, scales.size(s).height(), scales.size(s).width(), -1); // (B,p,p,Cv)
      at.observe("codes", codes);
      if (ids != null) {
        tokens.add(ids);
      }

      MultiScaleQuantizer.Next next = quantizer.next(s, fHat, codes);
      fHat = next.fHat();
      at.observe("f_hat", fHat);
      goOn(listener, new Progress(s, scales, ids, new Generated(fHat, null, vae)));
      if (s + 1 < scales.count()) {
        at.observe("next", next.input());
        x = guidance.rows(model.tokens(s + 1, next.input(), positions)); // (R,l,C)
      }
    }
    TokenPyramid pyramid = tokens.isEmpty() ? null : new TokenPyramid(scales, tokens);
    return new Generated(fHat, pyramid, vae);
  }

  /**
   * Tokens of a scale that are decided at once.
   *
   * @param ids (B,n); null where codes are mixed
   * @param codes (B,n,Cv)
   */
  private record Part(@Nullable Tensor ids, Tensor codes) {
    Tensor chosen() {
      return Objects.requireNonNull(ids);
    }
  }

  private static Tensor join(List<Part> parts, Function<Part, Tensor> what) {
    return parts.size() == 1
        ? what.apply(parts.getFirst())
        : Tensor.concat(1, parts.stream().map(what).toArray(Tensor[]::new));
  }

  /**
   * Decides tokens.
   *
   * @param from the first of them in their scale
   * @param random (B,n,V), or null to take the most probable
   */
  private Part choose(
      Generation request,
      int scale,
      int from,
      Tensor logits,
      @Nullable Tensor random,
      double progress,
      Observer observer) {
    MultiScaleQuantizer quantizer = vae.quantizer();
    Edit edit = request.edit();
    Tensor filtered = filter(logits, request);
    observer.observe("filtered", filtered);
    if (request.smooth() && random != null) {
      Tensor mixed = mixedCodes(filtered, random, progress, observer); // (B,n,Cv)
      return new Part(null, edit == null ? mixed : edit.apply(scale, from, mixed, quantizer));
    }
    Tensor ids = random == null ? filtered.argMax() : filtered.draw(random); // (B,n)
    observer.observe("ids", ids);
    if (edit != null) {
      ids = edit.apply(scale, from, ids);
    }
    return new Part(ids, quantizer.codebook().forward(ids));
  }

  private static void goOn(ScaleListener listener, Progress progress) {
    if (!listener.after(progress) || Thread.currentThread().isInterrupted()) {
      throw new CancellationException(
          "generate: cancelled after scale "
              + (progress.scale() + 1)
              + " of "
              + progress.scales().count());
    }
  }

  /** Guidance: {@code (1+t) · own − t · none}. */
  public static Tensor pushed(Tensor own, Tensor none, double t) {
    return own.times((float) (1 + t)).minus(none.times((float) t));
  }

  static Tensor filter(Tensor logits, Generation request) {
    return request.topK() == 0 && request.topP() == 0
        ? logits
        : logits.topKTopP(request.topK(), (float) request.topP());
  }

  /**
   * Codes mixed by their probabilities, {@code softmax(((1 + r) · logits + gumbel) / τ) · e} at
   * progress r with a temperature τ that falls to almost nothing.
   */
  private Tensor mixedCodes(Tensor logits, Tensor gumbel, double progress, Observer observer) {
    double temperature = Math.max(0.27 * (1 - 0.95 * progress), 0.005);
    Tensor mixture =
        logits
            .times((float) (1 + progress))
            .plus(gumbel)
            .times((float) (1 / temperature))
            .softmax(); // (B,l,V)
    observer.observe("mixture", mixture);
    return mixture.matmul(vae.quantizer().codebook().weight().value()); // (B,l,Cv)
  }

  /**
   * Classifier-free guidance: beside the row of each image a second row without condition. Images
   * that have no condition, or no guidance, need none: for them the second row would say the same.
   */
  private static final class Guidance {

    private final double strength;
    private final int images;
    private final int[] guided;
    private final Condition all;

    Guidance(Generation request, VarConfig config) {
      strength = request.guidance();
      images = request.condition().rows();
      Condition own = config.checked("generate", request.condition());
      guided = IntStream.range(0, images).filter(i -> strength != 0 && !own.isNone(i)).toArray();
      all = own.followedBy(own.select(guided).none());
    }

    private int second() {
      return guided.length;
    }

    /** What the rows of the images are, for all rows: (B,l,C) to (R,l,C). */
    Tensor rows(Tensor x) {
      if (second() == 0) {
        return x;
      }
      return Tensor.concat(0, x, guidedOf(x));
    }

    private Tensor guidedOf(Tensor x) {
      if (second() == images) {
        return x;
      }
      Tensor[] rows = new Tensor[second()];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = x.slice(0, guided[i], guided[i] + 1);
      }
      return Tensor.concat(0, rows);
    }

    /** Shows a second row for every image, also where it is not computed: there it is the first. */
    Observer allRows(Observer observer) {
      if (observer == Observer.NONE || strength == 0) {
        return observer;
      }
      return (name, x) -> {
        Tensor[] rows = new Tensor[2 * images];
        int next = 0;
        for (int i = 0; i < images; i++) {
          boolean isGuided = next < second() && guided[next] == i;
          rows[i] = x.slice(0, i, i + 1);
          rows[images + i] = isGuided ? x.slice(0, images + next, images + next + 1) : rows[i];
          next += isGuided ? 1 : 0;
        }
        observer.observe(name, Tensor.concat(0, rows));
      };
    }

    /** Logits (R,l,V) of all rows to those of the images, (B,l,V). */
    Tensor apply(Tensor logits, double progress) {
      if (second() == 0) {
        return logits;
      }
      double t = strength * progress;
      Tensor own = logits.slice(0, 0, images);
      Tensor pushed = pushed(guidedOf(own), logits.slice(0, images, images + second()), t);
      if (second() == images) {
        return pushed;
      }
      Tensor[] rows = new Tensor[images];
      int next = 0;
      for (int i = 0; i < images; i++) {
        boolean isGuided = next < second() && guided[next] == i;
        rows[i] = isGuided ? pushed.slice(0, next, next + 1) : own.slice(0, i, i + 1);
        next += isGuided ? 1 : 0;
      }
      return Tensor.concat(0, rows);
    }
  }
}
