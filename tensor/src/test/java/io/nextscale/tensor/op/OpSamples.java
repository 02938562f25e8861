package io.nextscale.tensor.op;

import static io.nextscale.tensor.op.Agreement.ATTENTION;
import static io.nextscale.tensor.op.Agreement.CONVOLUTION;
import static io.nextscale.tensor.op.Agreement.EXACT;
import static io.nextscale.tensor.op.Agreement.EXPONENTIAL;
import static io.nextscale.tensor.op.Agreement.LONG_SUM;
import static io.nextscale.tensor.op.Agreement.PRODUCT;
import static io.nextscale.tensor.op.Agreement.ROUNDED_ONCE;
import static io.nextscale.tensor.op.Agreement.STATISTICS;
import static io.nextscale.tensor.op.Agreement.SUM;
import static io.nextscale.tensor.op.Misfit.shapes;
import static io.nextscale.tensor.op.Values.EXTENTS;
import static io.nextscale.tensor.op.Values.MANY;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.op.Convolution.Padding;
import io.nextscale.tensor.op.Elementwise.GeluForm;
import io.nextscale.tensor.op.MatrixProduct.Activation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The calls that {@link OpContractTest} makes: at least one sample and one misfit for each
 * operation.
 */
final class OpSamples {

  private static final float EPS = 1e-6f;

  private static final OpSamples ALL = new OpSamples();

  private final Values v = new Values(20240403);
  private final List<Sample> samples = new ArrayList<>();
  private final List<Misfit> misfits = new ArrayList<>();

  private OpSamples() {
    unary();
    binary();
    conversions();
    layout();
    reductions();
    products();
    softmaxes();
    layerNorms();
    groupNorms();
    lengths();
    convolutions();
    resampling();
    attention();
    lookups();
    losses();
    sampling();
  }

  static List<Sample> samples() {
    return ALL.samples;
  }

  static List<Misfit> misfits() {
    return ALL.misfits;
  }

  private void add(Sample sample) {
    samples.add(sample);
  }

  private void misfit(Op op, List<Shape> shapes, String... parts) {
    misfits.add(Misfit.of(op, shapes, parts));
  }

  /** Makes an operand of given extents. */
  private interface Maker {
    Tensor of(int... dims);
  }

  private Maker between(double low, double high) {
    return dims -> v.between(low, high, dims);
  }

  // Elementwise

  private void unary() {
    unary(new Elementwise.Negate(), EXACT, v::any);
    unary(new Elementwise.Exp(), EXPONENTIAL, v::any);
    unary(new Elementwise.Log(), EXPONENTIAL, between(0.5, 4));
    unary(new Elementwise.Sqrt(), EXACT, between(0.5, 4));
    unary(new Elementwise.Square(), EXACT, v::any);
    unary(new Elementwise.Abs(), EXACT, v::awayFromZero);
    unary(new Elementwise.Sign(), EXACT, v::awayFromZero);
    unary(new Elementwise.Sigmoid(), EXPONENTIAL, v::any);
    unary(new Elementwise.Tanh(), EXPONENTIAL, v::any);
    unary(new Elementwise.Silu(), EXPONENTIAL, v::any);
    unary(new Elementwise.Gelu(GeluForm.TANH), EXPONENTIAL, v::any);
    unary(new Elementwise.Gelu(GeluForm.ERF), EXPONENTIAL, v::any);
    unary(new Elementwise.Relu(), EXACT, v::awayFromZero);
    unary(new Elementwise.Clamp(0, Float.POSITIVE_INFINITY), EXACT, v::awayFromZero);
    unary(new Elementwise.Clamp(-2.5f, 0), EXACT, v::awayFromZero);
    unary(new Elementwise.Within(0, 2.5f), EXACT, v::awayFromZero);
    unary(new Elementwise.Affine(1.7f, -0.3f), ROUNDED_ONCE, v::any);
    unary(new Elementwise.Affine(1, 0.1f), EXACT, v::any);
    unary(new Elementwise.Affine(-0.7f, 0), EXACT, v::any);
  }

  private void unary(Elementwise.Unary op, Agreement agreement, Maker x) {
    for (int n : EXTENTS) {
      add(Sample.of(op, x.of(n)).within(agreement));
    }
    add(Sample.of(op, x.of()).within(agreement));
    add(Sample.of(op, x.of(2, 0)).within(agreement));
    add(Sample.of(op, x.of(2, 3, 5)).within(agreement).batchedOver(0));
    add(Sample.of(op, v.special(200)).within(agreement.ofEach()).notSmooth());
    add(Sample.of(op, x.of(MANY)).within(agreement).notSmooth());
    misfit(op, shapes(), "1 operand");
    misfit(op, shapes("2", "2"), "1 operand");
  }

  private void binary() {
    binary(new Elementwise.Plus(), v::any, v::any);
    binary(new Elementwise.Minus(), v::any, v::any);
    binary(new Elementwise.Times(), v::any, v::any);
    binary(new Elementwise.Divide(), v::any, between(0.5, 3));
    binary(new Elementwise.Maximum(), v::any, between(2.1, 3));
    binary(new Elementwise.Maximum(), between(2.1, 3), v::any);
    binary(new Elementwise.Minimum(), v::any, between(2.1, 3));
    binary(new Elementwise.Minimum(), between(2.1, 3), v::any);
    binary(new Elementwise.AtLeast(), v::any, between(2.1, 3));
    binary(new Elementwise.AtLeast(), between(2.1, 3), v::any);
    for (Op op :
        List.of(
            new Elementwise.SiluGrad(),
            new Elementwise.GeluGrad(GeluForm.TANH),
            new Elementwise.GeluGrad(GeluForm.ERF))) {
      pairs(op, EXPONENTIAL, v::any, v::any);
      add(Sample.of(op, v.specialFinite(200), v.any(200)).within(EXPONENTIAL).notSmooth());
      misfit(op, shapes("2,3", "3"), "same shape");
      misfit(op, shapes("2"), "2 operands");
    }
  }

  /** One IEEE operation, broadcast. */
  private void binary(Elementwise.Binary op, Maker x, Maker y) {
    pairs(op, EXACT, x, y);
    add(Sample.of(op, v.special(200), v.special(200)).notSmooth());
    add(Sample.of(op, x.of(2, 3, 17), y.of()));
    add(Sample.of(op, x.of(), y.of(5)).gives(5));
    add(Sample.of(op, x.of(2, 3, 17), y.of(17)));
    add(Sample.of(op, x.of(17), y.of(2, 3, 17)).gives(2, 3, 17));
    add(Sample.of(op, x.of(2, 3, 17), y.of(2, 1, 17)).batchedOver(0, 1));
    add(Sample.of(op, x.of(2, 3, 17), y.of(2, 3, 1)).batchedOver(0, 1));
    add(Sample.of(op, x.of(4, 1), y.of(1, 33)).gives(4, 33));
    add(Sample.of(op, x.of(3, 2), y.of(2, 4, 1, 1)).gives(2, 4, 3, 2));
    add(Sample.of(op, x.of(1, 5), y.of(0, 5)).gives(0, 5));
    add(Sample.of(op, x.of(3, 100, 250), y.of(3, 1, 250)).batchedOver(0, 1).notSmooth());
    add(Sample.of(op, x.of(MANY / 7, 7), y.of(MANY / 7, 1)).notSmooth());
    add(Sample.of(op, x.of(100, 701), y.of()).notSmooth());
    misfit(op, shapes("2,3", "4"), "broadcast", "matched from the last");
    misfit(op, shapes("2"), "2 operands");
  }

