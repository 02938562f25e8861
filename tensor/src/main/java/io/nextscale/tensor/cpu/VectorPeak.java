package io.nextscale.tensor.cpu;

import jdk.incubator.vector.FloatVector;

/** The loop of {@link PeakProbe} with vector instructions. */
final class VectorPeak {

  private VectorPeak() {}

  /** Twelve chains of {@code fma}; returns something that depends on all of them. */
  static float chains(int steps) {
    FloatVector x = splat(0.5f);
    FloatVector y = splat(0.25f);
    FloatVector a = splat(1);
    FloatVector b = splat(2);
    FloatVector c = splat(3);
    FloatVector d = splat(4);
    FloatVector e = splat(5);
    FloatVector f = splat(6);
    FloatVector g = splat(7);
    FloatVector h = splat(8);
    FloatVector i = splat(9);
    FloatVector j = splat(10);
    FloatVector k = splat(11);
    FloatVector l = splat(12);
    for (int step = 0; step < steps; step++) {
      a = a.fma(x, y);
      b = b.fma(x, y);
      c = c.fma(x, y);
      d = d.fma(x, y);
      e = e.fma(x, y);
      f = f.fma(x, y);
      g = g.fma(x, y);
      h = h.fma(x, y);
      i = i.fma(x, y);
      j = j.fma(x, y);
      k = k.fma(x, y);
      l = l.fma(x, y);
    }
    FloatVector sum =
        a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).add(i).add(j).add(k).add(l);
    return sum.lane(0);
  }

  private static FloatVector splat(float value) {
    return FloatVector.broadcast(Lanes.F, value);
  }
}
