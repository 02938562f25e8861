package io.nextscale.cli.parity;

import io.nextscale.nn.Schedule;
import io.nextscale.tensor.io.FileFormatException;
import java.io.IOException;
import java.util.List;

/**
 * Learning rate and weight decay per iteration for every kind of schedule, in float64: {@code
 * ops/lr_schedule.csv}, whose description holds peak, warm-up and the other settings.
 */
final class ScheduleCheck implements Check {

  private static final String FILE = "ops/lr_schedule.csv";
  private static final String COLUMNS =
      "sche,it,lr,wd_group_D,wd_group_ND,ret_min_lr,ret_max_lr,ret_min_wd,ret_max_wd";

  @Override
  public String name() {
    return "learning-rate schedule";
  }

  @Override
  public boolean reads(String path) {
    return path.equals(FILE);
  }

  @Override
  public void run(GoldenFolder golden, Findings findings) throws IOException {
    Described described = golden.describe(FILE);
    List<List<String>> rows = golden.table(FILE, COLUMNS);
    int at = 0;
    while (at < rows.size()) {
      String curve = rows.get(at).getFirst();
      Schedule schedule = schedule(curve, described);
      try (Comparison comparison = findings.of(FILE, curve)) {
        while (at < rows.size() && rows.get(at).getFirst().equals(curve)) {
          row(schedule, rows.get(at++), comparison);
        }
      }
    }
  }

  private static Schedule schedule(String curve, Described described) throws IOException {
    return new Schedule(
        Schedule.Curve.of(curve),
        described.number("peak_lr"),
        described.number("wd"),
        described.number("wd_end"),
        (int) Math.rint(described.number("wp_it")),
        described.integer("max_it"),
        described.number("wp0"),
        described.number("wpe"));
  }

  private static void row(Schedule schedule, List<String> cells, Comparison comparison)
      throws FileFormatException {
    double[] golden = new double[cells.size() - 1];
    for (int i = 0; i < golden.length; i++) {
      golden[i] = GoldenFolder.number(FILE, cells.get(i + 1));
    }
    int iteration = (int) golden[0];
    double rate = schedule.learningRate(iteration);
    double decay = schedule.weightDecay(iteration);
    comparison.numbers(
        "iteration " + iteration, golden, iteration, rate, decay, 0, rate, rate, decay, decay);
  }
}