  private void pairs(Op op, Agreement agreement, Maker x, Maker y) {
    for (int n : EXTENTS) {
      add(Sample.of(op, x.of(n), y.of(n)).within(agreement));
    }
    add(Sample.of(op, x.of(2, 3, 5), y.of(2, 3, 5)).within(agreement).batchedOver(0, 1));
    add(Sample.of(op, x.of(MANY), y.of(MANY)).within(agreement).notSmooth());
  }

  private void conversions() {
    for (DType type : List.of(DType.F32, DType.BF16, DType.F16, DType.I8)) {
      Elementwise.Convert op = new Elementwise.Convert(type);
      for (int n : new int[] {1, 5, 17, 33, 100, 1025}) {
        add(Sample.of(op, v.any(3, n)).notSmooth());
      }
      add(Sample.of(op, v.any(70, 1001)).notSmooth());
      if (type != DType.I8) {
        add(Sample.of(op, v.special(200)).notSmooth());
        add(Sample.of(op, v.any()).notSmooth());
      }
      add(Sample.of(op, Tensor.zeros(Shape.of(2, 5))).notSmooth());
    }
    for (DType type : List.of(DType.BF16, DType.F16, DType.I8)) {
      for (int n : new int[] {1, 5, 17, 33, 100, 1025}) {
        add(Sample.of(new Elementwise.Convert(DType.F32), v.any(3, n).to(type)).notSmooth());
      }
      add(Sample.of(new Elementwise.Convert(DType.F32), v.any(70, 1001).to(type)).notSmooth());
    }
    add(Sample.of(new Elementwise.Convert(DType.F32), v.indices(1000, 3, 17)).notSmooth());
    add(Sample.of(new Elementwise.Convert(DType.I32), v.indices(1000, 3, 17)).notSmooth());
    misfit(new Elementwise.Convert(DType.BF16), shapes(), "1 operand");
  }

  // Layout

  private void layout() {
    add(Sample.of(new Layout.Reshape(Shape.of(5, 6)), v.any(2, 3, 5)).gives(5, 6));
    add(Sample.of(new Layout.Reshape(Shape.of()), v.any(1, 1)).gives());
    add(Sample.of(new Layout.Reshape(Shape.of(6)), v.indices(9, 2, 3)).gives(6));
    misfit(new Layout.Reshape(Shape.of(5, 6)), shapes("2,3"), "30 elements for (5, 6)", "6");
    add(Sample.of(new Layout.StopGradient(), v.any(2, 3)).notSmooth());
    misfit(new Layout.StopGradient(), shapes("2", "2"), "1 operand");
    permutes();
    slices();
    concats();
    pads();
    broadcasts();
  }

  private void permutes() {
    permute(v.any(5, 7), 1, 0);
    permute(v.any(33, 65), 1, 0);
    permute(v.any(2, 3, 17), 0, 2, 1);
    permute(v.any(2, 3, 17), 1, 0, 2);
    permute(v.any(2, 3, 17), 2, 1, 0);
    permute(v.any(2, 3, 4, 5), 0, 2, 1, 3);
    permute(v.any(2, 3, 4, 5), 3, 1, 0, 2);
    permute(v.any(2, 3, 4, 5), 0, 3, 1, 2);
    permute(v.any(2, 1, 1, 3, 2), 4, 2, 3, 1, 0);
    permute(v.any(), new int[0]);
    permute(v.any(3, 0, 2), 2, 0, 1);
    permute(v.indices(99, 3, 17), 1, 0);
    samples.add(sampleOfPermute(v.any(3, 130, 190), 0, 2, 1).batchedOver(0).notSmooth());
    misfit(Layout.Permute.of(0, 1), shapes("2,3,4"), "each of the 3 axes once", "[0, 1]");
    misfit(Layout.Permute.of(0, 0), shapes("2,3"), "each of the 2 axes once", "[0, 0]");
    misfit(Layout.Permute.of(0, 2), shapes("2,3"), "each of the 2 axes once", "[0, 2]");
  }

  private void permute(Tensor x, int... axes) {
    samples.add(sampleOfPermute(x, axes));
  }

  private static Sample sampleOfPermute(Tensor x, int... axes) {
    int[] dims = Arrays.stream(axes).map(x.shape()::dim).toArray();
    return Sample.of(Layout.Permute.of(axes), x).gives(dims);
  }

  private void slices() {
    add(Sample.of(new Layout.Slice(0, 1, 3), v.any(5, 17)).gives(2, 17));
    add(Sample.of(new Layout.Slice(1, 4, 33), v.any(3, 65)).gives(3, 29).batchedOver(0));
    add(Sample.of(new Layout.Slice(-1, 0, 1), v.any(2, 3, 5)).gives(2, 3, 1).batchedOver(0));
    add(Sample.of(new Layout.Slice(1, 1, 3), v.any(2, 3, 5)).gives(2, 2, 5).batchedOver(0));
    add(Sample.of(new Layout.Slice(1, 2, 2), v.any(2, 3, 5)).gives(2, 0, 5));
    add(Sample.of(new Layout.Slice(0, 2, 4), v.indices(9, 6)).gives(2));
    add(Sample.of(new Layout.Slice(1, 5, 800), v.any(100, 1000)).gives(100, 795).notSmooth());
    misfit(new Layout.Slice(1, 2, 4), shapes("5,3"), "0 <= from <= to <= 3", "2 to 4");
    misfit(new Layout.Slice(0, 2, 1), shapes("5,3"), "0 <= from <= to <= 5", "2 to 1");
    misfit(new Layout.Slice(2, 0, 1), shapes("5,3"), "axis", "2");
  }

