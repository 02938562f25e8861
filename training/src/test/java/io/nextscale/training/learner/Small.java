package io.nextscale.training.learner;

import io.nextscale.image.Png;
import io.nextscale.image.RgbImage;
import io.nextscale.nn.Loading;
import io.nextscale.shapes.Scene;
import io.nextscale.shapes.ShapesWorld;
import io.nextscale.shapes.Split;
import io.nextscale.training.settings.DitSettings;
import io.nextscale.training.settings.Preset;
import io.nextscale.training.settings.Settings;
import io.nextscale.training.settings.TokenizerSettings;
import io.nextscale.training.settings.VarSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Settings and pictures for trainings of seconds. */
final class Small {

  /** How trained models are loaded. */
  static final Loading FOR_USE = Loading.forInference();

  private Small() {}

  /** Pictures of 8 pixels as 1x1, 2x2 and 4x4 tokens, without validation. */
  static TokenizerSettings tokenizer(Map<String, String> further) {
    Map<String, String> small =
        new HashMap<>(
            Map.of(
                "size", "8",
                "channels", "32",
                "multipliers", "1,1",
                "patch", "1",
                "plain", "false",
                "scales", "1,2,4",
                "codes", "64",
                "code-channels", "8",
                "warm-up", "5",
                "validation", "0"));
    small.putAll(further);
    return Settings.with(Preset.SHAPES.tokenizer(), small);
  }

  /** A transformer of two blocks on such tokens. */
  static VarSettings var(Map<String, String> further) {
    Map<String, String> small =
        new HashMap<>(
            Map.of(
                "size", "8",
                "depth", "2",
                "width", "48",
                "heads", "2",
                "text-width", "32",
                "text-depth", "1",
                "text-heads", "2",
                "warm-up", "5",
                "validation", "0"));
    small.putAll(further);
    return Settings.with(Preset.SHAPES.var(), small);
  }

  /** A diffusion transformer of two blocks on the maps of such a tokenizer. */
  static DitSettings dit(Map<String, String> further) {
    Map<String, String> small =
        new HashMap<>(
            Map.of(
                "size", "8",
                "depth", "2",
                "width", "48",
                "heads", "2",
                "text-width", "32",
                "text-depth", "1",
                "text-heads", "2"));
    small.putAll(
        Map.of("warm-up", "5", "validation", "0", "noise-steps", "50", "sampling-steps", "3"));
    small.putAll(further);
    return Settings.with(Preset.SHAPES.dit(), small);
  }

  /** Pictures of the shapes world in a folder, each in a class of its own, with captions. */
  static Path pictures(Path folder, int count) throws IOException {
    ShapesWorld world = new ShapesWorld(3);
    for (int i = 0; i < count; i++) {
      float[] unit = world.example(Split.TRAIN, i).picture();
      byte[] rgb = new byte[unit.length];
      for (int j = 0; j < rgb.length; j++) {
        rgb[j] = (byte) Math.round(unit[j] * 255);
      }
      Path own = Files.createDirectories(folder.resolve("class" + i));
      Png.write(own.resolve("a.png"), RgbImage.of(rgb, Scene.SIDE, Scene.SIDE), List.of());
      Files.writeString(own.resolve("a.txt"), world.example(Split.TRAIN, i).caption());
    }
    return folder;
  }
}
