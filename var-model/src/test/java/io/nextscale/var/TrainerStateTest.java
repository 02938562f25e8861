package io.nextscale.var;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Optimizer;
import io.nextscale.nn.Schedule;
import io.nextscale.nn.Schedule.Curve;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.Entry;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.SafetensorsWriter;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.vqvae.TokenPyramid;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainerStateTest {

  private static final Condition LABELS = Condition.classes(1, 2, 3);

  /** Everything that keeps a state: accumulation, dropping, progressive scales. */
  static final Schedule SCHEDULE =
      new Schedule(Curve.of("lin0.4"), 1e-3, 0.05, 0.1, 1, 8, 0.5, 0.1);

  private static VarTrainer trainer() throws IOException {
    return trainer(Optimizer.Kind.ADAMW);
  }

  private static VarTrainer trainer(Optimizer.Kind optimizer) throws IOException {
    Training settings =
        new Training(
            new Training.Steps(SCHEDULE, 2, 2, optimizer),
            new Training.Loss(0.1, 0.5),
            new Training.Chance(0.3, 0.2, 0.4),
            Training.Computation.WHOLE,
            new Progressive(1, 0.5, 5),
            3);
    return new VarTrainer(
        Tiny.model(Tiny.TRANSFORMER, Loading.forTraining()), Tiny.vae(), settings);
  }

  private static List<VarTrainer.Report> steps(VarTrainer trainer, int from, int to)
      throws IOException {
    TokenPyramid tokens = Tiny.vae().tokenize(Tiny.images(3));
    List<VarTrainer.Report> reports = new ArrayList<>();
    for (int it = from; it < to; it++) {
      reports.add(trainer.step(it, tokens, LABELS));
    }
    return reports;
  }

  @ParameterizedTest
  @EnumSource
  void trainingGoesOnFromAFileWithTheSameBits(Optimizer.Kind optimizer, @TempDir Path folder)
      throws IOException {
    VarTrainer straight = trainer(optimizer);
    List<VarTrainer.Report> expected = steps(straight, 0, 6);

    for (int stop : new int[] {3, 4}) { // between the batches of a step, and with a new scale
      VarTrainer first = trainer(optimizer);
      steps(first, 0, stop);
      Path path = folder.resolve("state-" + stop + ".safetensors");
      write(path, first.state());
      VarTrainer second = trainer(optimizer);
      steps(second, 0, 2); // what it did before does not matter
      try (TensorFile file = TensorFile.open(path)) {
        second.restore(Checkpoint.of(file));
      }

      assertThat(steps(second, stop, 6)).isEqualTo(expected.subList(stop, 6));
      assertSame(second.state(), straight.state());
    }
    assertThat(expected.getFirst().lastScale()).isEqualTo(1);
    assertThat(expected.getLast().lastScale()).isEqualTo(2);
    assertThat(expected.getFirst().gradientNorm()).isNaN();
  }

  @Test
  void matricesOfAttentionAndFeedForwardAreTurnedByMuon() throws IOException {
    List<String> hidden = new ArrayList<>();
    Tiny.model(Tiny.TRANSFORMER, Loading.forTraining())
        .parameters()
        .trained()
        .forEach((name, parameter) -> {
          if (VarTrainer.isHidden(name, parameter.shape())) {
            hidden.add(name);
          }
        });
    assertThat(hidden)
        .contains("blocks.0.attn.mat_qkv.weight", "blocks.0.attn.proj.weight")
        .contains("blocks.0.ffn.fc1.weight", "blocks.0.ffn.fc2.weight")
        .doesNotContain("head.weight", "word_embed.weight", "class_emb.weight")
        .allMatch(name -> name.startsWith("blocks.") && name.endsWith(".weight"));
    VarTrainer trainer = trainer(Optimizer.Kind.MUON);
    steps(trainer, 0, 2);
    List<String> turned =
        trainer.state().keySet().stream()
            .filter(name -> name.startsWith("optimizer.momentum."))
            .map(name -> name.substring("optimizer.momentum.".length()))
            .toList();
    assertThat(turned).isEqualTo(hidden);
  }

  @Test
  void statesOfOtherTrainingsAreRefused() throws IOException {
    VarTrainer trained = trainer();
    steps(trained, 0, 3);
    SequencedMap<String, Tensor> good = trained.state();
    String waiting = "accumulated.head.weight";
    assertThat(good).containsKeys("var.head.weight", "optimizer.steps", waiting, "newest");
    VarTrainer fresh = trainer();

    Map<String, Tensor> missing = new LinkedHashMap<>(good);
    missing.remove("var.head.weight");
    assertRefused(fresh, missing, "missing (head.weight");
    Map<String, Tensor> forgotten = new LinkedHashMap<>(good);
    forgotten.remove("newest");
    assertRefused(fresh, forgotten, "read a state: the state of a training of this transformer");
    for (String name : List.of("var.head.weight", "optimizer.steps", waiting, "newest")) {
      Map<String, Tensor> misshaped = new LinkedHashMap<>(good);
      misshaped.put(name, Tensor.zeros(Shape.of(7)).argMax());
      assertRefused(fresh, misshaped, "a state");
    }
    Map<String, Tensor> more = new LinkedHashMap<>(good);
    more.put("ema.head.weight", good.get("var.head.weight"));
    assertRefused(fresh, more, "the state of a training");

    fresh.restore(Checkpoint.of("a state", good));
    assertSame(fresh.state(), good);
  }

  private static void assertRefused(VarTrainer trainer, Map<String, Tensor> state, String part) {
    assertThatThrownBy(() -> trainer.restore(Checkpoint.of("a state", state)))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining(part);
  }

  private static void assertSame(Map<String, Tensor> actual, Map<String, Tensor> expected) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    actual.forEach((name, tensor) ->
        assertThat(tensor.toArray()).as(name).containsExactly(expected.get(name).toArray()));
  }

  private static void write(Path path, SequencedMap<String, Tensor> state) throws IOException {
    List<Entry> entries = new ArrayList<>();
    state.forEach((name, t) -> entries.add(Entry.of(name, t.shape(), t.dtype())));
    try (SafetensorsWriter out = SafetensorsWriter.create(path, entries, Map.of())) {
      for (Map.Entry<String, Tensor> tensor : state.entrySet()) {
        out.write(tensor.getKey(), tensor.getValue());
      }
      out.finish();
    }
  }
}
