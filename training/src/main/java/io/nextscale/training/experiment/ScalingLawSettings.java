package io.nextscale.training.experiment;

import io.nextscale.tensor.io.Json;
import io.nextscale.training.settings.Preset;
import io.nextscale.training.settings.Setting;
import io.nextscale.training.settings.Settings;
import io.nextscale.training.settings.VarSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/**
 * The models of a scaling law and how each is trained.
 *
 * @param grid the models
 * @param var everything else, the same for all; its depth, width, heads and steps are not used
 */
public record ScalingLawSettings(Grid grid, VarSettings var) {

  /** What the grid decides, and what an experiment does not do: samples. */
  public static final Set<String> DECIDED =
      Set.of("depth", "width", "heads", "steps", "judged", "guidance", "top-k", "top-p");

  private static final String STEPS = "steps";

  /** The models. */
  public record Grid(
      @Setting("The blocks of each model, at least four different numbers.") List<Integer> depths,
      @Setting(
              "Channels per block of depth, which is the width of a head: a model of depth d has d"
                  + " heads.")
          int widthPerDepth,
      @Setting("Pictures to learn from, the same for all.") int pictures,
      @Setting("How often each model sees each picture.") int epochs) {

    /** Checks the ranges and sorts the depths. */
    public Grid {
      depths = depths.stream().sorted().toList();
      if (depths.size() < PowerLaw.LEAST
          || depths.getFirst() < 1
          || Set.copyOf(depths).size() < depths.size()) {
        throw new IllegalArgumentException(
            "--depths: at least %d different numbers from 1; got %s — a line through fewer has no"
                    .formatted(PowerLaw.LEAST, depths)
                + " interval");
      }
      if (widthPerDepth < 1 || pictures < 1 || epochs < 1) {
        throw new IllegalArgumentException(
            "--width-per-depth, --pictures, --epochs: at least 1; got %d, %d, %d"
                .formatted(widthPerDepth, pictures, epochs));
      }
    }
  }

  /** Checks that the training is one. */
  public ScalingLawSettings {
    if (var.pictures().validation() < 1) {
      throw new IllegalArgumentException(
          "--validation: at least 1 picture to measure on; got " + var.pictures().validation());
    }
  }

  /**
   * Five depths whose sizes span a factor of 45, 20,000 pictures five times in batches of 32, with
   * the published loss; 1,000 pictures to measure on.
   */
  public static ScalingLawSettings of(Preset preset) {
    return new ScalingLawSettings(
        new Grid(List.of(2, 3, 4, 6, 8), 24, 20_000, 5),
        Settings.with(
            preset.var(),
            Map.of(
                "validation", "1000", "judged", "0", "batch", "32", "balance", "0", "ema", "0")));
  }

  /** Batches of each training: the last may reach into one more pass. */
  public int steps() {
    long seen = (long) grid.pictures() * grid.epochs();
    int batch = var.optimizer().batch();
    return Math.clamp((seen + batch - 1) / batch, 2, Integer.MAX_VALUE);
  }

  /** The settings of one of the trainings. */
  public VarSettings model(int depth) {
    return Settings.with(
        var,
        Map.of(
            "depth",
            Integer.toString(depth),
            "width",
            Integer.toString(depth * grid.widthPerDepth()),
            "heads",
            Integer.toString(depth),
            STEPS,
            Integer.toString(steps()),
            "judged",
            "0"));
  }

  /** All settings, those that are {@link #DECIDED} for each model. */
  public Json.Obj json() {
    SequencedMap<String, Json> members = new LinkedHashMap<>(undecided(Settings.json(this)));
    members.put(
        "models",
        Json.of(grid.depths().stream().map(depth -> Json.of(sizes(model(depth)))).toList()));
    return new Json.Obj(members);
  }

  private static SequencedMap<String, Object> sizes(VarSettings model) {
    SequencedMap<String, Object> sizes = new LinkedHashMap<>();
    sizes.put("depth", model.model().depth());
    sizes.put("width", model.model().width());
    sizes.put("heads", model.model().heads());
    sizes.put(STEPS, model.optimizer().steps());
    return sizes;
  }

  private static SequencedMap<String, Json> undecided(Json.Obj object) {
    SequencedMap<String, Json> left = new LinkedHashMap<>();
    object
        .members()
        .forEach((name, value) -> {
          if (value instanceof Json.Obj inner) {
            SequencedMap<String, Json> below = undecided(inner);
            if (!below.isEmpty()) {
              left.put(name, new Json.Obj(below));
            }
          } else if (!DECIDED.contains(name)) {
            left.put(name, value);
          }
        });
    return left;
  }
}
