package io.nextscale.cli.parity;

import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.IntToDoubleFunction;
import java.util.stream.DoubleStream;

/** The streams of PyTorch's generator for CPUs, for each recorded seed: see {@link TorchRandom}. */
final class TorchRandomCheck implements Check {

  private static final String FILE = "rng/torch_cpu_mt19937.json";

  /**
   * Numbers that pass through logarithms, sines and cosines: those of Java and of PyTorch's vector
   * library are each within an ulp or so of the true value, which is below 4 for these counts.
   */
  private static final Tolerance ROUNDED = new Tolerance.Absolute(5e-7);

  private static final Tolerance EXACT = new Tolerance.Exact();

  /**
   * The two rows of probabilities that the multinomial draws come from. The file does not record
   * them; with these all draws of the three seeds of the first folder come out.
   */
  private static final double[][] ROWS = {{0.1, 0.2, 0.3, 0.4}, {0.7, 0.1, 0.1, 0.1}};

  @Override
  public String name() {
    return "PyTorch's random numbers";
  }

  @Override
  public boolean reads(String path) {
    return path.equals(FILE);
  }

  @Override
  public void run(GoldenFolder golden, Findings findings) throws IOException {
    Section seeds = Section.of(FILE, golden.json(FILE));
    for (String seed : seeds.names()) {
      Section streams = seeds.section(seed);
      for (String stream : streams.names()) {
        check(seed, stream, streams, findings);
      }
    }
  }

  private static void check(String seed, String stream, Section streams, Findings findings)
      throws IOException {
    String item = "seed " + seed + " " + stream;
    TorchRandom random = new TorchRandom(Long.parseLong(seed));
    if (stream.startsWith("multinomial")) {
      multinomial(item, stream, streams, random, findings);
      return;
    }
    if (stream.equals("random_raw")) {
      try (Comparison comparison = findings.of(FILE, item, EXACT)) {
        for (Json golden : streams.list(stream)) {
          comparison.equal("", golden, new Json.Int(random.integer63()));
        }
      }
      return;
    }
    double[] golden = streams.numbers(stream);
    double[] drawn =
        switch (stream) {
          case "rand_f32" -> repeat(golden.length, random::uniform);
          case "rand_f64" -> repeat(golden.length, random::uniform64);
          case "exponential_f32" -> repeat(golden.length, random::exponential);
          default -> named(stream, golden.length, random);
        };
    boolean rounded = stream.startsWith("randn") || stream.startsWith("exponential");
    if (drawn.length == 0) {
      findings.notChecked(FILE + " " + item, "no stream of this name is known");
      return;
    }
    try (Comparison comparison = findings.of(FILE, item, rounded ? ROUNDED : EXACT)) {
      comparison.numbers("", golden, drawn);
    }
  }

  /** Streams whose name ends in a parameter: {@code randint_1000}, {@code bernoulli_0_6}. */
  private static double[] named(String stream, int size, TorchRandom random) {
    int cut = stream.indexOf('_');
    String parameter = stream.substring(cut + 1).replace('_', '.');
    return switch (cut < 0 ? stream : stream.substring(0, cut)) {
      case "randint" -> repeat(size, () -> random.below(Long.parseLong(parameter)));
      case "bernoulli" -> repeat(size, () -> random.bernoulli(Double.parseDouble(parameter)));
      case "randperm" -> {
        int[] order = random.permutation(Integer.parseInt(parameter));
        yield repeat(size, counter(i -> order[i]));
      }
      case "randn" -> {
        float[] values = random.normal(Integer.parseInt(parameter));
        yield repeat(size, counter(i -> values[i]));
      }
      default -> new double[0];
    };
  }

  private static DoubleSupplier counter(IntToDoubleFunction values) {
    int[] next = {0};
    return () -> values.applyAsDouble(next[0]++);
  }

  private static double[] repeat(int size, DoubleSupplier draw) {
    return DoubleStream.generate(draw).limit(size).toArray();
  }

  /**
   * One draw per row is {@code argmax p / q} over fresh exponentials q. Several draws with
   * replacement each look up a uniform number in the cumulative probabilities.
   */
  private static void multinomial(
      String item, String stream, Section streams, TorchRandom random, Findings findings)
      throws FileFormatException {
    Json drawn = stream.endsWith("_n1") ? one(random) : several(random, streams.list(stream));
    if (!drawn.equals(streams.members().get(stream))) {
      findings.notChecked(
          FILE + " " + item,
          "the file does not record the probabilities, and they are not "
              + Arrays.deepToString(ROWS));
      return;
    }
    findings.of(FILE, item, EXACT).equal("", drawn, drawn).close();
  }

  private static Json one(TorchRandom random) {
    int[] ids = new int[ROWS.length];
    for (int row = 0; row < ROWS.length; row++) {
      double best = 0;
      for (int i = 0; i < ROWS[row].length; i++) {
        double ratio = (float) ROWS[row][i] / random.exponential();
        if (ratio > best) {
          best = ratio;
          ids[row] = i;
        }
      }
    }
    return Json.of(Arrays.stream(ids).boxed().toList());
  }

  private static Json several(TorchRandom random, List<Json> golden) {
    List<List<Integer>> ids = new ArrayList<>();
    for (int row = 0; row < golden.size() && row < ROWS.length; row++) {
      int draws = golden.get(row) instanceof Json.Arr(List<Json> list) ? list.size() : 0;
      List<Integer> line = new ArrayList<>();
      for (int n = 0; n < draws; n++) {
        double u = random.uniform64();
        double sum = 0;
        int i = 0;
        while (i < ROWS[row].length - 1 && (sum += ROWS[row][i]) <= u) {
          i++;
        }
        line.add(i);
      }
      ids.add(line);
    }
    return Json.of(ids);
  }
}
