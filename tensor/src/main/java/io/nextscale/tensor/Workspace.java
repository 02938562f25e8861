package io.nextscale.tensor;

import io.nextscale.tensor.spi.Backend;
import io.nextscale.tensor.spi.Buffer;
import io.nextscale.tensor.spi.HostBuffer;
import java.lang.ref.SoftReference;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Recycles the arrays of intermediate results in inference.
 *
 * <pre>{@code
 * Tensor image = Workspace.scope(() -> decoder.forward(map));
 * }</pre>
 *
 * <p>Within a scope, results are stored in arrays that go back to a pool when the scope ends; the
 * scope's own result survives it. Scopes nest: a block inside a scope frees what it no longer needs
 * for the next block, which bounds memory without any allocation in the steady state. Using a
 * tensor after its scope ended throws. Without scopes the garbage collector does the same work,
 * later.
 *
 * <p>While {@link Gradients} records, scopes do nothing: the tape decides what lives.
 */
public final class Workspace {

  private static final ScopedValue<Workspace> CURRENT = ScopedValue.newInstance();

  /**
   * What the last outermost scope of a thread left, for its next one: the second image finds the
   * arrays of the first. Softly held, so that it never is the reason for a full heap.
   */
  private static final ThreadLocal<@Nullable SoftReference<Map<Integer, Deque<float[]>>>> IDLE =
      new ThreadLocal<>();

  /** The scope around this one. */
  private final @Nullable Workspace outer;

  /** Free arrays by length; shared by nested scopes, left to the thread by the outermost. */
  private final Map<Integer, Deque<float[]>> pool;

  /** The results made in this scope. */
  private final Set<Tensor> made = Collections.newSetFromMap(new IdentityHashMap<>());

  /** The arrays this scope took: those of views into older tensors are not among them. */
  private final Set<float[]> owned = Collections.newSetFromMap(new IdentityHashMap<>());

  private Workspace(@Nullable Workspace outer) {
    this.outer = outer;
    this.pool = outer == null ? takeIdle() : outer.pool;
  }

  private static Map<Integer, Deque<float[]>> takeIdle() {
    SoftReference<Map<Integer, Deque<float[]>>> left = IDLE.get();
    IDLE.remove(); // in use until its scope ends
    Map<Integer, Deque<float[]>> pool = left == null ? null : left.get();
    return pool == null ? new HashMap<>() : pool;
  }

  /** Runs the body and keeps only its result. */
  public static Tensor scope(Supplier<Tensor> body) {
    if (Recording.active()) {
      return body.get();
    }
    Workspace inner = new Workspace(CURRENT.isBound() ? CURRENT.get() : null);
    try {
      Tensor result = ScopedValue.where(CURRENT, inner).call(body::get);
      inner.release(result);
      return result;
    } catch (RuntimeException | Error e) {
      inner.release(null);
      throw e;
    }
  }

  /**
   * Takes a tensor out of the scope it was made in: it lives until nobody refers to it. For what
   * outlives a scope without being its result, such as the entries of a cache.
   */
  public static Tensor keep(Tensor tensor) {
    if (CURRENT.isBound()) {
      float @Nullable [] values =
          tensor.buffer() instanceof HostBuffer.F32(float[] array) ? array : null;
      for (Workspace scope = CURRENT.get(); scope != null; scope = scope.outer) {
        scope.made.remove(tensor);
        if (values != null) {
          scope.owned.remove(values);
        }
      }
    }
    return tensor;
  }

  /** Storage for a result, from the pool where it has a fitting array. */
  static Buffer allocate(Backend backend, DType type, Shape shape) {
    if (type != DType.F32
        || backend != Backends.cpu()
        || !CURRENT.isBound()
        || Recording.active()) {
      return backend.allocate(type, shape);
    }
    Workspace workspace = CURRENT.get();
    Deque<float[]> free = workspace.pool.get(shape.size());
    float[] values = free == null || free.isEmpty() ? new float[shape.size()] : free.pop();
    workspace.owned.add(values);
    return new HostBuffer.F32(values);
  }

  /** A result was made; the innermost scope owns it. */
  static void announce(Tensor tensor) {
    if (CURRENT.isBound() && !Recording.active()) {
      CURRENT.get().made.add(tensor);
    }
  }

  private void release(@Nullable Tensor result) {
    if (result != null && made.remove(result)) {
      boolean ours =
          result.buffer() instanceof HostBuffer.F32(float[] values) && owned.remove(values);
      if (outer != null) { // the next scope out takes it over, and its array if it was ours
        outer.made.add(result);
        if (ours) {
          outer.owned.add(((HostBuffer.F32) result.buffer()).values());
        }
      }
    }
    made.forEach(Tensor::release);
    for (float[] values : owned) {
      pool.computeIfAbsent(values.length, _ -> new ArrayDeque<>()).push(values);
    }
    if (outer == null) {
      IDLE.set(new SoftReference<>(pool));
    }
  }
}
