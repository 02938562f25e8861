package io.nextscale.training.settings;

import io.nextscale.baselines.diffusion.Betas;
import io.nextscale.baselines.diffusion.Diffusion;
import io.nextscale.baselines.diffusion.DiffusionTraining;
import io.nextscale.baselines.diffusion.DitConfig;
import io.nextscale.baselines.diffusion.NoiseLevels;
import io.nextscale.baselines.diffusion.PictureSpace;
import io.nextscale.baselines.diffusion.Sampler;
import io.nextscale.nn.Optimizer;
import io.nextscale.var.TextConfig;
import java.util.List;
import java.util.Map;

/**
 * Everything that decides on a diffusion transformer, beside pictures and tokenizer.
 *
 * @param pictures how they come to the size of the tokenizer
 * @param model the sizes of the network
 * @param optimizer how long and how fast
 * @param process from maps to noise
 * @param sampling how pictures are made to see how far it is
 */
public record DitSettings(
    PictureSettings pictures,
    Model model,
    OptimizerSettings optimizer,
    Process process,
    Sampling sampling) {

  /** The sizes of the network; see {@link DitConfig} and {@link TextConfig}. */
  public record Model(
      @Setting("What a picture is made from: text or classes.") String condition,
      @Setting("Positions of a side that are one token.") int patch,
      @Setting("Blocks.") int depth,
      @Setting("Channels.") int width,
      @Setting("Heads of attention.") int heads,
      @Setting("Whether variances are predicted beside the noise.") boolean variance,
      @Setting("Channels of the encoder of captions.") int textWidth,
      @Setting("Layers of the encoder of captions.") int textDepth,
      @Setting("Heads of the encoder of captions.") int textHeads,
      @Setting(
              "Pieces of a caption turn with their places: what stands before what is learnt sooner.")
          boolean textRotary,
      @Setting("Word pieces of a caption; the rest of longer ones is not read.") int textLength,
      @Setting("The most word pieces that are learnt from the captions.") int words) {

    /** Checks the condition and the sizes. */
    public Model {
      VarSettings.Model.requireCondition(condition);
      if (patch < 1 || depth < 1 || textDepth < 1 || textLength < 2 || words < 4) {
        throw new IllegalArgumentException(
            "--patch, --depth, --text-depth, --text-length, --words: at least 1, 1, 1, 2 and 4; got "
                + List.of(patch, depth, textDepth, textLength, words));
      }
      VarSettings.Model.requireDivisor("--heads", heads, "--width", width);
      VarSettings.Model.requireDivisor("--text-heads", textHeads, "--text-width", textWidth);
    }
  }

  /** From maps to noise; see {@link Diffusion}. */
  public record Process(
      @Setting("How noise grows: linear or cosine.") String betas,
      @Setting("Steps from a map to noise.") int noiseSteps,
      @Setting("Which steps are learnt most: uniform, all alike, or logit-normal, the middle ones.")
          String noiseLevels,
      @Setting("The part of pictures that lose their condition, for guidance.") double dropout) {

    /** Checks the ranges. */
    public Process {
      int fewest = Betas.named(betas).fewest();
      if (noiseSteps < fewest) {
        throw new IllegalArgumentException(
            "--noise-steps: at least %d with --betas %s; got %d"
                .formatted(fewest, betas, noiseSteps));
      }
      NoiseLevels.named(noiseLevels);
    }

    /** The process. */
    public Diffusion diffusion() {
      return Diffusion.of(Betas.named(betas), noiseSteps);
    }
  }

  /** How pictures are made to see how far the training is. */
  public record Sampling(
      @Setting("Pictures that are made and judged at each evaluation; 0: none.") int judged,
      @Setting("Guidance of these pictures.") double guidance,
      @Setting("Steps from noise to a picture.") int samplingSteps,
      @Setting("How these steps are made: ddim, without noise, or ddpm.") String sampler) {

    /** Checks the sampler. */
    public Sampling {
      if (!sampler.equals("ddim") && !sampler.equals("ddpm")) {
        throw new IllegalArgumentException("--sampler: ddim or ddpm; got " + sampler);
      }
      if (samplingSteps < 1) {
        throw new IllegalArgumentException("--sampling-steps: at least 1; got " + samplingSteps);
      }
    }

    /** The kind of steps. */
    public Sampler steps() {
      return sampler.equals("ddim") ? new Sampler.Ddim(0) : new Sampler.Ddpm();
    }
  }

  private static final Process PUBLISHED =
      new Process("linear", /* noiseSteps= */ 1000, "uniform", /* dropout= */ 0.1);

  /**
   * A code of a small map tells much at once, so what a picture shows is decided, by estimate,
   * between signal-to-noise ratios of about 0.3 and 30. Of the steps of the linear process a third
   * are there, of those of the cosine one 57 %, of what is drawn from its middle 75 %.
   */
  private static final Process SMALL =
      new Process("cosine", /* noiseSteps= */ 1000, "logit-normal", /* dropout= */ 0.1);

  /**
   * Settings for the pictures of a next-scale transformer, with a network of its depth, width and
   * encoder of captions. Maps are so small that a position is a token; published ones are larger.
   *
   * @param published whether optimiser, process, patches and sampling are those of the paper: AdamW
   *     at a constant 1e-4 without decay, averages of 0.9999, linear betas, 250 ancestral steps.
   *     Source: Peebles and Xie 2023, section 4
   */
  static DitSettings like(VarSettings var, boolean published) {
    VarSettings.Model model = var.model();
    OptimizerSettings o = var.optimizer();
    OptimizerSettings optimizer =
        published
            ? new OptimizerSettings(
                o.steps(),
                /* batch= */ 8,
                /* accumulate= */ 32,
                /* rate= */ 1e-4,
                "cos",
                /* warmUp= */ 0,
                /* warmUpStart= */ 1,
                /* rateEnd= */ 1,
                /* decay= */ 0,
                /* decayEnd= */ 0,
                /* clip= */ 1e9,
                /* ema= */ 0.9999,
                /* seed= */ 0,
                "adamw")
            : Settings.with(o, Map.of("decay", "0", "decay-end", "0", "clip", "1", "ema", "0.999"));
    return new DitSettings(
        var.pictures(),
        new Model(
            model.condition(),
            /* patch= */ published ? 2 : 1,
            /* depth= */ published ? 28 : model.depth(),
            /* width= */ published ? 1152 : model.width(),
            model.heads(),
            /* variance= */ published,
            model.textWidth(),
            model.textDepth(),
            model.textHeads(),
            model.textRotary(),
            model.textLength(),
            model.words()),
        optimizer,
        published ? PUBLISHED : SMALL,
        new Sampling(
            var.sampling().judged(),
            /* guidance= */ published ? 0.5 : 1.5,
            /* samplingSteps= */ published ? 250 : 30,
            published ? "ddpm" : "ddim"));
  }

  /** Whether captions are the condition. */
  public boolean readsText() {
    return model.condition().equals(VarSettings.TEXT);
  }

  /**
   * The configuration of the transformer.
   *
   * @param space where it works
   * @param classes how many there are, where classes are the condition
   * @param pieces how many word pieces there are, where text is
   */
  public DitConfig config(PictureSpace space, int classes, int pieces) {
    return new DitConfig(
        space.side(),
        space.channels(),
        model.patch(),
        model.depth(),
        model.width(),
        model.heads(),
        readsText() ? 0 : classes,
        model.variance(),
        readsText()
            ? new TextConfig(
                pieces,
                model.textLength(),
                model.textWidth(),
                model.textDepth(),
                model.textHeads(),
                model.textRotary())
            : null);
  }

  /** The settings as the trainer takes them. */
  public DiffusionTraining training() {
    return new DiffusionTraining(
        optimizer.schedule(),
        optimizer.clip(),
        process.dropout(),
        NoiseLevels.named(process.noiseLevels()),
        optimizer.accumulate(),
        optimizer.seed(),
        Optimizer.Kind.of(optimizer.optimizer()));
  }
}
