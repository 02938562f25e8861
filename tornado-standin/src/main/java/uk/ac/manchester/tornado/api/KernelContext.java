package uk.ac.manchester.tornado.api;

/** What a work item knows: where it is, its group's local memory, the barrier. */
public class KernelContext {

  public final Integer globalIdx;
  public final Integer groupIdx;
  public final Integer localIdx;
  public final Integer localGroupSizeX;
  public final Integer globalGroupSizeX;

  private final WorkGroup group;

  /** For the host, as an argument of a task. */
  public KernelContext() {
    this(null, 0);
  }

  /** For one work item. */
  KernelContext(WorkGroup group, int item) {
    this.group = group;
    this.localIdx = item;
    this.localGroupSizeX = group == null ? 0 : group.size();
    this.groupIdx = group == null ? 0 : group.index();
    this.globalIdx = groupIdx * localGroupSizeX + item;
    this.globalGroupSizeX = group == null ? 0 : group.globalSize();
  }

  /** Waits until all items of the group are here. */
  public void localBarrier() {
    onDevice().barrier(localIdx);
  }

  /** Floats that the items of a group share; of unspecified content. */
  public float[] allocateFloatLocalArray(int size) {
    return onDevice().localFloats(size);
  }

  /** Integers that the items of a group share; of unspecified content. */
  public int[] allocateIntLocalArray(int size) {
    return onDevice().localInts(size);
  }

  private WorkGroup onDevice() {
    if (group == null) {
      throw new IllegalStateException(
          "kernel context: a work item on the device; got a call from the host");
    }
    return group;
  }
}
