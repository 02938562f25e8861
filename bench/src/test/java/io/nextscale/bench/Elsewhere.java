package io.nextscale.bench;

import io.nextscale.tensor.Backends;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.op.Op;
import io.nextscale.tensor.spi.Backend;
import io.nextscale.tensor.spi.Buffer;
import io.nextscale.tensor.spi.HostBuffer;
import io.nextscale.tensor.spi.Operand;

/** The CPU under another name, as if its memory were another: tensors have to be moved. */
class Elsewhere implements Backend {

  @Override
  public String name() {
    return "elsewhere";
  }

  @Override
  public String describe() {
    return "the CPU again";
  }

  @Override
  public Buffer allocate(DType type, Shape shape) {
    return Backends.cpu().allocate(type, shape);
  }

  @Override
  public Buffer upload(HostBuffer from) {
    return from;
  }

  @Override
  public HostBuffer download(Buffer from) {
    return (HostBuffer) from;
  }

  @Override
  public void run(Op op, Operand[] in, Operand out) {
    Backends.cpu().run(op, in, out);
  }
}
