package io.nextscale.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What a configuration is read from: names and extents. */
class CheckpointTest {

  private static Checkpoint file(String... names) {
    return Checkpoint.of(
        "a.pth",
        Arrays.stream(names)
            .collect(Collectors.toMap(name -> name, _ -> Tensor.zeros(Shape.of(2, 3)))));
  }

  @Test
  void extentsAreThoseOfTheTensor() throws FileFormatException {
    assertThat(file("head.weight").shape("a model", "head.weight", 2)).isEqualTo(Shape.of(2, 3));
  }

  @Test
  void aTensorThatIsNotThereSaysWhatTheFileShouldBe() {
    assertThatThrownBy(() -> file("head.bias").shape("a model", "head.weight", 2))
        .isInstanceOf(FileFormatException.class)
        .hasMessage("read a.pth: a model, with a tensor head.weight of 2 axes; got none");
  }

  @Test
  void otherAxesAreRefusedWithTheExtents() {
    assertThatThrownBy(() -> file("head.weight").shape("a model", "head.weight", 4))
        .isInstanceOf(FileFormatException.class)
        .hasMessage("read a.pth: a model, with a tensor head.weight of 4 axes; got (2, 3)");
  }

  @Test
  void partsAreCountedUpToTheFirstGap() {
    Checkpoint from = file("blocks.0.fc.weight", "blocks.1.fc.weight", "blocks.3.fc.weight");

    assertThat(from.count("blocks.", ".fc.weight")).isEqualTo(2);
    assertThat(from.under("blocks.").count("", ".fc.weight")).isEqualTo(2);
    assertThat(from.count("blocks.", ".fc.bias")).isZero();
    assertThat(file().count("blocks.", ".fc.weight")).isZero();
  }
}
