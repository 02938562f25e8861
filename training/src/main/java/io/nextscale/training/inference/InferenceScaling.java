package io.nextscale.training.inference;

import io.nextscale.search.Found;
import io.nextscale.search.RandomSearch;
import io.nextscale.search.Search;
import io.nextscale.search.Spent;
import io.nextscale.search.Stepwise;
import io.nextscale.search.Strategy;
import io.nextscale.tensor.Backends;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.AtomicFile;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.Json;
import io.nextscale.training.RunLock;
import io.nextscale.training.TrainingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Searches with several models, kinds of search, budgets and verifiers for the same held-out
 * captions.
 *
 * <pre>{@code
 * experiment.json   what decides on the results, written when the experiment begins
 * cells.jsonl       what was found, a line for each caption and kind of search
 * }</pre>
 *
 * <p>A line is there or is not, so a process that dies at any time loses the searches of one line.
 * Captions, models, kinds and verifiers may be added later. All searches of a caption draw their
 * candidates from the same seeds. What follows is an {@link InferenceReport}.
 */
public final class InferenceScaling implements AutoCloseable {

  static final String CELLS = "cells.jsonl";
  static final String EXPERIMENT = "experiment.json";

  /** Pictures that time is measured on before an experiment. */
  private static final int MEASURED = 16;

  /** Before that the same is computed for so long, so that it is compiled when it is measured. */
  private static final double WARM_UP_SECONDS = 4;

  /** Pictures of a caption that bring verifiers to one scale; their seeds no candidate has. */
  private static final int REFERENCES = 32;

  /** Is told how an experiment goes. */
  @FunctionalInterface
  public interface Listener {
    /**
     * A line is on the disk.
     *
     * @param done of the expected time, 0 .. 1
     * @param text what was found, for people
     */
    void found(double done, String text);
  }

  /** A kind of search with a model. */
  private record Kind(Contender contender, Method method) {}

  /** What the kind of search is at each budget, and what it costs. */
  private record Sized(SequencedMap<Long, Strategy> strategies, Spent cost) {}

  /** How long work takes. */
  private record Pace(double secondsPerFlop, Map<String, Double> secondsPerScore) {}

  private final Path folder;
  private final InferenceSettings settings;
  private final List<Contender> contenders;
  private final Panel panel;
  private final List<Caption> captions;
  private final RunLock lock;
  private final Journal journal;
  private final Map<Kind, Sized> sizes = new ConcurrentHashMap<>();

  private InferenceScaling(
      Path folder,
      InferenceSettings settings,
      List<Contender> contenders,
      Panel panel,
      RunLock lock,
      Journal journal) {
    this.folder = folder;
    this.settings = settings;
    this.contenders = List.copyOf(contenders);
    this.panel = panel;
    this.captions = Caption.of(settings.seed(), settings.split(), settings.captions());
    this.lock = lock;
    this.journal = journal;
  }

  /**
   * Opens the folder of an experiment, to begin it or to go on.
   *
   * @throws TrainingException when it was begun with other settings, models or verifiers of these
   *     names, or somebody works there
   */
  public static InferenceScaling open(
      Path folder, InferenceSettings settings, List<Contender> contenders, Panel panel)
      throws IOException {
    Files.createDirectories(folder);
    RunLock lock = RunLock.take(folder.resolve("run.lock"));
    try {
      describe(folder.resolve(EXPERIMENT), settings, contenders, panel.fingerprints());
      Journal journal = Journal.open(folder.resolve(CELLS));
      return new InferenceScaling(folder, settings, contenders, panel, lock, journal);
    } catch (Throwable failure) {
      lock.close();
      throw failure;
    }
  }

