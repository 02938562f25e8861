package io.nextscale.cli.parity;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.Entry;
import io.nextscale.tensor.io.TensorFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The weights of a folder: names and extents in {@code weights/<model>.csv} are those of the model
 * of that configuration; the files {@code .pth} and {@code .safetensors} hold exactly the numbers
 * that the table makes, load into the model, and their structural buffers (masks, level indices,
 * zero biases) are those that the model derives from its configuration.
 */
final class WeightsCheck implements Check {

  private static final String FOLDER = "weights/";
  private static final Tolerance EXACT = new Tolerance.Exact();

  private final Models models;

  WeightsCheck(Models models) {
    this.models = models;
  }

  @Override
  public String name() {
    return "weights";
  }

  @Override
  public boolean reads(String path) {
    return path.startsWith(FOLDER);
  }

  @Override
  public void run(GoldenFolder golden, Findings findings) throws IOException {
    for (String path : golden.files()) {
      if (path.startsWith(FOLDER) && path.endsWith(".csv")) {
        String model = path.substring(FOLDER.length(), path.length() - ".csv".length());
        check(golden, findings, path, model);
      }
    }
  }

  private void check(GoldenFolder golden, Findings findings, String path, String model)
      throws IOException {
    if (!models.has(model)) {
      findings.notChecked(path, "manifest.json has no configuration of this name");
      return;
    }
    WeightTable table = WeightTable.read(golden, path);
    if (findings.matches(path)) {
      try (Comparison comparison = findings.of(path, "", EXACT)) {
        names(table.shapes(), models.declared(model).shapes(), comparison);
      }
    }
    for (String ending : List.of(".pth", ".safetensors")) {
      String file = FOLDER + model + ending;
      if (findings.wanted(file)) {
        try (TensorFile open = golden.open(file);
            Comparison comparison = findings.of(file, "", EXACT)) {
          values(golden, table, open, models.declared(model), comparison);
        }
      }
    }
  }

  /** Compares names and extents of a table with those of a model; the order does not count. */
  static void names(Map<String, Shape> golden, Map<String, Shape> model, Comparison comparison) {
    comparison.equal("number of tensors", golden.size(), model.size());
    golden.forEach((name, shape) -> {
      if (model.containsKey(name)) {
        comparison.equal(name, shape, model.get(name));
      } else {
        comparison.fail(name, "the model has no tensor of this name");
      }
    });
  }

  private static void values(
      GoldenFolder golden,
      WeightTable table,
      TensorFile file,
      Parameters model,
      Comparison comparison)
      throws IOException {
    List<String> given = new ArrayList<>(file.entries().keySet());
    given.removeAll(table.rows().keySet());
    comparison.equal("names that the table lacks", List.of(), given);
    for (WeightTable.Row row : table.rows().values()) {
      Entry entry = file.entries().get(row.name());
      if (entry == null) {
        comparison.fail(row.name(), "the file has no tensor of this name");
        continue;
      }
      boolean whole = row.type().startsWith("int");
      comparison.equal(row.name() + " whole numbers", whole, entry.type().name().startsWith("I"));
      float[] made = table.values(row.name(), golden.procedural());
      if (made != null) {
        comparison.tensor(
            row.name(),
            GoldenArray.of(row.shape(), made),
            Tensor.of(entry.shape(), file.load(row.name()).toArray()));
      }
    }
    model.load(Checkpoint.of(file), Loading.forTraining()); // compares the structural buffers
  }
}
