package io.nextscale.cli;

import io.nextscale.baselines.diffusion.Diffusion;
import io.nextscale.baselines.diffusion.DiffusionSampling;
import io.nextscale.baselines.diffusion.DiffusionStepwise;
import io.nextscale.baselines.diffusion.DiffusionStepwise.Picture;
import io.nextscale.baselines.diffusion.Dit;
import io.nextscale.baselines.diffusion.PictureSpace;
import io.nextscale.baselines.diffusion.Sampler;
import io.nextscale.search.Beam;
import io.nextscale.search.Resampling;
import io.nextscale.search.Stepwise;
import io.nextscale.search.Strategy;
import io.nextscale.tensor.Tensor;
import io.nextscale.var.Condition;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Diffusion.
 *
 * @param model the transformer
 * @param subjects what it can be asked for
 * @param space what is diffused
 * @param process in the steps that are made
 * @param sampler the kind of steps
 * @param guidance g
 */
record DitPainter(
    Dit model,
    Subjects subjects,
    PictureSpace space,
    Diffusion process,
    Sampler sampler,
    double guidance)
    implements Painter<Picture> {

  @Override
  public ModelKind kind() {
    return ModelKind.DIFFUSION;
  }

  private DiffusionSampling sampling(List<Subject> wanted) {
    Condition condition = subjects.condition(wanted);
    return new DiffusionSampling(model.denoiser(condition, guidance), process, sampler, space);
  }

  @Override
  public Stepwise<Picture> of(Subject subject) {
    return new DiffusionStepwise(sampling(List.of(subject)));
  }

  @Override
  public Tensor images(List<Subject> wanted, List<Long> seeds) {
    return sampling(wanted).generate(seeds);
  }

  @Override
  public long parameters() {
    return model.parameters().count();
  }

  @Override
  public Map<String, Object> settings() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("cfg_scale", guidance);
    values.put("sampler", draws() ? "ddpm" : "ddim");
    values.put("sampling_steps", process.steps());
    return values;
  }

  /** Whether noise is drawn at every step. */
  private boolean draws() {
    return !(sampler instanceof Sampler.Ddim(double eta) && eta == 0);
  }

  @Override
  public Optional<String> objection(Strategy strategy) {
    boolean branches = strategy instanceof Beam || strategy instanceof Resampling;
    return draws() || !branches
        ? Optional.empty()
        : Optional.of(
            "%s: steps that can go several ways; got diffusion with the sampler ddim, which draws nothing after the beginning — use --sampler ddpm, or random, zero-order, paths or halving"
                .formatted(strategy instanceof Beam ? "beam" : "resampling"));
  }
}
