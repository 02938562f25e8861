package io.nextscale.training.learner;

import io.nextscale.data.Batch;
import io.nextscale.data.Batches;
import io.nextscale.data.Loading;
import io.nextscale.data.Picture;
import io.nextscale.data.PictureSource;
import io.nextscale.shapes.Grammar;
import io.nextscale.shapes.Scene;
import io.nextscale.shapes.Split;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.Json;
import io.nextscale.training.settings.PictureSettings;
import io.nextscale.var.text.WordPieces;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The pictures of a training: those to learn from, and a few others to measure on.
 *
 * <p>Where there is a part {@code val} or {@code validation}, pictures to measure on come from it,
 * else some are kept out of training, at most a tenth. A part {@code test} is not touched. Of the
 * shapes world they are those of {@link Split#VALIDATION}.
 */
public final class TrainingPictures implements AutoCloseable {

  /** The name of the shapes world, perhaps with a seed: {@code shapes:7}. */
  public static final String SHAPES = "shapes";

  /** The shapes world's crowds, perhaps with a seed: to train tokenizers on. */
  public static final String CROWDS = "crowds";

  private static final int LEAST_SHARE = 10;
  private static final List<String> PARTS = List.of("val", "validation");

  /** Pictures whose captions are read for their words. */
  private static final int READ_FOR_WORDS = 10_000;

  /** Pictures measured together. */
  private static final int MEASURED = 32;

  private final String data;
  private final PictureSettings settings;
  private final PictureSource training;
  private final @Nullable PictureSource validation;
  private final boolean shapes;
  private final List<AutoCloseable> open = new ArrayList<>();

  private TrainingPictures(
      String data,
      PictureSettings settings,
      PictureSource training,
      @Nullable PictureSource validation,
      boolean shapes) {
    this.data = data;
    this.settings = settings;
    this.training = training;
    this.validation = validation;
    this.shapes = shapes;
    open.add(training);
  }

  /** Whether a name is that of the shapes world, or of its crowds. */
  public static boolean isShapes(String data) {
    return named(SHAPES, data) || named(CROWDS, data);
  }

  private static boolean named(String name, String data) {
    return data.equals(name) || data.startsWith(name + ":");
  }

  /**
   * Opens pictures.
   *
   * @param data {@code shapes} or {@code crowds}, alone or as in {@code shapes:SEED}, or what
   *     {@link PictureSource#open(Path)} takes
   * @throws IOException when there are no pictures there
   * @throws IllegalArgumentException when the seed is no number, or pictures of the shapes world
   *     are asked for at another size
   */
  public static TrainingPictures open(String data, PictureSettings settings) throws IOException {
    return isShapes(data) ? ofShapes(data, settings) : ofFiles(data, settings);
  }

  private static TrainingPictures ofShapes(String data, PictureSettings settings) {
    int colon = data.indexOf(':');
    long seed = colon < 0 ? 0 : seed(data.substring(colon + 1));
    if (settings.flip() || settings.enlargement() != 1) {
      throw new IllegalArgumentException(
          "--flip, --enlargement: pictures of the shapes world as they are, since captions tell"
              + " places and sizes; got "
              + settings);
    }
    PictureSource training =
        named(CROWDS, data)
            ? PictureSource.crowds(seed, Split.TRAIN)
            : PictureSource.shapes(seed, Split.TRAIN);
    PictureSource measured =
        settings.validation() == 0
            ? null
            : PictureSource.shapes(seed, Split.VALIDATION).range(0, settings.validation());
    return new TrainingPictures(data, settings, training, measured, settings.size() == Scene.SIDE);
  }

  private static long seed(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "--data: shapes or crowds and a seed, such as shapes:7; got " + text);
    }
  }

  private static TrainingPictures ofFiles(String data, PictureSettings settings)
      throws IOException {
    Path path = Path.of(data);
    PictureSource all = PictureSource.open(path);
    try {
      long wanted = settings.validation();
      PictureSource part = wanted == 0 ? null : part(path);
      if (part != null) {
        PictureSource measured = part.size() <= wanted ? part : HeldOut.of(part, wanted, true);
        TrainingPictures pictures = new TrainingPictures(data, settings, all, measured, false);
        pictures.open.add(part);
        return pictures;
      }
      long held = Math.min(wanted, all.size() / LEAST_SHARE);
      return held == 0
          ? new TrainingPictures(data, settings, all, null, false)
          : new TrainingPictures(
              data, settings, HeldOut.of(all, held, false), HeldOut.of(all, held, true), false);
    } catch (Throwable failure) {
      all.close();
      throw failure;
    }
  }

  private static @Nullable PictureSource part(Path path) throws IOException {
    for (String name : PARTS) {
      try {
        return PictureSource.open(path, name);
      } catch (FileFormatException none) {
        // the next name
      }
    }
    return null;
  }

  /** The pictures to learn from. */
  public PictureSource training() {
    return training;
  }

  /** Whether they are of the shapes world at its own size, so that the checker can judge. */
  public boolean shapes() {
    return shapes;
  }

  /** The names of the classes, none when pictures have no labels. */
  public List<String> classes() {
    return training.classes();
  }

  /** What these pictures are, for the settings of a run. */
  public Json.Obj describe() {
    SequencedMap<String, Object> values = new LinkedHashMap<>();
    values.put("from", data);
    if (!training.endless()) {
      values.put("pictures", training.size());
      values.put("classes", training.classes().size());
    }
    return (Json.Obj) Json.of(values);
  }

  /**
   * Batches to learn from, without end.
   *
   * @param strict whether a damaged picture ends the training; else it is reported and another one
   *     takes its place
   */
  public Batches batches(int batch, long seed, boolean strict, Consumer<String> report) {
    Loading loading = Loading.training(batch, seed);
    Batches batches =
        Batches.open(training, settings.training(), strict ? loading.strictly() : loading, report);
    open.add(batches);
    return batches;
  }

  /** All pictures to measure on, in batches; none when there are none. */
  public List<Batch> validation(boolean strict, Consumer<String> report) throws IOException {
    List<Batch> all = new ArrayList<>();
    if (validation == null) {
      return all;
    }
    Loading loading = Loading.pass(MEASURED);
    try (Batches pass =
        Batches.open(
            validation, settings.evaluation(), strict ? loading.strictly() : loading, report)) {
      for (long i = 0; i < pass.count(); i++) {
        Batch batch = pass.batch(i);
        if (batch.size() > 0) {
          all.add(batch);
        }
      }
    }
    return all;
  }

  /** Whether there are captions among the first pictures; those without end are all alike. */
  public boolean captioned() throws IOException {
    return training.endless() ? !training.get(0).captions().isEmpty() : !captions(1).isEmpty();
  }

  /**
   * A vocabulary of the captions: of the shapes world all its words, else those of the first 10,000
   * pictures.
   *
   * @param size the most pieces
   * @throws IllegalArgumentException when the characters alone are more
   */
  public WordPieces words(int size) throws IOException {
    return WordPieces.learn(isShapes(data) ? Grammar.vocabulary() : captions(READ_FOR_WORDS), size);
  }

  private List<String> captions(int count) throws IOException {
    List<String> captions = new ArrayList<>();
    long end = Math.min(training.size(), READ_FOR_WORDS);
    for (long i = 0; i < end && captions.size() < count; i++) {
      try {
        captions.addAll(training.get(i).captions());
      } catch (FileFormatException damaged) {
        // reported where it is trained on
      }
    }
    return captions;
  }

  /** Whether a picture of a batch has a class. */
  static boolean labelled(Batch batch) {
    return batch.items().stream().allMatch(item -> item.label() != Picture.UNLABELLED);
  }

  @Override
  public void close() throws IOException {
    for (AutoCloseable last : open.reversed()) {
      try {
        last.close();
      } catch (IOException | RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IOException(e);
      }
    }
  }
}
