package io.nextscale.tensor.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nextscale.tensor.Backends;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.cpu.Threads;
import io.nextscale.tensor.spi.HostBuffer;
import io.nextscale.tensor.spi.Operand;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every operation promises, checked for every record of the sealed hierarchy on the calls of
 * {@link OpSamples}: a new operation fails here until it has some.
 */
class OpContractTest {

  /**
   * Central differences of step 1e-2 on values of order 1 against the derivative, relative to the
   * largest derivative of the operand: curvature contributes h²/6 of the third derivative, rounding
   * 1e-7/h per result.
   */
  private static final double DERIVATIVE = 2e-3;

  /** Elements of an operand that are differentiated one by one. */
  private static final int ELEMENTS = 24;

  // What is tested

  /** All records below {@link Op}. */
  static Stream<Class<?>> operations() {
    return recordsBelow(Op.class).stream();
  }

  private static List<Class<?>> recordsBelow(Class<?> type) {
    if (!type.isInterface()) {
      return List.of(type);
    }
    List<Class<?>> records = new ArrayList<>();
    for (Class<?> permitted : type.getPermittedSubclasses()) {
      records.addAll(recordsBelow(permitted));
    }
    return records;
  }

  private static List<Sample> samplesOf(Class<?> operation) {
    return OpSamples.samples().stream().filter(s -> s.op().getClass() == operation).toList();
  }

  private static List<Misfit> misfitsOf(Class<?> operation) {
    return OpSamples.misfits().stream().filter(m -> m.op().getClass() == operation).toList();
  }

  @ParameterizedTest
  @MethodSource("operations")
  void everyOperationIsARecordWithSamplesAndMisfits(Class<?> operation) {
    assertThat(operation.isRecord()).isTrue();
    assertThat(samplesOf(operation)).as("samples in OpSamples").isNotEmpty();
    assertThat(misfitsOf(operation)).as("misfits in OpSamples").isNotEmpty();
  }

  // Shapes and types

  @ParameterizedTest
  @MethodSource("operations")
  void shapeRuleGivesTheShapeOfTheResult(Class<?> operation) {
    for (Sample sample : samplesOf(operation)) {
      assertThat(sample.op().shape(sample.shapes())).as("%s", sample).isEqualTo(sample.result());
    }
  }

  @ParameterizedTest
  @MethodSource("operations")
  void operandsThatDoNotFitAreExplained(Class<?> operation) {
    for (Misfit misfit : misfitsOf(operation)) {
      Op op = misfit.op();
      Shape[] shapes = misfit.shapes().toArray(Shape[]::new);
      Throwable error = catchThrowable(() -> op.shape(shapes));
      assertThat(error).as("%s of %s", op, misfit.shapes()).isInstanceOf(ShapeException.class);
      assertThat(error).hasMessageContaining("; got ");
      misfit.parts().forEach(part -> assertThat(error).hasMessageContaining(part));
      boolean ofAnAxis = error.getMessage().startsWith("axis: ");
      if (!ofAnAxis) {
        assertThat(error.getMessage()).startsWith(op.name() + ": ");
      }
    }
  }

  /**
   * Layout moves indices as well, conversion takes anything; all else says which operand is wrong.
   */
  @ParameterizedTest
  @MethodSource("operations")
  void typesThatDoNotFitAreExplained(Class<?> operation) {
    for (Sample sample : samplesOf(operation)) {
      Op op = sample.op();
      DType[] types = sample.types();
      for (int i = 0; i < types.length; i++) {
        DType[] changed = types.clone();
        changed[i] = types[i] == DType.I32 ? DType.F32 : DType.I32;
        if (op instanceof Elementwise.Convert || (op instanceof Layout && types.length == 1)) {
          continue;
        }
        assertThatThrownBy(() -> op.type(changed))
            .as("%s of %s", op, Arrays.toString(changed))
            .isInstanceOf(ShapeException.class)
            .hasMessageStartingWith(op.name() + ": ")
            .hasMessageContaining("; got ");
      }
    }
  }

  // Values