  private void concats() {
    add(Sample.of(new Layout.Concat(0), v.any(2, 17), v.any(3, 17)).gives(5, 17));
    add(
        Sample.of(new Layout.Concat(1), v.any(2, 3, 5), v.any(2, 4, 5))
            .gives(2, 7, 5)
            .batchedOver(0, 1));
    add(
        Sample.of(new Layout.Concat(-1), v.any(2, 3), v.any(2, 0), v.any(2, 33))
            .gives(2, 36)
            .batchedOver(0, 1, 2));
    add(Sample.of(new Layout.Concat(0), v.any(4)).gives(4));
    add(Sample.of(new Layout.Concat(0), v.indices(9, 4), v.indices(9, 2)).gives(6));
    add(Sample.of(new Layout.Concat(1), v.any(90, 400), v.any(90, 500)).gives(90, 900).notSmooth());
    misfit(new Layout.Concat(0), shapes("2,3", "2,4"), "agree on all axes but 0");
    misfit(new Layout.Concat(1), shapes("2,3", "2,4,1"), "agree on all axes but 1");
    misfit(new Layout.Concat(0), shapes(), "at least one operand");
  }

  private void pads() {
    add(Sample.of(new Layout.Pad(0, 1, 2), v.any(2, 17)).gives(5, 17));
    add(Sample.of(new Layout.Pad(1, 0, 3), v.any(2, 3, 5)).gives(2, 6, 5).batchedOver(0));
    add(Sample.of(new Layout.Pad(-1, 2, 0), v.any(2, 3)).gives(2, 5).batchedOver(0));
    add(Sample.of(new Layout.Pad(0, 2, 1), v.any(0, 3)).gives(3, 3));
    add(Sample.of(new Layout.Pad(0, 1, 1), v.indices(9, 4)).gives(6));
    add(Sample.of(new Layout.Pad(1, 7, 5), v.any(90, 900)).gives(90, 912).notSmooth());
    misfit(new Layout.Pad(0, -1, 0), shapes("2,3"), "at least 0", "-1, 0");
    misfit(new Layout.Pad(3, 1, 0), shapes("2,3"), "axis", "3");
  }

  private void broadcasts() {
    broadcast(v.any(), 2, 3);
    broadcast(v.any(17), 3, 17);
    broadcast(v.any(3, 1), 3, 33);
    broadcast(v.any(2, 1, 5), 2, 3, 5);
    broadcast(v.any(1, 4, 1), 2, 4, 3);
    broadcast(v.any(2, 3), 2, 3);
    broadcast(v.indices(9, 3, 1), 3, 4);
    samples.add(
        Sample.of(new Layout.BroadcastTo(Shape.of(300, 250)), v.any(250))
            .gives(300, 250)
            .notSmooth());
    misfit(new Layout.BroadcastTo(Shape.of(2, 3)), shapes("3,3"), "stretches to (2, 3)");
    misfit(new Layout.BroadcastTo(Shape.of(3)), shapes("2,3"), "stretches to (3)");
  }

  private void broadcast(Tensor x, int... dims) {
    add(Sample.of(new Layout.BroadcastTo(Shape.of(dims)), x).gives(dims));
  }

  // Reductions

  private void reductions() {
    for (int n : EXTENTS) {
      reduction(v.any(n), 0, 1);
      reduction(v.any(2, n), 1, 2, 1);
      reduction(v.any(n, 3), 0, 1, 3);
      reduction(v.any(5, n), 0, 1, n);
    }
    reduction(v.any(2, 3, 4, 5), 2, 2, 3, 1, 5);
    reduction(v.any(2, 3, 4, 5), -1, 2, 3, 4, 1);
    reduction(v.any(2, 3, 4, 5), 0, 1, 3, 4, 5);
    add(Sample.of(new Reduction.Sum(1), v.any(3, 0)).gives(3, 1));
    add(Sample.of(new Reduction.Sum(0), v.any(900, 80)).gives(1, 80).within(SUM).notSmooth());
    add(Sample.of(new Reduction.Sum(1), v.any(80, 900)).gives(80, 1).within(SUM).notSmooth());
    add(Sample.of(new Reduction.Sum(0), v.any(MANY)).gives(1).within(LONG_SUM).notSmooth());
    add(Sample.of(new Reduction.Mean(1), v.any(80, 900)).gives(80, 1).within(SUM).notSmooth());
    add(Sample.of(new Reduction.Max(1), v.any(80, 900)).gives(80, 1).notSmooth());
    add(Sample.of(new Reduction.Max(0), v.any(900, 80)).gives(1, 80).notSmooth());
    add(Sample.of(new Reduction.Max(1), v.special(9, 20)).gives(9, 1).notSmooth());
    misfit(new Reduction.Sum(2), shapes("2,3"), "axis", "2");
    misfit(new Reduction.Mean(1), shapes("3,0"), "at least one element on axis 1");
    misfit(new Reduction.Max(1), shapes("3,0"), "at least one element on axis 1");
    misfit(new Reduction.Max(1), shapes("2,3", "2,3"), "1 operand");
    sumTo(v.any(2, 3, 17));
    sumTo(v.any(2, 3, 17), 17);
    sumTo(v.any(2, 3, 17), 3, 1);
    sumTo(v.any(2, 3, 17), 2, 1, 17);
    sumTo(v.any(2, 3, 17), 1, 3, 1);
    sumTo(v.any(2, 3, 17), 2, 3, 17);
    sumTo(v.any(5, 65), 65);
    sumTo(v.any(65, 5), 65, 1);
    sumTo(v.any(2, 4, 3, 2), 3, 2);
    add(
        Sample.of(new Reduction.SumTo(Shape.of(80)), v.any(3, 300, 80))
            .gives(80)
            .within(SUM)
            .notSmooth());
    misfit(new Reduction.SumTo(Shape.of(3)), shapes("2,4"), "(3) stretches to");
    misfit(new Reduction.SumTo(Shape.of(2, 3)), shapes("3"), "(2, 3) stretches to");
  }

  private void reduction(Tensor x, int axis, int... result) {
    add(Sample.of(new Reduction.Sum(axis), x).gives(result).within(SUM));
    add(Sample.of(new Reduction.Mean(axis), x).gives(result).within(SUM));
    int[] dims = x.shape().dims();
    add(Sample.of(new Reduction.Max(axis), v.distinct(dims)).gives(result));
  }

  private void sumTo(Tensor x, int... result) {
    add(Sample.of(new Reduction.SumTo(Shape.of(result)), x).gives(result).within(SUM));
  }

  // Matrix products

  private void products() {
    int[][] extents = { // M, K, N
      {1, 1, 1},
      {3, 5, 17},
      {4, 64, 32},
      {5, 33, 65},
      {7, 100, 15},
      {17, 16, 31},
      {33, 4, 63},
      {2, 1025, 3},
      {1, 64, 100}
    };
    for (int[] e : extents) {
      matmul(e[0], e[1], e[2]);
      matmul(e[0], e[1], e[2], 2);
    }
    matmul(4, 5, 6, 2, 3);
    add(product(false, false, v.any(3, 0), v.any(0, 4)).gives(3, 4));
    add(product(false, true, v.any(130, 257), v.any(129, 257)).gives(130, 129).notSmooth());
    add(product(false, false, v.any(130, 257), v.any(257, 129)).gives(130, 129).notSmooth());
    add(product(true, false, v.any(257, 130), v.any(257, 129)).gives(130, 129).notSmooth());
    add(
        product(false, false, v.any(6, 33, 65), v.any(6, 65, 64))
            .gives(6, 33, 64)
            .batchedOver(0, 1)
            .notSmooth());
    Op plain = new MatrixProduct.MatMul(false, false);
    misfit(plain, shapes("5,7", "3,4"), "inner extents to agree");
    misfit(new MatrixProduct.MatMul(false, true), shapes("5,7", "7,4"), "inner extents to agree");
    misfit(plain, shapes("5", "5,4"), "at least two axes");
    misfit(plain, shapes("2,5,7", "3,7,4"), "leading extents");
    linears();
  }

