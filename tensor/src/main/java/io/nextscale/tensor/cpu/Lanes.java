package io.nextscale.tensor.cpu;

import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector shape of this JVM's kernels.
 *
 * <p>Constants, because the compiler turns vector operations into instructions only where it knows
 * the species.
 */
final class Lanes {

  /** Floats of one vector. */
  static final VectorSpecies<Float> F =
      VectorSpecies.of(float.class, VectorShape.forBitSize(CpuInfo.BITS));

  /** Ints of one vector, as many as floats. */
  static final VectorSpecies<Integer> I = F.withLanes(int.class);

  /** Floats per vector: 4, 8 or 16. */
  static final int N = F.length();

  private Lanes() {}
}