  /** And neither of them changes an operand. */
  @ParameterizedTest
  @MethodSource("operations")
  void cpuAgreesWithTheReference(Class<?> operation) {
    for (Sample sample : samplesOf(operation)) {
      List<int[]> before = operandBits(sample);
      HostBuffer expected = reference(sample);
      HostBuffer actual = onCpu(sample, sample.operands());
      assertAgreement(sample, actual, expected, sample.agreement());
      List<int[]> after = operandBits(sample);
      for (int i = 0; i < before.size(); i++) {
        assertThat(after.get(i)).as("operand %d of %s", i, sample).isEqualTo(before.get(i));
      }
    }
  }

  private static List<int[]> operandBits(Sample sample) {
    return sample.in().stream().map(t -> Sample.bits((HostBuffer) t.buffer())).toList();
  }

  /** Linear and convolution weights may be rearranged beforehand. */
  @ParameterizedTest
  @ValueSource(classes = {MatrixProduct.Linear.class, Convolution.Conv2d.class})
  void preparedWeightsStandForTheSameNumbers(Class<?> operation) {
    for (Sample sample : samplesOf(operation)) {
      Operand[] prepared = sample.preparedOperands();
      HostBuffer packed = prepared[1].host();
      HostBuffer weight = sample.operands()[1].host();
      if (sample.op() instanceof MatrixProduct.Linear) {
        assertThat(packed).isInstanceOf(HostBuffer.Packed.class);
      }
      assertThat(packed.size()).isEqualTo(weight.size());
      assertThat(packed.type()).isEqualTo(weight.type());
      assertThat(Sample.bits(packed)).as("%s", sample).isEqualTo(Sample.bits(weight));
      HostBuffer actual = onCpu(sample, prepared);
      assertAgreement(sample, actual, reference(sample), sample.agreement());
      assertThat(Sample.bits(actual))
          .as("%s", sample)
          .isEqualTo(Sample.bits(onCpu(sample, sample.operands())));
    }
  }

  @Test
  void indicesThatDoNotExistAreExplained() {
    Tensor table = Tensor.zeros(Shape.of(4, 3));
    Tensor dy = Tensor.zeros(Shape.of(3, 3));
    for (int wrong : new int[] {-1, 4}) {
      Tensor indices = Tensor.ofInts(Shape.of(3), 0, wrong, 1);
      String[] parts = {"indices in 0 .. 3", "got " + wrong + " at position 1"};
      assertRefused(new Lookup.Rows(), parts, table, indices);
      assertRefused(new Lookup.RowsGrad(4), parts, indices, dy);
      Tensor logits = Tensor.zeros(Shape.of(3, 4));
      assertRefused(new Loss.CrossEntropy(0), parts, logits, indices);
      assertRefused(
          new Loss.CrossEntropyGrad(0), parts, logits, indices, Tensor.zeros(Shape.of(3)));
    }
  }

  @Test
  void masksThatShowNoKeyOrTooManyAreExplained() {
    Tensor q = Tensor.zeros(Shape.of(1, 2, 1, 4));
    Tensor k = Tensor.zeros(Shape.of(1, 3, 1, 4));
    for (int wrong : new int[] {0, 4}) {
      Tensor visible = Tensor.ofInts(Shape.of(2), 1, wrong);
      String[] parts = {"see 1 to 3 keys", "got " + wrong + " for query 1"};
      assertRefused(new Attention.ScaledDotProduct(1, 1, true), parts, q, k, k, visible);
      assertRefused(new Attention.ScaledDotProductGrad(1, true), parts, q, k, k, q, visible);
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, Float.NaN})
  void rowsThatNothingCanBeDrawnFromAreExplained(float value) {
    float[] logits = {1, 2, 3, value, value, value};
    String[] parts = {"largest logit is finite", "in row 1"};
    Tensor x = Tensor.of(Shape.of(2, 3), logits);
    assertRefused(new Sampling.Draw(), parts, x, Tensor.ones(Shape.of(2, 3)));
  }

  /** By the reference and by the CPU's kernel alike. */
  private static void assertRefused(Op op, String[] parts, Tensor... in) {
    Sample sample = Sample.of(op, in);
    Throwable byReference =
        catchThrowable(() -> op.reference(sample.operands(), sample.poisoned()));
    Throwable byKernel = catchThrowable(() -> Tensor.apply(op, in));
    for (Throwable error : Arrays.asList(byReference, byKernel)) {
      assertThat(error).as("%s", sample).isInstanceOf(RuntimeException.class);
      assertThat(error.getMessage()).startsWith(op.name() + ": ").contains(parts);
    }
  }

