package io.nextscale.cli;

import io.nextscale.baselines.raster.RasterSampling;
import io.nextscale.pretrained.ShapesModel;
import io.nextscale.tensor.io.Json;
import io.nextscale.var.Condition;
import io.nextscale.var.Generation;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How tokens are chosen. What is not given comes from the preset. */
public final class GenerationOptions {

  private static final double DIFFUSION_GUIDANCE = 1.5;

  /** Settings that belong together. */
  enum Preset {
    /** The settings of the published scores. */
    fid,
    /** Settings for pictures to look at. */
    quality,
    /** Settings of the model inside the program. */
    shapes
  }

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      description =
          "fid: guidance 1.5, top-k 900, top-p 0.96, as in the published scores; quality:"
              + " guidance 4, top-k 900, top-p 0.95, smooth; shapes: those of the model inside the"
              + " program, chosen on held-out captions (default: quality for classes, fid for"
              + " captions, shapes for that model).")
  private @Nullable Preset preset;

  private boolean embedded;

  private boolean everywhere;

  @Option(
      names = {"--cfg-scale", "--cfg"},
      paramLabel = "X",
      description = "Classifier-free guidance at the last scale; it grows from 0 at the first.")
  private @Nullable Double cfgScale;

  @Option(
      names = "--top-k",
      paramLabel = "N",
      description = "Draw from the N most probable tokens only; 0: all.")
  private @Nullable Integer topK;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description = "Draw from the most probable tokens of joint probability P only; 0: all.")
  private @Nullable Double topP;

  @Option(
      names = "--smooth",
      negatable = true,
      description = "Mix codes at a falling temperature instead of drawing tokens (more_smooth).")
  private @Nullable Boolean smooth;

  @Option(names = "--greedy", description = "Take the most probable token each time; not smooth.")
  private boolean greedy;

  @Option(
      names = "--drawn-scales",
      paramLabel = "N",
      description =
          "Draw tokens at the first N scales only and take the most probable after them; not"
              + " smooth. 0 is --greedy.")
  private @Nullable Integer drawnScales;

  /**
   * Settings for searches, without flags: tokens are drawn at all scales.
   *
   * @param embedded whether the model is the one inside the program
   * @param guidance of all models; null: that of each
   * @param topP of all models of tokens; null: that of each
   */
  static GenerationOptions searching(
      boolean embedded, @Nullable Double guidance, @Nullable Double topP) {
    GenerationOptions options = new GenerationOptions();
    options.embedded = embedded;
    options.everywhere = true;
    options.cfgScale = guidance;
    options.topP = topP;
    return options;
  }

  /** Takes what was not given from the recipe of a picture; a preset gives everything. */
  void useIfUnset(Json.Obj recipe) {
    if (preset != null) {
      return;
    }
    if (cfgScale == null && recipe.members().get("cfg_scale") instanceof Json json) {
      cfgScale = number(json);
    }
    if (topK == null && recipe.members().get("top_k") instanceof Json.Int(long k)) {
      topK = (int) Math.clamp(k, -1, Integer.MAX_VALUE);
    }
    if (topP == null && recipe.members().get("top_p") instanceof Json json) {
      topP = number(json);
    }
    if (smooth == null
        && !decided()
        && recipe.members().get("smooth") instanceof Json.Bool(boolean s)) {
      smooth = s;
    }
    if ((smooth == null || !smooth) && !decided()) {
      greedy = recipe.members().get("greedy") instanceof Json.Bool(boolean g) && g;
      if (recipe.members().get("drawn_scales") instanceof Json.Int(long n)) {
        drawnScales = (int) Math.clamp(n, 0, Integer.MAX_VALUE);
      }
    }
  }

  /** Whether flags say how tokens are taken. */
  private boolean decided() {
    return greedy || drawnScales != null;
  }

  private static @Nullable Double number(Json json) {
    return switch (json) {
      case Json.Int(long n) -> (double) n;
      case Json.Real(double x) -> x;
      default -> null;
    };
  }

  /** Takes what was not given from the settings of the model inside the program. */
  void useThoseOfEmbedded() {
    embedded = true;
  }

  /** Draws tokens at all scales where no flag says otherwise, whatever the preset does. */
  void drawEverywhereIfUnset() {
    everywhere = true;
  }

  /** The request for these classes and seeds. */
  Generation request(List<Integer> labels, List<Long> seeds) {
    return request(new Condition.Classes(labels), seeds);
  }

  /** The request for these conditions and seeds. */
  Generation request(Condition condition, List<Long> seeds) {
    Preset usual =
        embedded
            ? Preset.shapes
            : condition instanceof Condition.Captions ? Preset.fid : Preset.quality;
    Generation request =
        switch (preset == null ? usual : preset) {
          case fid -> Generation.fid(condition, 0);
          case quality -> Generation.quality(condition, 0);
          case shapes -> ShapesModel.settings(condition, 0);
        };
    boolean mixes = smooth != null && smooth; // which the greedy settings of a preset give way to
    int usually = mixes || everywhere ? Generation.ALL : request.drawn();
    request = request.seeds(seeds).drawn(drawn(usually));
    if (cfgScale != null) {
      if (!Double.isFinite(cfgScale)) {
        throw new UsageException("--cfg-scale: a finite number; got " + cfgScale);
      }
      request = request.guidance(cfgScale);
    }
    if (topK != null) {
      if (topK < 0) {
        throw new UsageException("--top-k: at least 0; got " + topK + " — 0 keeps all tokens");
      }
      request = request.topK(topK);
    }
    if (topP != null) {
      if (!(topP >= 0 && topP <= 1)) {
        throw new UsageException("--top-p: from 0 to 1; got " + topP + " — 0 keeps all tokens");
      }
      request = request.topP(topP);
    }
    if (decided() && mixes) {
      throw new UsageException(
          (greedy ? "--greedy" : "--drawn-scales")
              + ": tokens, which --smooth replaces by mixtures; got both — leave one out");
    }
    return request.drawn() < Generation.ALL
        ? request.smooth(false)
        : smooth == null ? request : request.smooth(smooth);
  }

  /**
   * The guidance of a diffusion transformer.
   *
   * @throws UsageException when there are settings of tokens, which it does not draw
   */
  double diffusionGuidance() {
    SequencedMap<String, Boolean> ofTokens = new LinkedHashMap<>();
    ofTokens.put("--preset", preset != null);
    ofTokens.put("--top-k", topK != null);
    ofTokens.put("--top-p", topP != null);
    ofTokens.put("--smooth", smooth != null);
    ofTokens.put("--greedy", greedy);
    ofTokens.put("--drawn-scales", drawnScales != null);
    ofTokens.forEach((flag, given) -> {
      if (given) {
        throw new UsageException(
            flag
                + ": a model that draws tokens; got a diffusion transformer — leave it out; it has"
                + " --cfg-scale, --sampling-steps and --sampler");
      }
    });
    return cfgScale == null ? DIFFUSION_GUIDANCE : cfgScale;
  }

  /**
   * The request as a raster-order transformer takes it.
   *
   * @throws UsageException when there are settings of scales, which it does not have
   */
  RasterSampling raster(Condition condition) {
    if (drawnScales != null || (smooth != null && smooth)) {
      throw new UsageException(
          (drawnScales != null ? "--drawn-scales" : "--smooth")
              + ": a model with scales; got a raster-order transformer — leave it out");
    }
    Generation request =
        request(condition, Collections.nCopies(condition.rows(), 0L)).smooth(false);
    int temperature = greedy ? 0 : 1;
    return new RasterSampling(request.guidance(), temperature, request.topK(), request.topP());
  }

  /** At how many scales tokens are drawn, {@code usual} where no flag says it. */
  private int drawn(int usual) {
    if (drawnScales == null) {
      return greedy ? 0 : usual;
    }
    if (drawnScales < 0) {
      throw new UsageException("--drawn-scales: at least 0; got " + drawnScales);
    }
    if (greedy && drawnScales > 0) {
      throw new UsageException(
          "--greedy: no drawn tokens; got --drawn-scales " + drawnScales + " — leave one out");
    }
    return drawnScales;
  }

  /** The settings of a request, for the recipe. */
  static Map<String, Object> describe(Generation request) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("cfg_scale", request.guidance());
    values.put("top_k", request.topK());
    values.put("top_p", request.topP());
    values.put("smooth", request.smooth());
    values.put("greedy", request.greedy());
    if (!request.greedy() && request.drawn() < Generation.ALL) {
      values.put("drawn_scales", request.drawn());
    }
    return values;
  }
}
