package io.nextscale.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CpuInfoTest {

  @Test
  void activeKernelsAreNamed() {
    String threads = Parallel.threads() == 1 ? "1 thread" : Parallel.threads() + " threads";
    assertThat(CpuInfo.describe()).endsWith(", " + threads);
    if (CpuInfo.VECTOR) {
      assertThat(CpuInfo.describe()).startsWith("vector " + CpuInfo.BITS + "-bit");
      assertThat(Lanes.N).isEqualTo(CpuInfo.BITS / 32);
    } else {
      assertThat(CpuInfo.describe()).startsWith("scalar (");
      assertThat(CpuInfo.BITS).isZero();
    }
  }
}