  private static Sample product(boolean transposeA, boolean transposeB, Tensor a, Tensor b) {
    return Sample.of(new MatrixProduct.MatMul(transposeA, transposeB), a, b).within(PRODUCT);
  }

  private void matmul(int m, int k, int n, int... leading) {
    Shape lead = Shape.of(leading);
    Integer[] batched = leading.length == 0 ? new Integer[0] : new Integer[] {0, 1};
    for (boolean ta : new boolean[] {false, true}) {
      for (boolean tb : new boolean[] {false, true}) {
        int[] a = (ta ? lead.append(k, m) : lead.append(m, k)).dims();
        int[] b = (tb ? lead.append(n, k) : lead.append(k, n)).dims();
        int[] c = lead.append(m, n).dims();
        add(product(ta, tb, v.any(a), v.any(b)).gives(c).batchedOver(batched));
        if (leading.length > 0) { // one B for all
          int[] shared = tb ? new int[] {n, k} : new int[] {k, n};
          add(product(ta, tb, v.any(a), v.any(shared)).gives(c).batchedOver(0));
        }
      }
    }
  }

  private void linears() {
    for (int n : EXTENTS) {
      linear(1, n < 100 ? n : 64, n, DType.F32);
    }
    for (int m : new int[] {2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 33}) {
      linear(m, 65, 33, DType.F32);
    }
    for (DType type : List.of(DType.BF16, DType.F16, DType.I8)) {
      linear(1, 64, 65, type);
      linear(2, 33, 17, type);
      linear(5, 17, 33, type);
      linear(9, 65, 100, type);
      linear(20, 100, 4, type);
    }
    for (Activation f : Activation.values()) {
      for (int flags = 0; flags < 8; flags++) {
        boolean bias = (flags & 1) != 0;
        boolean gate = (flags & 2) != 0;
        boolean residual = (flags & 4) != 0;
        tail(bias, f, gate, residual, DType.F32, 2, 3, 5, 17);
        tail(bias, f, gate, residual, DType.F32, 2, 9, 33, 65);
        tail(bias, f, gate, residual, DType.BF16, 2, 4, 33, 32);
      }
    }
    tailNotSmooth(DType.F32);
    tailNotSmooth(DType.BF16);
    Values own = new Values(64);
    for (int n : new int[] {1, 5, 16, 65}) {
      add(
          Sample.of(new MatrixProduct.Gated(), own.any(2, 3, n), own.any(2, 1, n), own.any(2, 3, n))
              .gives(2, 3, n)
              .within(ROUNDED_ONCE)
              .batchedOver(0, 1, 2));
    }
    misfit(
        new MatrixProduct.Gated(),
        shapes("2,4,3", "2,4,3", "2,4,3"),
        "gate (B, 1, N)",
        "(2, 4, 3)");
    Op plain = new MatrixProduct.Linear(false, Activation.NONE, false, false);
    misfit(plain, shapes("2,5", "3,4"), "inner extents to agree", "5 != 4");
    misfit(plain, shapes("2,5", "3,4,5"), "weight (N,K)");
    misfit(plain, shapes("2,5", "3,5", "3"), "2 operands");
    misfit(
        new MatrixProduct.Linear(true, Activation.NONE, false, false),
        shapes("2,5", "3,5", "5"),
        "bias (3)");
    misfit(
        new MatrixProduct.Linear(false, Activation.NONE, true, false),
        shapes("2,4,5", "3,5", "2,4,3"),
        "gate (B, 1, N)");
    misfit(
        new MatrixProduct.Linear(false, Activation.NONE, false, true),
        shapes("2,4,5", "3,5", "2,4,5"),
        "residual (2, 4, 3)");
  }

  private void linear(int m, int k, int n, DType type) {
    Op op = new MatrixProduct.Linear(true, Activation.NONE, false, false);
    add(
        Sample.of(op, v.any(m, k), v.any(n, k).to(type), v.any(n))
            .gives(m, n)
            .within(PRODUCT)
            .batchedOver(0));
  }

  private void tail(
      boolean bias,
      Activation f,
      boolean gate,
      boolean residual,
      DType type,
      int b,
      int l,
      int k,
      int n) {
    add(tailed(bias, f, gate, residual, type, b, l, k, n));
  }

  private void tailNotSmooth(DType type) {
    add(tailed(true, Activation.GELU, true, true, type, 2, 70, 129, 260).notSmooth());
    add(tailed(true, Activation.NONE, false, true, type, 2, 1, 300, 1030).notSmooth());
  }

  private Sample tailed(
      boolean bias,
      Activation f,
      boolean gate,
      boolean residual,
      DType type,
      int b,
      int l,
      int k,
      int n) {
    List<Tensor> in = new ArrayList<>(List.of(v.any(b, l, k), v.between(-0.5, 0.5, n, k).to(type)));
    List<Integer> batched = new ArrayList<>(List.of(0));
    if (bias) {
      in.add(v.any(n));
    }
    if (gate) {
      batched.add(in.size());
      in.add(v.any(b, 1, n));
    }
    if (residual) {
      batched.add(in.size());
      in.add(v.any(b, l, n));
    }
    Op op = new MatrixProduct.Linear(bias, f, gate, residual);
    return Sample.of(op, in.toArray(Tensor[]::new))
        .gives(b, l, n)
        .within(PRODUCT)
        .batchedOver(batched.toArray(Integer[]::new));
  }

  // Normalisation

  private void softmaxes() {
    for (Op op : List.of(new Normalization.Softmax(), new Normalization.LogSoftmax())) {
      rows(op, EXPONENTIAL, v::any);
      Tensor masked = v.any(2, 40);
      float[] values = masked.toArray();
      Arrays.fill(values, 3, 20, Float.NEGATIVE_INFINITY);
      add(Sample.of(op, Tensor.of(masked.shape(), values)).within(EXPONENTIAL).notSmooth());
      add(Sample.of(op, v.between(-300, 300, 3, 33)).within(EXPONENTIAL).notSmooth());
    }
    rowPairs(new Normalization.SoftmaxGrad(), between(0, 0.2));
  }

