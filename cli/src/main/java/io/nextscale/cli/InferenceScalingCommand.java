package io.nextscale.cli;

import io.nextscale.cli.terminal.ProgressBar;
import io.nextscale.cli.terminal.Verbosity;
import io.nextscale.search.ForkMemory;
import io.nextscale.search.Strategy;
import io.nextscale.search.VarStepwise;
import io.nextscale.shapes.Split;
import io.nextscale.tensor.io.AtomicFile;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.Json;
import io.nextscale.tensor.spi.Backend;
import io.nextscale.training.inference.CaptionVerifier;
import io.nextscale.training.inference.Contender;
import io.nextscale.training.inference.InferenceReport;
import io.nextscale.training.inference.InferenceScaling;
import io.nextscale.training.inference.InferenceSettings;
import io.nextscale.training.inference.Method;
import io.nextscale.training.inference.Panel;
import io.nextscale.verifiers.PromptVerifier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Searches with several models, strategies, budgets and verifiers, and says what follows. */
@Command(
    name = "inference-scaling",
    sortOptions = false,
    abbreviateSynopsis = true,
    mixinStandardHelpOptions = true,
    description = {
      "Search for pictures of held-out captions of the shapes world with several models,"
          + " strategies, budgets and verifiers, and report what is right by the exact checker.",
      "The same command again goes on where it was stopped; other models, strategies, verifiers and"
          + " more captions may be added."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class InferenceScalingCommand implements Callable<Integer> {

  private static final int BUDGETS = 5;

  /** Candidates whose memory is counted, as many as the paper's beam has. */
  private static final int FORKS = 15;

  private static final String EXAMPLE = "a red circle";

  /** What the memory of forks is kept in. */
  private static final String MEMORY = "memory.md";

  /** Of the bar. */
  private static final long PARTS = 1000;

  @Mixin private ExperimentOptions experiment;

  @Option(
      names = "--models",
      paramLabel = "NAME=FILE",
      split = ",",
      description =
          "Models of 'train var', 'train dit' or 'train raster' with names for the tables, such as"
              + " dit=runs/dit/model.safetensors (default: var=shapes, the one inside the"
              + " program).")
  private List<String> models = List.of("var=shapes");

  @Option(
      names = "--vae",
      paramLabel = "[NAME=]FILE",
      split = ",",
      description =
          "The tokenizer of all models, or of one (default: shapes, the one inside the program).")
  private List<String> tokenizers = new ArrayList<>();

  @Option(
      names = "--strategies",
      paramLabel = "NAME",
      split = ",",
      description =
          "Some of random, greedy, beam, first, partial, halving, resampling, front, back,"
              + " zero-order, paths (default: all that fit a model). random is always there.")
  private @Nullable List<String> strategies;

  @Option(
      names = "--verifiers",
      paramLabel = "NAME",
      split = ",(?![^(]*\\))",
      splitSynopsisLabel = ",",
      description =
          "Each chooses pictures in searches of its own, and scores what all others chose: as for"
              + " 'search', also mean(A,B,…) (default: checker).")
  private List<String> verifiers = List.of("checker");

  @Option(
      names = "--watching",
      paramLabel = "NAME",
      split = ",(?![^(]*\\))",
      splitSynopsisLabel = ",",
      description =
          "Verifiers that only score what others chose; among the pictures of random searches they"
              + " choose as well, which costs no more drawing.")
  private List<String> watching = List.of();

  @Option(
      names = "--budgets",
      paramLabel = "NFE",
      split = ",",
      description =
          "Rising numbers of NFE (default: those at which a beam with the first model looks at 195"
              + " pictures and at a half, …, a sixteenth of them).")
  private @Nullable List<Long> budgets;

  @Option(
      names = "--captions",
      paramLabel = "N",
      description = "Held-out captions of each of the six tasks (default: 50).")
  private int captions = 50;

  @Option(
      names = "--split",
      paramLabel = "NAME",
      description = "Which captions: train, validation or test (default: test).")
  private Split split = Split.TEST;

  @Option(
      names = {"-s", "--seed"},
      paramLabel = "N",
      description = "The seed of captions, pictures and intervals (default: 1).")
  private long seed = 1;

  @Option(
      names = "--on-the-way",
      description =
          "Search with the largest budget only, and take what it has on the way for the smaller"
              + " ones: half the time, other curves. Kinds that have no picture before their end are"
              + " searched in each size all the same.")
  private boolean onTheWay;

  @Option(
      names = {"--cfg-scale", "--cfg"},
      paramLabel = "X",
      description = "The guidance of all models (default: that of each).")
  private @Nullable Double guidance;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description =
          "Models of tokens draw from the most probable ones of joint probability P; 0: from all, so"
              + " that candidates differ more (default: that of each).")
  private @Nullable Double topP;

  @Mixin private DiffusionOptions diffusion;

  @Option(
      names = "--at-once",
      paramLabel = "N",
      description = "Pictures computed together (default: 16).")
  private int atOnce = 16;

  @Option(
      names = "--side-by-side",
      description =
          "Each thread works on a caption of its own, instead of all on the operations of one:"
              + " faster for small models, and more memory.")
  private boolean sideBySide;

  @Option(names = "--estimate", description = "Say how long it would take, and do nothing.")
  private boolean estimate;

  @Option(
      names = "--report",
      description = "Write the report of what is there, also while another process goes on.")
  private boolean report;

  @Mixin private ComputeOptions compute;

  @Mixin private Verbosity verbosity;

  @Override
  public Integer call() throws IOException {
    Path folder = experiment.folder();
    if (report) {
      if (!Files.isDirectory(folder)) {
        throw new UsageException("--run: the folder of an experiment; got " + folder);
      }
      return report(InferenceReport.of(folder), folder);
    }
    Counts.check(1, atOnce);
    List<Method> chosen = chosen();
    Panel panel = panel();
    Backend backend = compute.backend();
    verbosity.tellMore(backend.describe());
    Map<String, Path> vaes = named("--vae", tokenizers, true);
    List<Contender> contenders = new ArrayList<>();
    for (Map.Entry<String, Path> one : named("--models", models, false).entrySet()) {
      Path own = vaes.get(one.getKey());
      Path vae = own == null ? vaes.get("") : own;
      contenders.add(contender(one.getKey(), ModelOptions.of(one.getValue(), vae), chosen));
    }
    List<Long> limits = budgets == null ? usual(contenders.getFirst()) : budgets;
    InferenceSettings settings;
    try {
      settings = new InferenceSettings(limits, captions, split, seed, onTheWay, atOnce, sideBySide);
    } catch (IllegalArgumentException e) {
      throw new UsageException("" + e.getMessage(), e);
    }
    try (InferenceScaling scaling = InferenceScaling.open(folder, settings, contenders, panel)) {
      long missing = scaling.missing();
      if (missing > 0) {
        verbosity.tell(
            "%,d searches of each budget of %s NFE: about %s%s"
                .formatted(
                    missing,
                    limits,
                    duration(scaling.estimate()),
                    sideBySide ? " of one thread" : ""));
      }
      if (estimate) {
        return 0;
      }
      measureForks(contenders, folder.resolve(MEMORY));
      if (missing > 0 && !run(scaling)) {
        return experiment.cancelled(verbosity);
      }
      return report(scaling.report(), folder);
    }
  }

  /** Writes what forks of the first model with scales hold in memory. */
  private static void measureForks(List<Contender> contenders, Path file) throws IOException {
    for (Contender contender : contenders) {
      if (contender.of().apply(EXAMPLE) instanceof VarStepwise model) {
        String table = ForkMemory.of(model, FORKS).markdown();
        AtomicFile.write(file, table.getBytes(StandardCharsets.UTF_8));
        return;
      }
    }
  }

  private boolean run(InferenceScaling scaling) throws IOException {
    try (Interruption interruption = new Interruption();
        ProgressBar bar = verbosity.progress("experiment", PARTS, "parts")) {
      return scaling.run(
          (done, text) -> bar.to(Math.round(done * PARTS), text), interruption::requested);
    }
  }

  private int report(InferenceReport found, Path folder) throws IOException {
    Path memory = folder.resolve(MEMORY);
    String forks = Files.exists(memory) ? Files.readString(memory) : "";
    return experiment.reported(found.write(folder, forks));
  }

  private Panel panel() {
    SequencedMap<String, CaptionVerifier> named = new LinkedHashMap<>();
    Map<String, String> fingerprints = new LinkedHashMap<>();
    for (String name : Stream.concat(verifiers.stream(), watching.stream()).distinct().toList()) {
      String flag = verifiers.contains(name) ? "--verifiers" : "--watching";
      List<String> members = VerifierOptions.members(name);
      List<PromptVerifier> opened =
          members.stream().map(one -> VerifierOptions.named(flag, one)).toList();
      named.put(
          name,
          members.equals(List.of(name))
              ? CaptionVerifier.of(opened.getFirst())
              : CaptionVerifier.mean(opened));
      List<String> prints =
          members.stream().flatMap(one -> VerifierOptions.fingerprint(flag, one).stream()).toList();
      if (!prints.isEmpty()) {
        fingerprints.put(name, String.join(" ", prints));
      }
    }
    Set<String> only = new LinkedHashSet<>(watching);
    verifiers.forEach(only::remove);
    return new Panel(named, fingerprints, only);
  }

  private List<Method> chosen() {
    if (strategies == null) {
      return Arrays.asList(Method.values());
    }
    try {
      List<Method> some = new ArrayList<>(strategies.stream().map(Method::named).toList());
      if (!some.contains(Method.RANDOM)) {
        some.add(Method.RANDOM);
      }
      return some.stream().distinct().sorted().toList();
    } catch (IllegalArgumentException e) {
      throw new UsageException("" + e.getMessage(), e);
    }
  }

  /** Names and files of {@code NAME=FILE}; a file for all has no name. */
  private static SequencedMap<String, Path> named(String flag, List<String> given, boolean forAll) {
    SequencedMap<String, Path> files = new LinkedHashMap<>();
    for (String text : given) {
      int sign = text.indexOf('=');
      String name = sign < 0 ? "" : text.substring(0, sign);
      boolean clear = sign < 0 ? forAll : name.matches("\\w[\\w.-]*");
      if (!clear || files.put(name, Path.of(text.substring(sign + 1))) != null) {
        throw new UsageException(
            "%s: %sNAME=FILE, each name once; got %s"
                .formatted(flag, forAll ? "FILE or " : "", FileFormatException.quote(text)));
      }
    }
    return files;
  }

  private Contender contender(String name, ModelOptions files, List<Method> chosen)
      throws IOException {
    boolean diffuses = files.kind() == ModelKind.DIFFUSION;
    GenerationOptions generation =
        GenerationOptions.searching(files.embedded(), guidance, diffuses ? null : topP);
    DiffusionOptions steps = diffuses ? diffusion : new DiffusionOptions();
    Painter<?> painter = files.painter(generation, steps);
    Subjects subjects = painter.subjects();
    SequencedMap<String, Object> about = new LinkedHashMap<>(painter.settings());
    files
        .describe()
        .forEach((key, value) -> {
          if (key.endsWith("fingerprint")) {
            about.put(key, value);
          }
        });
    return new Contender(
        name,
        (Json.Obj) Json.of(about),
        painter.parameters(),
        painter.kind().words(),
        chosen.stream().filter(method -> fits(method, painter)).toList(),
        fits(Method.BEAM, painter),
        caption -> painter.of(subjects.of(List.of(caption), List.of(), 1, 0).getFirst()));
  }

  private static boolean fits(Method method, Painter<?> painter) {
    Strategy strategy = method.example();
    return painter.objection(strategy).isEmpty();
  }

  /** Budgets of the paper's largest beam and of halves of it. */
  private static List<Long> usual(Contender first) {
    int steps = first.of().apply(EXAMPLE).steps();
    return InferenceSettings.budgets(steps, BUDGETS);
  }

  private static String duration(double seconds) {
    Duration time = Duration.ofSeconds(Math.round(seconds));
    return time.toHours() > 0
        ? "%d h %02d min".formatted(time.toHours(), time.toMinutesPart())
        : "%d min %02d s".formatted(time.toMinutes(), time.toSecondsPart());
  }
}
