package io.nextscale.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.nextscale.bench.compare.Outcome;
import io.nextscale.bench.compare.Rounds;
import io.nextscale.bench.compare.Task;
import io.nextscale.tensor.Backends;
import io.nextscale.tensor.op.Lookup;
import io.nextscale.tensor.op.Op;
import io.nextscale.tensor.spi.Backend;
import io.nextscale.tensor.spi.HostBuffer;
import io.nextscale.tensor.spi.Operand;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceTasksTest {

  private static final Rounds ONCE = new Rounds(1, 0, 0, System::nanoTime, () -> {});

  private static Outcome measured(String name, Backend device) throws IOException {
    Map<String, Backend> known = Map.of("cpu", Backends.cpu(), "elsewhere", device);
    Task task =
        new DeviceTasks(known)
            .all(false).stream().filter(t -> t.name().equals(name)).findFirst().orElseThrow();
    Outcome outcome = ONCE.measure(task, List.of("elsewhere")).getFirst();
    assertThat(Backends.standard()).isSameAs(Backends.cpu());
    return outcome;
  }

  /** Bytes: 256 vectors of 32; 256 indices; no inputs; a picture of 64 x 64; 8 of them; a loss. */
  @ParameterizedTest
  @CsvSource({
    "codebook.argmin, 32768, 1024",
    "image, 0, 49152",
    "tokenizer, 393216, 393216",
    "scale10.attention, 13238272, 2097152"
  })
  void tensorsAreMovedAndResultsAreThoseOfTheCpu(String name, long up, long down)
      throws IOException {
    assertThat(measured(name, new Elsewhere()))
        .isInstanceOfSatisfying(
            Outcome.Timed.class,
            timed -> {
              assertThat(timed.error()).isZero();
              assertThat(timed.steady().median()).isPositive();
              assertThat(timed.upload() == null ? 0 : timed.upload().bytes()).isEqualTo(up);
              assertThat(timed.download().bytes()).isEqualTo(down);
            });
  }

  @Test
  void anotherCodeThanTheNearestIsWrong() throws IOException {
    Backend off =
        new Elsewhere() {
          @Override
          public void run(Op op, Operand[] in, Operand out) {
            super.run(op, in, out);
            if (op instanceof Lookup.NearestCode && out.buffer() instanceof HostBuffer.I32 codes) {
              codes.values()[7] ^= 1;
            }
          }
        };
    assertThat(measured("codebook.argmin", off)).isInstanceOf(Outcome.Wrong.class);
  }

  @Test
  void anOperationThatIsNotThereIsMissing() throws IOException {
    Backend without =
        new Elsewhere() {
          @Override
          public void run(Op op, Operand[] in, Operand out) {
            throw new UnsupportedOperationException(op.name() + ": a kernel; got none");
          }
        };
    assertThat(measured("codebook.argmin", without))
        .isInstanceOfSatisfying(
            Outcome.Missing.class,
            missing -> assertThat(missing.reason()).endsWith(": a kernel; got none"));
  }

  @Test
  void fullSizeIsAskedFor() {
    DeviceTasks tasks = new DeviceTasks(Map.of("cpu", Backends.cpu()));
    assertThat(tasks.all(true))
        .extracting(Task::name)
        .contains("d16 image")
        .doesNotHaveDuplicates();
    assertThat(tasks.all(false)).extracting(Task::name).doesNotContain("d16 image").hasSize(9);
  }

  /** Of 680 rows; 256 queries, 680 keys, 2 x 16 heads of 64; 9 products per weight and pixel. */
  @Test
  void operationsAreThoseOfTheDefinition() {
    assertThat(new DeviceTasks(Map.of()).all(false))
        .filteredOn(task -> task.flops() > 0)
        .extracting(Task::name, Task::flops)
        .containsExactly(
            tuple("d16.qkv", 2.0 * 680 * 1024 * 3072),
            tuple("d16.fc1", 2.0 * 680 * 1024 * 4096),
            tuple("scale10.attention", 4.0 * 256 * 680 * 2 * 16 * 64),
            tuple("decoder.conv160@256", 18.0 * 160 * 160 * 256 * 256),
            tuple("decoder.conv320@128", 18.0 * 320 * 320 * 128 * 128),
            tuple("codebook.argmin", 2.0 * 256 * 4096 * 32));
  }
}
