package io.nextscale.nn;

import io.nextscale.tensor.Backends;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Adam with decoupled weight decay. For a parameter p with gradient g at its step t, learning rate
 * η and decay λ:
 *
 * <pre>{@code
 * p ← p − η λ p
 * m ← β₁ m + (1 − β₁) g
 * v ← β₂ v + (1 − β₂) g²
 * p ← p − η / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
 * }</pre>
 *
 * <p>A parameter without a gradient stays as it is, decay included.
 *
 * @see <a href="https://arxiv.org/abs/1711.05101">Loshchilov and Hutter 2019, algorithm 2; the
 *     order of operations is that of torch.optim.AdamW</a>
 */
public final class AdamW implements Optimizer {

  /**
   * The moments of one parameter after some steps.
   *
   * @param steps how many
   * @param m the running mean of gradients, of the parameter's shape
   * @param v the running mean of squared gradients, of the parameter's shape
   */
  public record Moments(int steps, Tensor m, Tensor v) {}

  /** Elements that a thread takes at a time: what four arrays of them fill fits into a cache. */
  private static final int GRAIN = 1 << 15;

  /** The moments while they change. */
  private static final class State {
    final float[] m;
    final float[] v;
    int steps;

    State(int size) {
      m = new float[size];
      v = new float[size];
    }
  }

  private final double beta1;
  private final double beta2;
  private final float eps;
  private final Set<Parameter> decayed = new HashSet<>();
  private final Map<Parameter, State> states = new HashMap<>();

  /**
   * An optimiser that has made no step.
   *
   * @param decayed the parameters that weight decay applies to
   * @param beta1 0 .. 1
   * @param beta2 0 .. 1
   * @param eps greater than 0
   */
  public AdamW(Iterable<Parameter> decayed, double beta1, double beta2, double eps) {
    decayed.forEach(this.decayed::add);
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.eps = (float) eps;
  }

  @Override
  public void step(Map<Parameter, Tensor> gradients, double learningRate, double weightDecay) {
    gradients.forEach((parameter, gradient) ->
        step(parameter, gradient, learningRate, decayed.contains(parameter) ? weightDecay : 0));
  }

  private void step(Parameter parameter, Tensor gradient, double rate, double decay) {
    State state = states.computeIfAbsent(parameter, p -> new State(p.shape().size()));
    state.steps++;
    float keep = (float) (1 - rate * decay);
    float stepSize = (float) (rate / (1 - StrictMath.pow(beta1, state.steps)));
    float rootOfCorrection = (float) Math.sqrt(1 - StrictMath.pow(beta2, state.steps));
    float[] before = onHost(parameter.peek());
    float[] g = onHost(gradient);
    float[] after = new float[before.length];
    Backends.cpu()
        .onHost(
            after.length,
            GRAIN,
            (from, to) ->
                update(before, g, state, keep, stepSize, rootOfCorrection, after, from, to));
    parameter.set(Tensor.of(parameter.shape(), after).to(gradient.backend()));
  }

  /** The values as they are, not a copy where they are on the heap. */
  private static float[] onHost(Tensor tensor) {
    return tensor.backend().download(tensor.buffer()).toFloats();
  }

  private void update(
      float[] before,
      float[] g,
      State state,
      float keep,
      float stepSize,
      float root,
      float[] after,
      int from,
      int to) {
    float[] m = state.m;
    float[] v = state.v;
    float b1 = (float) beta1;
    float b2 = (float) beta2;
    float oneMinusB1 = (float) (1 - beta1);
    float oneMinusB2 = (float) (1 - beta2);
    for (int i = from; i < to; i++) {
      m[i] = b1 * m[i] + oneMinusB1 * g[i];
      v[i] = b2 * v[i] + oneMinusB2 * (g[i] * g[i]);
      float denominator = (float) Math.sqrt(v[i]) / root + eps;
      after[i] = before[i] * keep - stepSize * (m[i] / denominator);
    }
  }

  /** The moments of a parameter, copies; null before its first step. */
  public @Nullable Moments moments(Parameter parameter) {
    State state = states.get(parameter);
    return state == null
        ? null
        : new Moments(
            state.steps,
            Tensor.of(parameter.shape(), state.m.clone()),
            Tensor.of(parameter.shape(), state.v.clone()));
  }

  /** Gives a parameter moments that another optimiser had for it. */
  public void restore(Parameter parameter, Moments moments) {
    State state = new State(parameter.shape().size());
    state.steps = moments.steps();
    copy(parameter, moments.m(), state.m);
    copy(parameter, moments.v(), state.v);
    states.put(parameter, state);
  }

  private static void copy(Parameter parameter, Tensor moments, float[] to) {
    if (!moments.shape().equals(parameter.shape())) {
      throw new ShapeException(
          "adamw", "moments of the parameter's shape", parameter.shape(), moments.shape());
    }
    System.arraycopy(moments.toArray(), 0, to, 0, to.length);
  }

  /**
   * {@code steps} I32 (P) in the order of the parameters, and {@code m.<name>} and {@code v.<name>}
   * of each that made a step.
   */
  @Override
  public SequencedMap<String, Tensor> state(SequencedMap<String, Parameter> named) {
    SequencedMap<String, Tensor> saved = new LinkedHashMap<>();
    int[] steps = named.values().stream().mapToInt(this::steps).toArray();
    saved.put("steps", Tensor.ofInts(Shape.of(steps.length), steps));
    named.forEach((name, parameter) -> {
      Moments moments = moments(parameter);
      if (moments != null) {
        saved.put("m." + name, moments.m());
        saved.put("v." + name, moments.v());
      }
    });
    return saved;
  }

  private int steps(Parameter parameter) {
    State state = states.get(parameter);
    return state == null ? 0 : state.steps;
  }

  @Override
  public void restore(SequencedMap<String, Parameter> named, Checkpoint from) throws IOException {
    int[] steps = from.tensor("steps").toInts();
    if (steps.length != named.size()) {
      throw new FileFormatException(
          from.source(), "steps of " + named.size() + " parameters", "those of " + steps.length);
    }
    states.clear();
    int next = 0;
    for (Map.Entry<String, Parameter> entry : named.entrySet()) {
      int made = steps[next++];
      if (made > 0) {
        Tensor m = from.tensor("m." + entry.getKey());
        Tensor v = from.tensor("v." + entry.getKey());
        restore(entry.getValue(), new Moments(made, m, v));
      }
    }
  }
}
