package io.nextscale.tornado;

/** What was executed on a device and what crossed the bus, counted since it was opened. */
final class Traffic {

  private long graphs;
  private long executions;
  private long bytesUp;
  private long bytesDown;

  synchronized void countGraph() {
    graphs++;
  }

  synchronized void countExecution(long up, long down) {
    executions++;
    bytesUp += up;
    bytesDown += down;
  }

  /**
   * The counts at one time.
   *
   * @param graphs graphs of kernels that were made, one kernel or several
   * @param executions of graphs of any kind, those that move tensors across the bus among them
   */
  record Count(long graphs, long executions, long bytesUp, long bytesDown) {

    /** What came after another count. */
    Count since(Count earlier) {
      return new Count(
          graphs - earlier.graphs,
          executions - earlier.executions,
          bytesUp - earlier.bytesUp,
          bytesDown - earlier.bytesDown);
    }
  }

  synchronized Count count() {
    return new Count(graphs, executions, bytesUp, bytesDown);
  }
}