  /** Writes what decides on results, after comparing it with what is there. */
  private static void describe(
      Path file,
      InferenceSettings settings,
      List<Contender> contenders,
      Map<String, String> fingerprints)
      throws IOException {
    SequencedMap<String, Json> known = new LinkedHashMap<>();
    SequencedMap<String, Json> judges = new LinkedHashMap<>();
    if (Files.exists(file)) {
      Json before = Json.parse(file.toString(), Files.readAllBytes(file));
      if (!(before instanceof Json.Obj(var members))
          || !(members.get("generators") instanceof Json.Obj(var generators))) {
        throw new FileFormatException(
            file.toString(), "an experiment", "something else", "begin in another folder");
      }
      refuseOthers(file, "settings", members.get("settings"), Json.of(settings.fixed()));
      known.putAll(generators);
      if (members.get("verifiers") instanceof Json.Obj(var weights)) {
        judges.putAll(weights);
      }
    }
    for (Contender contender : contenders) {
      SequencedMap<String, Object> about = new LinkedHashMap<>();
      about.put("family", contender.family());
      about.put("parameters", contender.parameters());
      about.put("settings", contender.about());
      Json now = Json.of(about);
      if (known.containsKey(contender.name())) {
        refuseOthers(file, contender.name(), known.get(contender.name()), now);
      }
      known.put(contender.name(), now);
    }
    fingerprints.forEach((name, print) -> {
      Json now = new Json.Str(print);
      if (judges.containsKey(name)) {
        refuseOthers(file, "verifier " + name, judges.get(name), now);
      }
      judges.put(name, now);
    });
    SequencedMap<String, Object> all = new LinkedHashMap<>();
    all.put("settings", settings.fixed());
    all.put("generators", new Json.Obj(known));
    all.put("verifiers", new Json.Obj(judges));
    AtomicFile.write(file, (Json.of(all).writeIndented() + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static void refuseOthers(Path file, String what, @Nullable Json before, Json now) {
    if (!now.equals(before)) {
      throw new TrainingException(
          "%s of the experiment in %s: %s; got %s — name another folder, or say what it was begun with"
              .formatted(
                  what, file.getParent(), before == null ? "none" : before.write(), now.write()));
    }
  }

  /** What was found until now. */
  public InferenceReport report() throws IOException {
    return InferenceReport.of(folder);
  }

  // What there is to do

  private boolean missing(Contender contender, Method method, Caption caption) {
    return panel.choosing(method).stream()
        .anyMatch(
            name -> !journal.has(new Cell.Key(contender.name(), method, name, caption.number())));
  }

  private Sized sized(Contender contender, Method method) {
    return sizes.computeIfAbsent(
        new Kind(contender, method),
        _ -> {
          Rehearsal model = new Rehearsal(contender.of().apply(captions.getFirst().text()));
          SequencedMap<Long, Strategy> strategies = new LinkedHashMap<>();
          Spent cost = Spent.NOTHING;
          for (long budget : budgets(method, model, contender.beams())) {
            Optional<Strategy> strategy = method.within(budget, model);
            if (strategy.isPresent()) {
              if (!strategies.containsValue(strategy.get())) {
                cost = onTheWay(method) || !method.selects() ? Spent.NOTHING : cost;
                cost = cost.plus(model.of(strategy.get()));
              }
              strategies.put(budget, strategy.get());
            }
          }
          return new Sized(strategies, cost);
        });
  }

  /** Whether one search stands for all sizes. */
  private boolean onTheWay(Method method) {
    return settings.onTheWay() && method.anytime();
  }

  /**
   * The budgets of a method. A random search has one more, a single picture, which is no search,
   * and where beams fit another: as many pictures as a beam looks at within the largest budget, so
   * that both can be compared at the same number of operations.
   */
  private List<Long> budgets(Method method, Rehearsal model, boolean beams) {
    List<Long> budgets = new ArrayList<>(settings.budgets());
    if (!method.selects()) {
      int steps = model.steps();
      Optional<Strategy> beam = Method.BEAM.within(budgets.getLast(), model);
      if (beams && beam.isPresent()) {
        budgets.add(model.of(beam.get()).images() * steps);
      }
      budgets.add((long) steps);
      budgets.removeIf(budget -> budget < steps);
    }
    return budgets.stream().distinct().sorted().toList();
  }

  /** Cells that are not there yet. */
  public long missing() {
    long count = 0;
    for (Caption caption : captions) {
      for (Contender contender : contenders) {
        for (Method method : contender.methods()) {
          for (String name : panel.choosing(method)) {
            boolean has =
                journal.has(new Cell.Key(contender.name(), method, name, caption.number()));
            count += has ? 0 : 1;
          }
        }
      }
    }
    return count;
  }

  /**
   * About how many seconds the rest takes: a few pictures of each model are drawn and scored, and
   * what searches would spend is counted without computing it.
   */
  public double estimate() {
    double seconds = 0;
    Map<Contender, Pace> paces = new HashMap<>();
    for (Caption caption : captions) {
      for (Contender contender : contenders) {
        for (Method method : contender.methods()) {
          if (missing(contender, method, caption)) {
            Pace pace = paces.computeIfAbsent(contender, this::pace);
            seconds += seconds(contender, method, caption, pace);
          }
        }
      }
    }
    return seconds;
  }

  private double seconds(Contender contender, Method method, Caption caption, Pace pace) {
    Spent cost = sized(contender, method).cost();
    double drawing = cost.flops() * pace.secondsPerFlop();
    double seconds = method.selects() ? 0 : drawing;
    for (String name : panel.choosing(method)) {
      if (!journal.has(new Cell.Key(contender.name(), method, name, caption.number()))) {
        seconds += cost.verified() * pace.secondsPerScore().getOrDefault(name, 0.0);
        seconds += method.selects() ? drawing : 0;
      }
    }
    return seconds;
  }

  private Pace pace(Contender contender) {
    Caption caption = captions.getFirst();
    Stepwise<?> model = contender.of().apply(caption.text());
    int count = Math.min(MEASURED, settings.atOnce());
    long begin = System.nanoTime();
    do {
      Pool.of(model, judge(model, caption), count, 0, settings.atOnce());
    } while (System.nanoTime() - begin < WARM_UP_SECONDS * 1e9);
    Judge judge = judge(model, caption);
    Pool pool = Pool.of(model, judge, count, 0, settings.atOnce());
    double flops = new Rehearsal(model).of(new RandomSearch(count)).flops();
    Map<String, Double> perScore = new LinkedHashMap<>();
    judge.verifiers().forEach((name, one) -> perScore.put(name, one.seconds() / count));
    return new Pace(pool.drawingSeconds() / flops, perScore);
  }

  // Doing it

  /**
   * Searches for what is missing, caption by caption, so that all kinds of search are known for the
   * same captions when it is stopped.
   *
   * @return false when it was cancelled
   */
  public boolean run(Listener listener, BooleanSupplier cancelled) throws IOException {
    double all = 0;
    for (Caption caption : captions) {
      for (Contender contender : contenders) {
        for (Method method : contender.methods()) {
          if (missing(contender, method, caption)) {
            all += panel.choosing(method).size() * weight(contender, method);
          }
        }
      }
    }
    Listener progress = sum(all, listener);
    if (!settings.sideBySide()) {
      for (Caption caption : captions) {
        if (!run(caption, progress, cancelled)) {
          return false;
        }
      }
      return true;
    }
    try {
      Backends.standard()
          .onHost(
              captions.size(),
              1,
              (from, to) -> {
                for (Caption caption : captions.subList(from, to)) {
                  runUnchecked(caption, progress, cancelled);
                }
              });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return missing() == 0;
  }

  /** Adds up the parts that listeners of single captions hear of. */
  private static Listener sum(double total, Listener listener) {
    double[] done = {0};
    return (part, text) -> {
      synchronized (done) {
        done[0] += part;
        listener.found(done[0] / total, text);
      }
    };
  }

  private void runUnchecked(Caption caption, Listener listener, BooleanSupplier cancelled) {
    try {
      run(caption, listener, cancelled);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Searches for what is missing of a caption. */
  private boolean run(Caption caption, Listener listener, BooleanSupplier cancelled)
      throws IOException {
    for (Contender contender : contenders) {
      if (contender.methods().stream().anyMatch(method -> missing(contender, method, caption))
          && !run(contender, caption, listener, cancelled)) {
        return false;
      }
    }
    return true;
  }

  /** The operations of one cell; a pool of random pictures is shared by all verifiers. */
  private double weight(Contender contender, Method method) {
    double flops = sized(contender, method).cost().flops();
    return method.selects() ? flops : flops / panel.choosing(method).size();
  }

  /** Searches for what is missing of a caption with a model. */
  private boolean run(
      Contender contender, Caption caption, Listener listener, BooleanSupplier cancelled)
      throws IOException {
    Stepwise<?> model = contender.of().apply(caption.text());
    model.imageFlops(); // operations are counted once per model, which is no search's time
    Judge judge = judge(model, caption);
    for (Method method : contender.methods()) {
      double weight = weight(contender, method);
      if (!missing(contender, method, caption)) {
        continue;
      }
      if (cancelled.getAsBoolean()) {
        return false;
      }
      Pool pool = method.selects() ? null : pool(contender, model, judge, caption);
      for (String name : panel.choosing(method)) {
        Cell.Key key = new Cell.Key(contender.name(), method, name, caption.number());
        if (!journal.has(key)) {
          SequencedMap<Long, Strategy> strategies = sized(contender, method).strategies();
          List<Point> points =
              pool != null
                  ? strategies.sequencedKeySet().stream().map(b -> pool.within(b, name)).toList()
                  : onTheWay(method)
                      ? onTheWay(model, judge, name, caption, strategies, cancelled)
                      : each(model, judge, name, caption, strategies, cancelled);
          if (cancelled.getAsBoolean()) {
            return false; // the last search may have been cut short
          }
          journal.append(new Cell(key, points));
        }
        listener.found(weight, key.generator() + ", " + method.word() + ", " + name);
      }
    }
    return true;
  }

  private Pool pool(Contender contender, Stepwise<?> model, Judge judge, Caption caption) {
    long largest = sized(contender, Method.RANDOM).strategies().lastEntry().getKey();
    int pictures = Math.toIntExact(largest / model.steps());
    return Pool.of(model, judge, pictures, caption.firstSeed(settings.seed()), settings.atOnce());
  }

  private <S> Search<S> search(
      Stepwise<S> model, Judge judge, String name, Caption caption, BooleanSupplier cancelled) {
    return new Search<>(model, judge.named(name))
        .seed(caption.firstSeed(settings.seed()))
        .atOnce(settings.atOnce())
        .cancelledBy(cancelled);
  }

  /** Those who judge pictures of a caption; reference pictures are drawn when one asks for them. */
  private <S> Judge judge(Stepwise<S> model, Caption caption) {
    List<Tensor> drawn = new ArrayList<>();
    return new Judge(
        caption,
        panel.verifiers(),
        () -> {
          if (drawn.isEmpty()) {
            new Search<>(
                    model,
                    images -> {
                      drawn.add(images);
                      return new double[images.shape().dim(0)];
                    })
                .seed(caption.firstSeed(settings.seed()) - REFERENCES)
                .atOnce(settings.atOnce())
                .run(new RandomSearch(REFERENCES));
          }
          return Tensor.concat(0, drawn.toArray(Tensor[]::new));
        });
  }

  /** A search of each size. */
  private <S> List<Point> each(
      Stepwise<S> model,
      Judge judge,
      String name,
      Caption caption,
      SequencedMap<Long, Strategy> strategies,
      BooleanSupplier cancelled) {
    List<Point> points = new ArrayList<>();
    Map<Strategy, Point> known = new HashMap<>();
    for (Map.Entry<Long, Strategy> one : strategies.entrySet()) {
      Point point = known.get(one.getValue());
      if (point == null) {
        Found<S> found = search(model, judge, name, caption, cancelled).run(one.getValue());
        point =
            new Point(
                one.getKey(),
                judge.truth(found.image())[0],
                judge.scores(found.image()),
                found.spent());
        known.put(one.getValue(), point);
      }
      points.add(new Point(one.getKey(), point.truth(), point.scores(), point.spent()));
    }
    return points;
  }

  /** What the largest search has at each budget. */
  private <S> List<Point> onTheWay(
      Stepwise<S> model,
      Judge judge,
      String name,
      Caption caption,
      SequencedMap<Long, Strategy> strategies,
      BooleanSupplier cancelled) {
    if (strategies.isEmpty()) {
      return List.of();
    }
    OnTheWay way = new OnTheWay(settings.budgets());
    search(model, judge, name, caption, cancelled)
        .watchedBy(way)
        .run(strategies.lastEntry().getValue());
    List<Point> points = new ArrayList<>();
    for (OnTheWay.Had had : way.found()) {
      points.add(
          new Point(
              had.budget(), judge.truth(had.image())[0], judge.scores(had.image()), had.spent()));
    }
    return points;
  }

  @Override
  public void close() throws IOException {
    try {
      journal.close();
    } finally {
      lock.close();
    }
  }
}
