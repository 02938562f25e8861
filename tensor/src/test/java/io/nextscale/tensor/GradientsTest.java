package io.nextscale.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.tensor.op.Elementwise;
import io.nextscale.tensor.op.MatrixProduct;
import io.nextscale.tensor.op.MatrixProduct.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class GradientsTest {

  private static final Shape THREE = Shape.of(3);

  private final RandomStream random = RandomStream.of(11);

  private Tensor normal(int... dims) {
    return Tensor.normal(Shape.of(dims), 0, 1, random);
  }

  @Test
  void gradientOfAPolynomialIsItsDerivative() {
    Tensor x = Tensor.of(THREE, 1, -2, 3);
    Gradients g = Gradients.of(List.of(x), () -> x.times(x).plus(x).sum());
    assertThat(g.loss().item()).isEqualTo(16);
    assertThat(g.of(x).toArray()).containsExactly(3, -3, 7);
  }

  @Test
  void gradientsOfAllUsesOfATensorAreAdded() {
    Parameter p = new Parameter(Tensor.of(THREE, 1, 2, 3));
    Gradients g = Gradients.of(() -> p.value().sum().plus(p.value().times(2f).sum()));
    assertThat(g.of(p).toArray()).containsExactly(3, 3, 3);
  }

  @Test
  void gradientOfABroadcastOperandHasItsShape() {
    Tensor x = normal(4, 3);
    Tensor row = normal(3);
    Tensor column = normal(4, 1);
    Gradients g = Gradients.of(List.of(row, column), () -> x.plus(row).plus(column).sum());
    assertThat(g.of(row).toArray()).containsExactly(4, 4, 4);
    assertThat(g.of(column).shape()).isEqualTo(Shape.of(4, 1));
    assertThat(g.of(column).toArray()).containsExactly(3, 3, 3, 3);
  }

  @Test
  void recordedLinearLayerHasTheBitsAndGradientsOfTheFusedOne() {
    Tensor x = normal(2, 5, 40);
    Tensor w = normal(33, 40);
    Tensor bias = normal(33);
    for (Activation f : Activation.values()) {
      for (int flags = 0; flags < 4; flags++) {
        Tensor gate = (flags & 1) == 0 ? null : normal(2, 1, 33);
        Tensor residual = (flags & 2) == 0 ? null : normal(2, 5, 33);
        Tensor fused = x.linear(w, bias, f, gate, residual);
        Tensor dy = normal(2, 5, 33);
        List<Tensor> watched = new ArrayList<>(List.of(x, w, bias));
        if (gate != null) {
          watched.add(gate);
        }
        if (residual != null) {
          watched.add(residual);
        }
        Gradients g = Gradients.of(watched, () -> x.linear(w, bias, f, gate, residual), dy);
        assertThat(g.loss().toArray()).isEqualTo(fused.toArray());
        MatrixProduct.Linear whole =
            new MatrixProduct.Linear(true, f, gate != null, residual != null);
        Tensor[] in = watched.toArray(Tensor[]::new);
        Tensor[] expected = whole.allGradients(dy, fused, in);
        for (int i = 0; i < in.length; i++) {
          assertThat(g.of(in[i]).toArray()).isEqualTo(expected[i].toArray());
        }
      }
    }
  }

  @Test
  void whatTheLossDoesNotDependOnHasNoGradient() {
    Tensor x = normal(3);
    Tensor other = normal(3);
    Parameter unused = new Parameter(normal(3));
    Parameter readOnly = new Parameter(normal(3));
    Gradients g =
        Gradients.of(
            List.of(x, other),
            () -> {
              readOnly.value();
              return x.sum();
            });
    assertThat(g.of(x)).isNotNull();
    assertThat(g.of(other)).isNull();
    assertThat(g.of(unused)).isNull();
    assertThat(g.of(readOnly)).isNull();
  }

  @Test
  void gradientOfTheWatchedLossIsOne() {
    Tensor x = Tensor.scalar(5);
    assertThat(Gradients.of(List.of(x), () -> x).of(x).item()).isEqualTo(1);
  }

  @Test
  void upstreamWeighsTheResults() {
    Tensor x = Tensor.of(THREE, 1, 2, 3);
    Gradients g = Gradients.of(List.of(x), x::square, Tensor.of(THREE, 1, 10, 100));
    assertThat(g.of(x).toArray()).containsExactly(2, 40, 600);
  }

  @Test
  void aLossOfSeveralElementsIsExplained() {
    Tensor x = normal(3);
    assertThatThrownBy(() -> Gradients.of(List.of(x), x::square))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "gradients: a loss of one element; got F32 (3) on cpu — take its mean() or sum()");
    assertThatThrownBy(() -> Gradients.of(List.of(x), x::square, normal(4)))
        .hasMessage("gradients: upstream of the result's shape; got (3), (4)");
  }

  @Test
  void noGradientFlowsThroughStopGradient() {
    Tensor x = Tensor.of(THREE, 1, 2, 3);
    Gradients g = Gradients.of(List.of(x), () -> x.times(x.stopGradient()).sum());
    assertThat(g.of(x).toArray()).containsExactly(1, 2, 3);
  }

  @Test
  void straightThroughGradientIsThatOfTheIdentity() {
    Tensor x = Tensor.of(THREE, 0.2f, 0.7f, 1.6f);
    Tensor rounded = Tensor.of(THREE, 0, 1, 2);
    Gradients g =
        Gradients.of(
            List.of(x), () -> x.plus(rounded.minus(x).stopGradient()).times(2f).square().sum());
    assertThat(g.of(x).toArray()).containsExactly(0, 8, 16);
  }

  @Test
  void gradientPassesThroughTheStorageOfWeights() {
    Tensor x = normal(2, 3);
    for (DType type : List.of(DType.BF16, DType.F16, DType.I8)) {
      Gradients g = Gradients.of(List.of(x), () -> x.to(type).to(DType.F32).sum());
      assertThat(g.of(x).toArray()).as("%s", type).containsExactly(1, 1, 1, 1, 1, 1);
    }
  }

  @Test
  void noGradientFlowsThroughIndices() {
    Tensor x = normal(4, 3);
    Tensor table = normal(3, 2);
    Gradients g = Gradients.of(List.of(x, table), () -> table.rows(x.argMax()).sum());
    assertThat(g.of(x)).isNull();
    assertThat(g.of(table).shape()).isEqualTo(Shape.of(3, 2));
  }

  @Test
  void derivativesOfGradientOperationsAreRefused() {
    Tensor x = normal(3);
    assertThatThrownBy(() ->
            Gradients.of(List.of(x), () -> Tensor.apply(new Elementwise.SiluGrad(), x, x).sum()))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("siluGrad: first derivatives only");
  }

  @Test
  void innerGradientsAreNotSeenByOuterOnes() {
    Tensor x = Tensor.of(THREE, 1, 2, 3);
    Gradients outer =
        Gradients.of(
            List.of(x),
            () -> {
              Tensor slope = Gradients.of(List.of(x), () -> x.square().sum()).of(x);
              return x.times(slope).sum(); // slope is a constant here
            });
    assertThat(outer.of(x).toArray()).containsExactly(2, 4, 6);
  }

  @Test
  void whatOtherThreadsComputeIsNotRecorded() {
    Tensor x = Tensor.of(THREE, 1, 2, 3);
    Gradients g =
        Gradients.of(
            List.of(x),
            () -> {
              Tensor[] elsewhere = new Tensor[1];
              Thread thread = Thread.ofPlatform().start(() -> elsewhere[0] = x.square());
              join(thread);
              return x.times(elsewhere[0]).sum();
            });
    assertThat(g.of(x).toArray()).containsExactly(1, 4, 9);
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  // Checkpoints

  /** A small transformer block with parameters, and what it computes from x. */
  private final class Block {
    final Parameter up = new Parameter(normal(16, 8));
    final Parameter bias = new Parameter(normal(16));
    final Parameter down = new Parameter(normal(8, 16));
    final AtomicInteger runs = new AtomicInteger();

    Tensor forward(Tensor x) {
      runs.incrementAndGet();
      Tensor hidden =
          x.layerNorm(1e-6f).linear(up.value(), bias.value(), Activation.GELU, null, null);
      return x.plus(hidden.matmulT(down.value()));
    }

    List<Parameter> parameters() {
      return List.of(up, bias, down);
    }
  }

  @Test
  void checkpointGivesTheBitsOfThePlainRun() {
    Block first = new Block();
    Block second = new Block();
    Tensor x = normal(2, 5, 8);
    Gradients plain =
        Gradients.of(List.of(x), () -> second.forward(first.forward(x)).square().mean());
    Gradients checkpointed =
        Gradients.of(
            List.of(x),
            () -> {
              Tensor y = Gradients.checkpoint(() -> first.forward(x), x);
              return Gradients.checkpoint(() -> second.forward(y), y).square().mean();
            });
    assertThat(checkpointed.loss().item()).isEqualTo(plain.loss().item());
    assertThat(checkpointed.of(x).toArray()).isEqualTo(plain.of(x).toArray());
    for (Block block : List.of(first, second)) {
      assertThat(block.runs).hasValue(3); // plain, forward, again on the way back
      for (Parameter p : block.parameters()) {
        assertThat(checkpointed.of(p).toArray()).isEqualTo(plain.of(p).toArray());
      }
    }
  }

  @Test
  void checkpointsNest() {
    Block inner = new Block();
    Tensor x = normal(1, 3, 8);
    Supplier<Tensor> twice =
        () -> {
          Tensor y = Gradients.checkpoint(() -> inner.forward(x), x);
          return Gradients.checkpoint(() -> inner.forward(y), y);
        };
    Gradients plain = Gradients.of(List.of(x), () -> inner.forward(inner.forward(x)).sum());
    Gradients nested = Gradients.of(List.of(x), () -> Gradients.checkpoint(twice, x).sum());
    assertThat(nested.of(x).toArray()).isEqualTo(plain.of(x).toArray());
    for (Parameter p : inner.parameters()) {
      assertThat(nested.of(p).toArray()).isEqualTo(plain.of(p).toArray());
    }
  }

  @Test
  void inputUsedInsideAndOutsideOfACheckpointGetsBothGradients() {
    Tensor x = Tensor.of(THREE, 1, 2, 3);
    Gradients g = Gradients.of(List.of(x), () -> Gradients.checkpoint(x::square, x).plus(x).sum());
    assertThat(g.of(x).toArray()).containsExactly(3, 5, 7);
  }

  @Test
  void checkpointWithoutARecordingJustRuns() {
    Block block = new Block();
    Tensor x = normal(1, 3, 8);
    float[] expected = block.forward(x).toArray();
    assertThat(Gradients.checkpoint(() -> block.forward(x), x).toArray()).isEqualTo(expected);
    assertThat(block.runs).hasValue(2);
  }
}
