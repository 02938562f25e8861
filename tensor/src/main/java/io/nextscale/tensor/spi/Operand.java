package io.nextscale.tensor.spi;

import io.nextscale.tensor.Shape;

/**
 * What a backend sees of a tensor: its storage and its extents.
 *
 * @param buffer {@code shape.size()} elements, row-major
 * @param shape the extents
 */
public record Operand(Buffer buffer, Shape shape) {

  /** The elements as floats; for {@link HostBuffer.F32} the array itself. */
  public float[] floats() {
    return host().toFloats();
  }

  /** The indices of an I32 operand, the array itself. */
  public int[] ints() {
    if (buffer instanceof HostBuffer.I32 indices) {
      return indices.values();
    }
    throw new IllegalArgumentException("operand: I32 indices; got " + buffer.type() + " " + shape);
  }

  /** The storage on the Java heap. */
  public HostBuffer host() {
    if (buffer instanceof HostBuffer host) {
      return host;
    }
    throw new IllegalArgumentException(
        "operand: storage on the Java heap; got "
            + buffer.getClass().getSimpleName()
            + " "
            + shape
            + " — move it with to(Backends.cpu())");
  }
}
