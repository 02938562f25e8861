package uk.ac.manchester.tornado.api;

import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** What an execution left on the device. */
public class TornadoExecutionResult {

  private final ImmutableTaskGraph graph;

  TornadoExecutionResult(ImmutableTaskGraph graph) {
    this.graph = graph;
  }

  /** Copies arrays to the host that were announced for copying on demand. */
  public TornadoExecutionResult transferToHost(Object... objects) {
    for (Object object : objects) {
      if (!(object instanceof TornadoNativeArray array)) {
        throw new TornadoRuntimeException("result: arrays of the graph; got another object");
      }
      graph.copyOnDemand(array, 0, array.getNumBytesOfSegment());
    }
    return this;
  }

  /** Copies a part of such an array to the same place on the host. */
  public TornadoExecutionResult transferToHost(DataRange dataRange) {
    graph.copyOnDemand(dataRange.array(), dataRange.offsetBytes(), dataRange.sizeBytes());
    return this;
  }
}
