package io.nextscale.training;

import io.nextscale.image.Png;
import io.nextscale.image.RgbImage;
import io.nextscale.nn.Checkpoint;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.AtomicFile;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.Json;
import io.nextscale.tensor.spi.HostBuffer;
import io.nextscale.training.events.Event;
import io.nextscale.training.events.EventFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A folder in which something is trained, and the loop that does it.
 *
 * <pre>{@code
 * run.json                             the settings, which stay the same
 * checkpoints/step-00001234.safetensors
 * metrics.jsonl                        a line per iteration
 * events.out.tfevents.nextscale        the same and pictures, for TensorBoard
 * samples/samples-00001234.png         pictures on the way
 * models/step-00001234.safetensors      the model on the way, where the plan keeps it
 * loss.png                             the loss over the iterations
 * model.safetensors                    the model as it is when the run ends or is cancelled
 * run.lock                             held while a process trains
 * }</pre>
 *
 * <p>Opening a folder that has a run goes on with it, from its newest whole checkpoint. A run that
 * was stopped in any way, also by {@code kill -9} or a loss of power, and is opened again ends with
 * the same bits as one that never was: a {@link Learner} is a function of its state and the
 * iteration, and what other files hold beyond the checkpoint is cut off.
 *
 * <pre>{@code
 * try (TrainingRun run = TrainingRun.open(folder, settings)) {
 *   run.train(learner, Plan.of(20_000), listener, interruption::requested);
 * }
 * }</pre>
 */
public final class TrainingRun implements AutoCloseable {

  private static final String SETTINGS = "run.json";
  private static final String LOCK = "run.lock";
  private static final String CHECKPOINTS = "checkpoints";
  private static final String METRICS = "metrics.jsonl";
  private static final String SAMPLES = "samples";
  private static final String MODELS = "models";
  private static final String CURVE = "loss.png";
  private static final String MODEL = "model.safetensors";

  private static final int FORMAT = 1;

  /** Seconds spent on the run, in the metadata of checkpoints. */
  private static final String SECONDS = "seconds";

  private final Path folder;
  private final Json.Obj settings;
  private final RunLock lock;

  /** How a call of {@link #train} ended. */
  public enum Outcome {
    /** All iterations are done and the model is exported. */
    COMPLETE,
    /** It was cancelled; a checkpoint holds everything until then, and the model is exported. */
    CANCELLED
  }

  private TrainingRun(Path folder, Json.Obj settings, RunLock lock) {
    this.folder = folder;
    this.settings = settings;
    this.lock = lock;
  }

  /**
   * Opens a run, or begins one in a new or empty folder, and locks it for this process.
   *
   * @param settings everything that decides what is learnt: data, model, optimiser, seed
   * @throws TrainingException when the run has other settings, naming those that differ; when
   *     another process trains in the folder; when the folder holds other files
   */
  public static TrainingRun open(Path folder, Json.Obj settings) throws IOException {
    checkIsRunOrEmpty(folder);
    Files.createDirectories(folder);
    RunLock lock = RunLock.take(folder.resolve(LOCK));
    try {
      AtomicFile.deleteLeftovers(folder);
      Path file = folder.resolve(SETTINGS);
      if (Files.exists(file)) {
        checkSame(folder, settings(folder), settings);
      } else {
        SequencedMap<String, Object> run = new LinkedHashMap<>();
        run.put("format", FORMAT);
        run.put("settings", settings);
        String text = Json.of(run).writeIndented() + "\n";
        AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
      }
      return new TrainingRun(folder, settings, lock);
    } catch (Throwable failure) {
      lock.close();
      throw failure;
    }
  }

  /**
   * The settings of a run.
   *
   * @throws NoSuchFileException when the folder has none
   * @throws FileFormatException when they cannot be read or are of a later version
   */
  public static Json.Obj settings(Path folder) throws IOException {
    Path file = folder.resolve(SETTINGS);
    if (!Files.exists(file)) {
      throw new NoSuchFileException(
          folder.toString(),
          null,
          "read " + folder + ": the folder of a run; got none — train one");
    }
    Json run = Json.parse(file.toString(), Files.readAllBytes(file));
    Json format = run.at("format").orElse(Json.Null.NULL);
    if (!format.equals(new Json.Int(FORMAT))
        || !(run.at("settings").orElse(Json.Null.NULL) instanceof Json.Obj settings)) {
      throw new FileFormatException(
          file.toString(), "settings of format " + FORMAT, "format " + format.write());
    }
    return settings;
  }

