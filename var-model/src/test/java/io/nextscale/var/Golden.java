package io.nextscale.var;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.Json;
import io.nextscale.tensor.io.Npy;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeConfig;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Results of the official PyTorch code on small random models: a part that is in the repository,
 * and the whole set where it lies beside the checkout. Weights and images are procedural, so the
 * files hold results only.
 */
final class Golden {

  private static final Path BESIDE = Path.of("..", "..", "shared", "golden");

  private final Path root;
  private final boolean whole;
  private final Json.Obj manifest;
  private int compared;

  private Golden(Path root, boolean whole) throws IOException {
    this.root = root;
    this.whole = whole;
    this.manifest = json("manifest.json");
  }

  /** The sets there are: the committed part, and the whole set if it is there. */
  static Stream<Golden> sets() throws IOException, URISyntaxException {
    List<Golden> sets = new ArrayList<>();
    sets.add(new Golden(Path.of(Golden.class.getResource("/golden").toURI()), false));
    if (Files.exists(BESIDE.resolve("manifest.json"))) {
      sets.add(new Golden(BESIDE, true));
    }
    return sets.stream();
  }

  Path path(String file) {
    return root.resolve(file);
  }

  /** Whether a file is there; in the whole set it must be. */
  boolean has(String file) {
    boolean there = Files.exists(path(file));
    assertThat(there || !whole).as(file + " in " + root).isTrue();
    return there;
  }

  Json.Obj json(String file) throws IOException {
    return (Json.Obj) Json.parse(file, Files.readAllBytes(path(file)));
  }

  Json.Obj object(String name) {
    return (Json.Obj) manifest.members().get(name);
  }

  int seed() {
    return integer(manifest, "seed");
  }

  static int integer(Json.Obj object, String name) {
    return (int) ((Json.Int) object.members().get(name)).value();
  }

  static double real(Json.Obj object, String name) {
    return switch (object.members().get(name)) {
      case Json.Real(double x) -> x;
      case Json.Int(long x) -> x;
      default -> throw new AssertionError(name);
    };
  }

  static int[] integers(Json.Obj object, String name) {
    return integers(object.members().get(name));
  }

  static int[] integers(Json list) {
    return ((Json.Arr) list)
        .items().stream().mapToInt(item -> (int) ((Json.Int) item).value()).toArray();
  }

  /** The configuration of the tokenizer as the manifest tells it. */
  VqVaeConfig tokenizer() {
    Json.Obj vae = object("vae");
    List<Integer> multipliers = new ArrayList<>();
    for (int m : integers(vae, "ch_mult")) {
      multipliers.add(m);
    }
    return new VqVaeConfig(
        integer(vae, "ch"),
        multipliers,
        integer(vae, "num_res_blocks"),
        integer(vae, "V"),
        integer(vae, "Cvae"),
        Scales.of(integers(vae, "patch_nums")),
        integer(vae, "share_quant_resi"),
        (float) real(vae, "quant_resi"),
        (float) real(vae, "beta"),
        false);
  }

  /** The names of the transformers. */
  Set<String> variants() {
    return object("vars").members().sequencedKeySet();
  }

  /** The configuration of a transformer as the manifest tells it. */
  VarConfig config(String variant) {
    Json.Obj var = (Json.Obj) object("vars").members().get(variant);
    return new VarConfig(
        integer(var, "depth"),
        integer(var, "embed_dim"),
        integer(var, "num_heads"),
        integer(var, "num_classes"),
        tokenizer().codeChannels(),
        tokenizer().vocabulary(),
        Scales.of(integers(var, "patch_nums")),
        var.members().get("shared_aln").equals(new Json.Bool(true)),
        var.members().get("attn_l2_norm").equals(new Json.Bool(true)));
  }

  Var model(String variant, Loading how) throws IOException {
    return Var.load(weights("weights/" + variant + ".csv"), config(variant), how);
  }

  VqVae vae(Loading how) throws IOException {
    return VqVae.load(weights("weights/vae.csv"), tokenizer(), how);
  }

  Tensor load(String file) throws IOException {
    return Npy.read(path(file));
  }

  int[] ids(String file) throws IOException {
    return load(file).toInts();
  }

  /** (B,C,h,w) of the files as (B,h,w,C). */
  static Tensor channelsLast(Tensor x) {
    return x.permute(0, 2, 3, 1);
  }

  /** (B,h,w,C) as (B,C,h,w). */
  static Tensor channelsFirst(Tensor x) {
    return x.permute(0, 3, 1, 2);
  }

