package io.nextscale.nn;

/**
 * Learning rate and weight decay over the iterations of a training.
 *
 * <p>The rate rises linearly from {@code peak · warmUpStart} to {@code peak} in the first {@code
 * warmUp} iterations, then follows {@link Curve} down to {@code peak · end} at the last one. The
 * decay goes along half a cosine from {@code weightDecay} to {@code weightDecayEnd}. All in double
 * precision.
 *
 * <p>Source: FoundationVision/VAR utils/lr_control.py, lr_wd_annealing @78b9539.
 *
 * @param curve how the rate falls
 * @param peak the largest learning rate
 * @param weightDecay at the first iteration
 * @param weightDecayEnd at the last iteration
 * @param warmUp iterations of warm-up
 * @param iterations all iterations, at least 2
 * @param warmUpStart the first rate as a fraction of the peak
 * @param end the last rate as a fraction of the peak
 */
public record Schedule(
    Curve curve,
    double peak,
    double weightDecay,
    double weightDecayEnd,
    int warmUp,
    int iterations,
    double warmUpStart,
    double end) {

  /** Checks the ranges. */
  public Schedule {
    if (iterations < 2 || warmUp < 0) {
      throw new IllegalArgumentException(
          "schedule: at least 2 iterations and a warm-up of at least 0; got "
              + iterations
              + ", "
              + warmUp);
    }
  }

  /** How the learning rate falls after the warm-up. */
  public sealed interface Curve {

    /**
     * The rate as a fraction of the peak.
     *
     * @param passed the part of the way that is done, 0 .. 1
     * @param end the fraction at 1
     */
    double at(double passed, double end);

    /** Half a cosine. */
    record Cosine() implements Curve {
      @Override
      public double at(double passed, double end) {
        return end + (1 - end) * (0.5 + 0.5 * StrictMath.cos(Math.PI * passed));
      }
    }

    /**
     * Constant for a while, then linear.
     *
     * @param constant the part of the way at the peak, 0 .. 1 (excluded)
     */
    record Linear(double constant) implements Curve {
      @Override
      public double at(double passed, double end) {
        return passed < constant ? 1 : end + (1 - end) * (1 - passed) / (1 - constant);
      }
    }

    /**
     * Two linear pieces: half as steep before the bend as a straight line would be after a constant
     * start.
     *
     * @param bend the part of the way before the bend, 0 .. 1 (both excluded)
     */
    record Bent(double bend) implements Curve {
      @Override
      public double at(double passed, double end) {
        double afterBend = 1 - bend;
        double middle = (1 + (end + (1 - end) * afterBend)) / 2;
        return passed < bend
            ? 1 + (middle - 1) * passed / bend
            : end + (middle - end) * (1 - passed) / afterBend;
      }
    }

    /**
     * Constant for a while, then exponential.
     *
     * @param constant the part of the way at the peak, 0 .. 1 (excluded)
     */
    record Exponential(double constant) implements Curve {
      @Override
      public double at(double passed, double end) {
        return passed < constant ? 1 : StrictMath.pow(end, (passed - constant) / (1 - constant));
      }
    }

    /**
     * The curve of a name of the reference code: {@code cos}, {@code lin} (15 % constant), {@code
     * lin0} (5 %), {@code lin00} (none), {@code lin0.4} (bent at 40 %), {@code exp} (15 %
     * constant).
     *
     * @throws IllegalArgumentException for any other name
     */
    static Curve of(String name) {
      switch (name) {
        case "cos":
          return new Cosine();
        case "lin":
          return new Linear(0.15);
        case "lin0":
          return new Linear(0.05);
        case "lin00":
          return new Linear(0);
        case "exp":
          return new Exponential(0.15);
        default:
          if (name.matches("lin0?\\.[0-9]{1,9}")) {
            double bend = Double.parseDouble(name.substring(3));
            if (bend > 0) {
              return new Bent(bend);
            }
          }
          throw new IllegalArgumentException(
              "schedule: one of cos, lin, lin0, lin00, exp, or lin and a fraction such as lin0.4; got "
                  + name);
      }
    }
  }

  /** The learning rate of an iteration, 0 .. iterations − 1. */
  public double learningRate(int iteration) {
    if (iteration < warmUp) {
      return (warmUpStart + (1 - warmUpStart) * iteration / warmUp) * peak;
    }
    int rest = iterations - 1 - warmUp;
    double passed = rest <= 0 ? 1 : (double) (iteration - warmUp) / rest;
    return curve.at(passed, end) * peak;
  }

  /** The weight decay of an iteration, 0 .. iterations − 1. */
  public double weightDecay(int iteration) {
    double passed = (double) iteration / (iterations - 1);
    return weightDecayEnd
        + (weightDecay - weightDecayEnd) * (0.5 + 0.5 * StrictMath.cos(Math.PI * passed));
  }
}
