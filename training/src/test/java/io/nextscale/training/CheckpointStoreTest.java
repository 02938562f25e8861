package io.nextscale.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointStoreTest {

  @TempDir Path folder;

  private static SequencedMap<String, Tensor> state(int iteration) {
    RandomStream random = RandomStream.of(iteration);
    SequencedMap<String, Tensor> state = new LinkedHashMap<>();
    state.put("counter", Tensor.ofInts(Shape.of(1), iteration));
    state.put("weight", Tensor.normal(Shape.of(20, 15), 0, 1, random));
    state.put("none", Tensor.zeros(Shape.of(0)));
    return state;
  }

  private static int newest(CheckpointStore store, List<String> told) throws IOException {
    try (CheckpointStore.Saved saved = store.newest(told::add).orElseThrow()) {
      SequencedMap<String, Tensor> expected = state(saved.iteration());
      assertThat(saved.state().tensor("weight").toArray())
          .isEqualTo(expected.get("weight").toArray());
      assertThat(saved.state().tensor("counter").toInts()).containsExactly(saved.iteration());
      return saved.iteration();
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void keepsTheNewestAndItsMetadata() throws IOException {
    CheckpointStore store = new CheckpointStore(folder, 2);
    assertThat(store.newest(_ -> {})).isEmpty();
    for (int i : new int[] {9, 10, 11}) {
      store.save(i, state(i), Map.of("seconds", "1.5"));
    }
    assertThat(names()).containsExactly("step-00000010.safetensors", "step-00000011.safetensors");
    assertThat(newest(store, new ArrayList<>())).isEqualTo(11);
    try (CheckpointStore.Saved saved = store.newest(_ -> {}).orElseThrow()) {
      assertThat(saved.metadata()).containsEntry("seconds", "1.5");
    }
  }

  @Test
  void diskThatFillsUpAnywhereCostsNothing() throws IOException {
    FaultyDisk disk = new FaultyDisk();
    CheckpointStore store = new CheckpointStore(disk.at(folder), 1);
    Path first = store.save(1, state(1), Map.of());
    long size = Files.size(first);
    for (long room = 0; room < size; room += 61) {
      disk.room = room;
      assertThatThrownBy(() -> store.save(2, state(2), Map.of()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("step-00000002.safetensors")
          .hasMessageContaining("No space left on device")
          .hasMessageContaining("step-00000001.safetensors is untouched");
      assertThat(names()).containsExactly("step-00000001.safetensors");
    }
    assertThat(newest(store, new ArrayList<>())).isEqualTo(1);
    disk.room = size;
    store.save(2, state(2), Map.of());
    assertThat(names()).containsExactly("step-00000002.safetensors");
    assertThat(newest(store, new ArrayList<>())).isEqualTo(2);
  }

  @Test
  void diskThatCannotForceOrMoveCostsNothing() throws IOException {
    FaultyDisk disk = new FaultyDisk();
    CheckpointStore store = new CheckpointStore(disk.at(folder), 1);
    disk.forces = false;
    assertThatThrownBy(() -> store.save(1, state(1), Map.of()))
        .hasMessageContaining("Input/output error")
        .hasMessageContaining("no checkpoint is there yet");
    disk.forces = true;
    store.save(1, state(1), Map.of());
    disk.moves = false;
    assertThatThrownBy(() -> store.save(2, state(2), Map.of()))
        .hasMessageContaining("step-00000001.safetensors is untouched");
    assertThat(names()).containsExactly("step-00000001.safetensors");
  }

  @Test
  void anyDamageToTheNewestIsSeenAndTheOneBeforeIsUsed() throws IOException {
    byte[] whole =
        Files.readAllBytes(new CheckpointStore(folder, 9).save(2, state(2), Map.of("a", "b")));
    RandomStream random = RandomStream.of(7);
    for (int i = 0; i < 200; i++) {
      byte[] damaged = whole.clone();
      switch (i % 3) {
        case 0 -> damaged = java.util.Arrays.copyOf(damaged, random.nextInt(damaged.length));
        case 1 -> damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
        default -> {
          int at = random.nextInt(damaged.length - 64);
          java.util.Arrays.fill(damaged, at, at + 1 + random.nextInt(64), (byte) 0x5a);
        }
      }
      CheckpointStore store = new CheckpointStore(folder, 9);
      store.save(1, state(1), Map.of());
      Files.write(folder.resolve(CheckpointStore.name(2)), damaged);
      List<String> told = new ArrayList<>();
      assertThat(newest(store, told)).as("damage %d", i).isEqualTo(1);
      assertThat(told)
          .singleElement()
          .asString()
          .contains("step-00000002.safetensors", "step-00000002.safetensors.damaged");
    }
  }

  @Test
  void onlyDamagedCheckpointsAreAnError() throws IOException {
    CheckpointStore store = new CheckpointStore(folder, 2);
    Files.write(folder.resolve(CheckpointStore.name(2)), new byte[100]);
    assertThatThrownBy(() -> store.newest(_ -> {})).hasMessageContaining("1 damaged");
  }

  @Test
  void checkpointUnderAnotherNameIsNotTaken() throws IOException {
    CheckpointStore store = new CheckpointStore(folder, 2);
    Files.move(store.save(3, state(3), Map.of()), folder.resolve(CheckpointStore.name(4)));
    store.save(2, state(2), Map.of());
    List<String> told = new ArrayList<>();
    assertThat(newest(store, told)).isEqualTo(2);
    assertThat(told).singleElement().asString().contains("after 3");
  }

  @Test
  void leftoversOfKilledProcessesAreRemoved() throws IOException {
    Files.write(folder.resolve(".step-00000002.safetensors.123-456.part"), new byte[10]);
    CheckpointStore store = new CheckpointStore(folder, 2);
    assertThat(names()).isEmpty();
    assertThat(store.newest(_ -> {})).isEmpty();
  }
}