  // Bits

  @Test
  void sameBitsForAnyThreadCount() {
    List<Sample> samples = OpSamples.samples();
    List<int[]> expected = Threads.with(1, OpContractTest::allBits);
    for (int threads = 2; threads <= 8; threads++) {
      List<int[]> actual = Threads.with(threads, OpContractTest::allBits);
      for (int i = 0; i < samples.size(); i++) {
        assertThat(actual.get(i))
            .as("%s on %d threads", samples.get(i), threads)
            .isEqualTo(expected.get(i));
      }
    }
  }

  private static List<int[]> allBits() {
    return OpSamples.samples().stream().map(OpContractTest::bitsOnCpu).toList();
  }

  /** Every width in a virtual machine of its own, because it is chosen once at start. */
  @ParameterizedTest
  @ValueSource(strings = {"128", "256", "scalar"})
  void sameBitsForAnyVectorWidth(String width) {
    assumeTrue(
        System.getProperty("io.nextscale.vector", "auto").equals("auto")
            && ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent(),
        "the run with the machine's own width compares it with all others");
    List<String> here = OpBits.digests();
    List<String> there = OpBits.digestsWith(width);
    assertThat(there).hasSameSizeAs(here);
    for (int i = 0; i < here.size(); i++) {
      assertThat(there.get(i)).as("with io.nextscale.vector=%s", width).isEqualTo(here.get(i));
    }
  }

  @ParameterizedTest
  @MethodSource("operations")
  void imageOfABatchHasTheBitsOfTheImageAlone(Class<?> operation) {
    for (Sample sample : samplesOf(operation)) {
      if (sample.batched().isEmpty()) {
        continue;
      }
      int[] together = Sample.bits(onCpu(sample, sample.operands()));
      int images = sample.result().dim(0);
      int size = together.length / images;
      for (int image : images == 1 ? new int[] {0} : new int[] {0, images - 1}) {
        Tensor[] alone = sample.in().toArray(Tensor[]::new);
        for (int i : sample.batched()) {
          alone[i] = alone[i].slice(0, image, image + 1);
        }
        Sample single = Sample.of(sample.op(), alone);
        assertThat(Sample.bits(onCpu(single, single.operands())))
            .as("image %d of %s", image, sample)
            .isEqualTo(Arrays.copyOfRange(together, image * size, (image + 1) * size));
      }
    }
  }

  // Derivatives

