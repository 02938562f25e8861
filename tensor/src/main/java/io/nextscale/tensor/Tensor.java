package io.nextscale.tensor;

import io.nextscale.tensor.op.Attention;
import io.nextscale.tensor.op.Convolution;
import io.nextscale.tensor.op.Elementwise;
import io.nextscale.tensor.op.Layout;
import io.nextscale.tensor.op.Lookup;
import io.nextscale.tensor.op.Loss;
import io.nextscale.tensor.op.MatrixProduct;
import io.nextscale.tensor.op.Normalization;
import io.nextscale.tensor.op.Op;
import io.nextscale.tensor.op.Reduction;
import io.nextscale.tensor.op.Resampling;
import io.nextscale.tensor.op.Sampling;
import io.nextscale.tensor.spi.Backend;
import io.nextscale.tensor.spi.Buffer;
import io.nextscale.tensor.spi.HostBuffer;
import io.nextscale.tensor.spi.Operand;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * An immutable array of numbers with a {@link Shape}: contiguous, row-major, on one {@link
 * Backend}.
 *
 * <p>Every method that computes is one line that applies an {@link Op}; the op's record holds the
 * formula, the shape rule and the derivative. Nothing is recorded unless {@link Gradients} asks for
 * it.
 */
public final class Tensor {

  private static final AtomicLong IDS = new AtomicLong();

  private final Shape shape;
  private final DType type;
  private final Backend backend;
  private final long id = IDS.incrementAndGet();
  private volatile @Nullable Buffer buffer;

  Tensor(Shape shape, Buffer buffer, Backend backend) {
    this.shape = shape;
    this.type = buffer.type();
    this.backend = backend;
    this.buffer = buffer;
  }

  private Tensor(Shape shape, DType type, Backend backend) {
    this.shape = shape;
    this.type = type;
    this.backend = backend;
  }

  // Making tensors

  /**
   * A tensor with the values of storage of the Java heap, which must not be changed afterwards. It
   * lives on {@link Backends#standard()}, as do all that are made from values.
   */
  public static Tensor of(Shape shape, HostBuffer buffer) {
    if (buffer.size() != shape.size()) {
      throw new ShapeException(
          "tensor: " + shape.size() + " values for " + shape + "; got " + buffer.size());
    }
    Backend backend = Backends.standard();
    return new Tensor(shape, backend == Backends.cpu() ? buffer : backend.upload(buffer), backend);
  }

  /** A tensor of F32 values in row-major order; the array must not be changed afterwards. */
  public static Tensor of(Shape shape, float... values) {
    return of(shape, new HostBuffer.F32(values));
  }

  /** A tensor of indices in row-major order; the array must not be changed afterwards. */
  public static Tensor ofInts(Shape shape, int... values) {
    return of(shape, new HostBuffer.I32(values));
  }

  /** A scalar, shape {@code ()}. */
  public static Tensor scalar(float value) {
    return of(Shape.of(), value);
  }

  /** All zeros. */
  public static Tensor zeros(Shape shape) {
    return of(shape, new float[shape.size()]);
  }

  /** All ones. */
  public static Tensor ones(Shape shape) {
    return full(shape, 1);
  }

  /** One value everywhere. */
  public static Tensor full(Shape shape, float value) {
    float[] values = new float[shape.size()];
    Arrays.fill(values, value);
    return of(shape, values);
  }

  /** Independent normal values. */
  public static Tensor normal(Shape shape, float mean, float std, RandomStream random) {
    float[] values = new float[shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (mean + std * random.nextGaussian());
    }
    return of(shape, values);
  }

  /** Independent uniform values in [low, high). */
  public static Tensor uniform(Shape shape, float low, float high, RandomStream random) {
    float[] values = new float[shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = low + (high - low) * random.nextFloat();
    }
    return of(shape, values);
  }

  // What it is

  /** The extents. */
  public Shape shape() {
    return shape;
  }

  /** How elements are stored. */
  public DType dtype() {
    return type;
  }

  /** Where the elements live and operations on them run. */
  public Backend backend() {
    return backend;
  }

  /** A number no other tensor of this process has; recordings refer to tensors by it. */
  long id() {
    return id;
  }

