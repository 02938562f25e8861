package io.nextscale.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.spi.HostBuffer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Some rows of a tensor are the rows of the whole tensor. */
class RowsTest {

  @TempDir Path temporary;

  /** Strided and shared storages, every type, with and without a checksum. */
  @ParameterizedTest
  @ValueSource(strings = {"mixed.pth", "mixed_legacy.pth", "mixed_expected.safetensors"})
  void rowsAreThoseOfTheWhole(String name) throws IOException {
    int compared = 0;
    try (TensorFile file = Fixtures.open(name)) {
      for (Entry entry : file.entries().values()) {
        if (entry.dtype() == null || entry.extents().isEmpty()) {
          continue;
        }
        Tensor whole = file.load(entry.name());
        int rows = whole.shape().dim(0);
        for (int from = 0; from <= rows; from++) {
          for (int to = from; to <= rows; to++) {
            Tensor some = file.loadRows(entry.name(), from, to);
            assertThat(some.shape().dim(0)).isEqualTo(to - from);
            int each = rows == 0 ? 0 : whole.shape().size() / rows;
            assertThat(numbers(some))
                .containsExactly(
                    java.util.Arrays.copyOfRange(numbers(whole), from * each, to * each));
            compared++;
          }
        }
      }
    }
    assertThat(compared).isGreaterThan(20);
  }

  private static double[] numbers(Tensor tensor) {
    float[] values = tensor.backend().download(tensor.buffer()).toFloats();
    double[] numbers = new double[values.length];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = values[i];
    }
    return numbers;
  }

  @Test
  void rowsOfEightBitsKeepTheirFactors() throws IOException {
    Path path = temporary.resolve("rows.safetensors");
    LinkedHashMap<String, Tensor> tensors = new LinkedHashMap<>();
    byte[] values = {1, 2, 3, 4, 5, 6};
    tensors.put(
        "w", Tensor.of(Shape.of(3, 2), new HostBuffer.I8(values, new float[] {1, 10, 100})));
    tensors.put("scalar", Tensor.scalar(1));
    SafetensorsWriter.write(path, tensors, Map.of());
    try (TensorFile file = TensorFile.open(path)) {
      assertThat(numbers(file.loadRows("w", 1, 3))).containsExactly(30, 40, 500, 600);
      assertThatThrownBy(() -> file.loadRows("w", 1, 4))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> file.loadRows("w", -1, 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> file.loadRows("scalar", 0, 1))
          .isInstanceOf(FileFormatException.class)
          .hasMessageContaining("rows of 'scalar'; got a scalar");
    }
  }
}
