package io.nextscale.cli.parity;

import io.nextscale.tensor.io.Entry;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.Json;
import io.nextscale.tensor.io.TensorFile;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * PyTorch checkpoints with tensors of every type, views and shared storages, in the zip format and
 * in the one before, and a checkpoint of a training run with the state of its optimiser.
 *
 * <p>What {@code pickle/<name>.pth} holds is in {@code pickle/<name>_expected.safetensors}, or in
 * that of the longest beginning of its name. A tensor is expected under its name or nested
 * somewhere under it; the metadata are JSON values expected somewhere in the checkpoint under their
 * keys.
 */
final class PickleCheck implements Check {

  private static final String FOLDER = "pickle/";
  private static final String EXPECTED = "_expected.safetensors";

  @Override
  public String name() {
    return "PyTorch checkpoints";
  }

  @Override
  public boolean reads(String path) {
    return path.startsWith(FOLDER);
  }

  @Override
  public void run(GoldenFolder golden, Findings findings) throws IOException {
    for (String path : golden.files()) {
      if (!path.startsWith(FOLDER) || !path.endsWith(".pth") || !findings.matches(path)) {
        continue;
      }
      Optional<String> expected =
          golden.files().stream()
              .filter(file -> file.endsWith(EXPECTED))
              .filter(file -> path.startsWith(file.substring(0, file.length() - EXPECTED.length())))
              .max(Comparator.comparingInt(String::length));
      if (expected.isEmpty()) {
        findings.notChecked(path, "there is no file of expected tensors for it");
        continue;
      }
      try (TensorFile wanted = golden.open(expected.get());
          TensorFile file = golden.open(path);
          Comparison comparison = findings.of(path, "", new Tolerance.Exact())) {
        findings.input(expected.get());
        tensors(wanted, file, comparison);
        values(wanted, file, comparison);
      }
    }
  }

  private static void tensors(TensorFile wanted, TensorFile file, Comparison comparison)
      throws IOException {
    for (Entry expected : wanted.entries().values()) {
      String name = expected.name();
      List<Entry> found =
          file.entries().values().stream()
              .filter(entry -> entry.name().equals(name) || entry.name().endsWith("." + name))
              .toList();
      if (found.size() != 1) {
        comparison.fail(name, found.size() + " tensors of this name");
        continue;
      }
      Entry entry = found.getFirst();
      comparison.equal(name + " type", expected.type(), entry.type());
      comparison.equal(name + " extents", expected.extents(), entry.extents());
      comparison.numbers(
          name,
          GoldenArray.read(wanted, expected).values(),
          GoldenArray.read(file, entry).values());
      comparison.equal(
          name + " loaded", loaded(wanted, expected.name()), loaded(file, entry.name()));
    }
  }

  /** What loading gives: the bits as floats, or why it is refused. */
  private static Object loaded(TensorFile file, String name) throws IOException {
    try {
      float[] values = file.load(name).toArray();
      Integer[] bits = new Integer[values.length];
      for (int i = 0; i < bits.length; i++) {
        bits[i] = Float.floatToRawIntBits(values[i]);
      }
      return List.of(bits);
    } catch (FileFormatException e) {
      return "refused";
    }
  }

  private static void values(TensorFile wanted, TensorFile file, Comparison comparison)
      throws IOException {
    for (Map.Entry<String, String> expected : wanted.metadata().entrySet()) {
      Json value = Json.parse(expected.getKey(), expected.getValue());
      comparison.equal(
          expected.getKey(), value, find(file.values(), expected.getKey()).orElse(Json.Null.NULL));
    }
  }

  private static Optional<Json> find(Json tree, String key) {
    if (!(tree instanceof Json.Obj object)) {
      return Optional.empty();
    }
    Json here = object.members().get(key);
    return here != null
        ? Optional.of(here)
        : object.members().values().stream()
            .flatMap(below -> find(below, key).stream())
            .findFirst();
  }
}
