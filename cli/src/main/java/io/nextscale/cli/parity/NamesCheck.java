package io.nextscale.cli.parity;

import io.nextscale.nn.Parameters;
import java.io.IOException;

/**
 * The tensors of the published checkpoints, {@code names/*.csv}: the model that this library
 * declares for the sizes in a table has tensors of exactly these names and extents.
 */
final class NamesCheck implements Check {

  private static final String FOLDER = "names/";

  private final Models models;

  NamesCheck(Models models) {
    this.models = models;
  }

  @Override
  public String name() {
    return "names of published checkpoints";
  }

  @Override
  public boolean reads(String path) {
    return path.startsWith(FOLDER) && path.endsWith(".csv");
  }

  @Override
  public void run(GoldenFolder golden, Findings findings) throws IOException {
    for (String path : golden.files()) {
      if (reads(path) && findings.wanted(path)) {
        WeightTable table = WeightTable.read(golden, path);
        Parameters model = models.published(table);
        if (model == null) {
          findings.notChecked(path, "its tensors are those of no model of this library");
          continue;
        }
        try (Comparison comparison = findings.of(path, "", new Tolerance.Exact())) {
          WeightsCheck.names(table.shapes(), model.shapes(), comparison);
        }
      }
    }
  }
}
