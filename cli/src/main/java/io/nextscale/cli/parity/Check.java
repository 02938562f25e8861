package io.nextscale.cli.parity;

import java.io.IOException;

/** One area of the golden data: repeats its computation and hands over what came out. */
interface Check {

  /** What is checked, for messages: {@code interpolation}. */
  String name();

  /** Whether a file belongs to this area, as a result or as an input. */
  boolean reads(String path);

  /**
   * Repeats the computation. Files of a folder may be missing; what cannot be computed without them
   * is said with {@link Findings#notChecked}.
   *
   * @throws IOException when a file cannot be read or is not what it should be
   */
  void run(GoldenFolder golden, Findings findings) throws IOException;
}