  private void layerNorms() {
    rows(new Normalization.LayerNorm(EPS), STATISTICS, v::any);
    rows(new Normalization.LayerNorm(0.5f), STATISTICS, v::any);
    add(
        Sample.of(new Normalization.LayerNorm(EPS), Tensor.full(Shape.of(2, 33), 0.75f))
            .within(STATISTICS)
            .notSmooth());
    rowPairs(new Normalization.LayerNormGrad(EPS), v::any);
    Op modulated = new Normalization.ModulatedLayerNorm(EPS);
    for (int c : new int[] {3, 4, 5, 16, 17, 33, 64, 100, 1025}) {
      add(
          Sample.of(modulated, v.any(2, 3, c), v.any(2, 1, c), v.any(2, 1, c))
              .within(STATISTICS)
              .batchedOver(0, 1, 2));
    }
    add(
        Sample.of(modulated, v.any(2, 90, 400), v.any(2, 1, 400), v.any(2, 1, 400))
            .within(STATISTICS)
            .batchedOver(0, 1, 2)
            .notSmooth());
    misfit(modulated, shapes("2,3,4", "2,4", "2,1,4"), "scale (B, 1, C)", "one row");
    misfit(modulated, shapes("2,3,4", "2,1,4", "1,1,4"), "shift (B, 1, C)");
    misfit(modulated, shapes("3,4", "1,4", "1,4"), "x (B, L, C)");
  }

  /** An operation on rows of the last axis. */
  private void rows(Op op, Agreement agreement, Maker x) {
    for (int n : EXTENTS) {
      if (n > 1) { // a row of one element is constant: nothing but rounding to differentiate
        add(Sample.of(op, x.of(2, n)).within(agreement).batchedOver(0));
      }
    }
    add(Sample.of(op, x.of(2, 1)).within(agreement).notSmooth());
    add(Sample.of(op, x.of(17)).within(agreement));
    add(Sample.of(op, x.of(2, 3, 4, 5)).within(agreement).batchedOver(0));
    add(Sample.of(op, x.of(0, 5)).within(agreement));
    add(Sample.of(op, x.of(90, 800)).within(agreement).batchedOver(0).notSmooth());
    misfit(op, shapes(""), "at least one axis", "reshape");
    misfit(op, shapes("2", "2"), "1 operand");
  }

  /** The gradient of an operation on rows, from two operands alike. */
  private void rowPairs(Op op, Maker first) {
    for (int n : EXTENTS) {
      if (n > 1) {
        add(Sample.of(op, first.of(2, n), v.any(2, n)).within(STATISTICS).batchedOver(0, 1));
      }
    }
    add(Sample.of(op, first.of(17), v.any(17)).within(STATISTICS));
    add(
        Sample.of(op, first.of(2, 3, 4, 5), v.any(2, 3, 4, 5))
            .within(STATISTICS)
            .batchedOver(0, 1));
    add(
        Sample.of(op, first.of(90, 800), v.any(90, 800))
            .within(STATISTICS)
            .batchedOver(0, 1)
            .notSmooth());
    misfit(op, shapes("2,3", "2,4"), "2 operands of one shape");
    misfit(op, shapes("", ""), "2 operands of one shape");
    misfit(op, shapes("2,3"), "2 operands");
  }

  private void groupNorms() {
    for (boolean silu : new boolean[] {false, true}) {
      groupNorm(1, silu, 2, 5, 3);
      groupNorm(2, silu, 1, 3, 2, 4);
      groupNorm(4, silu, 2, 3, 5, 16);
      groupNorm(32, silu, 2, 7, 32);
      groupNorm(32, silu, 2, 2, 3, 64);
      groupNorm(3, silu, 1, 2, 2, 51);
      groupNorm(32, silu, 2, 3, 3, 160);
    }
    Tensor weight = v.any(64);
    add(
        Sample.of(
                new Normalization.GroupNorm(32, EPS, true), v.any(2, 24, 25, 64), weight, v.any(64))
            .within(STATISTICS)
            .batchedOver(0)
            .notSmooth());
    add(
        Sample.of(
                new Normalization.GroupNormGrad(32, EPS, true),
                v.any(2, 24, 25, 64),
                weight,
                v.any(64),
                v.any(2, 24, 25, 64))
            .within(STATISTICS)
            .batchedOver(0, 3)
            .notSmooth());
    add(
        Sample.of(
                new Normalization.GroupNormAffineGrad(32, EPS, true),
                v.any(2, 24, 25, 64),
                weight,
                v.any(64),
                v.any(2, 24, 25, 64))
            .gives(2, 64)
            .within(STATISTICS)
            .notSmooth());
    Op norm = new Normalization.GroupNorm(4, EPS, false);
    misfit(
        norm, shapes("2,3,6", "6", "6"), "4 groups divide", "6 channels are not a multiple of 4");
    misfit(norm, shapes("2,3,8", "8", "4"), "weight (C), bias (C)", "channels last");
    misfit(norm, shapes("2,8", "8", "8"), "x (B, h, w, C)");
    misfit(norm, shapes("2,3,8", "8"), "3 operands");
    for (Op grad :
        List.of(
            new Normalization.GroupNormGrad(4, EPS, false),
            new Normalization.GroupNormAffineGrad(4, EPS, false))) {
      misfit(grad, shapes("2,3,8", "8", "8", "2,3,4"), "dy as x");
      misfit(grad, shapes("2,3,6", "6", "6", "2,3,6"), "4 groups divide");
    }
  }

  private void groupNorm(int groups, boolean silu, int... dims) {
    int c = dims[dims.length - 1];
    Tensor x = v.any(dims);
    Tensor w = v.any(c);
    Tensor b = v.any(c);
    Tensor dy = v.any(dims);
    add(
        Sample.of(new Normalization.GroupNorm(groups, EPS, silu), x, w, b)
            .within(STATISTICS)
            .batchedOver(0));
    add(
        Sample.of(new Normalization.GroupNormGrad(groups, EPS, silu), x, w, b, dy)
            .within(STATISTICS)
            .batchedOver(0, 3));
    add(
        Sample.of(new Normalization.GroupNormAffineGrad(groups, EPS, silu), x, w, b, dy)
            .gives(2, c)
            .within(STATISTICS));
  }

  private void lengths() {
    Op unit = new Normalization.L2Normalize(1e-12f);
    rows(unit, STATISTICS, v::awayFromZero);
    float[] withZeros = v.any(3, 5).toArray();
    Arrays.fill(withZeros, 5, 10, 0f);
    Tensor x = Tensor.of(Shape.of(3, 5), withZeros);
    add(Sample.of(unit, x).within(STATISTICS).notSmooth());
    add(Sample.of(new Normalization.L2Normalize(100), v.any(3, 5)).within(STATISTICS));
    rowPairs(new Normalization.L2NormalizeGrad(1e-12f), v::awayFromZero);
    add(
        Sample.of(new Normalization.L2NormalizeGrad(1e-12f), x, v.any(3, 5))
            .within(STATISTICS)
            .notSmooth());
    add(
        Sample.of(new Normalization.L2NormalizeGrad(100), v.any(3, 5), v.any(3, 5))
            .within(STATISTICS));
  }

