package io.nextscale.bench;

import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One kernel at one real shape. Results are checked before anything is timed; arrays are recycled,
 * as they are when pictures are made.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public abstract class KernelBench {

  private static final int REPEAT = 4;

  /** Makes the operands. */
  abstract void prepare();

  /** Throws unless the result of {@link #run} is right. */
  abstract void check(float[] y);

  /**
   * Floating-point operations of {@link #run}, two for each product of the definition; from the
   * parameters alone.
   */
  abstract double flops();

  /** What comes from elsewhere at each call; weights stay where they are. */
  abstract List<Tensor> inputs();

  /** The kernel, once. */
  abstract Tensor run();

  /** Makes the operands and checks the result. */
  @Setup
  public void prepareAndCheck() {
    prepare();
    check(run().toArray());
  }

  /** The kernel, several times in recycled memory. */
  @Benchmark
  @OperationsPerInvocation(REPEAT)
  public Tensor kernel() {
    return Workspace.scope(() -> {
      Tensor nothing = Tensor.scalar(0);
      for (int i = 0; i < REPEAT; i++) {
        Workspace.scope(() -> {
          run();
          return nothing;
        });
      }
      return nothing;
    });
  }

  /** Throws unless {@code |actual - expected| <= bound}. */
  static void requireClose(String what, float actual, double expected, double bound) {
    if (!(Math.abs(actual - expected) <= bound)) {
      throw new IllegalStateException(
          what + ": within " + bound + " of " + expected + "; got " + actual);
    }
  }
}
