package io.nextscale.training.settings;

import io.nextscale.training.settings.TokenizerSettings.Adversary;
import io.nextscale.training.settings.TokenizerSettings.Betas;
import io.nextscale.training.settings.TokenizerSettings.Codebook;
import io.nextscale.training.settings.TokenizerSettings.Loss;
import io.nextscale.training.settings.VarSettings.Chance;
import io.nextscale.training.settings.VarSettings.Computation;
import io.nextscale.training.settings.VarSettings.Growth;
import io.nextscale.training.settings.VarSettings.Sampling;
import io.nextscale.training.settings.VarSettings.Weights;
import io.nextscale.var.DropPath;
import java.util.List;

/**
 * Settings that belong together.
 *
 * @param name what it is called
 * @param description for people
 * @param tokenizer the settings of its tokenizer
 * @param var the settings of its transformer
 */
public record Preset(
    String name, String description, TokenizerSettings tokenizer, VarSettings var) {

  /** ImageNet's training pictures in batches of 8, once. */
  private static final int EPOCH = 1_281_167 / 8;

  private static final Adversary NO_ADVERSARY = new Adversary(0, true, 0.2, 0.02, true, 8, 64, 3);

  /** Pictures of the shapes world, 64 x 64, from captions; for a CPU. */
  public static final Preset SHAPES =
      new Preset(
          "shapes",
          "The shapes world, 64 x 64 pixels, from captions; an hour and a half on two cores.",
          new TokenizerSettings(
              PictureSettings.exactly(64, 120),
              new TokenizerSettings.Model(
                  64,
                  List.of(1, 1, 1),
                  1,
                  1024,
                  8,
                  List.of(1, 4, 4),
                  4,
                  0.5,
                  0.25,
                  false,
                  4,
                  true,
                  0,
                  false),
              new OptimizerSettings(
                  8_000, 16, 1, 2e-3, "cos", 100, 0.01, 0.01, 0.005, 0.005, 1, 0, 0, "muon"),
              new Betas(0.9, 0.99),
              new Loss(1, 2, 4, 0, 0.3),
              new Codebook(2_500, true, 100, 0.8, 0, false),
              NO_ADVERSARY),
          new VarSettings(
              PictureSettings.exactly(64, 120),
              new VarSettings.Model(
                  VarSettings.TEXT,
                  6,
                  128,
                  4,
                  true,
                  true,
                  true,
                  true,
                  2,
                  1e-5,
                  128,
                  2,
                  4,
                  true,
                  24,
                  512),
              new OptimizerSettings(
                  10_000, 32, 1, 1.5e-3, "cos", 200, 0.01, 0.01, 0.05, 0.05, 2, 0.999, 0, "muon"),
              new Chance(0, 0.1, 0, 0),
              new Weights(0.5),
              new Growth(0, 0.8, 100),
              new Sampling(120, 1.5, 0, 0),
              new Computation(4)));

  /**
   * The shapes world by a transformer of a million parameters, and as large a diffusion
   * transformer: what searches are compared with, each trained well on a CPU. The tokenizer is that
   * of {@link #SHAPES}.
   */
  public static final Preset SMALL =
      comparison("small", "The shapes world by models of a million parameters.", 5, 96, 3, 1.5e-3);

  /** The same with diffusion, and next-scale, transformers at least four times as large. */
  public static final Preset FOURFOLD =
      comparison(
          "small-4x", "The shapes world by models four times as large as small.", 6, 192, 6, 1e-3);

  private static Preset comparison(
      String name, String description, int depth, int width, int heads, double rate) {
    VarSettings like = SHAPES.var();
    return new Preset(
        name,
        description,
        SHAPES.tokenizer(),
        new VarSettings(
            like.pictures(),
            new VarSettings.Model(
                VarSettings.TEXT,
                depth,
                width,
                heads,
                true,
                true,
                true,
                true,
                2,
                1e-5,
                96,
                2,
                3,
                true,
                24,
                512),
            new OptimizerSettings(
                8_000, 32, 1, rate, "cos", 200, 0.01, 0.01, 0.05, 0.05, 2, 0.999, 0, "muon"),
            like.chance(),
            like.weights(),
            like.progressive(),
            like.sampling(),
            like.computation()));
  }

  /** The ten classes of CIFAR-10 at 32 x 32; for a CPU. */
  public static final Preset CIFAR10 =
      new Preset(
          "cifar10",
          "CIFAR-10, 32 x 32 pixels, by class; an hour and a half on two cores.",
          new TokenizerSettings(
              new PictureSettings(32, 1, false, true, 200),
              new TokenizerSettings.Model(
                  64,
                  List.of(1, 2),
                  1,
                  1024,
                  8,
                  List.of(1, 2, 3, 4, 5, 6, 8),
                  4,
                  0.5,
                  0.25,
                  false,
                  2,
                  true,
                  0,
                  false),
              new OptimizerSettings(
                  16_000, 16, 1, 1.5e-3, "cos", 200, 0.01, 0.01, 0.005, 0.005, 1, 0, 0, "muon"),
              new Betas(0.9, 0.99),
              new Loss(1, 2, 1, 0, 0.3),
              new Codebook(0, true, 100, 0.8, 0, false),
              NO_ADVERSARY),
          new VarSettings(
              new PictureSettings(32, 1, false, true, 200),
              new VarSettings.Model(
                  VarSettings.CLASSES,
                  6,
                  192,
                  6,
                  true,
                  true,
                  true,
                  true,
                  0,
                  1e-5,
                  128,
                  2,
                  4,
                  false,
                  24,
                  512),
              new OptimizerSettings(
                  8_000, 16, 1, 1.5e-3, "cos", 200, 0.01, 0.01, 0.05, 0.05, 2, 0, 0, "muon"),
              new Chance(0, 0.1, 0, 0),
              new Weights(0.5),
              new Growth(0, 0.8, 100),
              new Sampling(40, 1.5, 0, 0.96),
              new Computation(2)));

  /**
   * The recipes of the published models on ImageNet: tokenizer {@code vae_ch160v4096z32}, whose
   * discriminator stood on a pretrained network and here is a patch discriminator, and the
   * transformer of depth 16.
   *
   * <p>Source: FoundationVision/vaex utils/arg_util.py @c08db77; FoundationVision/VAR README.md,
   * utils/arg_util.py @78b9539.
   */
  public static final Preset PUBLISHED =
      new Preset(
          "published",
          "ImageNet at 256 x 256, by class: the recipes of the published models, batches of 768.",
          new TokenizerSettings(
              new PictureSettings(256, 1.125, true, false, 200),
              new TokenizerSettings.Model(
                  160,
                  List.of(1, 1, 2, 2, 4),
                  2,
                  4096,
                  32,
                  List.of(1, 2, 3, 4, 5, 6, 8, 10, 13, 16),
                  4,
                  0.5,
                  0.25,
                  false,
                  1,
                  false,
                  0,
                  false),
              new OptimizerSettings(
                  250 * EPOCH,
                  8,
                  96,
                  3e-4,
                  "cos",
                  250 * EPOCH / 100,
                  0.005,
                  0.3,
                  0.005,
                  0.005,
                  10,
                  0.9999,
                  0,
                  "adamw"),
              new Betas(0.5, 0.9),
              new Loss(0.2, 1, 0, 1, 1),
              new Codebook(0, true, 250 * EPOCH / 200, 0.8, 0, false),
              new Adversary(0.4, true, 0.2, 0.02, true, 8, 64, 3)),
          new VarSettings(
              new PictureSettings(256, 1.125, true, false, 200),
              new VarSettings.Model(
                  VarSettings.CLASSES,
                  16,
                  1024,
                  16,
                  false,
                  true,
                  false,
                  false,
                  0,
                  1e-3,
                  128,
                  2,
                  4,
                  false,
                  24,
                  512),
              new OptimizerSettings(
                  200 * EPOCH,
                  8,
                  96,
                  3e-4,
                  "lin0",
                  200 * EPOCH / 50,
                  0.005,
                  0.1,
                  0.05,
                  0.05,
                  2,
                  0,
                  0,
                  "adamw"),
              new Chance(0, 0.1, DropPath.publishedRate(16), 0),
              new Weights(0),
              new Growth(0, 0.8, 100),
              new Sampling(16, 1.5, 900, 0.96),
              new Computation(1)));

  /** The settings of a diffusion transformer on the same pictures, of about the same size. */
  public DitSettings dit() {
    return DitSettings.like(var, equals(PUBLISHED));
  }

  /** All of them. */
  public static final List<Preset> ALL = List.of(SHAPES, SMALL, FOURFOLD, CIFAR10, PUBLISHED);

  /**
   * The preset of a name.
   *
   * @throws IllegalArgumentException naming all when there is none
   */
  public static Preset named(String name) {
    return ALL.stream()
        .filter(preset -> preset.name.equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "--preset: one of %s; got %s"
                    .formatted(String.join(", ", ALL.stream().map(Preset::name).toList()), name)));
  }
}
