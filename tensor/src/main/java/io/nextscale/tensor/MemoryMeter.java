package io.nextscale.tensor;

import io.nextscale.tensor.spi.Buffer;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Counts the bytes that tapes and gradients hold, after every operation; for {@link Footprint}. */
final class MemoryMeter {

  static final ScopedValue<MemoryMeter> CURRENT = ScopedValue.newInstance();

  /** How many saved operands and results refer to a storage. */
  private final Map<Buffer, Integer> held = new IdentityHashMap<>();

  /** Storage that is there anyway: parameters. */
  private final Set<Buffer> resident = Collections.newSetFromMap(new IdentityHashMap<>());

  /** The gradients of walks that are under way, the innermost last. */
  private final Deque<Map<Long, Tensor>> walks = new ArrayDeque<>();

  private final LongStream.Builder samples = LongStream.builder();
  private long heldBytes;

  static @Nullable MemoryMeter current() {
    return CURRENT.isBound() ? CURRENT.get() : null;
  }

  void resident(Tensor parameter) {
    resident.add(parameter.buffer());
  }

  void hold(Tensor... tensors) {
    for (Tensor tensor : tensors) {
      Buffer buffer = tensor.bufferIfThere();
      if (buffer != null
          && !resident.contains(buffer)
          && held.merge(buffer, 1, Integer::sum) == 1) {
        heldBytes += bytes(tensor);
      }
    }
  }

  void release(Tensor... tensors) {
    for (Tensor tensor : tensors) {
      Buffer buffer = tensor.bufferIfThere();
      if (buffer != null && held.containsKey(buffer) && held.merge(buffer, -1, Integer::sum) == 0) {
        held.remove(buffer);
        heldBytes -= bytes(tensor);
      }
    }
  }

  void beginWalk(Map<Long, Tensor> gradients) {
    walks.add(gradients);
  }

  void endWalk() {
    walks.removeLast();
  }

  /** Notes what is held now, further tensors and all gradients included. */
  void sample(Tensor... more) {
    Set<Buffer> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    long sum = heldBytes;
    for (Map<Long, Tensor> gradients : walks) {
      for (Tensor gradient : gradients.values()) {
        sum += bytesIfNew(gradient, seen);
      }
    }
    for (Tensor tensor : more) {
      sum += bytesIfNew(tensor, seen);
    }
    samples.add(sum);
  }

  private long bytesIfNew(Tensor tensor, Set<Buffer> seen) {
    Buffer buffer = tensor.bufferIfThere();
    boolean counts =
        buffer != null
            && !resident.contains(buffer)
            && !held.containsKey(buffer)
            && seen.add(buffer);
    return counts ? bytes(tensor) : 0;
  }

  private static long bytes(Tensor tensor) {
    return (long) tensor.shape().size() * tensor.dtype().sizeBytes();
  }

  long[] samples() {
    return samples.build().toArray();
  }
}
