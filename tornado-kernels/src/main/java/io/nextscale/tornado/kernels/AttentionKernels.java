package io.nextscale.tornado.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Attention, one group for each head of a query; the groups count heads first, then queries, then
 * images, which is the order of q (B,Lq,H,D). Heads of more than {@value #CHANNELS} channels have a
 * group for each {@value #CHANNELS} of them, which all compute the products of the whole head.
 *
 * <p>Keys pass in blocks of {@link Groups#ROW}: first each item has a key, then each item has
 * channels. The number of keys is an argument, so that a cache may grow without a new compilation.
 */
public final class AttentionKernels {

  /** The channels of a head that one group sums up. */
  private static final int CHANNELS = 256;

  /** Channels of an item. */
  private static final int OWN = CHANNELS / Groups.ROW;

  /** Where the chunks start among the args of {@link #attention}. */
  public static final int CHUNKS = 8;

  private AttentionKernels() {}

  /** The groups of a head of d channels. */
  public static int groups(int d) {
    return (d + CHANNELS - 1) / CHANNELS;
  }

  /**
   * {@code y = Σ_j p_j v_j} with {@code p = softmax_j(scale · q·k_j)}, the softmax corrected as
   * blocks with larger products come (Milakov and Gimelshein 2018).
   *
   * <p>Args: q, y, Lq, H, D, visible (Lq) in words, number of keys, number of chunks; for each
   * chunk its keys, its values and its length. Numbers: scale.
   *
   * @see io.nextscale.tensor.op.Attention.ScaledDotProduct
   */
  public static void attention(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    float[] scores = context.allocateFloatLocalArray(Groups.ROW);
    float[] weights = context.allocateFloatLocalArray(Groups.ROW);
    float[] sums = new float[OWN];
    int local = context.localIdx;
    int h = args.get(base + 3);
    int d = args.get(base + 4);
    int group = context.groupIdx / groups(d);
    int channel = context.groupIdx % groups(d) * CHANNELS + local;
    int head = group % h;
    int image = group / (h * args.get(base + 2));
    int query = args.get(base) + group * d;
    for (int r = 0; r < OWN; r++) {
      sums[r] = 0;
    }
    int left =
        visible(words, args.get(base + 5), group / h % args.get(base + 2), args.get(base + 6));
    float max = Groups.LOWEST;
    float sum = 0;
    for (int chunk = 0; chunk < args.get(base + 7); chunk++) {
      int at = CHUNKS + 3 * chunk;
      int first = (image * args.get(base + at + 2) * h + head) * d;
      int length = TornadoMath.min(left, args.get(base + at + 2));
      for (int from = 0; from < length; from += Groups.ROW) {
        int count = TornadoMath.min(Groups.ROW, length - from);
        float score = Groups.LOWEST;
        if (local < count) {
          int key = args.get(base + at) + first + (from + local) * h * d;
          score = numbers.get(base) * LookupKernels.dot(memory, query, key, d);
        }
        scores[local] = score;
        context.localBarrier();
        float before = max;
        for (int j = 0; j < count; j++) {
          max = TornadoMath.max(max, scores[j]);
        }
        weights[local] = TornadoMath.exp(score - max);
        context.localBarrier();
        float correction = TornadoMath.exp(before - max);
        sum *= correction;
        for (int j = 0; j < count; j++) {
          sum += weights[j];
        }
        for (int r = 0; r < OWN; r++) {
          int c = channel + Groups.ROW * r;
          if (c < d) {
            float y = sums[r] * correction;
            for (int j = 0; j < count; j++) {
              y +=
                  weights[j] * memory.get(args.get(base + at + 1) + first + (from + j) * h * d + c);
            }
            sums[r] = y;
          }
        }
      }
      left -= length;
    }
    for (int r = 0; r < OWN; r++) {
      int c = channel + Groups.ROW * r;
      if (c < d) {
        memory.set(args.get(base + 1) + group * d + c, sums[r] / sum);
      }
    }
  }

  private static int visible(IntArray words, int visible, int query, int keys) {
    int count = keys;
    if (visible >= 0) {
      count = words.get(visible + query);
    }
    return count;
  }

  /**
   * What the gradients need of each head of a query: the logarithm of its sum of exponentials and
   * the mean of dP under P.
   *
   * <p>Args: q, k, v, dy, statistics (B,Lq,H,2), Lq, L, H, D, visible. Numbers: scale.
   *
   * @see io.nextscale.tensor.op.Attention.ScaledDotProductGrad
   */
  public static void attentionStatistics(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    int local = context.localIdx;
    int h = args.get(base + 7);
    int d = args.get(base + 8);
    int l = args.get(base + 6);
    int query = args.get(base) + context.groupIdx * d;
    int slope = args.get(base + 3) + context.groupIdx * d;
    int count = visible(words, args.get(base + 9), context.groupIdx / h % args.get(base + 5), l);
    int first = (context.groupIdx / (h * args.get(base + 5)) * l * h + context.groupIdx % h) * d;
    float largest = Groups.LOWEST;
    for (int j = local; j < count; j += Groups.ROW) {
      int key = args.get(base + 1) + first + j * h * d;
      float score = numbers.get(base) * LookupKernels.dot(memory, query, key, d);
      largest = TornadoMath.max(largest, score);
    }
    float max = Groups.max(context, largest);
    float ofItem = 0;
    float alongItem = 0;
    for (int j = local; j < count; j += Groups.ROW) {
      int key = first + j * h * d;
      float score =
          numbers.get(base) * LookupKernels.dot(memory, query, args.get(base + 1) + key, d);
      float e = TornadoMath.exp(score - max);
      ofItem += e;
      alongItem += e * LookupKernels.dot(memory, slope, args.get(base + 2) + key, d);
    }
    float sum = Groups.sum(context, ofItem);
    float along = Groups.sum(context, alongItem);
    if (local == 0) {
      memory.set(args.get(base + 4) + 2 * context.groupIdx, max + TornadoMath.log(sum));
      memory.set(args.get(base + 4) + 2 * context.groupIdx + 1, along / sum);
    }
  }

  /**
   * {@code dq = scale · Σ_j dS_j k_j} with {@code dS = P (dP − mean)}.
   *
   * <p>Args: as {@link #attentionStatistics}, then dq. Numbers: scale.
   *
   * @see io.nextscale.tensor.op.Attention.ScaledDotProductGrad
   */
  public static void attentionGradQuery(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    float[] weights = context.allocateFloatLocalArray(Groups.ROW);
    float[] sums = new float[OWN];
    int local = context.localIdx;
    int h = args.get(base + 7);
    int d = args.get(base + 8);
    int group = context.groupIdx / groups(d);
    int channel = context.groupIdx % groups(d) * CHANNELS + local;
    int l = args.get(base + 6);
    int query = args.get(base) + group * d;
    int slope = args.get(base + 3) + group * d;
    for (int r = 0; r < OWN; r++) {
      sums[r] = 0;
    }
    int count = visible(words, args.get(base + 9), group / h % args.get(base + 5), l);
    int first = (group / (h * args.get(base + 5)) * l * h + group % h) * d;
    float logSum = memory.get(args.get(base + 4) + 2 * group);
    float mean = memory.get(args.get(base + 4) + 2 * group + 1);
    for (int from = 0; from < count; from += Groups.ROW) {
      int block = TornadoMath.min(Groups.ROW, count - from);
      float ds = 0;
      if (local < block) {
        int key = first + (from + local) * h * d;
        float score =
            numbers.get(base) * LookupKernels.dot(memory, query, args.get(base + 1) + key, d);
        float p = TornadoMath.exp(score - logSum);
        ds = p * (LookupKernels.dot(memory, slope, args.get(base + 2) + key, d) - mean);
      }
      weights[local] = ds;
      context.localBarrier();
      for (int r = 0; r < OWN; r++) {
        int c = channel + Groups.ROW * r;
        if (c < d) {
          float dq = sums[r];
          for (int j = 0; j < block; j++) {
            dq += weights[j] * memory.get(args.get(base + 1) + first + (from + j) * h * d + c);
          }
          sums[r] = dq;
        }
      }
      context.localBarrier();
    }
    for (int r = 0; r < OWN; r++) {
      int c = channel + Groups.ROW * r;
      if (c < d) {
        memory.set(args.get(base + 10) + group * d + c, numbers.get(base) * sums[r]);
      }
    }
  }

  /**
   * {@code dk = scale · Σ_i dS_i q_i} and {@code dv = Σ_i P_i dy_i}, one group for each head of a
   * key, in the order of k (B,L,H,D).
   *
   * <p>Args: as {@link #attentionStatistics}, then dk, dv. Numbers: scale.
   *
   * @see io.nextscale.tensor.op.Attention.ScaledDotProductGrad
   */
  public static void attentionGradKeyValue(
      KernelContext context,
      IntArray slot,
      IntArray args,
      FloatArray numbers,
      FloatArray memory,
      IntArray words) {
    int base = slot.get(0);
    float[] ofKey = context.allocateFloatLocalArray(Groups.ROW);
    float[] ofValue = context.allocateFloatLocalArray(Groups.ROW);
    float[] sums = new float[2 * OWN];
    int local = context.localIdx;
    int h = args.get(base + 7);
    int d = args.get(base + 8);
    int group = context.groupIdx / groups(d);
    int channel = context.groupIdx % groups(d) * CHANNELS + local;
    int queries = args.get(base + 5);
    int key = args.get(base + 1) + group * d;
    int value = args.get(base + 2) + group * d;
    for (int r = 0; r < 2 * OWN; r++) {
      sums[r] = 0;
    }
    int j = group / h % args.get(base + 6);
    int first = group / (h * args.get(base + 6)) * queries * h + group % h;
    for (int from = 0; from < queries; from += Groups.ROW) {
      int block = TornadoMath.min(Groups.ROW, queries - from);
      float p = 0;
      float ds = 0;
      if (local < block) {
        int i = from + local;
        int query = first + i * h;
        if (j < visible(words, args.get(base + 9), i, args.get(base + 6))) {
          float product = LookupKernels.dot(memory, key, args.get(base) + query * d, d);
          float score = numbers.get(base) * product;
          p = TornadoMath.exp(score - memory.get(args.get(base + 4) + 2 * query));
          float dp = LookupKernels.dot(memory, value, args.get(base + 3) + query * d, d);
          ds = p * (dp - memory.get(args.get(base + 4) + 2 * query + 1));
        }
      }
      ofKey[local] = ds;
      ofValue[local] = p;
      context.localBarrier();
      for (int r = 0; r < OWN; r++) {
        int c = channel + Groups.ROW * r;
        if (c < d) {
          float dk = sums[r];
          float dv = sums[OWN + r];
          for (int i = 0; i < block; i++) {
            int query = (first + (from + i) * h) * d + c;
            dk += ofKey[i] * memory.get(args.get(base) + query);
            dv += ofValue[i] * memory.get(args.get(base + 3) + query);
          }
          sums[r] = dk;
          sums[OWN + r] = dv;
        }
      }
      context.localBarrier();
    }
    for (int r = 0; r < OWN; r++) {
      int c = channel + Groups.ROW * r;
      if (c < d) {
        memory.set(args.get(base + 10) + group * d + c, numbers.get(base) * sums[r]);
        memory.set(args.get(base + 11) + group * d + c, sums[OWN + r]);
      }
    }
  }
}
