package io.nextscale.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.tensor.op.MatrixProduct.Activation;
import io.nextscale.tensor.spi.Executable;
import io.nextscale.tensor.spi.Program;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgramTest {

  private final RandomStream random = RandomStream.of(3);
  private final Tensor up = normal(24, 8);
  private final Tensor bias = normal(24);
  private final Tensor down = normal(8, 8).to(DType.BF16);

  private Tensor normal(int... dims) {
    return Tensor.normal(Shape.of(dims), 0, 1, random);
  }

  /** Attention of x (B,L,8) with two heads, masked, as a residual. */
  private Tensor block(Tensor x, Tensor visible) {
    int b = x.shape().dim(0);
    int l = x.shape().dim(1);
    Tensor qkv = x.layerNorm(1e-6f).linear(up, bias, Activation.NONE, null, null); // (B,L,24)
    Tensor heads = qkv.reshape(b, l, 6, 4);
    Tensor y =
        heads
            .slice(2, 0, 2)
            .attention(List.of(heads.slice(2, 2, 4)), List.of(heads.slice(2, 4, 6)), visible, 0.5f);
    return y.reshape(b, l, 8).linear(down, null, Activation.NONE, null, x);
  }

  @Test
  void interpretedProgramGivesTheBitsOfTheEagerRun() {
    Tensor x = normal(2, 3, 8);
    Tensor visible = Tensor.ofInts(Shape.of(3), 1, 2, 3);
    Program program = Tracer.trace(List.of(x, visible), () -> block(x, visible));
    Executable executable = Backends.cpu().compile(program);
    assertThat(executable.run(List.of(x, visible)).toArray())
        .isEqualTo(block(x, visible).toArray());
    Tensor other = normal(2, 3, 8);
    Tensor all = Tensor.ofInts(Shape.of(3), 3, 3, 3);
    assertThat(executable.run(List.of(other, all)).toArray())
        .isEqualTo(block(other, all).toArray())
        .isNotEqualTo(block(x, visible).toArray());
  }

  @Test
  void programNamesInputsConstantsAndSteps() {
    Tensor x = normal(2, 8);
    Program program = Tracer.trace(List.of(x), () -> x.matmulT(down).plus(bias.slice(0, 0, 8)));
    assertThat(program.inputs()).containsExactly(new Program.Slot(Shape.of(2, 8), DType.F32));
    assertThat(program.constants()).containsExactly(down, bias);
    assertThat(program.steps())
        .extracting(step -> step.op().name())
        .containsExactly("linear", "slice", "plus");
    assertThat(program.steps())
        .extracting(Program.Step::operands)
        .containsExactly(List.of(0, 1), List.of(2), List.of(3, 4));
    assertThat(program.result()).isEqualTo(5);
  }

  @Test
  void inputsOfOtherShapesAreExplained() {
    Tensor x = normal(2, 8);
    Executable executable = Backends.cpu().compile(Tracer.trace(List.of(x), () -> x.matmulT(down)));
    assertThatThrownBy(() -> executable.run(List.of(normal(3, 8))))
        .isInstanceOf(ShapeException.class)
        .hasMessageStartingWith("program: inputs ")
        .hasMessageContaining("(2, 8)")
        .hasMessageContaining("; got ")
        .hasMessageContaining("(3, 8)")
        .hasMessageEndingWith("trace it again");
    assertThatThrownBy(() -> executable.run(List.of())).isInstanceOf(ShapeException.class);
    assertThatThrownBy(() -> executable.run(List.of(x.to(DType.BF16))))
        .isInstanceOf(ShapeException.class);
  }

  @Test
  void resultFromOutsideIsExplained() {
    Tensor x = normal(2, 8);
    assertThatThrownBy(() ->
            Tracer.trace(
                List.of(x),
                () -> {
                  x.square();
                  return bias;
                }))
        .isInstanceOf(ShapeException.class)
        .hasMessage("trace: a result computed in the body; got F32 (24) on cpu");
  }
}
