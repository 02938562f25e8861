package io.nextscale.tornado;

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
import java.lang.ref.Reference;
import java.util.ArrayList;
import uk.ac.manchester.tornado.api.common.TornadoDevice;

/**
 * A device that TornadoVM found: storage in its memory, one kernel or a few per operation. They run
 * when somebody wants to see a result, as few task graphs, and a kernel that fails is heard of
 * then.
 *
 * <p>Nothing falls back to the CPU. On the host are done, always: rounding to bytes (once for each
 * weight), and checks of indices that come from the host anyway.
 */
final class TornadoBackend implements Backend {

  private final String name;
  private final TornadoDevice tornado;
  private final Products products;
  private final Device device;

  TornadoBackend(
      String name, TornadoDevice tornado, long memoryBytes, int most, Products products) {
    this.name = name;
    this.tornado = tornado;
    this.products = products;
    this.device = new Device(name, tornado, memoryBytes, most);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String describe() {
    return describe(tornado, products);
  }

  static String describe(TornadoDevice device, Products products) {
    return device.getDescription()
        + " by "
        + device.getTornadoVMBackend()
        + " ("
        + device.getPlatformName()
        + "), "
        + products.describe();
  }

  /** What computes its matrix products. */
  Products products() {
    return products;
  }

  @Override
  public Buffer allocate(DType type, Shape shape) {
    return device.allocate(type, shape.size(), shape.rank() == 0 ? 1 : shape.dim(0));
  }

  @Override
  public Buffer upload(HostBuffer from) {
    HostBuffer plain = Packing.plain(from);
    int rows = plain instanceof HostBuffer.I8(_, float[] factors) ? factors.length : 0;
    DeviceBuffer to = device.allocate(plain.type(), plain.size(), rows);
    store(plain, to);
    return to;
  }

  private void store(HostBuffer from, DeviceBuffer to) {
    Transfers transfers = device.transfers();
    switch (from) {
      case HostBuffer.F32(float[] values) -> transfers.store(to.at(), values);
      case HostBuffer.BF16(short[] bits) -> transfers.store(to.at(), Packing.pack(bits));
      case HostBuffer.F16(short[] bits) -> transfers.store(to.at(), Packing.pack(bits));
      case HostBuffer.I8(byte[] values, float[] factors) -> {
        transfers.store(to.at(), Packing.pack(values));
        transfers.store(to.factors(), factors);
      }
      case HostBuffer.I32(int[] values) -> {
        transfers.store(to.at(), values);
        to.remember(values);
      }
      case HostBuffer.Packed packed -> store(packed.unpacked(), to);
    }
  }

  @Override
  public HostBuffer download(Buffer from) {
    DeviceBuffer buffer = own(from);
    Transfers transfers = device.transfers();
    int size = buffer.size();
    return switch (buffer.type()) {
      case F32 -> new HostBuffer.F32(transfers.loadFloats(buffer.at(), size));
      case I32 -> new HostBuffer.I32(indices(buffer));
      case BF16 -> new HostBuffer.BF16(Packing.shorts(words(buffer), size));
      case F16 -> new HostBuffer.F16(Packing.shorts(words(buffer), size));
      case I8 -> {
        float[] factors = transfers.loadFloats(buffer.factors(), buffer.rows());
        yield new HostBuffer.I8(Packing.bytes(words(buffer), size), factors);
      }
    };
  }

  private int[] words(DeviceBuffer buffer) {
    int count = DeviceBuffer.words(buffer.type(), buffer.size());
    return device.transfers().loadWords(buffer.at(), count);
  }

  /** The indices of a buffer, a copy; they cross the bus at most once. */
  private int[] indices(DeviceBuffer buffer) {
    int[] known = buffer.indices();
    if (known == null) {
      known = words(buffer);
      buffer.remember(known);
    }
    return known.clone();
  }

  private DeviceBuffer own(Buffer buffer) {
    if (buffer instanceof DeviceBuffer ours) {
      return ours;
    }
    throw new IllegalArgumentException(
        name + ": storage on this device; got " + buffer.getClass().getSimpleName());
  }

  @Override
  public void run(Op op, Operand[] in, Operand out) {
    own(out.buffer()).forget();
    Call call = new Call(device, this, op, in, out, new ArrayList<>());
    switch (op) {
      case Attention o -> AttentionDispatch.run(o, call);
      case Convolution o -> ConvolutionDispatch.run(o, call);
      case Elementwise o -> ElementwiseDispatch.run(o, call);
      case Layout o -> LayoutDispatch.run(o, call);
      case Loss o -> LossDispatch.run(o, call);
      case Lookup o -> LookupDispatch.run(o, call);
      case MatrixProduct o -> MatrixProductDispatch.run(o, call);
      case Normalization o -> NormalizationDispatch.run(o, call);
      case Reduction o -> ReductionDispatch.run(o, call);
      case Resampling o -> ResamplingDispatch.run(o, call);
      case Sampling o -> SamplingDispatch.run(o, call);
    }
    Reference.reachabilityFence(call); // its storage stays until the last kernel was asked for
  }

  /** Writes what the host computed, after all that was to read what was there before. */
  void fill(Operand out, HostBuffer values) {
    device.flush();
    store(values, own(out.buffer()));
  }

  @Override
  public void synchronize() {
    device.flush();
  }

  /** What was executed and sent so far. */
  Traffic.Count traffic() {
    return device.traffic().count();
  }

  @Override
  public void close() {
    device.close();
  }
}