  // Convolution

  private void convolutions() {
    Padding none = Padding.none();
    Padding three = Padding.same(3);
    Padding corner = new Padding(0, 0, 1, 1);
    convolution(1, none, 1, 1, 3, 4, 5, 7);
    convolution(1, none, 1, 1, 16, 5, 4, 33);
    convolution(1, three, 3, 3, 1, 4, 5, 1);
    convolution(1, three, 3, 3, 3, 5, 4, 8);
    convolution(1, three, 3, 3, 16, 4, 4, 16);
    convolution(1, three, 3, 3, 17, 6, 7, 33);
    convolution(1, three, 3, 3, 32, 9, 5, 3);
    convolution(1, three, 3, 3, 4, 1, 1, 5);
    convolution(2, corner, 3, 3, 5, 9, 8, 7);
    convolution(2, corner, 3, 3, 16, 8, 8, 16);
    convolution(2, three, 3, 3, 4, 7, 7, 6);
    convolution(1, new Padding(2, 0, 1, 3), 4, 2, 3, 5, 6, 4);
    convolution(3, none, 2, 5, 2, 7, 9, 3);
    convolution(4, none, 4, 4, 3, 8, 8, 5);
    convolution(2, none, 1, 1, 4, 5, 5, 6);
    for (DType type : List.of(DType.BF16, DType.F16, DType.I8)) {
      Tensor w = v.any(8, 5, 3, 3).to(type);
      add(
          Sample.of(new Convolution.Conv2d(1, three, false, false), v.any(2, 4, 5, 5), w)
              .gives(2, 4, 5, 8)
              .within(CONVOLUTION)
              .batchedOver(0));
      add(
          Sample.of(new Convolution.Conv2dGradInput(1, three, 4, 5), v.any(2, 4, 5, 8), w)
              .gives(2, 4, 5, 5)
              .within(CONVOLUTION)
              .batchedOver(0));
    }
    Op large = new Convolution.Conv2d(1, three, true, true);
    add(
        Sample.of(large, v.any(2, 18, 19, 64), v.any(48, 64, 3, 3), v.any(48), v.any(2, 18, 19, 48))
            .gives(2, 18, 19, 48)
            .within(CONVOLUTION)
            .batchedOver(0, 3)
            .notSmooth());
    add(
        Sample.of(
                new Convolution.Conv2d(1, none, true, false),
                v.any(2, 20, 20, 64),
                v.any(96, 64, 1, 1),
                v.any(96))
            .gives(2, 20, 20, 96)
            .within(CONVOLUTION)
            .batchedOver(0)
            .notSmooth());
    convolutionMisfits(three);
  }

  private void convolution(
      int stride, Padding padding, int kh, int kw, int c, int h, int w, int o) {
    int rows = padding.rows(h, kh, stride);
    int columns = padding.columns(w, kw, stride);
    Tensor x = v.any(2, h, w, c);
    Tensor weight = v.any(o, c, kh, kw);
    Tensor dy = v.any(2, rows, columns, o);
    for (boolean bias : new boolean[] {false, true}) {
      for (boolean residual : new boolean[] {false, true}) {
        List<Tensor> in = new ArrayList<>(List.of(x, weight));
        List<Integer> batched = new ArrayList<>(List.of(0));
        if (bias) {
          in.add(v.any(o));
        }
        if (residual) {
          batched.add(in.size());
          in.add(v.any(2, rows, columns, o));
        }
        Op op = new Convolution.Conv2d(stride, padding, bias, residual);
        add(
            Sample.of(op, in.toArray(Tensor[]::new))
                .gives(2, rows, columns, o)
                .within(CONVOLUTION)
                .batchedOver(batched.toArray(Integer[]::new)));
      }
    }
    add(
        Sample.of(new Convolution.Conv2dGradInput(stride, padding, h, w), dy, weight)
            .gives(2, h, w, c)
            .within(CONVOLUTION)
            .batchedOver(0));
    add(
        Sample.of(new Convolution.Conv2dGradWeight(stride, padding, kh, kw), x, dy)
            .gives(o, c, kh, kw)
            .within(CONVOLUTION));
  }

  private void convolutionMisfits(Padding padding) {
    Op plain = new Convolution.Conv2d(1, padding, false, false);
    misfit(plain, shapes("1,8,8,4", "6,5,3,3"), "weight (O, 4, kh, kw)", "5 channels, x has 4");
    misfit(plain, shapes("8,8,4", "6,4,3,3"), "x (B, h, w, C)", "channels last");
    misfit(plain, shapes("1,8,8,4", "6,4,11,3"), "fits into the padded map", "Padding[top=1");
    misfit(plain, shapes("1,8,8,4", "6,4,0,3"), "at least 1×1");
    misfit(
        new Convolution.Conv2d(1, padding, true, false),
        shapes("1,8,8,4", "6,4,3,3", "4"),
        "bias (6)");
    misfit(
        new Convolution.Conv2d(2, padding, false, true),
        shapes("1,8,8,4", "6,4,3,3", "1,8,8,6"),
        "residual (1, 4, 4, 6)");
    Op input = new Convolution.Conv2dGradInput(1, padding, 8, 8);
    misfit(input, shapes("1,7,8,6", "6,4,3,3"), "dy (B, h', w', O)", "8×8");
    misfit(input, shapes("1,8,8,5", "6,4,3,3"), "dy (B, h', w', O)");
    Op weight = new Convolution.Conv2dGradWeight(2, padding, 3, 3);
    misfit(weight, shapes("1,8,8,4", "1,8,8,6"), "dy (B, h', w', O)", "stride 2");
    misfit(weight, shapes("1,8,8,4", "2,4,4,6"), "x (B, h, w, C)");
  }

  // Resampling

  private void resampling() {
    for (Resampling.Mode mode : Resampling.Mode.values()) {
      resize(mode, 1, 1, 4, 3, 3);
      resize(mode, 2, 3, 5, 4, 1);
      resize(mode, 5, 4, 2, 3, 17);
      resize(mode, 3, 3, 6, 6, 4);
      resize(mode, 6, 6, 3, 3, 32);
      resize(mode, 4, 4, 4, 4, 5);
      resize(mode, 1, 5, 7, 1, 2);
      resize(mode, 16, 16, 13, 13, 2);
      resize(mode, 13, 13, 16, 16, 3);
      add(
          Sample.of(new Resampling.Resize(mode, 32, 32), v.any(2, 16, 16, 33))
              .gives(2, 32, 32, 33)
              .within(PRODUCT)
              .batchedOver(0)
              .notSmooth());
      add(
          Sample.of(new Resampling.ResizeGrad(mode, 10, 10), v.any(2, 33, 32, 33))
              .gives(2, 10, 10, 33)
              .within(PRODUCT)
              .batchedOver(0)
              .notSmooth());
      misfit(new Resampling.Resize(mode, 2, 2), shapes("4,4,3"), "(B, h, w, C)", "channels last");
      misfit(new Resampling.Resize(mode, 2, 2), shapes("1,0,4,3"), "at least one cell");
      misfit(new Resampling.ResizeGrad(mode, 2, 2), shapes("4,4,3"), "(B, h, w, C)");
    }
  }

