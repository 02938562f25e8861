package io.nextscale.cli;

import io.nextscale.cli.terminal.ProgressBar;
import io.nextscale.cli.terminal.Verbosity;
import io.nextscale.image.Png;
import io.nextscale.search.Budget;
import io.nextscale.search.Found;
import io.nextscale.search.Search;
import io.nextscale.search.Spent;
import io.nextscale.search.Strategy;
import io.nextscale.search.Verifier;
import io.nextscale.tensor.Backends;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.spi.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Searches for the best picture that a model can make within a budget. */
@Command(
    name = "search",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = {
      "Search for the picture that a verifier likes best, among many that a model could make.",
      "Ctrl-C ends the search with the best picture so far. The same seed finds the same picture,"
          + " unless seconds limit it."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class SearchCommand implements Callable<Integer> {

  /** Pictures that bring several verifiers to one scale. */
  private static final int REFERENCES = 32;

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "CAPTION",
      description = "What the picture shows: \"two green squares below a red circle\".")
  private @Nullable String caption;

  @Option(
      names = "--class",
      paramLabel = "CLASS",
      description = "A number or a name, for a model that learnt classes.")
  private @Nullable String label;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "PNG",
      description = "The picture (default: out.png).")
  private Path output = Path.of("out.png");

  @Option(
      names = "--tree",
      paramLabel = "PNG",
      description = "Draw the search: candidates with their scores, and which branched off which.")
  private @Nullable Path tree;

  @Option(
      names = {"-s", "--seed"},
      paramLabel = "N",
      description = "The seed of the first candidate; negative: a random one (default: 0).")
  private long seed;

  @Mixin private SearchOptions options;

  @Mixin private VerifierOptions verifiers;

  @Option(
      names = "--at-once",
      paramLabel = "N",
      description = "Pictures computed together: more is faster and takes memory (default: 16).")
  private int atOnce = 16;

  @Mixin private GenerationOptions generation;

  @Mixin private DiffusionOptions diffusion;

  @Option(
      names = "--disable-image-metadata",
      description = "Do not store the settings in the picture.")
  private boolean plain;

  @Mixin private ModelOptions models;

  @Mixin private ComputeOptions compute;

  @Mixin private Verbosity verbosity;

  @Override
  public Integer call() throws IOException {
    Counts.check(1, atOnce);
    Strategy strategy = options.strategy();
    Budget budget = options.budget();
    double enough = options.enough();
    Path file = new OutputNames(output, 1).path(0);
    Path drawn = tree == null ? null : new OutputNames(tree, 1).path(0);
    Backend backend = compute.backend();
    if (caption != null) {
      models.useEmbeddedIfUnset();
    }
    if (models.embedded()) {
      generation.useThoseOfEmbedded();
    }
    generation.drawEverywhereIfUnset(); // candidates of a greedy scale are all alike
    long first = Seeds.orRandom(seed);
    generation.request(List.of(0), List.of(first)); // refuses bad settings before weights are read
    Subjects subjects = models.subjects();
    Subject subject = subject(subjects, first);
    VerifierOptions.Opened judges = verifiers.open(subject, subjects.classes());
    verbosity.tellMore(backend.describe());
    Painter<?> painter = models.painter(generation, diffusion);
    painter.check(strategy);
    if (judges.byBatch()) {
      verbosity.tell(
          "rank: scores compare within a batch of candidates only; mean(…) compares all");
    }
    Verifier verifier = judges.verifier(() -> references(painter, subject, first));
    SearchTree pictures = new SearchTree();
    Found<?> found;
    try (Interruption interruption = new Interruption();
        ProgressBar bar = verbosity.progress("search", -1, "candidates")) {
      Search<?> search =
          new Search<>(painter.of(subject), verifier)
              .budget(budget)
              .enough(enough)
              .seed(first)
              .atOnce(atOnce)
              .cancelledBy(interruption::requested)
              .watchedBy((trials, images, spent, best) -> {
                pictures.show(trials, images);
                bar.to(spent.verified(), soFar(best, spent));
              });
      found = run(search, strategy);
      verbosity.tellMore(strategy.describe());
      Png.write(
          file,
          Pictures.fromUnit(found.image(), 0),
          plain ? List.of() : recipe(subject, painter.settings(), first, found).texts());
      if (drawn != null) {
        Png.write(drawn, pictures.draw(title(subject, strategy, found), found), List.of());
      }
    }
    spec.commandLine().getOut().println(file);
    if (drawn != null) {
      spec.commandLine().getOut().println(drawn);
    }
    spec.commandLine().getOut().flush();
    verbosity.tell(summary(found));
    return found.end() == Found.End.CANCELLED ? Failures.CANCELLED : 0;
  }

  /** Pictures of the subject without a search, from seeds that no candidate has. */
  private Tensor references(Painter<?> painter, Subject subject, long first) {
    verbosity.tell(REFERENCES + " pictures bring the verifiers to one scale, beside the budget");
    List<Tensor> pictures = new ArrayList<>();
    for (int from = 0; from < REFERENCES; from += atOnce) {
      int count = Math.min(atOnce, REFERENCES - from);
      long seed = first - REFERENCES + from;
      List<Long> seeds = LongStream.range(seed, seed + count).boxed().toList();
      pictures.add(painter.images(Collections.nCopies(count, subject), seeds));
    }
    return Tensor.concat(0, pictures.toArray(Tensor[]::new));
  }

  private static Found<?> run(Search<?> search, Strategy strategy) {
    try {
      return search.run(strategy);
    } catch (IllegalArgumentException e) { // a budget that is not enough for one picture
      throw new UsageException("--" + e.getMessage());
    }
  }

  private Subject subject(Subjects subjects, long first) {
    List<String> captions = caption == null ? List.of() : List.of(caption);
    List<String> classes = label == null ? List.of() : List.of(label);
    return subjects.of(captions, classes, 1, first).getFirst();
  }

  /** The live line. */
  private static String soFar(double best, Spent spent) {
    String score = best == Double.NEGATIVE_INFINITY ? "" : "best " + SearchTree.score(best) + ", ";
    return score
        + "%d images, %d NFE, %.0f s"
            .formatted(spent.images(), spent.evaluations(), spent.seconds());
  }

  private static String summary(Found<?> found) {
    Spent spent = found.spent();
    String end =
        switch (found.end()) {
          case DONE -> "";
          case BUDGET -> "; the budget is spent";
          case SCORE -> "; the score is enough";
          case CANCELLED -> "; cancelled";
        };
    return String.format(
        Locale.ROOT,
        "score %s: %d images, %d NFE, %s in steps and %s in pictures, %d decodes, %d scores, %.2f"
            + " s%s",
        SearchTree.score(found.score()),
        spent.images(),
        spent.evaluations(),
        flops(spent.modelFlops()),
        flops(spent.imageFlops()),
        spent.decodes(),
        spent.verified(),
        spent.seconds(),
        end);
  }

  private static String flops(double flops) {
    return flops < 1e12
        ? String.format(Locale.ROOT, "%.3g GFLOP", flops / 1e9)
        : String.format(Locale.ROOT, "%.3g TFLOP", flops / 1e12);
  }

  private static String title(Subject subject, Strategy strategy, Found<?> found) {
    String what =
        switch (subject) {
          case Subject.OfCaption(String text, _) -> text;
          case Subject.OfClass(int number, String name) ->
              name.isEmpty() ? "class " + number : name;
        };
    return "%s: %s, %d candidates, best %s"
        .formatted(
            what, strategy.describe(), found.trials().size(), SearchTree.score(found.score()));
  }

  private Recipe recipe(Subject subject, Map<String, Object> settings, long first, Found<?> found)
      throws IOException {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("command", "search");
    values.putAll(subject.describe());
    values.putAll(options.describe());
    values.putAll(verifiers.describe());
    values.put("score", found.score());
    values.putAll(settings);
    values.put("seed", first);
    values.putAll(models.describe());
    values.put("backend", Backends.standard().name());
    values.put("version", Recipe.VERSION);
    return new Recipe(values);
  }
}
