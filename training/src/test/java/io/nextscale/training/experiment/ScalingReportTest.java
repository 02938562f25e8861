package io.nextscale.training.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.Json;
import io.nextscale.training.settings.Preset;
import io.nextscale.training.settings.Settings;
import io.nextscale.training.settings.VarSettings;
import io.nextscale.var.VarTrainer.Evaluation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reports of models that were made up, so that what they say is known. */
class ScalingReportTest {

  private static final ScalingLawSettings SETTINGS = ScalingLawSettings.of(Preset.SHAPES);

  /** Means of four hundred numbers near 1, a few roundings each. */
  private static final double ROUNDING = 1e-9;

  /**
   * Losses that follow the law on the mean of all pictures, with pictures of different difficulty:
   * of a factor for all models, and of noise of its own for each.
   */
  private static List<Measured> models(double exponent, double own, int pictures) {
    List<Measured> models = new ArrayList<>();
    RandomStream random = RandomStream.of(5);
    for (int depth : SETTINGS.grid().depths()) {
      long size = 9216L * depth * depth * depth;
      double law = 3 * Math.pow(size / 1e6, exponent);
      double[] difficulty = new double[pictures];
      double mean = 0;
      for (int i = 0; i < pictures; i++) {
        double shared = 0.3 * random.split("shared").split(i).nextGaussian();
        double single = own * random.split("own").split(depth).split(i).nextGaussian();
        difficulty[i] = Math.exp(shared + single);
        mean += difficulty[i] / pictures;
      }
      List<Evaluation> each = new ArrayList<>();
      for (double one : difficulty) {
        double loss = law * one / mean;
        each.add(
            new Evaluation(loss, 1.1 * loss, 100 - 10 * loss, 100 - 12 * loss, 1, List.of(loss)));
      }
      models.add(Measured.of(depth, 24 * depth, size, size + 12_345, each));
    }
    return models;
  }

  @Test
  void theLawOfTheMeansIsFoundForEveryQuantity() {
    ScalingReport report = ScalingReport.of(models(-0.2, 0.01, 400), 1);
    assertThat(report.laws()).hasSize(4);
    report
        .laws()
        .forEach((quantity, law) -> {
          assertThat(law.fit().exponent()).as("%s", quantity).isEqualTo(-0.2, within(ROUNDING));
          assertThat(law.fit().pearson()).isEqualTo(-1, within(ROUNDING));
          assertThat(law.exponents().contains(-0.2)).isTrue();
        });
    PowerLaw loss = report.laws().get(Quantity.L_MEAN).fit();
    assertThat(loss.at(1e6)).isEqualTo(3, within(ROUNDING));
    assertThat(report.laws().get(Quantity.L_TAIL).fit().at(1e6)).isEqualTo(3.3, within(ROUNDING));
    assertThat(report.laws().get(Quantity.ERR_MEAN).fit().at(1e6)).isEqualTo(0.3, within(ROUNDING));
  }

  @Test
  void difficultyThatAllModelsShareDoesNotWidenTheIntervalOfPictures() {
    double shared = width(models(-0.2, 0, 100));
    double own = width(models(-0.2, 0.3, 100));
    double more = width(models(-0.2, 0.3, 1600));
    assertThat(shared).isLessThan(ROUNDING); // all models are worse on the same pictures
    assertThat(own / more).isBetween(3.0, 5.3); // the root of 16, from a thousand resamples
  }

  private static double width(List<Measured> models) {
    Interval interval = ScalingReport.of(models, 1).laws().get(Quantity.L_MEAN).exponents();
    return interval.high() - interval.low();
  }

