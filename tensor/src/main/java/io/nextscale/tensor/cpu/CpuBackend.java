package io.nextscale.tensor.cpu;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
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

/** The CPU: storage on the Java heap, one kernel per operation. */
public final class CpuBackend implements Backend {

  /** The only one. */
  public static final CpuBackend INSTANCE = new CpuBackend();

  private CpuBackend() {}

  @Override
  public String name() {
    return "cpu";
  }

  @Override
  public String describe() {
    return CpuInfo.describe();
  }

  @Override
  public double measurePeak() {
    return PeakProbe.flops();
  }

  @Override
  public void onHost(int count, int grain, HostLoop loop) {
    Parallel.forRange(count, grain, loop::run);
  }

  @Override
  public Buffer allocate(DType type, Shape shape) {
    int size = shape.size();
    return switch (type) {
      case F32 -> new HostBuffer.F32(new float[size]);
      case BF16 -> new HostBuffer.BF16(new short[size]);
      case F16 -> new HostBuffer.F16(new short[size]);
      case I8 -> new HostBuffer.I8(new byte[size], new float[shape.rank() == 0 ? 1 : shape.dim(0)]);
      case I32 -> new HostBuffer.I32(new int[size]);
    };
  }

  @Override
  public Buffer upload(HostBuffer from) {
    return from;
  }

  @Override
  public HostBuffer download(Buffer from) {
    if (from instanceof HostBuffer host) {
      return host;
    }
    throw new IllegalArgumentException(
        "cpu: storage on the Java heap; got " + from.getClass().getSimpleName());
  }

  @Override
  public Buffer prepare(Buffer weight, Shape shape) {
    HostBuffer host = download(weight);
    if (!host.type().isReal() || host instanceof HostBuffer.Packed || shape.size() == 0) {
      return weight;
    }
    if (shape.rank() == 2) {
      return CpuKernels.ACTIVE.gemm().pack(shape.dim(0), shape.dim(1), host);
    }
    if (shape.rank() == 4) {
      int cells = shape.dim(2) * shape.dim(3);
      return CpuKernels.ACTIVE.convolution().pack(shape.dim(0), shape.dim(1), cells, host);
    }
    return weight;
  }

  @Override
  public void run(Op op, Operand[] in, Operand out) {
    switch (op) {
      case Attention o -> AttentionDispatch.run(o, in, out);
      case Convolution o -> ConvolutionDispatch.run(o, in, out);
      case Elementwise o -> ElementwiseDispatch.run(o, in, out);
      case Layout o -> LayoutDispatch.run(o, in, out);
      case Loss o -> LossDispatch.run(o, in, out);
      case Lookup o -> LookupDispatch.run(o, in, out);
      case MatrixProduct o -> MatrixProductDispatch.run(o, in, out);
      case Normalization o -> NormalizationDispatch.run(o, in, out);
      case Reduction o -> ReductionDispatch.run(o, in, out);
      case Resampling o -> ResamplingDispatch.run(o, in, out);
      case Sampling o -> SamplingDispatch.run(o, in, out);
    }
  }
}
