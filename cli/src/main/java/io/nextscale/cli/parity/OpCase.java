package io.nextscale.cli.parity;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.Entry;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.TensorFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One case of an {@code ops/*.safetensors} file: tensors named {@code <case>.in.x} (inputs and
 * parameters), {@code <case>.out.y} (results), {@code <case>.gout.y} (the gradient that reaches a
 * result) and {@code <case>.grad.x} (the gradient of an input).
 */
final class OpCase {

  private static final Pattern NAME = Pattern.compile("(?:(.*?)\\.)?((?:in|out|gout|grad)\\..+)");

  private final String file;
  private final String name;
  private final Map<String, String> metadata;
  private final @Nullable OpCase shared;
  private final Map<String, GoldenArray> tensors = new LinkedHashMap<>();
  private final Map<String, Tensor> inputs = new LinkedHashMap<>();
  private final Set<String> maps = new HashSet<>();
  private final Set<String> compared = new HashSet<>();

  private OpCase(String file, String name, Map<String, String> metadata, @Nullable OpCase shared) {
    this.file = file;
    this.name = name;
    this.metadata = metadata;
    this.shared = shared;
  }

  /**
   * The cases of a file, in its order. Tensors outside of any case are inputs that all cases share.
   */
  static List<OpCase> read(GoldenFolder golden, String path) throws IOException {
    Map<String, OpCase> cases = new LinkedHashMap<>();
    try (TensorFile file = golden.open(path)) {
      OpCase shared = new OpCase(path, "", file.metadata(), null);
      cases.put("", shared);
      for (Entry entry : file.entries().values()) {
        Matcher matcher = NAME.matcher(entry.name());
        if (!matcher.matches()) {
          throw new FileFormatException(path, "names such as case.in.x", entry.name());
        }
        String name = matcher.group(1) == null ? "" : matcher.group(1);
        cases
            .computeIfAbsent(name, n -> new OpCase(path, n, file.metadata(), shared))
            .tensors
            .put(matcher.group(2), GoldenArray.read(file, entry));
      }
    }
    return new ArrayList<>(cases.values());
  }

  /** The name of the case. */
  String name() {
    return name;
  }

  /** The whole numbers in the metadata of the file under a key. */
  List<Integer> integers(String key) throws FileFormatException {
    return Described.integersIn(text(key));
  }

  /** The number in the metadata of the file under a key. */
  double number(String key) throws FileFormatException {
    return GoldenFolder.number(file, text(key));
  }

  /** The metadata of the file under a key. */
  String text(String key) throws FileFormatException {
    String text = metadata.get(key);
    if (text == null) {
      throw new FileFormatException(file, "metadata '" + key + "'", metadata.keySet().toString());
    }
    return text;
  }

  /** Whether there is a tensor, {@code in.x}, in this case. */
  boolean has(String full) {
    return tensors.containsKey(full);
  }

  /** Whether there is anything to compare with. */
  boolean hasResults() {
    return tensors.keySet().stream().anyMatch(OpCase::isResult);
  }

  private static boolean isResult(String full) {
    return full.startsWith("out.") || full.startsWith("grad.");
  }

  /** The names of the tensors of one role, {@code in} or {@code out}, without it. */
  List<String> names(String role) {
    String prefix = role + ".";
    return tensors.keySet().stream()
        .filter(full -> full.startsWith(prefix))
        .map(full -> full.substring(prefix.length()))
        .toList();
  }

  /** A golden tensor by its full name, {@code out.y}, of this case or shared. */
  GoldenArray golden(String full) throws FileFormatException {
    GoldenArray array = tensors.get(full);
    if (array == null && shared != null) {
      return shared.golden(full);
    }
    if (array == null) {
      throw new FileFormatException(
          file, "a tensor '" + name + "." + full + "'", tensors.keySet().toString());
    }
    return array;
  }

  /** The input {@code in.<name>} as it is. */
  Tensor in(String input) throws FileFormatException {
    Tensor tensor = golden("in." + input).tensor();
    inputs.put(input, tensor);
    return tensor;
  }

  /** The input {@code in.<name>}, a map (B,C,h,w), as (B,h,w,C). */
  Tensor map(String input) throws FileFormatException {
    Tensor tensor = golden("in." + input).map();
    inputs.put(input, tensor);
    maps.add(input);
    return tensor;
  }

  /** Compares a result with {@code out.<name>}. */
  void result(Comparison comparison, String result, Tensor actual) throws FileFormatException {
    compare(comparison, "out." + result, actual, false);
  }

  /** Compares a map (B,h,w,C) with {@code out.<name>} (B,C,h,w). */
  void resultMap(Comparison comparison, String result, Tensor actual) throws FileFormatException {
    compare(comparison, "out." + result, actual, true);
  }

  /** Compares the gradient of an input with {@code grad.<name>}, in the layout of the input. */
  void gradient(Comparison comparison, String input, @Nullable Tensor actual)
      throws FileFormatException {
    String full = "grad." + input;
    Tensor gradient = actual == null ? Tensor.zeros(Shape.of()) : actual;
    Tolerance tolerance = comparison.tolerance();
    if (tolerance instanceof Tolerance.Absolute(double limit)) {
      comparison.under(new Tolerance.AbsoluteOrNoise(limit));
    }
    compare(comparison, full, gradient, maps.contains(input));
    comparison.under(tolerance);
  }

  private void compare(Comparison comparison, String full, Tensor actual, boolean map)
      throws FileFormatException {
    compared.add(full);
    GoldenArray array = golden(full);
    if (map) {
      comparison.map(full, array, actual);
    } else {
      comparison.tensor(full, array, actual);
    }
  }

  /**
   * Compares {@code y = f()} with {@code out.y}, and the gradients of {@code Σ y · gout.y} by the
   * inputs read so far with {@code grad.*}.
   *
   * @param map whether y is a map
   */
  Gradients differentiate(Comparison comparison, boolean map, Supplier<Tensor> f)
      throws FileFormatException {
    GoldenArray upstream = golden("gout.y");
    Gradients gradients =
        Gradients.of(List.copyOf(inputs.values()), f, map ? upstream.map() : upstream.tensor());
    compare(comparison, "out.y", gradients.loss(), map);
    for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
      if (has("grad." + input.getKey())) {
        gradient(comparison, input.getKey(), gradients.of(input.getValue()));
      }
    }
    return gradients;
  }

  /**
   * Fills a layer with the inputs that are not read as tensors: {@code in.norm1.weight} is its
   * parameter {@code norm1.weight}.
   *
   * @param others inputs that are not parameters
   */
  Parameters fill(Record layer, Set<String> others) throws IOException {
    Map<String, Tensor> values = new LinkedHashMap<>();
    for (String input : names("in")) {
      if (!others.contains(input)) {
        values.put(input, golden("in." + input).tensor());
      }
    }
    Parameters parameters = Parameters.of(layer);
    parameters.load(Checkpoint.of(file + " " + name, values), Loading.forTraining());
    return parameters;
  }

  /** {@link #differentiate(Comparison, boolean, Supplier)}, also by the parameters of a layer. */
  void differentiate(Comparison comparison, boolean map, Parameters parameters, Supplier<Tensor> f)
      throws FileFormatException {
    Gradients gradients = differentiate(comparison, map, f);
    for (Map.Entry<String, Parameter> parameter : parameters.trained().entrySet()) {
      if (has("grad." + parameter.getKey())) {
        gradient(comparison, parameter.getKey(), gradients.of(parameter.getValue()));
      }
    }
  }

  /** Reports results that nothing was compared with. */
  void reportRest(Findings findings) {
    for (String full : tensors.keySet()) {
      if (isResult(full) && !compared.contains(full)) {
        String what = file + " " + (name.isEmpty() ? full : name + "." + full);
        findings.notChecked(what, "the check does not know it");
      }
    }
  }
}