  /**
   * The storage.
   *
   * @throws IllegalStateException after the {@link Workspace} that owned it has closed
   */
  public Buffer buffer() {
    Buffer current = buffer;
    if (current == null) {
      throw new IllegalStateException(
          "tensor "
              + shape
              + ": values that are still there; they were released with their Workspace, or not saved"
              + " for the derivative — keep the tensor as the result of Workspace.scope");
    }
    return current;
  }

  /** The storage; null when it was released or never there. */
  @Nullable Buffer bufferIfThere() {
    return buffer;
  }

  /** Gives up the storage; only its Workspace does this. */
  void release() {
    buffer = null;
  }

  /** The same extents without values, for derivatives that need only shapes. */
  Tensor shapeOnly() {
    return new Tensor(shape, type, backend);
  }

  /** The values as floats, row-major, a copy. */
  public float[] toArray() {
    float[] values = backend.download(buffer()).toFloats();
    return buffer instanceof HostBuffer.F32 ? values.clone() : values;
  }

  /** The indices of an I32 tensor, row-major, a copy. */
  public int[] toInts() {
    if (backend.download(buffer()) instanceof HostBuffer.I32(int[] values)) {
      return values.clone();
    }
    throw new ShapeException("toInts: an I32 tensor; got " + this);
  }

  /** The only element. */
  public float item() {
    if (shape.size() != 1) {
      throw new ShapeException("item: one element; got " + this);
    }
    return backend.download(buffer()).toFloats()[0];
  }

  // The door through which every operation runs

  /**
   * Applies an operation: checks the operands, runs it where they live, and shows it to the
   * recording that is under way, if any.
   *
   * @throws ShapeException when the operands do not fit the operation
   */
  public static Tensor apply(Op op, Tensor... in) {
    Shape[] shapes = new Shape[in.length];
    DType[] types = new DType[in.length];
    for (int i = 0; i < in.length; i++) {
      shapes[i] = in[i].shape;
      types[i] = in[i].type;
      if (in[i].backend != in[0].backend) {
        throw new ShapeException(
            op.name()
                + ": operands on one backend; got "
                + in[0].backend.name()
                + ", "
                + in[i].backend.name()
                + " — move one with to(backend)");
      }
    }
    Shape shape = op.shape(shapes);
    DType type = op.type(types);
    Backend backend = in[0].backend;
    Tensor out;
    if (op.isView()) {
      out = new Tensor(shape, in[0].buffer(), backend);
    } else {
      Buffer buffer = Workspace.allocate(backend, type, shape);
      Operand[] operands = new Operand[in.length];
      for (int i = 0; i < in.length; i++) {
        operands[i] = new Operand(in[i].buffer(), shapes[i]);
      }
      backend.run(op, operands, new Operand(buffer, shape));
      out = new Tensor(shape, buffer, backend);
    }
    Workspace.announce(out);
    Recording.announce(op, in, out);
    return out;
  }

  // Elementwise

  /** {@code this + y}, broadcast. */
  public Tensor plus(Tensor y) {
    return apply(new Elementwise.Plus(), this, y);
  }

  /** {@code this − y}, broadcast. */
  public Tensor minus(Tensor y) {
    return apply(new Elementwise.Minus(), this, y);
  }

  /** {@code this · y}, element by element, broadcast. */
  public Tensor times(Tensor y) {
    return apply(new Elementwise.Times(), this, y);
  }

  /** {@code this / y}, broadcast. */
  public Tensor div(Tensor y) {
    return apply(new Elementwise.Divide(), this, y);
  }

  /** {@code this + y}. */
  public Tensor plus(float y) {
    return apply(new Elementwise.Affine(1, y), this);
  }

  /** {@code this − y}. */
  public Tensor minus(float y) {
    return apply(new Elementwise.Affine(1, -y), this);
  }

  /** {@code this · y}. */
  public Tensor times(float y) {
    return apply(new Elementwise.Affine(y, 0), this);
  }

  /** {@code this / y}. */
  public Tensor div(float y) {
    return div(scalar(y).to(backend));
  }

  /** The larger of two elements, broadcast. */
  public Tensor maximum(Tensor y) {
    return apply(new Elementwise.Maximum(), this, y);
  }

  /** The smaller of two elements, broadcast. */
  public Tensor minimum(Tensor y) {
    return apply(new Elementwise.Minimum(), this, y);
  }

  /** {@code −this}. */
  public Tensor negate() {
    return apply(new Elementwise.Negate(), this);
  }

