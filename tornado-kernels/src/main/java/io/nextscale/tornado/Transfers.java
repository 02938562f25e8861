package io.nextscale.tornado;

import io.nextscale.tornado.kernels.Groups;
import io.nextscale.tornado.kernels.TransferKernels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * What crosses the bus: pieces of tensors, through arrays of a fixed size that are copied whole. A
 * short one spares small tensors the way of the long one.
 */
final class Transfers {

  private static final int SHORT = 1 << 10;
  private static final int LONG = 1 << 20;

  private final Device device;
  private final IntArray args;
  private final Lane shortLane;
  private final Lane longLane;

  Transfers(Device device, FloatArray memory, IntArray words, IntArray args) {
    this.device = device;
    this.args = args;
    this.shortLane = new Lane("Short", SHORT, device, memory, words, args);
    this.longLane = new Lane("Long", LONG, device, memory, words, args);
  }

  /** Arrays of one size with the graphs of both directions. */
  private static final class Lane {
    final FloatArray floats;
    final IntArray ints;
    final int storeFloats;
    final int storeWords;
    final int loadFloats;
    final int loadWords;

    Lane(String name, int size, Device device, FloatArray memory, IntArray words, IntArray args) {
      floats = new FloatArray(size);
      ints = new IntArray(size);
      String label = "storeFloats" + name;
      TaskGraph graph = device.graph(label);
      graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, floats);
      graph.task(
          label, TransferKernels::storeFloats, new KernelContext(), args, memory, words, floats);
      storeFloats = device.add(label, graph, Groups.WIDE);

      label = "storeWords" + name;
      graph = device.graph(label);
      graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, ints);
      graph.task(
          label, TransferKernels::storeWords, new KernelContext(), args, memory, words, ints);
      storeWords = device.add(label, graph, Groups.WIDE);

      label = "loadFloats" + name;
      graph = device.graph(label);
      graph.task(
          label, TransferKernels::loadFloats, new KernelContext(), args, memory, words, floats);
      graph.transferToHost(DataTransferMode.EVERY_EXECUTION, floats);
      loadFloats = device.add(label, graph, Groups.WIDE);

      label = "loadWords" + name;
      graph = device.graph(label);
      graph.task(label, TransferKernels::loadWords, new KernelContext(), args, memory, words, ints);
      graph.transferToHost(DataTransferMode.EVERY_EXECUTION, ints);
      loadWords = device.add(label, graph, Groups.WIDE);
    }
  }

  private Lane lane(int rest) {
    return rest <= SHORT ? shortLane : longLane;
  }

  /** Does one piece of at most the lane's size. */
  @FunctionalInterface
  private interface Piece {
    void move(Lane lane, int from, int count);
  }

  private void pieces(int size, Piece piece) {
    synchronized (device) {
      for (int from = 0; from < size; ) {
        Lane lane = lane(size - from);
        int count = Math.min(size - from, lane.floats.getSize());
        piece.move(lane, from, count);
        from += count;
      }
    }
  }

  private void execute(String label, int graph, int at, int count) {
    args.set(0, at);
    args.set(1, count);
    device.execute(label, graph, Device.groups(count) * (long) Groups.WIDE);
  }

  /** Floats to the device. */
  void store(int at, float[] values) {
    pieces(
        values.length,
        (lane, from, count) -> {
          MemorySegment to = lane.floats.getSegment();
          MemorySegment.copy(values, from, to, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, count);
          execute("storeFloats", lane.storeFloats, at + from, count);
        });
  }

  /** Words to the device. */
  void store(int at, int[] values) {
    pieces(
        values.length,
        (lane, from, count) -> {
          MemorySegment to = lane.ints.getSegment();
          MemorySegment.copy(values, from, to, ValueLayout.JAVA_INT_UNALIGNED, 0, count);
          execute("storeWords", lane.storeWords, at + from, count);
        });
  }

  /** Floats from the device. */
  float[] loadFloats(int at, int size) {
    float[] values = new float[size];
    pieces(
        size,
        (lane, from, count) -> {
          execute("loadFloats", lane.loadFloats, at + from, count);
          MemorySegment source = lane.floats.getSegment();
          MemorySegment.copy(source, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, values, from, count);
        });
    return values;
  }

  /** Words from the device. */
  int[] loadWords(int at, int size) {
    int[] values = new int[size];
    pieces(
        size,
        (lane, from, count) -> {
          execute("loadWords", lane.loadWords, at + from, count);
          MemorySegment source = lane.ints.getSegment();
          MemorySegment.copy(source, ValueLayout.JAVA_INT_UNALIGNED, 0, values, from, count);
        });
    return values;
  }
}
