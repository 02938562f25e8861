package io.nextscale.nn;

import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/**
 * Momentum orthogonalised by Newton–Schulz. The step of a matrix has all its singular values near
 * 1, whatever those of the gradient are: rare directions are learnt as fast as common ones. For a
 * matrix W (N,K) with gradient G, learning rate η and decay λ:
 *
 * <pre>{@code
 * M ← μ M + G
 * O ← orthogonal(G + μ M)
 * W ← W − η λ W − η · 0.2 √max(N, K) · O
 * }</pre>
 *
 * <p>The factor gives O the root mean square that a step of AdamW has, so that learning rate and
 * decay mean the same for both. What is not a hidden matrix (vectors, embeddings, the first and the
 * last layer) is moved by {@link AdamW}. Kernels of convolutions (N,K,kh,kw) count as matrices (N,
 * K·kh·kw).
 *
 * @see <a href="https://kellerjordan.github.io/posts/muon/">Jordan et al. 2024</a>
 * @see <a href="https://arxiv.org/abs/2502.16982">Liu et al. 2025, equation 4: the factor, and
 *     decay</a>
 */
public final class Muon implements Optimizer {

  private static final int ITERATIONS = 5;

  /** Coefficients of the quintic x ↦ a x + b x³ + c x⁵, which lifts small singular values fast. */
  private static final float A = 3.4445f;

  private static final float B = -4.7750f;
  private static final float C = 2.0315f;

  /** The root mean square of AdamW's steps, about. */
  private static final double RMS = 0.2;

  private static final String MOMENTUM = "momentum.";
  private static final String REST = "adamw.";

  private final Set<Parameter> matrices;
  private final Set<Parameter> decayed = new LinkedHashSet<>();
  private final float momentum;
  private final AdamW rest;
  private final Map<Parameter, Tensor> running = new LinkedHashMap<>();

  /**
   * An optimiser that has made no step.
   *
   * @param matrices the hidden matrices, of rank 2 or more
   * @param decayed those of them that weight decay applies to
   * @param momentum μ, 0 (included) .. 1
   * @param rest for all other parameters
   */
  public Muon(
      Iterable<Parameter> matrices, Iterable<Parameter> decayed, double momentum, AdamW rest) {
    if (!(momentum >= 0 && momentum < 1)) {
      throw new IllegalArgumentException("muon: a momentum from 0 up to 1; got " + momentum);
    }
    this.matrices = new LinkedHashSet<>();
    for (Parameter matrix : matrices) {
      if (matrix.shape().rank() < 2) {
        throw new IllegalArgumentException(
            "muon: matrices; got " + matrix.shape() + " — leave vectors to AdamW");
      }
      this.matrices.add(matrix);
    }
    decayed.forEach(this.decayed::add);
    this.momentum = (float) momentum;
    this.rest = rest;
  }

  @Override
  public void step(Map<Parameter, Tensor> gradients, double learningRate, double weightDecay) {
    List<Map.Entry<Parameter, Tensor>> turning = new ArrayList<>();
    SequencedMap<Parameter, Tensor> others = new LinkedHashMap<>();
    gradients.forEach((parameter, gradient) -> {
      if (matrices.contains(parameter)) {
        turning.add(Map.entry(parameter, gradient));
      } else {
        others.put(parameter, gradient);
      }
    });
    turn(turning, learningRate, weightDecay);
    rest.step(others, learningRate, weightDecay);
  }

  /** Turns matrices side by side: each is too small to keep all threads busy. */
  private void turn(List<Map.Entry<Parameter, Tensor>> turning, double rate, double decay) {
    if (turning.isEmpty()) {
      return;
    }
    Turn[] turns = new Turn[turning.size()];
    turning
        .getFirst()
        .getKey()
        .peek()
        .backend()
        .onHost(
            turns.length,
            1,
            (from, to) -> {
              for (int i = from; i < to; i++) {
                Parameter parameter = turning.get(i).getKey();
                double own = decayed.contains(parameter) ? decay : 0;
                turns[i] = turn(parameter, turning.get(i).getValue(), rate, own);
              }
            });
    for (int i = 0; i < turns.length; i++) {
      Parameter parameter = turning.get(i).getKey();
      running.put(parameter, turns[i].momentum());
      parameter.set(turns[i].value());
    }
  }

  /** What a step makes of a matrix and of its momentum. */
  private record Turn(Tensor momentum, Tensor value) {}

  private Turn turn(Parameter parameter, Tensor gradient, double rate, double decay) {
    Tensor before = running.get(parameter);
    Tensor m = before == null ? gradient : before.times(momentum).plus(gradient);
    Shape shape = parameter.shape();
    int rows = shape.dim(0);
    int columns = shape.size() / rows;
    Tensor o = orthogonal(gradient.plus(m.times(momentum)).reshape(rows, columns));
    float size = (float) (rate * RMS * Math.sqrt(Math.max(rows, columns)));
    Tensor kept = parameter.peek().times((float) (1 - rate * decay));
    return new Turn(m, kept.minus(o.reshape(shape).times(size)));
  }

  /**
   * The matrix with the singular vectors of x, (N,K), whose singular values are about 1 (0.7 to
   * 1.2) where those of x are not tiny beside its norm: five iterations, without a decomposition.
   */
  static Tensor orthogonal(Tensor x) {
    boolean tall = x.shape().dim(0) > x.shape().dim(1);
    Tensor y = tall ? x.transpose(0, 1) : x; // (n,k), n the smaller
    y = y.times(1 / (norm(y) + 1e-7f));
    for (int i = 0; i < ITERATIONS; i++) {
      Tensor square = y.matmul(y, false, true); // (n,n)
      Tensor polynomial = square.times(B).plus(square.matmul(square).times(C));
      y = y.times(A).plus(polynomial.matmul(y));
    }
    return tall ? y.transpose(0, 1) : y;
  }

  private static float norm(Tensor x) {
    return (float) Math.sqrt(GradientClip.sumOfSquares(x));
  }

  @Override
  public SequencedMap<String, Tensor> state(SequencedMap<String, Parameter> named) {
    SequencedMap<String, Tensor> saved = new LinkedHashMap<>();
    rest.state(others(named)).forEach((name, value) -> saved.put(REST + name, value));
    named.forEach((name, parameter) -> {
      Tensor m = running.get(parameter);
      if (m != null) {
        saved.put(MOMENTUM + name, m);
      }
    });
    return saved;
  }

  @Override
  public void restore(SequencedMap<String, Parameter> named, Checkpoint from) throws IOException {
    rest.restore(others(named), from.under(REST));
    running.clear();
    for (Map.Entry<String, Parameter> entry : named.entrySet()) {
      String name = MOMENTUM + entry.getKey();
      Parameter parameter = entry.getValue();
      if (matrices.contains(parameter) && from.has(name)) {
        Tensor m = from.tensor(name);
        if (!m.shape().equals(parameter.shape())) {
          throw new FileFormatException(
              from.source(), name + " " + parameter.shape(), m.shape().toString());
        }
        running.put(parameter, m);
      }
    }
  }

  private SequencedMap<String, Parameter> others(SequencedMap<String, Parameter> named) {
    SequencedMap<String, Parameter> others = new LinkedHashMap<>(named);
    others.values().removeAll(matrices);
    return others;
  }
}