  private static void checkIsRunOrEmpty(Path folder) throws IOException {
    if (!Files.isDirectory(folder) || Files.exists(folder.resolve(SETTINGS))) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      // A run that was killed while it began leaves its lock and perhaps a temporary file.
      Optional<Path> other = files.filter(file -> !isOfABeginning(file)).findFirst();
      if (other.isPresent()) {
        throw new TrainingException(
            "the folder of a run, or an empty one; got "
                + folder
                + " with "
                + other.get().getFileName()
                + " — name another folder");
      }
    }
  }

  private static boolean isOfABeginning(Path file) {
    return file.endsWith(LOCK) || AtomicFile.isTemporary(file);
  }

  private static void checkSame(Path folder, Json.Obj there, Json.Obj given) {
    Map<String, Json> old = flat(there);
    Map<String, Json> now = flat(given);
    Set<String> names = new LinkedHashSet<>(old.keySet());
    names.addAll(now.keySet());
    List<String> differences = new ArrayList<>();
    for (String name : names) {
      Json before = old.get(name);
      Json after = now.get(name);
      if (before == null || !before.equals(after)) {
        differences.add(
            name
                + " "
                + (after == null ? "not set" : after.write())
                + " instead of "
                + (before == null ? "not set" : before.write()));
      }
    }
    if (!differences.isEmpty()) {
      throw new TrainingException(
          "the settings that "
              + folder
              + " was begun with; got "
              + String.join(", ", differences)
              + " — give the same to go on, or name another folder");
    }
  }

  /** Values by the path to them, {@code model.depth}. */
  private static Map<String, Json> flat(Json.Obj settings) {
    Map<String, Json> values = new LinkedHashMap<>();
    flatten("", settings, values);
    return values;
  }

  private static void flatten(String path, Json.Obj object, Map<String, Json> values) {
    object
        .members()
        .forEach((name, value) -> {
          if (value instanceof Json.Obj inner && !inner.members().isEmpty()) {
            flatten(path + name + ".", inner, values);
          } else {
            values.put(path + name, value);
          }
        });
  }

  /** Where the run is. */
  public Path folder() {
    return folder;
  }

  private String name() {
    Path name = folder.toAbsolutePath().normalize().getFileName();
    return name == null ? folder.toString() : name.toString();
  }

  /** The settings it was begun with. */
  public Json.Obj settings() {
    return settings;
  }

  /** The file of numbers. */
  public Path metrics() {
    return folder.resolve(METRICS);
  }

  /** The file of the trained model. */
  public Path model() {
    return folder.resolve(MODEL);
  }

  /**
   * Trains from where the run is to the end of the plan or until it is cancelled, and exports the
   * model as it is then.
   *
   * @param learner as it was made by the settings, untrained: it is restored where there is a
   *     checkpoint
   * @param cancelled asked after every iteration; when true, a checkpoint and the model are written
   *     and the call returns
   * @throws TrainingException when the loss or the state is not finite, or memory is short; the
   *     checkpoints are those of before
   * @throws IOException when a file cannot be written or read; again nothing is lost
   */
  public Outcome train(
      Learner learner, Plan plan, ProgressListener listener, BooleanSupplier cancelled)
      throws IOException {
    Path samples = Files.createDirectories(folder.resolve(SAMPLES));
    AtomicFile.deleteLeftovers(samples);
    Path models = folder.resolve(MODELS);
    if (plan.modelsEvery() > 0) {
      AtomicFile.deleteLeftovers(Files.createDirectories(models));
    }
    CheckpointStore store = new CheckpointStore(folder.resolve(CHECKPOINTS), plan.checkpoints());
    int completed = 0;
    double spent = 0;
    try (CheckpointStore.Saved saved = store.newest(listener::message).orElse(null)) {
      if (saved != null) {
        learner.restore(saved.state());
        completed = saved.iteration();
        spent = Double.parseDouble(saved.metadata().getOrDefault(SECONDS, "0"));
        listener.message("going on after " + completed + " iterations");
      }
    }
    if (completed < plan.iterations()) {
      tellMemory(learner, completed, listener);
    }
    boolean stop = false;
    try (MetricsLog log = MetricsLog.open(metrics(), completed);
        EventFile events =
            EventFile.open(folder.resolve(EventFile.NAME), completed, secondsSince1970())) {
      Pace pace = new Pace(completed, spent, plan.iterations(), learner.batch());
      while (completed < plan.iterations() && !stop) {
        int iteration = completed;
        SequencedMap<String, Double> metrics =
            withinMemory(() -> learner.step(iteration), iteration);
        double loss = finiteLoss(metrics, iteration, store);
        completed++;
        SequencedMap<String, Double> evaluation = new LinkedHashMap<>();
        if (plan.due(plan.evaluateEvery(), completed)) {
          evaluation = withinMemory(() -> learner.evaluate(iteration), iteration);
          listener.evaluated(completed, evaluation);
        }
        SequencedMap<String, RgbImage> pictures = new LinkedHashMap<>();
        if (plan.due(plan.picturesEvery(), completed)) {
          pictures = withinMemory(() -> learner.pictures(iteration), iteration);
          save(pictures, completed, listener);
        }
        Progress progress = pace.after(completed, loss, metrics);
        log.write(new MetricsLog.Row(iteration, pace.seconds(), metrics, evaluation));
        events.write(event(iteration, metrics, evaluation, pictures));
        listener.iterated(progress);
        if (completed < plan.iterations() && plan.due(plan.modelsEvery(), completed)) {
          export(learner, plan, models.resolve(CheckpointStore.name(completed)), listener);
        }
        stop = cancelled.getAsBoolean();
        if (stop || plan.due(plan.checkpointEvery(), completed)) {
          log.force(); // what is from before the checkpoint outlasts a loss of power like it
          events.force();
          save(learner, store, completed, pace.seconds(), listener);
        }
      }
    }
    Path curve = folder.resolve(CURVE);
    RgbImage loss = LossCurve.of("Loss of " + name(), MetricsLog.read(metrics()));
    AtomicFile.write(curve, Png.encode(loss, List.of()));
    listener.wrote(curve);
    export(learner, plan, model(), listener);
    return completed < plan.iterations() ? Outcome.CANCELLED : Outcome.COMPLETE;
  }

  private static void export(Learner learner, Plan plan, Path file, ProgressListener listener)
      throws IOException {
    learner.parameters().save(file, learner.exported(), plan.exported(), learner.metadata());
    listener.wrote(file);
  }

  /** A forecast may take steps, so the learner is put back to where it was. */
  private static void tellMemory(Learner learner, int completed, ProgressListener listener)
      throws IOException {
    Checkpoint before =
        Checkpoint.of("the state before the forecast", withinMemory(learner::state, completed));
    Optional<PeakMemory> memory = withinMemory(learner::memory, completed);
    if (memory.isPresent()) {
      learner.restore(before);
      listener.message(memory.get().describe(Runtime.getRuntime().maxMemory()));
    }
  }

  private void save(SequencedMap<String, RgbImage> sheets, int completed, ProgressListener listener)
      throws IOException {
    for (Map.Entry<String, RgbImage> sheet : sheets.entrySet()) {
      String name = String.format("%s-%08d.png", sheet.getKey(), completed);
      Path file = folder.resolve(SAMPLES).resolve(name);
      AtomicFile.write(file, Png.encode(sheet.getValue(), List.of()));
      listener.wrote(file);
    }
  }

  private static Event event(
      int iteration,
      SequencedMap<String, Double> metrics,
      SequencedMap<String, Double> evaluation,
      SequencedMap<String, RgbImage> pictures) {
    SequencedMap<String, Double> scalars = new LinkedHashMap<>();
    addFinite(scalars, "training/", metrics);
    addFinite(scalars, "evaluation/", evaluation);
    return new Event(secondsSince1970(), iteration, scalars, pictures);
  }

  private static void addFinite(
      SequencedMap<String, Double> scalars, String group, SequencedMap<String, Double> numbers) {
    numbers.forEach((name, value) -> {
      if (Double.isFinite(value)) {
        scalars.put(group + name, value);
      }
    });
  }

  private static double secondsSince1970() {
    return System.currentTimeMillis() / 1e3;
  }

  private void save(
      Learner learner,
      CheckpointStore store,
      int completed,
      double seconds,
      ProgressListener listener)
      throws IOException {
    SequencedMap<String, Tensor> state = withinMemory(learner::state, completed - 1);
    for (Map.Entry<String, Tensor> tensor : state.entrySet()) {
      if (!isFinite(tensor.getValue())) {
        throw new TrainingException(
            "finite numbers after "
                + completed
                + " iterations; got others in "
                + tensor.getKey()
                + kept(store)
                + "; "
                + REMEDY_FOR_DIVERGENCE);
      }
    }
    listener.wrote(store.save(completed, state, Map.of(SECONDS, Double.toString(seconds))));
  }

  private static boolean isFinite(Tensor tensor) {
    if (tensor.dtype() == DType.I32) {
      return true;
    }
    float[] values =
        tensor.buffer() instanceof HostBuffer.F32(float[] own) ? own : tensor.toArray();
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  private static final String REMEDY_FOR_DIVERGENCE =
      "a lower learning rate, a longer warm-up or a tighter gradient clip in a new folder may help";

  private static double finiteLoss(
      Map<String, Double> metrics, int iteration, CheckpointStore store) throws IOException {
    Double loss = metrics.get(Learner.LOSS);
    if (loss == null) {
      throw new IllegalArgumentException(
          "learner: a number called " + Learner.LOSS + " from each step; got " + metrics.keySet());
    }
    if (!Double.isFinite(loss)) {
      throw new TrainingException(
          "a finite loss; got "
              + loss
              + " in iteration "
              + iteration
              + kept(store)
              + "; "
              + REMEDY_FOR_DIVERGENCE);
    }
    return loss;
  }

  private static String kept(CheckpointStore store) throws IOException {
    List<Integer> kept = store.iterations();
    return kept.isEmpty()
        ? " — there is no checkpoint yet"
        : " — " + CheckpointStore.name(kept.getLast()) + " is untouched";
  }

  private static <T> T withinMemory(Supplier<T> work, int iteration) {
    try {
      return work.get();
    } catch (OutOfMemoryError e) {
      throw new TrainingException(
          "memory for iteration "
              + iteration
              + "; got a heap of "
              + Runtime.getRuntime().maxMemory() / (1 << 20)
              + " MB — "
              + PeakMemory.REMEDIES,
          e);
    }
  }

  /** Lets other processes train here. */
  @Override
  public void close() throws IOException {
    lock.close();
  }
}
