package io.nextscale.baselines.diffusion;

import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import java.util.Arrays;
import java.util.List;

/**
 * How pictures are made out of noise.
 *
 * <pre>{@code
 * Diffusion process = Diffusion.of(Betas.LINEAR, 1000).respaced(50);
 * Denoiser denoiser = model.denoiser(Condition.classes(207), 1.5);
 * var sampling = new DiffusionSampling(denoiser, process, new Sampler.Ddim(0), latents);
 * Tensor images = sampling.generate(List.of(1L, 2L));
 * }</pre>
 *
 * <p>All noise of a picture is drawn from its seed, so it does not depend on its batch.
 *
 * @param denoiser knows what is to be shown
 * @param process in as many steps as are to be made
 * @param sampler the kind of steps
 * @param space what maps stand for
 */
public record DiffusionSampling(
    Denoiser denoiser, Diffusion process, Sampler sampler, PictureSpace space) {

  /** K, the steps of a picture. */
  public int steps() {
    return process.steps();
  }

  /** The noise that pictures begin with, (B,h,w,C). */
  public Tensor noise(List<Long> seeds) {
    return noise(seeds, "begin", 0);
  }

  /**
   * Noise of some seeds.
   *
   * @param purpose what it is for
   * @param index of several for this purpose
   */
  Tensor noise(List<Long> seeds, String purpose, int index) {
    int side = space.side();
    Tensor[] rows = new Tensor[seeds.size()];
    for (int i = 0; i < rows.length; i++) {
      RandomStream random =
          RandomStream.of(seeds.get(i)).split("diffusion").split(purpose).split(index);
      rows[i] = Tensor.normal(Shape.of(1, side, side, space.channels()), 0, 1, random);
    }
    return Tensor.concat(0, rows);
  }

  /** What the denoiser says before step k = 1 .. K of maps (B,h,w,C). */
  Tensor predict(int k, Tensor x) {
    int[] times = new int[x.shape().dim(0)];
    Arrays.fill(times, process.time(steps() - k));
    return Workspace.scope(() -> denoiser.predict(x, times));
  }

  /** Step k = 1 .. K. */
  Sampler.Step step(int k, Tensor x, Tensor prediction, List<Long> seeds) {
    Tensor noise = noise(seeds, "step", k);
    return sampler.step(process, steps() - k, x, prediction, noise, space.limit());
  }

  /** The map of noise, after all steps. */
  public Tensor denoised(Tensor noise, List<Long> seeds) {
    Tensor x = noise;
    for (int k = 1; k <= steps(); k++) {
      x = step(k, x, predict(k, x), seeds).map();
    }
    return x;
  }

  /** A picture for each seed, (B,n,n,3) in [0, 1]. */
  public Tensor generate(List<Long> seeds) {
    return pictures(denoised(noise(seeds), seeds));
  }

  /** What maps look like, (B,n,n,3) in [0, 1]. */
  Tensor pictures(Tensor maps) {
    return space.decode(maps).plus(1).times(0.5f);
  }
}
