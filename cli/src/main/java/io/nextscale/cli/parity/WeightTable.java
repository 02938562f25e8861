package io.nextscale.cli.parity;

import io.nextscale.nn.Checkpoint;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A table of the tensors of a model, {@code weights/*.csv} or {@code names/*.csv}: name, extents
 * and type, and for procedural weights the scale a and offset b.
 *
 * @param path of the file
 * @param rows by name
 */
record WeightTable(String path, SequencedMap<String, Row> rows) {

  /**
   * A tensor of the model.
   *
   * @param type in PyTorch's words, {@code float32}
   * @param values null for a structural buffer, and in tables of names
   */
  record Row(String name, Shape shape, String type, @Nullable Affine values) {}

  /** The numbers {@code a u + b} for uniform u in [−1, 1). */
  record Affine(float a, float b) {}

  /** Reads a table. */
  static WeightTable read(GoldenFolder golden, String path) throws IOException {
    SequencedMap<String, Row> rows = new LinkedHashMap<>();
    for (List<String> cells : golden.table(path, "name,shape,dtype")) {
      Affine values = null;
      if (cells.size() >= 5 && !cells.get(3).isEmpty()) {
        float a = (float) GoldenFolder.number(path, cells.get(3));
        values = new Affine(a, (float) GoldenFolder.number(path, cells.get(4)));
      }
      Shape shape = GoldenFolder.shape(path, cells.get(1));
      rows.put(cells.getFirst(), new Row(cells.getFirst(), shape, cells.get(2), values));
    }
    return new WeightTable(path, rows);
  }

  /** The names and extents. */
  SequencedMap<String, Shape> shapes() {
    SequencedMap<String, Shape> shapes = new LinkedHashMap<>();
    rows.values().forEach(row -> shapes.put(row.name(), row.shape()));
    return shapes;
  }

  /** The values of a tensor; null for a structural buffer. */
  float @Nullable [] values(String name, Procedural procedural) {
    Row row = rows.get(name);
    Affine affine = row == null ? null : row.values();
    return affine == null || row == null
        ? null
        : procedural.uniform(name, row.shape().size(), affine.a(), affine.b());
  }

  /**
   * The procedural weights, made one tensor at a time; structural buffers are left to the model.
   */
  Checkpoint checkpoint(Procedural procedural) {
    SequencedMap<String, Shape> made = shapes();
    rows.values().stream()
        .filter(row -> row.values() == null)
        .forEach(row -> made.remove(row.name()));
    return new Made(path, made, name -> values(name, procedural));
  }

  /** Names and extents alone, for models that only look at these. */
  Checkpoint names() {
    return new Made(path, shapes(), name -> null);
  }

  private record Made(
      String source, SequencedMap<String, Shape> shapes, Function<String, float @Nullable []> make)
      implements Checkpoint {
    @Override
    public Tensor tensor(String name) {
      float[] values = make.apply(name);
      Shape shape = shapes.get(name);
      if (values == null || shape == null) {
        throw new IllegalArgumentException(source + ": a procedural tensor; got " + name);
      }
      return Tensor.of(shape, values);
    }
  }
}
