package uk.ac.manchester.tornado.api;

/** What grids of any number of axes have in common. */
public abstract class AbstractWorkerGrid implements WorkerGrid {

  protected long[] globalWork;
  protected long[] localWork;

  protected AbstractWorkerGrid(long x, long y, long z) {
    this.globalWork = new long[] {x, y, z};
  }

  @Override
  public long[] getGlobalWork() {
    return globalWork;
  }

  @Override
  public long[] getLocalWork() {
    return localWork;
  }

  @Override
  public void setGlobalWork(long x, long y, long z) {
    globalWork = new long[] {x, y, z};
  }

  @Override
  public void setLocalWork(long x, long y, long z) {
    localWork = new long[] {x, y, z};
  }
}
