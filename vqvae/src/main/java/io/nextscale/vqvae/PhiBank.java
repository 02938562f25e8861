package io.nextscale.vqvae;

import io.nextscale.nn.Layer;
import io.nextscale.nn.Name;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The {@link Phi} of each scale: one for all, one each, or a few that neighbouring scales share.
 *
 * <p>Source: FoundationVision/VAR models/quant.py, PhiShared, PhiPartiallyShared,
 * PhiNonShared @78b9539.
 */
public sealed interface PhiBank {

  /** Below this ratio there are no convolutions. */
  float SMALLEST_RATIO = 1e-6f;

  /** The identity for every scale. */
  record Identity() implements PhiBank {
    @Override
    public Layer at(int scale, int scales) {
      return h -> h;
    }
  }

  /** One for all scales. */
  record Shared(@Name("qresi") Phi phi) implements PhiBank {
    @Override
    public Layer at(int scale, int scales) {
      return phi;
    }
  }

  /** A few for all scales. */
  record PartiallyShared(@Name("qresi_ls") List<Phi> phis) implements PhiBank {
    @Override
    public Layer at(int scale, int scales) {
      return phis.get(index(phis.size(), scale, scales));
    }
  }

  /** One per scale of the configuration. */
  record PerScale(@Name("") List<Phi> phis) implements PhiBank {
    @Override
    public Layer at(int scale, int scales) {
      return phis.get(index(phis.size(), scale, scales));
    }
  }

  /**
   * What to apply at a scale.
   *
   * @param scale 0 .. scales − 1
   * @param scales the number of scales in use, which need not be that of the configuration
   */
  Layer at(int scale, int scales);

  /** The bank of a configuration; its parameters have no values yet. */
  static PhiBank declared(VqVaeConfig config) {
    float ratio = Math.abs(config.phiRatio());
    if (ratio <= SMALLEST_RATIO) {
      return new Identity();
    }
    int count = config.phis() == 0 ? config.scales().count() : config.phis();
    List<Phi> phis =
        IntStream.range(0, count)
            .mapToObj(i -> Phi.declared(config.codeChannels(), ratio))
            .toList();
    return switch (config.phis()) {
      case 0 -> new PerScale(phis);
      case 1 -> new Shared(phis.getFirst());
      default -> new PartiallyShared(phis);
    };
  }

  /**
   * Which of {@code n} a scale uses: that with the nearest tick, the first on ties. The ticks are
   * evenly spaced in (0, 1), the position of a scale is {@code scale / (scales − 1)}.
   *
   * <p>All in double precision and in this order of operations: with four of them and ten scales,
   * as published, scales 2 and 7 lie exactly between two ticks, and rounding decides: 0 0 1 1 1 2 2
   * 3 3 3.
   *
   * @param scales with a single scale its position is 0
   */
  static int index(int n, int scale, int scales) {
    double position = scales == 1 ? 0 : (double) scale / (scales - 1);
    double margin = 1.0 / (n == 4 ? 3 : 2) / n; // quarters are placed at 1/12, …
    double first = margin;
    double last = 1 - margin;
    double step = (last - first) / (n - 1);
    int nearest = 0;
    double smallest = Double.POSITIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      double tick = n == 1 ? first : i == n - 1 ? last : i * step + first;
      double distance = Math.abs(tick - position);
      if (distance < smallest) {
        smallest = distance;
        nearest = i;
      }
    }
    return nearest;
  }
}
