package io.nextscale.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.var.Branching;
import io.nextscale.var.Condition;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForkMemoryTest {

  private static final int[] TOKENS = {1, 4, 16};
  private static final int DEPTH = 3;
  private static final int WIDTH = 32;
  private static final int FLOAT = 4;

  private static VarStepwise model(double guidance) throws IOException {
    return new VarStepwise(
        new Branching(VarStepwiseTest.generator(), VarStepwiseTest.settings(guidance)),
        Condition.classes(3));
  }

  /** Keys and values of a scale, of one row of the transformer; none of the last is kept. */
  private static long cached(int scale) {
    return scale == TOKENS.length - 1 ? 0 : 2L * DEPTH * TOKENS[scale] * WIDTH * FLOAT;
  }

  @ParameterizedTest
  @CsvSource({"15, 0, 1", "15, 1.5, 2", "1, 1.5, 2", "4, 0, 1"})
  void forksHoldTheirPastOnce(int forks, double guidance, int rows) throws IOException {
    ForkMemory memory = ForkMemory.of(model(guidance), forks);
    assertThat(memory.steps()).hasSize(TOKENS.length);
    // The map (4,4,8), and what would be read of it next: after the last scale all of it, which is
    // the same tensor where it was not cut out of a batch.
    long maps = (forks == 1 ? 1L : 2L) * 4 * 4 * 8 * FLOAT;
    for (ForkMemory.Step step : memory.steps()) {
      long past = 0; // scales that are the same: keys and values of the branching scale too
      long own = maps;
      for (int s = 0; s < TOKENS.length; s++) {
        long tokens = (long) TOKENS[s] * FLOAT;
        past += s < step.step() ? rows * cached(s) : 0;
        own += s < step.step() ? 0 : rows * cached(s);
        past += s < step.step() - 1 ? tokens : 0;
        own += s < step.step() - 1 ? 0 : tokens;
      }
      assertThat(step.shared()).as("%s", step).isEqualTo(past + forks * own);
      assertThat(step.copied()).as("%s", step).isEqualTo(forks * (past + own));
    }
    assertThat(memory.one()).isEqualTo(memory.steps().getFirst().copied() / forks);
    assertThat(memory.peak()).isEqualTo(memory.steps().getFirst().shared());
  }

  @Test
  void theTableSaysHowMuch() throws IOException {
    ForkMemory memory = ForkMemory.of(model(1.5), 15);
    assertThat(memory.markdown())
        .contains("of 15 complete candidates", "| 1 | ", "| 3 | ")
        .contains("One alone holds %,d bytes".formatted(memory.one()));
    assertThatThrownBy(() -> ForkMemory.of(model(0), 0))
        .hasMessage("memory of forks: at least 1 fork; got 0");
  }
}
