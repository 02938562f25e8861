package io.nextscale.tornado;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs sequences of kernels as few task graphs, which are made once and used for all that has the
 * same kernels in the same order, whatever its shapes.
 *
 * <p>What occurs twice becomes a graph: what repeats itself within a sequence at once, such as the
 * blocks of a transformer, the rest when the same rest comes again. What comes once is run kernel
 * by kernel, so that nothing is compiled for a single use.
 */
final class KernelGraphs {

  /** Kernels of the shortest part that counts as repeated: less than a block, more than a layer. */
  private static final int LEAST = 12;

  /** Sequences that are remembered; then all are forgotten, which costs nothing but time. */
  private static final int REMEMBERED = 512;

  /** Graphs of several kernels; what comes later is run kernel by kernel. */
  private static final int GRAPHS = 512;

  private final Device device;
  private final Memory memory;
  private final Traffic traffic;
  private final int most;
  private final Map<List<Kernel>, KernelGraph> graphs = new HashMap<>();
  private final Map<List<Kernel>, List<List<Kernel>>> divisions = new HashMap<>();

  /** Parts that came at least once. */
  private final Set<List<Kernel>> met = new HashSet<>();

  private int made;

  /**
   * @param most kernels of a graph, at least 1
   */
  KernelGraphs(Device device, Memory memory, Traffic traffic, int most) {
    this.device = device;
    this.memory = memory;
    this.traffic = traffic;
    this.most = most;
  }

  /**
   * Runs kernels in order. When one fails, the results of those that did not run are lost.
   *
   * @throws IllegalStateException when one fails
   */
  void execute(List<Launch> launches) {
    int done = 0;
    try {
      for (List<Kernel> part : parts(kernels(launches))) {
        int size = isWorthAGraph(part) ? part.size() : 1;
        for (int end = done + part.size(); done < end; done += size) {
          run(launches.subList(done, done + size));
        }
      }
    } catch (RuntimeException | Error e) {
      launches.subList(done, launches.size()).forEach(launch -> launch.loseResult(e));
      throw e;
    }
  }

  private static List<Kernel> kernels(List<Launch> launches) {
    return launches.stream().map(Launch::kernel).toList();
  }

  private List<List<Kernel>> parts(List<Kernel> kernels) {
    if (divisions.size() + met.size() > REMEMBERED) {
      divisions.clear();
      met.clear();
    }
    return divisions.computeIfAbsent(
        kernels, _ -> new Division<Kernel>(LEAST, most, graphs::containsKey).of(kernels));
  }

  private boolean isWorthAGraph(List<Kernel> part) {
    return graphs.containsKey(part) || (!met.add(part) && graphs.size() < GRAPHS);
  }

  private void run(List<Launch> launches) {
    List<Kernel> kernels = kernels(launches);
    KernelGraph graph = graphs.get(kernels);
    try {
      if (graph == null) {
        graph = new KernelGraph("g" + made++, kernels, memory);
        traffic.countGraph();
        graphs.put(kernels, graph);
      }
      graph.execute(launches);
      traffic.countExecution(graph.bytesUp(), 0);
    } catch (VirtualMachineError e) {
      graphs.remove(kernels);
      throw e;
    } catch (RuntimeException | Error e) { // TornadoVM has errors of its own
      graphs.remove(kernels); // it would go on in the middle
      throw device.failure(KernelGraph.blamed(launches, String.valueOf(e.getMessage())), e);
    }
  }
}
