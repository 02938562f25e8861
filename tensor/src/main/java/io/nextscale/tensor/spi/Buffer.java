package io.nextscale.tensor.spi;

import io.nextscale.tensor.DType;

/** The storage of one tensor, wherever it lives: a Java array, or memory of a device. */
public interface Buffer {

  /** How elements are stored. */
  DType type();

  /** The number of elements. */
  int size();
}
