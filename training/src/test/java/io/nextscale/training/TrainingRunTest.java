package io.nextscale.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.image.ImageFile;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.Json;
import io.nextscale.tensor.io.TensorFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingRunTest {

  private static final int WIDTH = 12;
  private static final BooleanSupplier NEVER = () -> false;

  @TempDir Path folder;

  private final List<String> told = new ArrayList<>();
  private final List<Progress> progress = new ArrayList<>();
  private final ProgressListener listener =
      new ProgressListener() {
        @Override
        public void iterated(Progress now) {
          progress.add(now);
        }

        @Override
        public void message(String line) {
          told.add(line);
        }
      };

  private static Plan plan(int iterations) {
    return new Plan(iterations, 4, 2, 5, 10, 0, DType.F32);
  }

  private TrainingRun.Outcome train(Path run, Learner learner, Plan plan, BooleanSupplier stop)
      throws IOException {
    try (TrainingRun open = TrainingRun.open(run, LineLearner.settings(WIDTH, 1))) {
      return open.train(learner, plan, listener, stop);
    }
  }

  @Test
  void leavesEverythingAPersonWantsToSee() throws IOException {
    Path run = folder.resolve("runs/a");
    assertThat(train(run, new LineLearner(WIDTH, 1), plan(22), NEVER))
        .isEqualTo(TrainingRun.Outcome.COMPLETE);

    List<MetricsLog.Row> rows = MetricsLog.read(run.resolve("metrics.jsonl"));
    assertThat(rows).extracting(MetricsLog.Row::iteration).hasSize(22).isSorted();
    assertThat(rows.getLast().metrics().get("loss"))
        .isLessThan(rows.getFirst().metrics().get("loss"));
    assertThat(rows)
        .filteredOn(row -> !row.evaluation().isEmpty())
        .extracting(MetricsLog.Row::iteration)
        .containsExactly(4, 9, 14, 19, 21);
    for (String sheet : List.of("00000010", "00000020", "00000022")) {
      assertThat(ImageFile.read(run.resolve("samples/weight-" + sheet + ".png")).width())
          .isEqualTo(WIDTH);
    }
    assertThat(run.resolve("checkpoints"))
        .isDirectoryContaining("glob:**step-00000020.safetensors")
        .isDirectoryContaining("glob:**step-00000022.safetensors")
        .isDirectoryNotContaining("glob:**step-00000016.safetensors");
    try (TensorFile model = TensorFile.open(run.resolve("model.safetensors"))) {
      assertThat(model.entries().sequencedKeySet()).containsExactly("weight", "bias");
      assertThat(model.metadata()).containsEntry("width", "12");
    }
    assertThat(ImageFile.read(run.resolve("loss.png")).width()).isEqualTo(960);
    assertThat(TrainingRun.settings(run)).isEqualTo(LineLearner.settings(WIDTH, 1));
    assertThat(progress).hasSize(22);
    assertThat(progress.getLast().line()).startsWith("22 of 22, loss ").contains("images/s");
    assertThat(progress.getFirst().line()).endsWith(" left");
  }

  @Test
  void cancelledRunGoesOnWhereItStopped() throws IOException {
    Path whole = folder.resolve("whole");
    train(whole, new LineLearner(WIDTH, 1), plan(11), NEVER);

    progress.clear();
    Path stopped = folder.resolve("stopped");
    assertThat(train(stopped, new LineLearner(WIDTH, 1), plan(11), () -> progress.size() % 3 == 0))
        .isEqualTo(TrainingRun.Outcome.CANCELLED);
    assertThat(stopped.resolve("checkpoints/step-00000003.safetensors")).exists();
    Path three = folder.resolve("three");
    train(three, new LineLearner(WIDTH, 1), plan(3), NEVER);
    assertThat(stopped.resolve("model.safetensors"))
        .as("the model of now")
        .hasSameBinaryContentAs(three.resolve("model.safetensors"));
    assertThat(train(stopped, new LineLearner(WIDTH, 1), plan(11), NEVER))
        .isEqualTo(TrainingRun.Outcome.COMPLETE);
    assertThat(told).filteredOn(line -> line.startsWith("a step needs about ")).hasSize(4);
    assertThat(told).filteredOn(line -> line.startsWith("going on after 3 ")).hasSize(1);
    assertThat(stopped.resolve("model.safetensors"))
        .hasSameBinaryContentAs(whole.resolve("model.safetensors"));
  }

  @Test
  void keepsModelsOnTheWay() throws IOException {
    Path run = folder.resolve("run");
    train(run, new LineLearner(WIDTH, 1), plan(9).keepingModels(3), NEVER);
    assertThat(run.resolve("models"))
        .isDirectoryContaining("glob:**step-00000003.safetensors")
        .isDirectoryContaining("glob:**step-00000006.safetensors")
        .isDirectoryNotContaining("glob:**step-00000009.safetensors");
    Path six = folder.resolve("six");
    train(six, new LineLearner(WIDTH, 1), plan(6), NEVER);
    assertThat(run.resolve("models/step-00000006.safetensors"))
        .hasSameBinaryContentAs(six.resolve("model.safetensors"));
    assertThat(six.resolve("models")).doesNotExist();
  }

  @Test
  void completeRunIsExportedAgainWithoutAStep() throws IOException {
    train(folder, new LineLearner(WIDTH, 1), plan(5), NEVER);
    Files.delete(folder.resolve("model.safetensors"));
    progress.clear();
    assertThat(train(folder, new LineLearner(WIDTH, 1), plan(5), NEVER))
        .isEqualTo(TrainingRun.Outcome.COMPLETE);
    assertThat(progress).isEmpty();
    assertThat(folder.resolve("model.safetensors")).exists();
  }

  @Test
  void otherSettingsAreRefusedByName() throws IOException {
    train(folder, new LineLearner(WIDTH, 1), plan(2), NEVER);
    assertThatThrownBy(() -> TrainingRun.open(folder, LineLearner.settings(16, 1)))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("got model.width 16 instead of 12 —");
    Json.Obj more =
        (Json.Obj) Json.parse("more", "{\"model\":{\"width\":12},\"seed\":2,\"ema\":0.5}");
    assertThatThrownBy(() -> TrainingRun.open(folder, more))
        .hasMessageContaining("seed 2 instead of 1, ema 0.5 instead of not set");
    TrainingRun.open(folder, LineLearner.settings(WIDTH, 1)).close();
  }

  @Test
  void secondUserOfAFolderIsRefused() throws IOException {
    Json.Obj settings = LineLearner.settings(WIDTH, 1);
    try (TrainingRun run = TrainingRun.open(folder, settings)) {
      assertThat(run.folder()).isEqualTo(folder);
      assertThatThrownBy(() -> TrainingRun.open(folder, settings))
          .isInstanceOf(TrainingException.class)
          .hasMessageContaining("in use by process " + ProcessHandle.current().pid());
    }
    TrainingRun.open(folder, settings).close();
  }

  @Test
  void foldersOfOtherThingsAreRefused() throws IOException {
    Files.writeString(folder.resolve("thesis.tex"), "");
    assertThatThrownBy(() -> TrainingRun.open(folder, LineLearner.settings(WIDTH, 1)))
        .hasMessageContaining("thesis.tex");
    assertThat(folder.resolve("run.lock")).doesNotExist();
    assertThatThrownBy(() -> TrainingRun.settings(folder)).hasMessageContaining("got none");
  }

  /** Fails in one iteration. */
  private static LineLearner failing(int when, Runnable failure) {
    return new LineLearner(WIDTH, 1) {
      @Override
      public SequencedMap<String, Double> step(int iteration) {
        SequencedMap<String, Double> metrics = super.step(iteration);
        if (iteration == when) {
          failure.run();
          metrics.put(LOSS, Double.NaN);
        }
        return metrics;
      }
    };
  }

  @Test
  void lossThatIsNoNumberStopsBeforeTheCheckpoint() throws IOException {
    assertThatThrownBy(() -> train(folder, failing(7, () -> {}), plan(20), NEVER))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("got NaN in iteration 7")
        .hasMessageContaining("step-00000004.safetensors is untouched");
    assertThat(MetricsLog.read(folder.resolve("metrics.jsonl"))).hasSize(7);
  }

  @Test
  void weightsThatAreNoNumbersStopBeforeTheCheckpoint() {
    LineLearner learner =
        new LineLearner(WIDTH, 1) {
          @Override
          public SequencedMap<String, Tensor> state() {
            SequencedMap<String, Tensor> state = super.state();
            state.computeIfPresent(
                "line.model.bias",
                (name, bias) ->
                    state.get("steps").toInts()[0] == 8
                        ? bias.div(Tensor.zeros(bias.shape()))
                        : bias);
            return state;
          }
        };
    assertThatThrownBy(() -> train(folder, learner, plan(20), NEVER))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("got others in line.model.bias")
        .hasMessageContaining("step-00000004.safetensors is untouched");
  }

  @Test
  void fullHeapNamesWhatHelps() {
    LineLearner learner =
        failing(
            6,
            () -> {
              throw new OutOfMemoryError("Java heap space");
            });
    assertThatThrownBy(() -> train(folder, learner, plan(20), NEVER))
        .isInstanceOf(TrainingException.class)
        .hasCauseInstanceOf(OutOfMemoryError.class)
        .hasMessageContainingAll(
            "iteration 6", "--batch", "--accumulate", "--recompute", "NEXTSCALE_JAVA_OPTS=-Xmx");
  }

  @Test
  void stateOfAnotherModelIsRefused() throws IOException {
    train(folder, new LineLearner(WIDTH, 1), plan(2), NEVER);
    assertThatThrownBy(() -> train(folder, new LineLearner(16, 1), plan(4), NEVER))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("weight (16, 16)")
        .hasMessageContaining("(12, 12)");
  }
}
