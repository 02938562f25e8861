package io.nextscale.nn;

import io.nextscale.tensor.DType;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How {@link Parameters#load} stores what it reads.
 *
 * @param weights the type of every {@link Weight}, or null to keep that of the file (F32, BF16,
 *     F16); everything else becomes F32
 * @param prepared whether weights are {@linkplain io.nextscale.tensor.Tensor#prepared() rearranged}
 *     for their kernels, one by one, so that memory holds one copy of the model
 * @param kept names that are not read: the model keeps what it has
 */
public record Loading(@Nullable DType weights, boolean prepared, Set<String> kept) {

  /** Copies the names. */
  public Loading {
    kept = Set.copyOf(kept);
    if (weights == DType.I32) {
      throw new IllegalArgumentException("load: a real type for weights; got I32");
    }
  }

  /** For generating and encoding: weights in the type of the file, prepared. */
  public static Loading forInference() {
    return new Loading(null, true, Set.of());
  }

  /** For training: F32, row-major. */
  public static Loading forTraining() {
    return new Loading(DType.F32, false, Set.of());
  }

  /** The same with weights of another type; null: the type of the file. */
  public Loading weights(@Nullable DType type) {
    return new Loading(type, prepared, kept);
  }

  /** The same with a name that is not read. */
  public Loading keeping(String name) {
    Set<String> names = new HashSet<>(kept);
    names.add(name);
    return new Loading(weights, prepared, names);
  }
}
