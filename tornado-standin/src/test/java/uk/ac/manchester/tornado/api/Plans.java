package uk.ac.manchester.tornado.api;

/** Plans of the tests. */
final class Plans {

  private Plans() {}

  static WorkerGrid grid(int items, int group) {
    WorkerGrid grid = new WorkerGrid1D(items);
    grid.setLocalWork(group, 1, 1);
    return grid;
  }

  /** A plan of one graph whose only task is {@code g.t}. */
  static TornadoExecutionPlan of(TaskGraph graph, int items, int group) {
    return new TornadoExecutionPlan(graph.snapshot())
        .withGridScheduler(new GridScheduler("g.t", grid(items, group)));
  }
}