  /** {@code e^this}. */
  public Tensor exp() {
    return apply(new Elementwise.Exp(), this);
  }

  /** The natural logarithm. */
  public Tensor log() {
    return apply(new Elementwise.Log(), this);
  }

  /** The square root. */
  public Tensor sqrt() {
    return apply(new Elementwise.Sqrt(), this);
  }

  /** {@code this²}. */
  public Tensor square() {
    return apply(new Elementwise.Square(), this);
  }

  /** {@code |this|}. */
  public Tensor abs() {
    return apply(new Elementwise.Abs(), this);
  }

  /** {@code 1 / (1 + e^−this)}. */
  public Tensor sigmoid() {
    return apply(new Elementwise.Sigmoid(), this);
  }

  /** The hyperbolic tangent. */
  public Tensor tanh() {
    return apply(new Elementwise.Tanh(), this);
  }

  /** {@code this · σ(this)}. */
  public Tensor silu() {
    return apply(new Elementwise.Silu(), this);
  }

  /** The Gaussian error linear unit, tanh form. */
  public Tensor gelu() {
    return apply(new Elementwise.Gelu(Elementwise.GeluForm.TANH), this);
  }

  /** The Gaussian error linear unit in one of its forms. */
  public Tensor gelu(Elementwise.GeluForm form) {
    return apply(new Elementwise.Gelu(form), this);
  }

  /** {@code max(this, 0)}. */
  public Tensor relu() {
    return apply(new Elementwise.Relu(), this);
  }

  /** {@code min(max(this, low), high)}. */
  public Tensor clamp(float low, float high) {
    return apply(new Elementwise.Clamp(low, high), this);
  }

  // Products

  /** {@code A B} over the last two axes; B with two axes is used for every leading index. */
  public Tensor matmul(Tensor b) {
    return matmul(b, false, false);
  }

  /** {@code A B} with either operand transposed on its last two axes. */
  public Tensor matmul(Tensor b, boolean transposeThis, boolean transposeB) {
    return apply(new MatrixProduct.MatMul(transposeThis, transposeB), this, b);
  }

  /** {@code x Wᵀ}: x (…,K), weight (N,K) of any real storage, result (…,N). */
  public Tensor matmulT(Tensor weight) {
    return linear(weight, null);
  }

  /** {@code x Wᵀ + b}: x (…,K), weight (N,K), bias (N), result (…,N). */
  public Tensor linear(Tensor weight, @Nullable Tensor bias) {
    return linear(weight, bias, MatrixProduct.Activation.NONE, null, null);
  }

  /**
   * {@code r + g · f(x Wᵀ + b)} in one pass: see {@link MatrixProduct.Linear}. Where gradients are
   * recorded it is computed step by step with the same bits, because derivatives read the sums.
   *
   * @param gate (B,1,N) for x (B,L,K), or null
   * @param residual of the result's shape, or null
   */
  public Tensor linear(
      Tensor weight,
      @Nullable Tensor bias,
      MatrixProduct.Activation activation,
      @Nullable Tensor gate,
      @Nullable Tensor residual) {
    boolean readsSums = activation != MatrixProduct.Activation.NONE || gate != null;
    if (readsSums && Recording.differentiates()) {
      return linear(weight, bias).tail(activation, gate, residual);
    }
    return apply(
        new MatrixProduct.Linear(bias != null, activation, gate != null, residual != null),
        operands(this, weight, bias, gate, residual));
  }

  /** {@code r + g · f(this)}. */
  private Tensor tail(
      MatrixProduct.Activation activation, @Nullable Tensor gate, @Nullable Tensor residual) {
    Tensor a =
        switch (activation) {
          case NONE -> this;
          case GELU -> gelu();
          case SILU -> silu();
        };
    if (gate != null && residual != null) {
      return apply(new MatrixProduct.Gated(), a, gate, residual);
    }
    Tensor gated = gate == null ? a : a.times(gate);
    return residual == null ? gated : gated.plus(residual);
  }

  /**
   * Two-dimensional cross-correlation of a map (B,h,w,C) with weights (O,C,kh,kw), giving
   * (B,h',w',O), plus bias (O) and residual (B,h',w',O) where given.
   */
  public Tensor conv2d(
      Tensor weight,
      @Nullable Tensor bias,
      int stride,
      Convolution.Padding padding,
      @Nullable Tensor residual) {
    return apply(
        new Convolution.Conv2d(stride, padding, bias != null, residual != null),
        operands(this, weight, bias, residual));
  }

