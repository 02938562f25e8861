package io.nextscale.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** From arrays that cross the bus into the device's memory, and back. */
public final class TransferKernels {

  private TransferKernels() {}

  /** Makes the device's memory: it is there from the first task on that takes it. */
  public static void makeMemory(KernelContext context, FloatArray memory, IntArray words) {
    int i = context.globalIdx;
    memory.set(i, 0f);
    words.set(i, 0);
  }

  /** Leaves the memory as it is, for a plan that is to find it. */
  public static void passOn(KernelContext context, FloatArray memory, IntArray words) {
    int i = context.globalIdx;
    memory.set(i, memory.get(i));
    words.set(i, words.get(i));
  }

  /** Args: to, n. Part of a tensor of floats that arrives. */
  public static void storeFloats(
      KernelContext context, IntArray args, FloatArray memory, IntArray words, FloatArray staged) {
    int i = context.globalIdx;
    if (i < args.get(1)) {
      memory.set(args.get(0) + i, staged.get(i));
    }
  }

  /** Args: to, n. Part of a tensor of words that arrives. */
  public static void storeWords(
      KernelContext context, IntArray args, FloatArray memory, IntArray words, IntArray staged) {
    int i = context.globalIdx;
    if (i < args.get(1)) {
      words.set(args.get(0) + i, staged.get(i));
    }
  }

  /** Args: from, n. Part of a tensor of floats that leaves; the rest of the array is not read. */
  public static void loadFloats(
      KernelContext context, IntArray args, FloatArray memory, IntArray words, FloatArray staged) {
    int i = context.globalIdx;
    if (i < args.get(1)) {
      staged.set(i, memory.get(args.get(0) + i));
    }
  }

  /** Args: from, n. Part of a tensor of words that leaves; the rest of the array is not read. */
  public static void loadWords(
      KernelContext context, IntArray args, FloatArray memory, IntArray words, IntArray staged) {
    int i = context.globalIdx;
    if (i < args.get(1)) {
      staged.set(i, words.get(args.get(0) + i));
    }
  }
}
