package io.nextscale.vqvae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.nn.Loading;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ThriftTest {

  private static final int CODES = 12;
  private static final int CHANNELS = 3;
  private static final int SIDE = 4;

  /** Two grids without φ, so that what the second sees is easily told. */
  private static final VqVaeConfig CONFIG =
      new VqVaeConfig(32, List.of(1), 1, CODES, CHANNELS, Scales.of(2, SIDE), 1, 0, 0.25f, false);

  private static MultiScaleQuantizer quantizer(float thrift) throws IOException {
    VqVae vae =
        VqVae.load(
            VqVae.initial(CONFIG, RandomStream.of(4)),
            CONFIG.withThrift(thrift),
            Loading.forInference());
    float[] hits = new float[2 * CODES];
    RandomStream random = RandomStream.of(5);
    for (int i = 0; i < hits.length; i++) {
      hits[i] = i % 5 == 0 ? 0 : (float) Math.exp(3 * random.nextGaussian());
    }
    vae.quantizer().hits().set(Tensor.of(Shape.of(2, CODES), hits));
    return vae.quantizer();
  }

  private static Tensor map() {
    return Tensor.normal(Shape.of(6, SIDE, SIDE, CHANNELS), 0, 1, RandomStream.of(6));
  }

  /** −ln of how often a scale takes a code, of codes a hundredth alike. */
  private static double length(MultiScaleQuantizer quantizer, int scale, int code) {
    float[] hits = quantizer.hits().peek().toArray();
    double all = 0;
    for (int k = 0; k < CODES; k++) {
      all += hits[scale * CODES + k];
    }
    return -Math.log(0.99 * hits[scale * CODES + code] / all + 0.01 / CODES);
  }

  private static double squared(float[] x, int i, float[] codes, int k) {
    double sum = 0;
    for (int c = 0; c < CHANNELS; c++) {
      double difference = (double) x[i * CHANNELS + c] - codes[k * CHANNELS + c];
      sum += difference * difference;
    }
    return sum;
  }

  private static double meanSquare(float... codes) {
    double sum = 0;
    for (float value : codes) {
      sum += (double) value * value;
    }
    return sum / CODES;
  }

  @Test
  void everyTokenIsTheCheapestByTheFormula() throws IOException {
    float thrift = 0.4f;
    MultiScaleQuantizer quantizer = quantizer(thrift);
    float[] codes = quantizer.codebook().weight().peek().toArray();
    int otherThanNearest = 0;
    List<MultiScaleQuantizer.Step> steps = quantizer.steps(map(), CONFIG.scales());
    for (int s = 0; s < steps.size(); s++) {
      float[] x = steps.get(s).rest().toArray();
      int[] ids = steps.get(s).ids().toInts();
      double area = s == 0 ? 0.25 : 1;
      for (int i = 0; i < ids.length; i++) {
        int best = 0;
        int nearest = 0;
        double least = Double.POSITIVE_INFINITY;
        for (int k = 0; k < CODES; k++) {
          double charge = thrift * meanSquare(codes) * area * length(quantizer, s, k);
          double cost = squared(x, i, codes, k) + charge;
          best = cost < least ? k : best;
          least = Math.min(cost, least);
          nearest = squared(x, i, codes, k) < squared(x, i, codes, nearest) ? k : nearest;
        }
        assertThat(ids[i]).as("scale %d, token %d", s, i).isEqualTo(best);
        otherThanNearest += best == nearest ? 0 : 1;
      }
    }
    assertThat(otherThanNearest).isPositive();
  }

  @Test
  void moreThriftMeansShorterTokensOfTheFirstGrid() throws IOException {
    double before = Double.POSITIVE_INFINITY;
    double first = 0;
    for (float thrift : new float[] {0, 0.1f, 0.5f, 2, 50}) {
      MultiScaleQuantizer quantizer = quantizer(thrift);
      double lengths = 0;
      for (int id : quantizer.tokenize(map()).ids().getFirst().toInts()) {
        lengths += length(quantizer, 0, id);
      }
      assertThat(lengths).as("thrift %s", thrift).isLessThanOrEqualTo(before);
      first = before == Double.POSITIVE_INFINITY ? lengths : first;
      before = lengths;
    }
    assertThat(before).isLessThan(0.7 * first);
  }

  @Test
  void withoutAveragesOrInOtherGridsTheNearestCodesAreTaken() throws IOException {
    Tensor map = map();
    MultiScaleQuantizer thrifty = quantizer(1);
    MultiScaleQuantizer nearest = quantizer(0);
    assertThat(tokens(thrifty, map)).isNotEqualTo(tokens(nearest, map));
    assertThat(tokens(thrifty.withThrift(0), map)).isEqualTo(tokens(nearest, map));
    Scales other = Scales.of(1, 3, SIDE);
    assertThat(thrifty.tokenize(map, other).sequence().toInts())
        .isEqualTo(nearest.tokenize(map, other).sequence().toInts());
    thrifty.hits().set(Tensor.zeros(Shape.of(2, CODES)));
    assertThat(tokens(thrifty, map)).isEqualTo(tokens(nearest, map));
  }

  @Test
  void averagesThatAreNoCountsAreIgnored() throws IOException {
    MultiScaleQuantizer odd = quantizer(1);
    float[] hits = new float[2 * CODES];
    hits[0] = Float.NaN;
    hits[1] = -3;
    hits[2] = Float.POSITIVE_INFINITY;
    odd.hits().set(Tensor.of(Shape.of(2, CODES), hits));
    assertThat(tokens(odd, map())).isEqualTo(tokens(quantizer(0), map()));
  }

  @Test
  void thriftIsOfDistancesAndNotNegative() {
    assertThatThrownBy(() -> CONFIG.withThrift(-0.1f))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("thrift")
        .hasMessageContaining("-0.1");
    VqVaeConfig cosine = new VqVaeConfig(32, List.of(1), 1, 4, 4, Scales.of(2), 1, 0, 0.25f, true);
    assertThatThrownBy(() -> cosine.withThrift(0.1f))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cosine");
    assertThatThrownBy(() -> CONFIG.withThrift(Float.NaN))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static int[] tokens(MultiScaleQuantizer quantizer, Tensor map) {
    return quantizer.tokenize(map).sequence().toInts();
  }
}