  /**
   * Scaled dot-product attention, {@code softmax(scale · q kᵀ) v} per head.
   *
   * <p>This is q (B,Lq,H,D). Keys and values come in chunks (B,Lc,H,D) that count as one sequence,
   * so that a cache can grow without copying.
   *
   * @param visible I32 (Lq): query i sees the first {@code visible[i]} keys; null: it sees all
   */
  public Tensor attention(
      List<Tensor> keys, List<Tensor> values, @Nullable Tensor visible, float scale) {
    List<Tensor> operands = new ArrayList<>();
    operands.add(this);
    operands.addAll(keys);
    operands.addAll(values);
    if (visible != null) {
      operands.add(visible);
    }
    return apply(
        new Attention.ScaledDotProduct(scale, keys.size(), visible != null),
        operands.toArray(Tensor[]::new));
  }

  // Layout

  /** The same elements under other extents; one of them may be −1 and is then computed. */
  public Tensor reshape(int... extents) {
    int[] dims = extents.clone();
    int known = 1;
    int open = -1;
    for (int i = 0; i < dims.length; i++) {
      if (dims[i] == -1 && open < 0) {
        open = i;
      } else {
        known *= dims[i];
      }
    }
    if (open >= 0) {
      if (known <= 0 || shape.size() % known != 0) {
        throw new ShapeException(
            "reshape: extents that divide "
                + shape.size()
                + " elements; got "
                + Arrays.toString(extents)
                + " for "
                + shape);
      }
      dims[open] = shape.size() / known;
    }
    return reshape(Shape.of(dims));
  }

  /** The same elements under other extents. */
  public Tensor reshape(Shape to) {
    return to.equals(shape) ? this : apply(new Layout.Reshape(to), this);
  }

  /** Axes in another order: axis i of the result is axis {@code axes[i]} of this. */
  public Tensor permute(int... axes) {
    return apply(Layout.Permute.of(axes), this);
  }

  /** Two axes swapped; negative ones count from the end. */
  public Tensor transpose(int a, int b) {
    int[] axes = new int[shape.rank()];
    Arrays.setAll(axes, i -> i);
    axes[shape.axis(a)] = shape.axis(b);
    axes[shape.axis(b)] = shape.axis(a);
    return permute(axes);
  }

  /** The elements {@code from} (inclusive) to {@code to} (exclusive) of one axis. */
  public Tensor slice(int axis, int from, int to) {
    return from == 0 && to == shape.dim(axis)
        ? this
        : apply(new Layout.Slice(axis, from, to), this);
  }

  /** The tensors one after another along one axis. */
  public static Tensor concat(int axis, Tensor... tensors) {
    return tensors.length == 1 ? tensors[0] : apply(new Layout.Concat(axis), tensors);
  }

  /** Zeros before and after along one axis. */
  public Tensor pad(int axis, int before, int after) {
    return before == 0 && after == 0 ? this : apply(new Layout.Pad(axis, before, after), this);
  }

  /** Repeated to a larger shape by NumPy's broadcasting rule. */
  public Tensor broadcastTo(Shape to) {
    return to.equals(shape) ? this : apply(new Layout.BroadcastTo(to), this);
  }

  // Reductions

  /** The sum over one axis, which stays with extent 1. */
  public Tensor sum(int axis) {
    return apply(new Reduction.Sum(axis), this);
  }

  /** The sum of all elements, a scalar. */
  public Tensor sum() {
    return reshape(-1).sum(0).reshape();
  }

  /** The mean over one axis, which stays with extent 1. */
  public Tensor mean(int axis) {
    return apply(new Reduction.Mean(axis), this);
  }

  /** The mean of all elements, a scalar. */
  public Tensor mean() {
    return reshape(-1).mean(0).reshape();
  }

  /** The largest element over one axis, which stays with extent 1. */
  public Tensor max(int axis) {
    return apply(new Reduction.Max(axis), this);
  }

  /** Summed over the axes that a broadcast from {@code to} would stretch. */
  public Tensor sumTo(Shape to) {
    return to.equals(shape) ? this : apply(new Reduction.SumTo(to), this);
  }

  // Normalisation

  /** {@code e^x / Σ e^x} over the last axis. */
  public Tensor softmax() {
    return apply(new Normalization.Softmax(), this);
  }

