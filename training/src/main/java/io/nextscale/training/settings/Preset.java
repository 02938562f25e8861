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
import java.util.Map;

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

  private static final PictureSettings SHAPES_PICTURES =
      PictureSettings.exactly(/* size= */ 64, /* validation= */ 120);

  private static final PictureSettings CIFAR10_PICTURES =
      new PictureSettings(
          /* size= */ 32,
          /* enlargement= */ 1,
          /* crop= */ false,
          /* flip= */ true,
          /* validation= */ 200);

  private static final PictureSettings PUBLISHED_PICTURES =
      new PictureSettings(
          /* size= */ 256,
          /* enlargement= */ 1.125,
          /* crop= */ true,
          /* flip= */ false,
          /* validation= */ 200);

  /** All scales from the beginning; the rest counts where a flag says otherwise. */
  private static final Growth AT_ONCE =
      new Growth(/* progressive= */ 0, /* progressiveEnd= */ 0.8, /* progressiveWarmUp= */ 100);

  /** None; the rest counts where a flag says otherwise. */
  private static final Adversary NO_ADVERSARY =
      new Adversary(
          /* discriminator= */ 0,
          /* adaptive= */ true,
          /* discriminatorStart= */ 0.2,
          /* discriminatorWarmUp= */ 0.02,
          /* diffAugment= */ true,
          /* consistency= */ 8,
          /* discriminatorChannels= */ 64,
          /* discriminatorLayers= */ 3);

  /** Pictures of the shapes world, 64 x 64, from captions; for a CPU. */
  public static final Preset SHAPES =
      new Preset(
          "shapes",
          "The shapes world, 64 x 64 pixels, from captions; three hours on one core.",
          new TokenizerSettings(
              SHAPES_PICTURES,
              new TokenizerSettings.Model(
                  /* channels= */ 64,
                  /* multipliers= */ List.of(1, 1, 1),
                  /* blocks= */ 1,
                  /* codes= */ 1024,
                  /* codeChannels= */ 8,
                  /* scales= */ List.of(1, 4, 4),
                  /* phis= */ 4,
                  /* phiRatio= */ 0.5,
                  /* beta= */ 0.25,
                  /* cosine= */ false,
                  /* patch= */ 4,
                  /* plain= */ true,
                  /* thrift= */ 0,
                  /* places= */ false),
              OptimizerSettings.muon(
                  /* steps= */ 8_000,
                  /* batch= */ 16,
                  /* rate= */ 2e-3,
                  /* warmUp= */ 100,
                  /* decay= */ 0.005,
                  /* clip= */ 1,
                  /* ema= */ 0),
              new Betas(/* beta1= */ 0.9, /* beta2= */ 0.99),
              new Loss(
                  /* l1= */ 1,
                  /* l2= */ 2,
                  /* chroma= */ 4,
                  /* lpipsWeight= */ 0,
                  /* quantization= */ 0.3),
              new Codebook(
                  /* continuous= */ 2_500,
                  /* fromData= */ true,
                  /* restartEvery= */ 100,
                  /* restartUntil= */ 0.8,
                  /* truncation= */ 0,
                  /* frozen= */ false),
              NO_ADVERSARY),
          new VarSettings(
              SHAPES_PICTURES,
              new VarSettings.Model(
                  /* condition= */ VarSettings.TEXT,
                  /* depth= */ 6,
                  /* width= */ 128,
                  /* heads= */ 4,
                  /* sharedCondition= */ true,
                  /* unitAttention= */ true,
                  /* neighbours= */ true,
                  /* rotary= */ true,
                  /* serial= */ 2,
                  /* gates= */ 1e-5,
                  /* textWidth= */ 128,
                  /* textDepth= */ 2,
                  /* textHeads= */ 4,
                  /* textRotary= */ true,
                  /* textLength= */ 24,
                  /* words= */ 512),
              OptimizerSettings.muon(
                  /* steps= */ 12_000,
                  /* batch= */ 32,
                  /* rate= */ 1.5e-3,
                  /* warmUp= */ 200,
                  /* decay= */ 0.05,
                  /* clip= */ 2,
                  /* ema= */ 0.999),
              new Chance(
                  /* smoothing= */ 0, /* dropout= */ 0.1, /* dropPath= */ 0, /* corruption= */ 0),
              new Weights(/* balance= */ 0.5),
              AT_ONCE,
              new Sampling(/* judged= */ 120, /* guidance= */ 1.5, /* topK= */ 0, /* topP= */ 0),
              new Computation(/* slices= */ 4)));

  /**
   * The shapes world by a transformer of a million parameters, and as large a diffusion
   * transformer: what searches are compared with, each trained well on a CPU. The tokenizer is that
   * of {@link #SHAPES}.
   */
  public static final Preset SMALL =
      comparison(
          "small",
          "The shapes world by models of a million parameters.",
          Map.of("depth", "5", "width", "96", "heads", "3", "rate", "1.5e-3"));

  /** The same with diffusion, and next-scale, transformers at least four times as large. */
  public static final Preset FOURFOLD =
      comparison(
          "small-4x",
          "The shapes world by models four times as large as small.",
          Map.of("depth", "6", "width", "192", "heads", "6", "rate", "1e-3"));

  /** A transformer of other sizes than that of {@link #SHAPES}, with a smaller reader of text. */
  private static Preset comparison(String name, String description, Map<String, String> sizes) {
    VarSettings reader =
        Settings.with(SHAPES.var(), Map.of("steps", "8000", "text-width", "96", "text-heads", "3"));
    return new Preset(name, description, SHAPES.tokenizer(), Settings.with(reader, sizes));
  }

  /** The ten classes of CIFAR-10 at 32 x 32; for a CPU. */
  public static final Preset CIFAR10 =
      new Preset(
          "cifar10",
          "CIFAR-10, 32 x 32 pixels, by class; about five hours of processor time.",
          new TokenizerSettings(
              CIFAR10_PICTURES,
              new TokenizerSettings.Model(
                  /* channels= */ 64,
                  /* multipliers= */ List.of(1, 2),
                  /* blocks= */ 1,
                  /* codes= */ 1024,
                  /* codeChannels= */ 8,
                  /* scales= */ List.of(1, 2, 3, 4, 5, 6, 8),
                  /* phis= */ 4,
                  /* phiRatio= */ 0.5,
                  /* beta= */ 0.25,
                  /* cosine= */ false,
                  /* patch= */ 2,
                  /* plain= */ true,
                  /* thrift= */ 0,
                  /* places= */ false),
              OptimizerSettings.muon(
                  /* steps= */ 16_000,
                  /* batch= */ 16,
                  /* rate= */ 1.5e-3,
                  /* warmUp= */ 200,
                  /* decay= */ 0.005,
                  /* clip= */ 1,
                  /* ema= */ 0),
              new Betas(/* beta1= */ 0.9, /* beta2= */ 0.99),
              new Loss(
                  /* l1= */ 1,
                  /* l2= */ 2,
                  /* chroma= */ 1,
                  /* lpipsWeight= */ 0,
                  /* quantization= */ 0.3),
              new Codebook(
                  /* continuous= */ 0,
                  /* fromData= */ true,
                  /* restartEvery= */ 100,
                  /* restartUntil= */ 0.8,
                  /* truncation= */ 0,
                  /* frozen= */ false),
              NO_ADVERSARY),
          new VarSettings(
              CIFAR10_PICTURES,
              new VarSettings.Model(
                  /* condition= */ VarSettings.CLASSES,
                  /* depth= */ 6,
                  /* width= */ 192,
                  /* heads= */ 6,
                  /* sharedCondition= */ true,
                  /* unitAttention= */ true,
                  /* neighbours= */ true,
                  /* rotary= */ true,
                  /* serial= */ 0,
                  /* gates= */ 1e-5,
                  /* textWidth= */ 128,
                  /* textDepth= */ 2,
                  /* textHeads= */ 4,
                  /* textRotary= */ false,
                  /* textLength= */ 24,
                  /* words= */ 512),
              OptimizerSettings.muon(
                  /* steps= */ 8_000,
                  /* batch= */ 16,
                  /* rate= */ 1.5e-3,
                  /* warmUp= */ 200,
                  /* decay= */ 0.05,
                  /* clip= */ 2,
                  /* ema= */ 0),
              new Chance(
                  /* smoothing= */ 0, /* dropout= */ 0.1, /* dropPath= */ 0, /* corruption= */ 0),
              new Weights(/* balance= */ 0.5),
              AT_ONCE,
              new Sampling(/* judged= */ 40, /* guidance= */ 4, /* topK= */ 0, /* topP= */ 0.8),
              new Computation(/* slices= */ 2)));

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
              PUBLISHED_PICTURES,
              new TokenizerSettings.Model(
                  /* channels= */ 160,
                  /* multipliers= */ List.of(1, 1, 2, 2, 4),
                  /* blocks= */ 2,
                  /* codes= */ 4096,
                  /* codeChannels= */ 32,
                  /* scales= */ List.of(1, 2, 3, 4, 5, 6, 8, 10, 13, 16),
                  /* phis= */ 4,
                  /* phiRatio= */ 0.5,
                  /* beta= */ 0.25,
                  /* cosine= */ false,
                  /* patch= */ 1,
                  /* plain= */ false,
                  /* thrift= */ 0,
                  /* places= */ false),
              new OptimizerSettings(
                  /* steps= */ 250 * EPOCH,
                  /* batch= */ 8,
                  /* accumulate= */ 96,
                  /* rate= */ 3e-4,
                  /* curve= */ "cos",
                  /* warmUp= */ 250 * EPOCH / 100,
                  /* warmUpStart= */ 0.005,
                  /* rateEnd= */ 0.3,
                  /* decay= */ 0.005,
                  /* decayEnd= */ 0.005,
                  /* clip= */ 10,
                  /* ema= */ 0.9999,
                  /* seed= */ 0,
                  /* optimizer= */ "adamw"),
              new Betas(/* beta1= */ 0.5, /* beta2= */ 0.9),
              new Loss(
                  /* l1= */ 0.2,
                  /* l2= */ 1,
                  /* chroma= */ 0,
                  /* lpipsWeight= */ 1,
                  /* quantization= */ 1),
              new Codebook(
                  /* continuous= */ 0,
                  /* fromData= */ true,
                  /* restartEvery= */ 250 * EPOCH / 200,
                  /* restartUntil= */ 0.8,
                  /* truncation= */ 0,
                  /* frozen= */ false),
              new Adversary(
                  /* discriminator= */ 0.4,
                  /* adaptive= */ true,
                  /* discriminatorStart= */ 0.2,
                  /* discriminatorWarmUp= */ 0.02,
                  /* diffAugment= */ true,
                  /* consistency= */ 8,
                  /* discriminatorChannels= */ 64,
                  /* discriminatorLayers= */ 3)),
          new VarSettings(
              PUBLISHED_PICTURES,
              new VarSettings.Model(
                  /* condition= */ VarSettings.CLASSES,
                  /* depth= */ 16,
                  /* width= */ 1024,
                  /* heads= */ 16,
                  /* sharedCondition= */ false,
                  /* unitAttention= */ true,
                  /* neighbours= */ false,
                  /* rotary= */ false,
                  /* serial= */ 0,
                  /* gates= */ 1e-3,
                  /* textWidth= */ 128,
                  /* textDepth= */ 2,
                  /* textHeads= */ 4,
                  /* textRotary= */ false,
                  /* textLength= */ 24,
                  /* words= */ 512),
              new OptimizerSettings(
                  /* steps= */ 200 * EPOCH,
                  /* batch= */ 8,
                  /* accumulate= */ 96,
                  /* rate= */ 3e-4,
                  /* curve= */ "lin0",
                  /* warmUp= */ 200 * EPOCH / 50,
                  /* warmUpStart= */ 0.005,
                  /* rateEnd= */ 0.1,
                  /* decay= */ 0.05,
                  /* decayEnd= */ 0.05,
                  /* clip= */ 2,
                  /* ema= */ 0,
                  /* seed= */ 0,
                  /* optimizer= */ "adamw"),
              new Chance(
                  /* smoothing= */ 0,
                  /* dropout= */ 0.1,
                  /* dropPath= */ DropPath.publishedRate(16),
                  /* corruption= */ 0),
              new Weights(/* balance= */ 0),
              AT_ONCE,
              new Sampling(
                  /* judged= */ 16, /* guidance= */ 1.5, /* topK= */ 900, /* topP= */ 0.96),
              new Computation(/* slices= */ 1)));

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
