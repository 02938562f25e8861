package io.nextscale.nn;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A checkpoint whose tensors are made by a function of the name. */
record Lazy(String source, SequencedMap<String, Shape> shapes, Maker maker) implements Checkpoint {

  /** Makes a tensor, or gives null for an unknown name. */
  @FunctionalInterface
  interface Maker {
    @Nullable Tensor make(String name) throws IOException;
  }

  Lazy {
    shapes = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(shapes));
  }

  @Override
  public Tensor tensor(String name) throws IOException {
    Tensor tensor = shapes.containsKey(name) ? maker.make(name) : null;
    if (tensor == null) {
      throw new IllegalArgumentException(
          source + ": the name of a tensor; got " + name + examples(shapes.sequencedKeySet()));
    }
    return tensor;
  }

  /** The first names, for a message. */
  static String examples(SequencedSet<String> names) {
    return names.isEmpty()
        ? ""
        : names.stream().limit(3).collect(Collectors.joining(", ", " (", ", …)"));
  }

  @Override
  public String toString() {
    return source + " with " + shapes.size() + " tensors";
  }
}
