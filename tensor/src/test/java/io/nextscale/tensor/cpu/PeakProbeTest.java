package io.nextscale.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PeakProbeTest {

  @Test
  void chainsConvergeToTheirFixedPoint() {
    // x -> x / 2 + 1/4 has the fixed point 1/2; twelve of them sum to 6
    if (CpuInfo.VECTOR) {
      assertThat(VectorPeak.chains(200)).isEqualTo(6f);
    }
    assertThat(PeakProbe.scalarChains(200)).isEqualTo(6f);
  }
}
