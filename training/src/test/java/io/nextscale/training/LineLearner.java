package io.nextscale.training;

import io.nextscale.image.RgbImage;
import io.nextscale.nn.AdamW;
import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Linear;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/** Learns a random linear map from noisy examples; small, and everything a learner can have. */
class LineLearner implements Learner {

  static final int BATCH = 4;

  private final int width;
  private final Linear model;
  private final Tensor truth;
  private final ModelState trained;
  private final Ema ema;
  private final RandomStream random;
  private int steps;

  LineLearner(int width, long seed) {
    this.width = width;
    random = RandomStream.of(seed);
    Shape square = Shape.of(width, width);
    model =
        new Linear(
            new Parameter(Tensor.normal(square, 0, 0.1f, random.split("init"))),
            new Parameter(Tensor.zeros(Shape.of(width))));
    truth = Tensor.normal(square, 0, 0.1f, random.split("truth"));
    Parameters parameters = Parameters.of(model);
    ema = new Ema(parameters, 0.99);
    trained =
        new ModelState(parameters, new AdamW(parameters.trained().values(), 0.9, 0.99, 1e-8), ema);
  }

  static Json.Obj settings(int width, long seed) {
    SequencedMap<String, Object> settings = new LinkedHashMap<>();
    settings.put("model", Map.of("width", width));
    settings.put("seed", seed);
    return (Json.Obj) Json.of(settings);
  }

  private float loss(Tensor x) {
    return model.forward(x).minus(x.linear(truth, null)).square().mean().item();
  }

  @Override
  public SequencedMap<String, Double> step(int iteration) {
    return step(iteration, BATCH);
  }

  private SequencedMap<String, Double> step(int iteration, int batch) {
    RandomStream own = random.split("batch").split(iteration);
    Tensor x = Tensor.normal(Shape.of(batch, width), 0, 1, own.split("x"));
    Tensor noise = Tensor.normal(Shape.of(batch, width), 0, 0.01f, own.split("noise"));
    Tensor y = x.linear(truth, null).plus(noise);
    Gradients gradients = Gradients.of(() -> model.forward(x).minus(y).square().mean());
    trained.optimizer().step(trained.parameters().gradients(gradients), 0.01, 0.001);
    ema.update();
    SequencedMap<String, Double> metrics = new LinkedHashMap<>();
    metrics.put(LOSS, (double) gradients.loss().item());
    metrics.put("steps", (double) ++steps);
    return metrics;
  }

  @Override
  public SequencedMap<String, Double> evaluate(int iteration) {
    Tensor x = Tensor.normal(Shape.of(64, width), 0, 1, random.split("validation"));
    SequencedMap<String, Double> metrics = new LinkedHashMap<>();
    metrics.put(LOSS, (double) loss(x));
    metrics.put("loss of averages", (double) ema.during(() -> loss(x)));
    return metrics;
  }

  @Override
  public SequencedMap<String, RgbImage> pictures(int iteration) {
    byte[] rgb = new byte[3 * width * width];
    float[] weight = model.weight().peek().toArray();
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (int) Math.clamp(128 + 400 * weight[i / 3], 0, 255);
    }
    SequencedMap<String, RgbImage> sheets = new LinkedHashMap<>();
    sheets.put("weight", RgbImage.of(rgb, width, width));
    return sheets;
  }

  @Override
  public SequencedMap<String, Tensor> state() {
    SequencedMap<String, Tensor> state = new LinkedHashMap<>();
    trained.addTo(state, "line.");
    state.put("steps", Tensor.ofInts(Shape.of(1), steps));
    return state;
  }

  @Override
  public void restore(Checkpoint state) throws IOException {
    trained.restore(state.under("line."));
    steps = state.tensor("steps").toInts()[0];
  }

  @Override
  public Parameters parameters() {
    return trained.parameters();
  }

  @Override
  public Checkpoint exported() {
    return ema.checkpoint("averaged weights");
  }

  @Override
  public Map<String, String> metadata() {
    return Map.of("width", Integer.toString(width));
  }

  @Override
  public Optional<PeakMemory> memory() {
    return Optional.of(
        PeakMemory.forecast(
            List.of(parameters()), List.of(), true, 1, BATCH, batch -> step(0, batch)));
  }

  @Override
  public int batch() {
    return BATCH;
  }

  /** A process that trains: FOLDER WIDTH SEED ITERATIONS EVERY PAUSE. */
  public static void main(String[] args) throws IOException {
    int width = Integer.parseInt(args[1]);
    long seed = Long.parseLong(args[2]);
    int every = Integer.parseInt(args[4]);
    long pause = Long.parseLong(args[5]);
    Plan plan = new Plan(Integer.parseInt(args[3]), every, 2, 7, 10, 0, DType.F32);
    try (TrainingRun run = TrainingRun.open(Path.of(args[0]), settings(width, seed))) {
      run.train(
          new LineLearner(width, seed),
          plan,
          _ -> {
            try {
              Thread.sleep(pause);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          },
          () -> false);
    }
  }
}
