package uk.ac.manchester.tornado.api;

/** How many work items run a task, and in what groups. */
public interface WorkerGrid {

  /** The number of axes. */
  int dimension();

  /** Work items per axis. */
  long[] getGlobalWork();

  /** Work items per group and axis, null before they are set. */
  long[] getLocalWork();

  /** Sets the number of work items; axes that the grid lacks take 1. */
  void setGlobalWork(long x, long y, long z);

  /** Sets the size of a group; it has to divide the number of work items. */
  void setLocalWork(long x, long y, long z);
}