  /** {@code x − log Σ e^x} over the last axis. */
  public Tensor logSoftmax() {
    return apply(new Normalization.LogSoftmax(), this);
  }

  /** {@code (x − mean) / √(variance + eps)} over the last axis. */
  public Tensor layerNorm(float eps) {
    return apply(new Normalization.LayerNorm(eps), this);
  }

  /** {@code layerNorm(x) · (1 + scale) + shift}: x (B,L,C), scale and shift (B,1,C). */
  public Tensor modulatedLayerNorm(Tensor scale, Tensor shift, float eps) {
    return apply(new Normalization.ModulatedLayerNorm(eps), this, scale, shift);
  }

  /**
   * Normalisation over space and the channels of a group, then {@code · weight + bias} per channel,
   * then SiLU if asked: x (B,…,C) channels last.
   */
  public Tensor groupNorm(int groups, Tensor weight, Tensor bias, float eps, boolean silu) {
    return apply(new Normalization.GroupNorm(groups, eps, silu), this, weight, bias);
  }

  /** {@code x / max(‖x‖₂, eps)} over the last axis. */
  public Tensor l2Normalize(float eps) {
    return apply(new Normalization.L2Normalize(eps), this);
  }

  // Maps

  /** A map (B,h,w,C) resized to (B,height,width,C). */
  public Tensor resize(Resampling.Mode mode, int height, int width) {
    return apply(new Resampling.Resize(mode, height, width), this);
  }

  // Lookup, loss, sampling

  /** The rows of this table (V,C) that I32 indices (…) name, (…,C). */
  public Tensor rows(Tensor indices) {
    return apply(new Lookup.Rows(), this, indices);
  }

  /** For each vector (…,C) the index of the nearest row of the codebook (V,C), I32 (…). */
  public Tensor nearest(Tensor codebook, Lookup.Metric metric) {
    return apply(new Lookup.NearestCode(metric), this, codebook);
  }

  /** The index of the largest element over the last axis, the first on ties, I32. */
  public Tensor argMax() {
    return apply(new Lookup.ArgMax(), this);
  }

  /**
   * The cross-entropy of logits (…,V) against I32 targets (…), one value per row.
   *
   * @param smoothing the share of the target's weight that is spread evenly over all classes, 0 ..
   *     1
   */
  public Tensor crossEntropy(Tensor targets, float smoothing) {
    return apply(new Loss.CrossEntropy(smoothing), this, targets);
  }

  /** The mean of {@code (this − target)²}, a scalar. */
  public Tensor meanSquaredError(Tensor target) {
    return minus(target).square().mean();
  }

  /**
   * Logits (…,V) with all but the k largest and the nucleus of probability p set to −∞; 0: no
   * limit.
   */
  public Tensor topKTopP(int k, float p) {
    return apply(new Sampling.TopKTopP(k, p), this);
  }

  /**
   * One draw per row of logits (…,V): {@code argmax softmax(logits) / q} for exponentials q, I32
   * (…).
   */
  public Tensor draw(Tensor exponentials) {
    return apply(new Sampling.Draw(), this, exponentials);
  }

  // Storage

  /** The same values, through which no gradient flows. */
  public Tensor stopGradient() {
    return apply(new Layout.StopGradient(), this);
  }

  /** The same numbers stored as another type. */
  public Tensor to(DType to) {
    return to == type ? this : apply(new Elementwise.Convert(to), this);
  }

  /** The same values on another backend. */
  public Tensor to(Backend to) {
    return to == backend ? this : new Tensor(shape, to.upload(backend.download(buffer())), to);
  }

  /**
   * The same weight rearranged once for the kernels that multiply with it; for weights that stay as
   * they are while they are used many times. Only linear layers and convolutions take it.
   */
  public Tensor prepared() {
    return new Tensor(shape, backend.prepare(buffer(), shape), backend);
  }

  private static Tensor[] operands(@Nullable Tensor... given) {
    List<Tensor> operands = new ArrayList<>(given.length);
    for (Tensor tensor : given) {
      if (tensor != null) {
        operands.add(tensor);
      }
    }
    return operands.toArray(Tensor[]::new);
  }

  /** For example {@code F32 (2, 680, 1024) on cpu}. */
  @Override
  public String toString() {
    return type + " " + shape + " on " + backend.name();
  }
}