  private void resize(Resampling.Mode mode, int h, int w, int height, int width, int c) {
    add(
        Sample.of(new Resampling.Resize(mode, height, width), v.any(2, h, w, c))
            .gives(2, height, width, c)
            .within(PRODUCT)
            .batchedOver(0));
    add(
        Sample.of(new Resampling.ResizeGrad(mode, h, w), v.any(2, height, width, c))
            .gives(2, h, w, c)
            .within(PRODUCT)
            .batchedOver(0));
  }

  // Attention

  private void attention() {
    attend(1, 1, 1, 1, 1);
    attend(2, 1, 3, 4, 5);
    attend(2, 3, 2, 16, 7);
    attend(1, 5, 3, 17, 4, 6);
    attend(2, 4, 2, 8, 1, 4, 9);
    attend(1, 16, 1, 64, 16, 17);
    attend(2, 9, 2, 32, 33);
    attend(1, 3, 2, 3, 0, 5);
    Tensor q = v.any(2, 40, 4, 64);
    add(
        Sample.of(
                new Attention.ScaledDotProduct(0.125f, 2, false),
                q,
                v.any(2, 30, 4, 64),
                v.any(2, 35, 4, 64),
                v.any(2, 30, 4, 64),
                v.any(2, 35, 4, 64))
            .within(ATTENTION)
            .batchedOver(0, 1, 2, 3, 4)
            .notSmooth());
    add(
        Sample.of(
                new Attention.ScaledDotProduct(0.125f, 1, true),
                q,
                v.any(2, 40, 4, 64),
                v.any(2, 40, 4, 64),
                v.visible(40, 40))
            .within(ATTENTION)
            .batchedOver(0, 1, 2)
            .notSmooth());
    add(
        Sample.of(
                new Attention.ScaledDotProductGrad(0.125f, true),
                q,
                v.any(2, 40, 4, 64),
                v.any(2, 40, 4, 64),
                v.any(2, 40, 4, 64),
                v.visible(40, 40))
            .gives(3 * 2 * 40 * 4 * 64)
            .within(ATTENTION)
            .notSmooth());
    attentionMisfits();
  }

  private void attend(int b, int lq, int h, int d, int... chunks) {
    int keys = Arrays.stream(chunks).sum();
    for (boolean masked : new boolean[] {false, true}) {
      List<Tensor> in = new ArrayList<>(List.of(v.any(b, lq, h, d)));
      List<Integer> batched = new ArrayList<>(List.of(0));
      for (int i = 0; i < 2 * chunks.length; i++) {
        batched.add(in.size());
        in.add(v.any(b, chunks[i % chunks.length], h, d));
      }
      Tensor visible = v.visible(lq, keys);
      if (masked) {
        in.add(visible);
      }
      float scale = (float) (1 / Math.sqrt(d));
      add(
          Sample.of(
                  new Attention.ScaledDotProduct(scale, chunks.length, masked),
                  in.toArray(Tensor[]::new))
              .within(ATTENTION)
              .batchedOver(batched.toArray(Integer[]::new)));
      List<Tensor> grad = new ArrayList<>();
      grad.add(v.any(b, lq, h, d));
      grad.add(v.any(b, keys, h, d));
      grad.add(v.any(b, keys, h, d));
      grad.add(v.any(b, lq, h, d));
      if (masked) {
        grad.add(visible);
      }
      add(
          Sample.of(new Attention.ScaledDotProductGrad(scale, masked), grad.toArray(Tensor[]::new))
              .gives(b * (lq + 2 * keys) * h * d)
              .within(ATTENTION));
    }
  }

  private void attentionMisfits() {
    Op one = new Attention.ScaledDotProduct(1, 1, false);
    misfit(one, shapes("2,3,4,5", "2,6,4,5"), "3 operands");
    misfit(one, shapes("2,3,4,5", "2,6,4,5", "2,7,4,5"), "one shape");
    misfit(one, shapes("2,3,4,5", "2,6,3,5", "2,6,3,5"), "(B, Lc, H, D)");
    misfit(one, shapes("3,4,5", "6,4,5", "6,4,5"), "q (B, Lq, H, D)");
    misfit(one, shapes("2,3,4,5", "2,0,4,5", "2,0,4,5"), "at least one key");
    misfit(
        new Attention.ScaledDotProduct(1, 1, true),
        shapes("2,3,4,5", "2,6,4,5", "2,6,4,5", "6"),
        "visible (3)");
    Op grad = new Attention.ScaledDotProductGrad(1, false);
    misfit(grad, shapes("2,3,4,5", "2,6,4,5", "2,6,4,5", "2,6,4,5"), "dy as q");
    misfit(grad, shapes("2,3,4,5", "2,6,4,5", "2,7,4,5", "2,3,4,5"), "k and v (B, L, H, D)");
    misfit(
        new Attention.ScaledDotProductGrad(1, true),
        shapes("2,3,4,5", "2,6,4,5", "2,6,4,5", "2,3,4,5", "2,3"),
        "visible (3)");
  }

  // Lookup

  private void lookups() {
    for (int c : new int[] {1, 3, 16, 17, 33, 100}) {
      rowsOf(v.any(9, c), v.indices(9, 5), 5, c);
      rowsOf(v.any(9, c), v.indices(9, 2, 3), 2, 3, c);
    }
    rowsOf(v.any(4, 5), v.indices(4), 5);
    rowsOf(v.any(4, 5), v.indices(4, 0), 0, 5);
    for (DType type : List.of(DType.BF16, DType.F16, DType.I8)) {
      rowsOf(v.any(9, 33).to(type), v.indices(9, 2, 3), 2, 3, 33);
    }
    add(
        Sample.of(new Lookup.Rows(), v.any(50, 130), v.indices(50, 600))
            .gives(600, 130)
            .notSmooth());
    add(
        Sample.of(new Lookup.RowsGrad(50), v.indices(50, 600), v.any(600, 130))
            .gives(50, 130)
            .within(SUM)
            .notSmooth());
    misfit(new Lookup.Rows(), shapes("2,3,4", "5"), "table (V, C)", "table comes first");
    misfit(new Lookup.Rows(), shapes("2,3"), "2 operands");
    misfit(new Lookup.RowsGrad(9), shapes("5", "4,3"), "dy has one row for each index");
    misfit(new Lookup.RowsGrad(9), shapes("5", ""), "dy has one row for each index");
    codes();
    for (int n : EXTENTS) {
      add(Sample.of(new Lookup.ArgMax(), v.any(3, n)).gives(3).batchedOver(0));
    }
    add(Sample.of(new Lookup.ArgMax(), v.any(17)).gives());
    add(Sample.of(new Lookup.ArgMax(), v.special(30, 20)).gives(30));
    add(Sample.of(new Lookup.ArgMax(), Tensor.ones(Shape.of(2, 100))).gives(2));
    add(Sample.of(new Lookup.ArgMax(), v.any(100, 710)).gives(100));
    misfit(new Lookup.ArgMax(), shapes(""), "at least one axis");
    misfit(new Lookup.ArgMax(), shapes("3,0"), "at least one element");
  }