  @Test
  void aQuantityThatIsZeroHasNoLaw() {
    List<Measured> models = new ArrayList<>(models(-0.2, 0.1, 3));
    Measured last = models.removeLast();
    List<Evaluation> each =
        last.scores(Quantity.L_MEAN).stream()
            .map(loss -> new Evaluation(loss, loss, 100 - loss, 100, 1, List.of(loss)))
            .toList();
    models.add(Measured.of(8, 192, last.parameters(), last.allParameters(), each));
    ScalingReport report = ScalingReport.of(models, 1);
    assertThat(report.laws()).doesNotContainKey(Quantity.ERR_TAIL).hasSize(3);
    assertThat(report.markdown(SETTINGS)).contains("none: a model makes no errors");
    assertThat(report.json(SETTINGS).at("laws", "Err_tail")).contains(Json.Null.NULL);
    assertThat(report.figure().width()).isEqualTo(1280);
  }

  @Test
  void filesHoldNumbersTablesAndFourPanels(@TempDir Path folder) throws Exception {
    ScalingReport report = ScalingReport.of(models(-0.2, 0.1, 20), 1);
    List<Path> files = report.write(folder, SETTINGS);
    assertThat(files)
        .extracting(file -> file.getFileName().toString())
        .containsExactly("results.json", "scaling-law.md", "scaling-law.png");
    assertThat(files).allMatch(java.nio.file.Files::isRegularFile);
    assertThat(files.get(1))
        .content()
        .contains("| 2 | 48 | 73,728 | 86,073 |", "| L_tail, loss, last scale | -0.2000 |")
        .doesNotContain("\r");
    Json json = Json.parse("results", java.nio.file.Files.readAllBytes(files.getFirst()));
    assertThat(json.at("laws", "L_mean", "exponent").orElseThrow())
        .isInstanceOfSatisfying(
            Json.Real.class, x -> assertThat(x.value()).isEqualTo(-0.2, within(ROUNDING)));
    assertThat(json.at("settings", "grid", "depths")).contains(Json.of(List.of(2, 3, 4, 6, 8)));
    assertThat(json.at("settings", "var", "model", "depth")).isEmpty();
  }

  @Test
  void measuredModelsAreWrittenAndRead() throws Exception {
    for (Measured model : models(-0.2, 0.1, 7)) {
      Json json = Json.parse("measured.json", model.json().write());
      assertThat(Measured.parse("measured.json", json)).isEqualTo(model);
    }
  }

  @Test
  void damagedMeasurementsAreRefusedAndNothingElseHappens() {
    byte[] good = models(-0.2, 0.1, 3).getFirst().json().write().getBytes(StandardCharsets.UTF_8);
    int refused = 0;
    for (int seed = 0; seed < 3000; seed++) {
      Random random = new Random(seed);
      byte[] bad = good.clone();
      for (int i = 0; i <= random.nextInt(3); i++) {
        bad[random.nextInt(bad.length)] = (byte) (32 + random.nextInt(95));
      }
      try {
        Measured read = Measured.parse("measured.json", Json.parse("measured.json", bad));
        assertThat(read.pictures()).as("seed %d", seed).isPositive();
      } catch (FileFormatException e) {
        assertThat(e).hasMessageContaining("measured.json");
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(1000);
  }

  @Test
  void everyDepthSeesEveryPictureEquallyOften() {
    assertThat(SETTINGS.steps()).isEqualTo(3125); // 20,000 x 5 in batches of 32
    for (int depth : SETTINGS.grid().depths()) {
      VarSettings model = SETTINGS.model(depth);
      assertThat(model.optimizer().steps()).isEqualTo(3125);
      assertThat(model.model().width()).isEqualTo(24 * depth);
      assertThat(model.model().heads()).isEqualTo(depth);
    }
    assertThat(Settings.with(SETTINGS, Map.of("pictures", "100", "epochs", "3")).steps())
        .isEqualTo(10); // 300 in batches of 32, the last one not all of the third epoch
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    for (Map<String, String> bad :
        List.of(
            Map.of("depths", "2,3,4"),
            Map.of("depths", "2,3,4,4"),
            Map.of("depths", "0,3,4,5"),
            Map.of("epochs", "0"),
            Map.of("width-per-depth", "0"),
            Map.of("validation", "0"))) {
      assertThatThrownBy(() -> Settings.with(SETTINGS, bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("--" + bad.keySet().iterator().next());
    }
  }
}
