package io.nextscale.cli;

import io.nextscale.baselines.diffusion.Diffusion;
import io.nextscale.baselines.diffusion.Sampler;
import io.nextscale.tensor.io.Json;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a diffusion transformer makes its steps. */
public final class DiffusionOptions {

  /** Kinds of steps by name. */
  enum Kind {
    /** Without noise. */
    ddim,
    /** With noise. */
    ddpm
  }

  private static final int STEPS = 30;

  @Option(
      names = "--sampling-steps",
      paramLabel = "N",
      description = "Diffusion: steps from noise to a picture (default: 30).")
  private @Nullable Integer steps;

  @Option(
      names = "--sampler",
      paramLabel = "NAME",
      description =
          "Diffusion: ddim, whose steps draw nothing, or ddpm, whose steps draw noise (default:"
              + " ddim).")
  private @Nullable Kind sampler;

  /** Takes what was not given from the recipe of a picture. */
  void useIfUnset(Json.Obj recipe) {
    if (steps == null && recipe.members().get("sampling_steps") instanceof Json.Int(long n)) {
      steps = (int) Math.clamp(n, 0, Integer.MAX_VALUE);
    }
    if (sampler == null && recipe.members().get("sampler") instanceof Json.Str(String name)) {
      sampler = name.equals(Kind.ddpm.name()) ? Kind.ddpm : Kind.ddim;
    }
  }

  /** Refuses what was given where nothing is diffused. */
  void refuse(ModelKind kind) {
    if (steps != null || sampler != null) {
      throw new UsageException(
          (steps != null ? "--sampling-steps" : "--sampler")
              + ": a diffusion transformer; got a "
              + kind.words()
              + " — leave it out");
    }
  }

  /** The process in as many steps as are to be made. */
  Diffusion process(Diffusion trained) {
    int wanted = steps == null ? Math.min(STEPS, trained.steps()) : steps;
    if (wanted < 1 || wanted > trained.steps()) {
      throw new UsageException(
          "--sampling-steps: 1 to the %d of the training; got %d"
              .formatted(trained.steps(), wanted));
    }
    return trained.respaced(wanted);
  }

  /** The kind of steps. */
  Sampler sampler() {
    return sampler == Kind.ddpm ? new Sampler.Ddpm() : new Sampler.Ddim(0);
  }
}
