package io.nextscale.nn;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.util.function.Supplier;

/**
 * A tensor that follows from the configuration of a model but is stored in its checkpoints all the
 * same, as PyTorch does with registered buffers: masks, position tables, biases that are zero.
 *
 * <p>It is made when asked for. Loading compares it with the file, saving writes it.
 *
 * @param shape the extents
 * @param type F32 or I32
 * @param make gives the value, of that shape and type
 */
public record Constant(Shape shape, DType type, Supplier<Tensor> make) {

  /** All zeros. */
  public static Constant zeros(Shape shape) {
    return new Constant(shape, DType.F32, () -> Tensor.zeros(shape));
  }

  /** The value, made anew. */
  public Tensor value() {
    return make.get();
  }
}
