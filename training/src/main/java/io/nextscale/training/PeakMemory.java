package io.nextscale.training;

import io.nextscale.nn.Member;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.Footprint;
import io.nextscale.tensor.Tensor;
import java.util.List;
import java.util.Locale;
import java.util.function.IntConsumer;

/**
 * What a training needs of the heap at most, in bytes, before its first step:
 *
 * <pre>{@code
 * weights + optimizer + averages + max(step, saving)
 * }</pre>
 *
 * <p>The part that depends on the batch is measured: a step with one picture and one with two are
 * run, and what their tapes hold after each operation is extended to the batch, which is exact as
 * far as the tape goes ({@link Footprint#extrapolate}). Not counted are what kernels need for
 * themselves, pictures that are decoded ahead, and the garbage collector's room; {@code
 * docs/training.md} tells how near it comes.
 *
 * @param weights of all models, frozen ones too
 * @param optimizer two moments per trained number
 * @param averages of the weights; 0 without
 * @param step saved results, gradients, and the copies that clipping and accumulating make
 * @param saving the copies that a checkpoint is written from
 */
public record PeakMemory(long weights, long optimizer, long averages, long step, long saving) {

  /** What a heap needs beyond what is in use, so that the garbage collector can work. */
  private static final double ROOM = 1.3;

  /**
   * A forecast.
   *
   * @param trained the models that are trained
   * @param frozen further models, such as the tokenizer beside a transformer
   * @param averaged whether averages of the weights are kept
   * @param accumulation batches per step of the optimiser
   * @param batch pictures per batch
   * @param step trains on so many pictures; run twice, with 1 and 2, which changes what is trained
   */
  public static PeakMemory forecast(
      List<Parameters> trained,
      List<Parameters> frozen,
      boolean averaged,
      int accumulation,
      int batch,
      IntConsumer step) {
    Footprint one = Footprint.during(() -> step.accept(1));
    Footprint two = Footprint.during(() -> step.accept(2));
    long numbers = trained.stream().mapToLong(Parameters::count).sum();
    long size = numbers * DType.F32.sizeBytes();
    long weights = 0;
    for (List<Parameters> models : List.of(trained, frozen)) {
      for (Parameters model : models) {
        weights += model.members().stream().mapToLong(PeakMemory::bytes).sum();
      }
    }
    long tape = Footprint.extrapolate(one, two, batch).peak();
    long accumulated = accumulation > 1 ? size : 0;
    long clipping = 2 * size; // gradients as they are and clipped
    return new PeakMemory(
        weights,
        2 * size,
        averaged ? size : 0,
        Math.max(tape + accumulated, clipping),
        2 * size + (averaged ? size : 0));
  }

  /**
   * The same for a batch in slices: gradients of each wait for the others; two moments tell how
   * large they are.
   */
  public PeakMemory inSlices(int slices) {
    long waiting = (slices - 1L) * optimizer / 2;
    return new PeakMemory(weights, optimizer, averages, step + waiting, saving);
  }

  private static long bytes(Member member) {
    if (!(member instanceof Member.Variable variable) || !variable.parameter().isSet()) {
      return 0;
    }
    Tensor value = variable.value();
    return (long) value.shape().size() * value.dtype().sizeBytes();
  }

  /** The most that is in use at a time. */
  public long total() {
    return weights + optimizer + averages + Math.max(step, saving);
  }

  /** Whether a heap of so many bytes is enough, with room for the garbage collector. */
  public boolean fits(long heap) {
    return total() * ROOM <= heap;
  }

  /** For people: what is needed, of what heap, and what to do where it is not enough. */
  public String describe(long heap) {
    String needed =
        "a step needs about "
            + size(total())
            + " (weights "
            + size(weights)
            + ", optimiser "
            + size(optimizer + averages)
            + ", results and gradients "
            + size(step)
            + ") of a heap of "
            + size(heap);
    return fits(heap) ? needed : needed + ", which is not enough — " + REMEDIES;
  }

  /** What helps against a full heap. */
  static final String REMEDIES =
      "use smaller batches (--batch) and more of them per step (--accumulate), compute blocks again"
          + " instead of keeping them (--recompute), or allow a larger heap"
          + " (NEXTSCALE_JAVA_OPTS=-Xmx8g)";

  private static String size(long bytes) {
    return bytes < 1_000_000_000
        ? String.format(Locale.ROOT, "%.0f MB", bytes / 1e6)
        : String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
  }
}