  /** Compares with a file, if it is there: the largest absolute difference. */
  void close(String file, Tensor actual, double tolerance) throws IOException {
    if (has(file)) {
      close(file, actual, load(file), tolerance);
      compared++;
    }
  }

  /** Compares a map (B,h,w,C) with a file (B,C,h,w), or with its first images. */
  void closeMap(String file, Tensor actual, double tolerance) throws IOException {
    if (has(file)) {
      Tensor expected = load(file);
      Tensor first = actual.slice(0, 0, expected.shape().dim(0));
      close(file, channelsFirst(first), expected, tolerance);
      compared++;
    }
  }

  /** Compares a gradient: relative to the largest element of the file. */
  void closeGradient(String file, Tensor actual, double tolerance) throws IOException {
    if (has(file)) {
      closeGradient(file, actual, load(file), tolerance);
    }
  }

  /** Compares a gradient: relative to the largest element expected. */
  void closeGradient(String what, Tensor actual, Tensor expected, double tolerance) {
    float largest = 0;
    for (float x : expected.toArray()) {
      largest = Math.max(largest, Math.abs(x));
    }
    close(what, actual, expected, tolerance * largest);
    compared++;
  }

  /** Compares token ids, exactly. */
  void same(String file, Tensor ids) throws IOException {
    if (has(file)) {
      assertThat(ids.toInts()).as(file).containsExactly(ids(file));
      compared++;
    }
  }

  static void close(String what, Tensor actual, Tensor expected, double tolerance) {
    assertThat(actual.shape()).as(what).isEqualTo(expected.shape());
    float[] x = actual.toArray();
    float[] y = expected.toArray();
    double worst = 0;
    for (int i = 0; i < x.length; i++) {
      double difference = Math.abs((double) x[i] - y[i]);
      worst = difference <= worst ? worst : difference; // NaN counts
    }
    assertThat(worst).as(what + ": largest difference").isLessThanOrEqualTo(tolerance);
  }

  /** A test that compared nothing has proved nothing. */
  void assertCompared(int atLeast) {
    assertThat(compared).as("files compared").isGreaterThanOrEqualTo(atLeast);
    compared = 0;
  }

  /** The weights that a table of names, shapes and scales describes. */
  Checkpoint weights(String csv) throws IOException {
    List<String> lines = Files.readAllLines(path(csv));
    Map<String, Tensor> weights = new LinkedHashMap<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] cell = line.split(",", -1);
      if (!cell[3].isEmpty()) {
        float a = Float.parseFloat(cell[3]);
        float b = Float.parseFloat(cell[4]);
        weights.put(cell[0], procedural(cell[0], shape(cell[1]), a, b));
      }
    }
    return Checkpoint.of(csv, weights);
  }

  static Shape shape(String text) {
    return text.isEmpty()
        ? Shape.of()
        : Shape.of(Stream.of(text.split("x", -1)).mapToInt(Integer::parseInt).toArray());
  }

  /** {@code a·u + b} with u in [-1, 1) from SplitMix64 over a hash of the name. */
  Tensor procedural(String name, Shape shape, float a, float b) {
    long h = 0xcbf29ce484222325L;
    for (byte c : name.getBytes(StandardCharsets.UTF_8)) {
      h = (h ^ (c & 0xff)) * 0x100000001b3L;
    }
    h ^= seed() * 0x9E3779B97F4A7C15L;
    float[] values = new float[shape.size()];
    for (int i = 0; i < values.length; i++) {
      long z = h + (i + 1) * 0x9E3779B97F4A7C15L;
      z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
      z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
      z ^= z >>> 31;
      float u = ((z >>> 40) - (1 << 23)) * 0x1p-23f;
      values[i] = u * a + b;
    }
    return Tensor.of(shape, values);
  }

  /** Numbers in (0, 1) from the same generator. */
  float[] uniform(String name, int count) {
    float[] values = procedural(name, Shape.of(count), 1, 0).toArray();
    for (int i = 0; i < count; i++) {
      double u = values[i] * 0x1p23 + 0x1p23; // the 24 bits
      values[i] = (float) ((2 * u + 1) * 0x1p-25);
    }
    return values;
  }

  /** Procedural images, (B,h,w,3) of (B,3,h,w). */
  Tensor images(String name, int batch, int height, int width) {
    return channelsLast(procedural(name, Shape.of(batch, 3, height, width), 1, 0)).to(DType.F32);
  }

  @Override
  public String toString() {
    return whole ? "the whole set" : "the committed part";
  }
}