  private void rowsOf(Tensor table, Tensor index, int... result) {
    add(Sample.of(new Lookup.Rows(), table, index).gives(result));
    int rows = table.shape().dim(0);
    int c = table.shape().dim(1);
    add(Sample.of(new Lookup.RowsGrad(rows), index, v.any(result)).gives(rows, c).within(SUM));
  }

  private void codes() {
    for (Lookup.Metric metric : Lookup.Metric.values()) {
      Op op = new Lookup.NearestCode(metric);
      for (int c : new int[] {1, 3, 6, 16, 17, 32, 33}) {
        add(Sample.of(op, v.any(5, c), v.any(20, c)).gives(5).batchedOver(0));
        add(Sample.of(op, v.any(2, 3, 4, c), v.any(65, c)).gives(2, 3, 4).batchedOver(0));
      }
      add(Sample.of(op, v.any(32), v.any(7, 32)).gives());
      add(Sample.of(op, v.any(70, 32), v.any(1025, 32)).gives(70).batchedOver(0));
      Tensor codes = v.any(10, 16);
      Tensor twice = Tensor.concat(0, codes, codes, codes); // the first of equal codes wins
      add(Sample.of(op, v.any(40, 16), twice).gives(40));
      add(Sample.of(op, twice, twice).gives(30));
      add(Sample.of(op, Tensor.zeros(Shape.of(3, 16)), twice).gives(3));
      misfit(op, shapes("5,3", "7,4"), "same number of channels");
      misfit(op, shapes("5,3", "0,3"), "at least one row");
      misfit(op, shapes("", "7,4"), "z (…, C)");
    }
  }

  // Loss

  private void losses() {
    for (float smoothing : new float[] {0, 0.1f, 1}) {
      for (int n : EXTENTS) {
        if (n > 1) {
          crossEntropy(smoothing, v.any(3, n), v.indices(n, 3));
        }
      }
      crossEntropy(smoothing, v.any(2, 3, 17), v.indices(17, 2, 3));
      crossEntropy(smoothing, v.any(11), v.indices(11));
      Tensor many = v.any(70, 1030);
      Tensor targets = v.indices(1030, 70);
      add(
          Sample.of(new Loss.CrossEntropy(smoothing), many, targets)
              .gives(70)
              .within(STATISTICS)
              .batchedOver(0, 1)
              .notSmooth());
      add(
          Sample.of(new Loss.CrossEntropyGrad(smoothing), many, targets, v.any(70))
              .within(STATISTICS)
              .batchedOver(0, 1, 2)
              .notSmooth());
      misfit(new Loss.CrossEntropy(smoothing), shapes("3,5", "5"), "targets (…)", "one target");
      misfit(new Loss.CrossEntropy(smoothing), shapes("3,0", "3"), "at least one logit");
      misfit(new Loss.CrossEntropy(smoothing), shapes("3,5"), "2 operands");
      misfit(new Loss.CrossEntropyGrad(smoothing), shapes("3,5", "3", "5"), "dy (…)");
    }
  }

  private void crossEntropy(float smoothing, Tensor x, Tensor targets) {
    int[] rows = targets.shape().dims();
    add(
        Sample.of(new Loss.CrossEntropy(smoothing), x, targets)
            .gives(rows)
            .within(STATISTICS)
            .batchedOver(rows.length == 0 ? new Integer[0] : new Integer[] {0, 1}));
    add(
        Sample.of(new Loss.CrossEntropyGrad(smoothing), x, targets, v.any(rows))
            .within(STATISTICS)
            .batchedOver(rows.length == 0 ? new Integer[0] : new Integer[] {0, 1, 2}));
  }

  // Sampling

  private void sampling() {
    for (int k : new int[] {0, 1, 3, 900}) {
      for (float p : new float[] {0, 0.5f, 0.96f, 1}) {
        Op op = new Sampling.TopKTopP(k, p);
        for (int n : new int[] {1, 4, 17, 33, 100}) {
          add(Sample.of(op, v.distinct(3, n)).batchedOver(0));
        }
        add(Sample.of(op, v.any(2, 3, 1025)).batchedOver(0).notSmooth());
        add(Sample.of(op, v.between(-12, 12, 30, 1100)).batchedOver(0).notSmooth());
        add(Sample.of(op, Tensor.zeros(Shape.of(2, 10))).notSmooth());
      }
    }
    float[] ties = {1, 3, 2, 3, -0f, 0f, 2, 3, 1, 2};
    for (int k = 1; k < ties.length; k++) {
      add(Sample.of(new Sampling.TopKTopP(k, 0), Tensor.of(Shape.of(10), ties)).notSmooth());
      add(Sample.of(new Sampling.TopKTopP(k, 0.6f), Tensor.of(Shape.of(10), ties)).notSmooth());
    }
    misfit(new Sampling.TopKTopP(1, 0), shapes(""), "at least one axis");
    misfit(new Sampling.TopKTopP(1, 0), shapes("2,0"), "at least one logit");
    Op draw = new Sampling.Draw();
    for (int n : EXTENTS) {
      add(Sample.of(draw, v.any(3, n), v.exponential(3, n)).gives(3).batchedOver(0, 1));
    }
    add(Sample.of(draw, v.any(2, 3, 40), v.exponential(2, 3, 40)).gives(2, 3).batchedOver(0, 1));
    add(Sample.of(draw, v.any(9), v.exponential(9)).gives());
    add(
        Sample.of(draw, v.any(30, 50).topKTopP(5, 0.9f), v.exponential(30, 50))
            .gives(30)
            .batchedOver(0, 1));
    add(Sample.of(draw, v.any(100, 710), v.exponential(100, 710)).gives(100).batchedOver(0, 1));
    add(Sample.of(draw, Tensor.ones(Shape.of(2, 40)), Tensor.ones(Shape.of(2, 40))).gives(2));
    misfit(draw, shapes("2,3", "2,4"), "exponentials (…, V)", "one exponential number");
    misfit(draw, shapes("", ""), "logits (…, V)");
    misfit(draw, shapes("2,0", "2,0"), "at least one logit");
  }
}
