package io.nextscale.cli.parity;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTest {

  private final List<Findings.Row> rows = new ArrayList<>();

  @TempDir private Path folder;
  private Findings findings;

  @BeforeEach
  void anEmptyFolder() throws IOException {
    Files.writeString(folder.resolve("manifest.json"), "{\"seed\": 1, \"files\": []}");
    findings = new Findings(GoldenFolder.open(folder), null, rows::add);
  }

  private Findings.Row row(Tolerance tolerance, Consumer<Comparison> body) {
    Comparison comparison = findings.of("a.npy", "", tolerance);
    body.accept(comparison);
    comparison.close();
    return rows.getLast();
  }

  private static double[] of(double... values) {
    return values;
  }

  @Test
  void theLargestErrorCounts() {
    Findings.Row row =
        row(new Tolerance.Absolute(0.5), c -> c.numbers("x", of(1, 2, 3), 1, 2.25, 3.125));
    assertThat(row.passed()).isTrue();
    assertThat(row.error()).isEqualTo(0.25);
    assertThat(row.remark()).isEmpty();
  }

  @Test
  void aFailureSaysHowManyDifferAndWhereMost() {
    Findings.Row row =
        row(
            new Tolerance.Absolute(0.1),
            c ->
                c.tensor(
                    "y",
                    new GoldenArray(Shape.of(2, 2), of(1, 2, 3, 4)),
                    Tensor.of(Shape.of(2, 2), 1, 2.5f, 4, 4)));
    assertThat(row.passed()).isFalse();
    assertThat(row.remark()).isEqualTo("2 of 4 differ, most at y[1,0] 4.0, golden 3.0");
  }

  @Test
  void notANumberAndInfinitiesAreEqualToThemselvesOnly() {
    double inf = Double.NEGATIVE_INFINITY;
    Tolerance wide = new Tolerance.Absolute(1e9);
    assertThat(row(wide, c -> c.numbers("", of(inf, Double.NaN), inf, Double.NaN)).passed())
        .isTrue();
    assertThat(row(wide, c -> c.numbers("", of(inf), 0)).passed()).isFalse();
    assertThat(row(wide, c -> c.numbers("", of(0), Double.NaN)).passed()).isFalse();
    assertThat(row(wide, c -> c.numbers("", of(Double.NaN), 0)).passed()).isFalse();
  }

  @Test
  void relativeErrorsOfZeroAreExact() {
    Tolerance relative = new Tolerance.Relative(1e-3);
    assertThat(row(relative, c -> c.numbers("", of(0, 1000), 0, 1001)).passed()).isTrue();
    assertThat(row(relative, c -> c.numbers("", of(0), 1e-30)).passed()).isFalse();
  }

  @Test
  void extentsCount() {
    Findings.Row row =
        row(
            new Tolerance.Absolute(1),
            c ->
                c.tensor(
                    "z",
                    new GoldenArray(Shape.of(1, 2), of(1, 2)),
                    Tensor.of(Shape.of(2, 1), 1, 2)));
    assertThat(row.passed()).isFalse();
    assertThat(row.remark()).contains("(2, 1)").contains("(1, 2)");
  }

  @Test
  void comparingNothingIsAFailure() {
    assertThat(row(new Tolerance.Exact(), c -> {}).passed()).isFalse();
  }

  @Test
  void mapsAreComparedInTheLayoutOfTheFile() {
    GoldenArray golden = new GoldenArray(Shape.of(1, 2, 1, 2), of(1, 2, 3, 4)); // (B,C,h,w)
    Tensor map = Tensor.of(Shape.of(1, 1, 2, 2), 1, 3, 2, 4); // (B,h,w,C)
    assertThat(row(new Tolerance.Exact(), c -> c.map("", golden, map)).passed()).isTrue();
    assertThat(golden.map().toArray()).containsExactly(1, 3, 2, 4);
  }
}
