package io.nextscale.training.settings;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.baselines.diffusion.Dit;
import io.nextscale.baselines.diffusion.Latents;
import io.nextscale.baselines.diffusion.PictureSpace;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.Json;
import io.nextscale.var.Var;
import io.nextscale.var.VarConfig;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeConfig;
import io.nextscale.vqvae.training.TokenizerTraining;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {

  private static final int MUTATIONS = 2000;

  @Test
  void allSettingsOfPresetsAreWrittenAndReadBack() throws IOException {
    for (Preset preset : Preset.ALL) {
      Json tokenizer = Json.parse("t", Settings.json(preset.tokenizer()).writeIndented());
      assertThat(Settings.parse("t", (Json.Obj) tokenizer, TokenizerSettings.class))
          .isEqualTo(preset.tokenizer());
      Json var = Json.parse("v", Settings.json(preset.var()).write());
      assertThat(Settings.parse("v", (Json.Obj) var, VarSettings.class)).isEqualTo(preset.var());
    }
  }

  /**
   * What {@code train … --show-settings} prints for each preset and kind of verifier, of
   * 2026-11-22: who changes a preset changes the file with it, and says so in the change log.
   */
  @Test
  void presetsHaveTheSettingsThatWereWrittenDown() throws IOException {
    Json.Obj written;
    try (InputStream in = SettingsTest.class.getResourceAsStream("presets.json")) {
      written = (Json.Obj) Json.parse("presets.json", new String(in.readAllBytes(), UTF_8));
    }
    SequencedMap<String, Json> presets = new LinkedHashMap<>();
    for (Preset preset : Preset.ALL) {
      SequencedMap<String, Json> parts = new LinkedHashMap<>();
      parts.put("tokenizer", Settings.json(preset.tokenizer()));
      parts.put("var", Settings.json(preset.var()));
      parts.put("dit", Settings.json(preset.dit()));
      presets.put(preset.name(), new Json.Obj(parts));
    }
    for (VerifierSettings.Kind kind : VerifierSettings.Kind.values()) {
      presets.put(kind.word(), Settings.json(VerifierSettings.of(kind)));
    }
    assertThat(new Json.Obj(presets).writeIndented()).isEqualTo(written.writeIndented());
  }

  @Test
  void everySettingHasItsOwnNameAndADescription() {
    for (Class<? extends Record> kind : List.of(TokenizerSettings.class, VarSettings.class)) {
      List<Settings.Entry> entries = Settings.entries(kind);
      assertThat(entries)
          .allMatch(entry -> entry.name().matches("[a-z][a-z0-9-]*"))
          .allMatch(entry -> entry.description().endsWith("."));
      assertThat(new HashSet<>(entries.stream().map(Settings.Entry::name).toList()))
          .hasSameSizeAs(entries);
    }
  }

  @Test
  void singleSettingsAreChangedByTheirNames() {
    TokenizerSettings changed =
        Settings.with(
            Preset.SHAPES.tokenizer(),
            Map.of(
                "rate",
                "3e-4",
                "steps",
                "77",
                "seed",
                "-5",
                "from-data",
                "false",
                "curve",
                "lin0.4",
                "scales",
                "1,3,4"));
    assertThat(changed.optimizer().rate()).isEqualTo(3e-4);
    assertThat(changed.optimizer().steps()).isEqualTo(77);
    assertThat(changed.optimizer().seed()).isEqualTo(-5);
    assertThat(changed.optimizer().curve()).isEqualTo("lin0.4");
    assertThat(changed.codebook().fromData()).isFalse();
    assertThat(changed.model().scales()).containsExactly(1, 3, 4);
    assertThat(changed.loss()).isEqualTo(Preset.SHAPES.tokenizer().loss());
  }

  @ParameterizedTest
  @CsvSource({
    "rate, abc, --rate: a finite number; got abc",
    "rate, NaN, --rate: a finite number",
    "rate, -1, --rate",
    "steps, 1e3, --steps: a whole number; got 1e3",
    "steps, 1, --steps",
    "batch, 0, --batch",
    "flip, yes, --flip: true or false; got yes",
    "scales, '1,x', '--scales: whole numbers with commas; got 1,x'",
    "size, 48, --size: 64 pixels",
    "curve, zigzag, zigzag",
    "ema, 1, --ema",
    "validation, -1, --validation",
    "colour, red, colour"
  })
  void whatIsNoSuchValueIsRefusedByItsFlag(String name, String text, String message) {
    assertThatThrownBy(() -> Settings.with(Preset.SHAPES.tokenizer(), Map.of(name, text)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void damagedJsonIsRefusedAndNothingElseHappens() {
    String text = Settings.json(Preset.CIFAR10.var()).write();
    Random random = new Random(11);
    int refused = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      StringBuilder damaged = new StringBuilder(text);
      int at = random.nextInt(text.length());
      switch (random.nextInt(3)) {
        case 0 -> damaged.deleteCharAt(at);
        case 1 -> damaged.insert(at, "{}[],:\"-9e.x".charAt(random.nextInt(12)));
        default -> damaged.setCharAt(at, (char) (32 + random.nextInt(95)));
      }
      try {
        if (Json.parse("mutation", damaged.toString()) instanceof Json.Obj json) {
          Settings.parse("mutation", json, VarSettings.class);
        }
      } catch (FileFormatException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(MUTATIONS / 2);
  }

  @Test
  void thePublishedPresetIsThePublishedRecipe() {
    TokenizerSettings settings = Preset.PUBLISHED.tokenizer();
    assertThat(settings.model().config()).isEqualTo(VqVaeConfig.published());
    int steps = settings.optimizer().steps();
    TokenizerTraining published = TokenizerTraining.published(steps, 0);
    TokenizerTraining ours = settings.training();
    assertThat(ours.schedule()).isEqualTo(published.schedule());
    assertThat(ours.weights()).isEqualTo(published.weights());
    assertThat(ours.clip()).isEqualTo(published.clip());
    assertThat(ours.beta1()).isEqualTo(published.beta1());
    assertThat(ours.beta2()).isEqualTo(published.beta2());
    assertThat(ours.codebook()).isEqualTo(published.codebook());
    assertThat(ours.adversary()).isEqualTo(published.adversary());

    VarSettings var = Preset.PUBLISHED.var();
    assertThat(var.config(settings.model().config(), 1000, 0)).isEqualTo(VarConfig.depth(16));
    assertThat(var.optimizer().batch() * var.optimizer().accumulate()).isEqualTo(768);
  }

  /** What is compared at equal and at four times the size is of these sizes. */
  @Test
  void theModelsOfAComparisonAreAsLargeAsTheySay() {
    VqVaeConfig tokenizer = Preset.SMALL.tokenizer().model().config();
    int pieces = 200;
    long var = Var.declared(Preset.SMALL.var().config(tokenizer, 0, pieces)).parameters().count();
    assertThat(var).isBetween(1_000_000L, 2_000_000L);
    PictureSpace space = new PictureSpace.Pixels(tokenizer.scales().last().height());
    long same = Dit.declared(Preset.SMALL.dit().config(space, 0, pieces)).parameters().count();
    assertThat((double) same / var).isBetween(0.8, 1.25);
    long large = Dit.declared(Preset.FOURFOLD.dit().config(space, 0, pieces)).parameters().count();
    assertThat((double) large / var).isBetween(4.0, 5.0);
  }

  @Test
  void unknownPresetsAreRefusedWithTheKnownOnes() {
    assertThat(Preset.named("cifar10")).isSameAs(Preset.CIFAR10);
    assertThatThrownBy(() -> Preset.named("imagenet"))
        .hasMessage("--preset: one of shapes, small, small-4x, cifar10, published; got imagenet");
  }

  /**
   * A diffusion transformer of about the size of the next-scale one, and one four times as large.
   */
  @Test
  void baselinesAreOfTheSizesOfTheComparison() {
    VqVaeConfig tokenizer = Preset.SHAPES.tokenizer().model().config();
    Latents space =
        new Latents(
            VqVae.declared(tokenizer), Collections.nCopies(8, 0f), Collections.nCopies(8, 1f));
    double nextScale =
        Var.declared(Preset.SHAPES.var().config(tokenizer, 0, 200)).parameters().count();
    DitSettings same = Preset.SHAPES.dit();
    DitSettings large = Settings.with(same, Map.of("width", "288"));
    assertThat(Dit.declared(same.config(space, 0, 200)).parameters().count() / nextScale)
        .isBetween(1.0, 1.25);
    assertThat(Dit.declared(large.config(space, 0, 200)).parameters().count() / nextScale)
        .isBetween(4.0, 5.5);
    DitSettings published = Preset.PUBLISHED.dit();
    assertThat(published.model().depth()).isEqualTo(28);
    assertThat(published.training().schedule().learningRate(1_000_000)).isEqualTo(1e-4);
  }
}
