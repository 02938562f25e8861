package uk.ac.manchester.tornado.api;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The grids of tasks, by the names {@code graph.task}. */
public class GridScheduler {

  private final Map<String, WorkerGrid> grids = new ConcurrentHashMap<>();

  public GridScheduler() {}

  /** With the grid of one task. */
  public GridScheduler(String taskName, WorkerGrid workerGrid) {
    addWorkerGrid(taskName, workerGrid);
  }

  /** Adds the grid of a task. */
  public void addWorkerGrid(String taskName, WorkerGrid workerGrid) {
    grids.put(taskName, workerGrid);
  }

  /** The grid of a task, or null. */
  public WorkerGrid get(String taskName) {
    return grids.get(taskName);
  }

  /** The names of tasks that have a grid. */
  public Set<String> keySet() {
    return grids.keySet();
  }
}