  /**
   * Through {@link Gradients}, which gives backward no more than {@link Op#saves} asks for: values
   * that are not saved throw when they are read.
   */
  @ParameterizedTest
  @MethodSource("operations")
  void gradientMatchesCentralDifferences(Class<?> operation) {
    SplittableRandom random = new SplittableRandom(7);
    for (Sample sample : samplesOf(operation)) {
      boolean real = sample.op().type(sample.types()) == DType.F32;
      if (!sample.smooth() || !real || sample.result().size() == 0) {
        continue;
      }
      Tensor upstream = new Values(random.nextLong()).between(-1, 1, sample.result().dims());
      Gradients gradients;
      try {
        gradients = Gradients.of(sample.in(), () -> apply(sample), upstream);
      } catch (UnsupportedOperationException e) {
        assertThat(operation.getSimpleName()).endsWith("Grad");
        assertThat(e)
            .hasMessage(
                sample.op().name()
                    + ": first derivatives only — build the loss from differentiable operations");
        continue;
      }
      CentralDifferences numeric = new CentralDifferences(sample, upstream);
      for (int i = 0; i < sample.in().size(); i++) {
        Tensor operand = sample.in().get(i);
        if (operand.dtype() == DType.F32 && operand.shape().size() > 0) {
          Tensor gradient = gradients.of(operand);
          if (gradient == null) {
            gradient = Tensor.zeros(operand.shape());
          }
          assertThat(gradient.shape()).as("%s", sample).isEqualTo(operand.shape());
          compare(sample, i, gradient.toArray(), numeric, random);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("operations")
  void gradientOfAnOperandHasTheSameBitsWhateverElseIsWanted(Class<?> operation) {
    for (Sample sample : samplesOf(operation)) {
      if (sample.op().type(sample.types()) != DType.F32 || operation.getName().endsWith("Grad")) {
        continue;
      }
      Tensor upstream = new Values(3).between(-1, 1, sample.result().dims());
      Gradients all = Gradients.of(sample.in(), () -> apply(sample), upstream);
      for (Tensor operand : sample.in()) {
        Gradients one = Gradients.of(List.of(operand), () -> apply(sample), upstream);
        Tensor expected = all.of(operand);
        Tensor gradient = one.of(operand);
        assertThat(gradient == null).as("%s", sample).isEqualTo(expected == null);
        if (gradient != null && expected != null) {
          assertThat(gradient.toArray()).as("%s", sample).isEqualTo(expected.toArray());
        }
      }
    }
  }

  private static void compare(
      Sample sample, int i, float[] gradient, CentralDifferences numeric, SplittableRandom random) {
    double largest = 1e-2; // below this a derivative of operands of order 1 counts as none
    for (float g : gradient) {
      largest = Math.max(largest, Math.abs(g));
    }
    float[] direction = new float[gradient.length];
    for (int k = 0; k < Math.min(ELEMENTS, gradient.length); k++) {
      int element = gradient.length <= ELEMENTS ? k : random.nextInt(gradient.length);
      direction[element] = 1;
      String what = "element " + element;
      compare(sample, i, what, numeric.along(i, direction, gradient), DERIVATIVE * largest);
      direction[element] = 0;
    }
    for (int k = 0; k < direction.length; k++) {
      direction[k] = random.nextBoolean() ? 1 : -1;
    }
    double bound = DERIVATIVE * largest * Math.sqrt(gradient.length);
    compare(sample, i, "all elements", numeric.along(i, direction, gradient), bound);
  }

  private static void compare(
      Sample sample, int i, String what, CentralDifferences.Comparison found, double bound) {
    if (!(Math.abs(found.numeric() - found.byGradient()) <= bound + found.noise())) {
      fail(
          "%s: derivative by %s of operand %d: %s by backward, %s by differences",
          sample, what, i, found.byGradient(), found.numeric());
    }
  }

  // Running a sample

  private static Tensor apply(Sample sample) {
    return Tensor.apply(sample.op(), sample.in().toArray(Tensor[]::new));
  }

  private static HostBuffer reference(Sample sample) {
    Operand out = sample.poisoned();
    sample.op().reference(sample.operands(), out);
    assertEveryElementIsWritten(sample, "the reference", out.host());
    return out.host();
  }

  /** The result of the kernel, into storage that was poisoned before. */
  static HostBuffer onCpu(Sample sample, Operand[] operands) {
    Operand out = sample.poisoned();
    Backends.cpu().run(sample.op(), operands, out);
    assertEveryElementIsWritten(sample, "the kernel", out.host());
    return out.host();
  }

  /** The bits of the result, and of that with a prepared weight where there is one. */
  static int[] bitsOnCpu(Sample sample) {
    int[] bits = Sample.bits(onCpu(sample, sample.operands()));
    if (!sample.takesWeight()) {
      return bits;
    }
    int[] prepared = Sample.bits(onCpu(sample, sample.preparedOperands()));
    int[] both = Arrays.copyOf(bits, bits.length + prepared.length);
    System.arraycopy(prepared, 0, both, bits.length, prepared.length);
    return both;
  }

  private static void assertEveryElementIsWritten(Sample sample, String by, HostBuffer out) {
    int poison = Sample.poisonBits(out.type());
    int[] bits = Sample.bits(out);
    for (int i = 0; i < bits.length; i++) {
      if (bits[i] == poison) {
        fail("%s: element %d is not written by %s", sample, i, by);
      }
    }
  }

  private static void assertAgreement(
      Sample sample, HostBuffer actual, HostBuffer expected, Agreement agreement) {
    if (expected.type() != DType.F32) {
      assertThat(Sample.bits(actual)).as("%s", sample).isEqualTo(Sample.bits(expected));
      return;
    }
    float[] a = actual.toFloats();
    float[] e = expected.toFloats();
    double largest = 0;
    for (float value : e) {
      if (Float.isFinite(value)) {
        largest = Math.max(largest, Math.abs(value));
      }
    }
    for (int i = 0; i < e.length; i++) {
      if (!agreement.allows(a[i], e[i], largest)) {
        fail(
            "%s: element %d is %s, the reference has %s; %s, the largest is %s",
            sample, i, a[i], e[i], agreement, largest);
      }
    }
  }
}
