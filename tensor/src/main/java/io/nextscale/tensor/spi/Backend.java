package io.nextscale.tensor.spi;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.op.Op;

/**
 * A device that runs operations: the CPU, or a GPU behind TornadoVM.
 *
 * <p>Execution follows the data: an operation runs on the backend that holds its operands. A
 * backend never falls back to another one in silence.
 */
public interface Backend extends AutoCloseable {

  /**
   * For messages and choices on the command line, for example {@code cpu} or {@code tornado:0:1}.
   */
  String name();

  /**
   * One line for people: what runs here, for example the vector width and the number of threads.
   */
  String describe();

  /** Storage for a tensor of this shape, of unspecified content. */
  Buffer allocate(DType type, Shape shape);

  /** Copies from the Java heap to this backend. */
  Buffer upload(HostBuffer from);

  /** Copies to the Java heap; the CPU gives the buffer itself. */
  HostBuffer download(Buffer from);

  /**
   * Runs one operation. Shapes and types were checked by {@link Op#shape} and {@link Op#type}.
   *
   * @param out storage of unspecified content; every element is written
   */
  void run(Op op, Operand[] in, Operand out);

  /**
   * A weight rearranged for the kernels that multiply with it, made once before many uses: linear
   * weights (N,K), convolution weights (O,C,kh,kw). The result stands for the same numbers.
   */
  default Buffer prepare(Buffer weight, Shape shape) {
    return weight;
  }

  /** What a loop on the Java heap does with the indices {@code from <= i < to}. */
  @FunctionalInterface
  interface HostLoop {
    /** The work on one chunk. */
    void run(int from, int to);
  }

  /**
   * Runs a loop over arrays on the Java heap, such as the step of an optimiser, on the threads that
   * this backend has for that; returns when all of it is done. Chunks depend on count and grain
   * only, so that a loop whose chunks write apart gives the same bits with any number of threads.
   *
   * @param count the number of indices, 0 or more
   * @param grain indices per chunk, at least 1
   */
  default void onHost(int count, int grain, HostLoop loop) {
    for (long from = 0; from < count; from += grain) {
      loop.run((int) from, (int) Math.min(count, from + grain));
    }
  }

  /** A program ready to run many times; the default runs its steps one by one. */
  default Executable compile(Program program) {
    return program.interpreter(this);
  }

  /**
   * Measures how many floating-point operations per second this device can do on registers alone,
   * two per {@code fma}: what the speed of kernels is compared with. Takes some seconds.
   *
   * @return NaN where nobody wrote such a measurement
   */
  default double measurePeak() {
    return Double.NaN;
  }

  /** Returns when all work given to this backend is done. */
  default void synchronize() {}

  /** Frees the device; the CPU has nothing to free. */
  @Override
  default void close() {}
}
