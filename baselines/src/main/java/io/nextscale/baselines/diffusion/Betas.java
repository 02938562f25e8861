package io.nextscale.baselines.diffusion;

import java.util.Locale;

/** How much of the variance is noise that a step adds: β_t for t = 0 .. T−1. */
public enum Betas {

  /**
   * From 1e-4 to 0.02 in equal steps, for 1000 of them; for others as much noise in all.
   *
   * @see <a href="https://arxiv.org/abs/2006.11239">Ho, Jain and Abbeel 2020, section 4</a>
   */
  LINEAR {
    @Override
    public int fewest() {
      return (int) (LAST * PUBLISHED) + 1; // for fewer the last β would not be below 1
    }

    @Override
    double[] of(int steps) {
      double first = FIRST * PUBLISHED / steps;
      double last = LAST * PUBLISHED / steps;
      double[] betas = new double[steps];
      for (int t = 0; t < steps; t++) {
        betas[t] = steps == 1 ? first : first + t * ((last - first) / (steps - 1));
      }
      return betas;
    }
  },

  /**
   * {@code β_t = min(1 − f(t+1)/f(t), 0.999)} with {@code f(t) = cos²((t/T + 0.008)/1.008 · π/2)}.
   *
   * @see <a href="https://arxiv.org/abs/2102.09672">Nichol and Dhariwal 2021, equation 17</a>
   */
  COSINE {
    @Override
    public int fewest() {
      return 1;
    }

    @Override
    double[] of(int steps) {
      double[] betas = new double[steps];
      for (int t = 0; t < steps; t++) {
        double kept = cosine((t + 1.0) / steps) / cosine((double) t / steps);
        betas[t] = Math.min(1 - kept, MOST);
      }
      return betas;
    }
  };

  private static final double FIRST = 1e-4;
  private static final double LAST = 0.02;
  private static final double PUBLISHED = 1000;
  private static final double MOST = 0.999;
  private static final double OFFSET = 0.008;

  /** The fewest steps that there can be. */
  public abstract int fewest();

  /** The betas of a process of so many steps, each in (0, 1). */
  abstract double[] of(int steps);

  private static double cosine(double passed) {
    double cosine = StrictMath.cos((passed + OFFSET) / (1 + OFFSET) * Math.PI / 2);
    return cosine * cosine;
  }

  /**
   * The one of a name.
   *
   * @throws IllegalArgumentException for any other
   */
  public static Betas named(String name) {
    return switch (name) {
      case "linear" -> LINEAR;
      case "cosine" -> COSINE;
      default -> throw new IllegalArgumentException("--betas: linear or cosine; got " + name);
    };
  }

  /** {@code linear} or {@code cosine}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
