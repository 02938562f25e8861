package io.nextscale.tornado;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * A sequence of kernels as one task graph. TornadoVM compiles it at its first execution; the
 * arguments and grids of all its tasks are those of each execution.
 *
 * <p>The arguments of all tasks are two arrays that are sent once for each execution. A task has a
 * region in both, the start of which is sent to the device once, in an array of its own: a scalar
 * would be baked into the code, and the code would be another one for every task.
 */
final class KernelGraph {

  private final int[] bases;
  private final IntArray args;
  private final FloatArray numbers;
  private final List<WorkerGrid> grids = new ArrayList<>();
  private final TornadoExecutionPlan plan;

  /**
   * @param name one that no other graph has
   */
  KernelGraph(String name, List<Kernel> kernels, Memory memory) {
    this.bases = new int[kernels.size()];
    int size = 0;
    for (int i = 0; i < bases.length; i++) {
      bases[i] = size;
      size += kernels.get(i).args;
    }
    this.args = new IntArray(size);
    this.numbers = new FloatArray(size);
    args.init(0);
    numbers.init(0);
    TaskGraph graph =
        memory.graph(name).transferToDevice(DataTransferMode.EVERY_EXECUTION, args, numbers);
    GridScheduler scheduler = new GridScheduler();
    KernelContext context = new KernelContext();
    for (int i = 0; i < bases.length; i++) {
      Kernel kernel = kernels.get(i);
      String id = id(i, kernel);
      WorkerGrid grid = Memory.grid(kernel.group);
      grids.add(grid);
      if (kernel.code == null) {
        graph.libraryTask(
            id, CuBlasProducts::task, id, bases[i], args, numbers, memory.floats(), memory.words());
      } else {
        IntArray slot = IntArray.fromElements(bases[i]);
        graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, slot);
        graph.task(id, kernel.code, context, slot, args, numbers, memory.floats(), memory.words());
        scheduler.addWorkerGrid(name + "." + id, grid);
      }
    }
    this.plan = memory.plan(graph, scheduler);
  }

  private static String id(int task, Kernel kernel) {
    return "t" + task + kernel.label();
  }

  long bytesUp() {
    return args.getNumBytesOfSegment() + numbers.getNumBytesOfSegment();
  }

  /** Runs the kernels, which are those of this graph. */
  void execute(List<Launch> launches) {
    for (int i = 0; i < bases.length; i++) {
      Launch launch = launches.get(i);
      for (int a = 0; a < launch.args().length; a++) {
        args.set(bases[i] + a, launch.args()[a]);
      }
      for (int a = 0; a < launch.numbers().length; a++) {
        numbers.set(bases[i] + a, launch.numbers()[a]);
      }
      grids.get(i).setGlobalWork(launch.items(), 1, 1);
    }
    plan.withGraph(1).execute();
  }

  /** The launches that a message of TornadoVM may be about: one if it names a task, or all. */
  static String blamed(List<Launch> launches, String message) {
    for (int i = 0; i < launches.size(); i++) {
      String id = id(i, launches.get(i).kernel());
      if (Pattern.compile("\\b" + id + "\\b").matcher(message).find()) {
        return launches.get(i).describe();
      }
    }
    return launches.stream().map(Launch::describe).distinct().collect(Collectors.joining(", "));
  }
}
