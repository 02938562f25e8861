package io.nextscale.bench;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Checks accept what kernels compute, and nothing else. */
class KernelBenchTest {

  private static void assertChecks(KernelBench bench, float off) {
    bench.prepare();
    float[] y = bench.run().toArray();
    assertThatCode(() -> bench.check(y)).doesNotThrowAnyException();
    for (int i = 0; i < y.length; i++) {
      y[i] += off;
    }
    assertThatThrownBy(() -> bench.check(y)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void geluOfALinearLayer() {
    LinearBench bench = new LinearBench();
    bench.layer = "d16.fc1+gelu";
    bench.rows = "18";
    bench.weights = "f32";
    assertChecks(bench, 1e-3f);
  }

  @Test
  void nearestCodes() {
    CodebookBench bench = new CodebookBench();
    bench.vectors = "256";
    assertChecks(bench, -1);
  }
}
