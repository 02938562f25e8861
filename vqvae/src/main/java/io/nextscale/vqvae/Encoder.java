package io.nextscale.vqvae;

import io.nextscale.nn.Conv2d;
import io.nextscale.nn.GroupNorm;
import io.nextscale.nn.Name;
import io.nextscale.nn.Observer;
import io.nextscale.nn.Stages;
import io.nextscale.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An image (B,h,w,3) to a map (B,H,W,Cv): levels of residual blocks with a halving between them,
 * attention on the last level and in the middle. Where the configuration has patches, a position of
 * level 0 is a patch of pixels.
 *
 * <p>Source: FoundationVision/VAR models/basic_vae.py, Encoder @78b9539.
 *
 * @param norm null in plain networks
 * @param patch the side of a patch, in pixels; 1: none
 */
public record Encoder(
    @Name("conv_in") Conv2d first,
    @Name("down") List<Level> levels,
    @Name("mid") Middle middle,
    @Name("norm_out") @Nullable GroupNorm norm,
    @Name("conv_out") Conv2d last,
    int patch) {

  /**
   * Blocks of one resolution.
   *
   * @param attention one per block on the last level, else none
   * @param downsample null on the last level
   */
  public record Level(
      @Name("block") List<ResnetBlock> blocks,
      @Name("attn") List<AttnBlock> attention,
      @Nullable Downsample downsample) {}

  /** An encoder whose parameters have no values yet. */
  public static Encoder declared(VqVaeConfig config) {
    List<Level> levels = new ArrayList<>();
    int channels = config.channels();
    for (int i = 0; i < config.levels(); i++) {
      boolean lowest = i == config.levels() - 1;
      int outputs = config.channels(i);
      List<ResnetBlock> blocks = new ArrayList<>();
      List<AttnBlock> attention = new ArrayList<>();
      for (int j = 0; j < config.blocks(); j++) {
        blocks.add(ResnetBlock.declared(channels, outputs, config.plain()));
        channels = outputs;
        if (lowest && !config.plain()) {
          attention.add(AttnBlock.declared(channels));
        }
      }
      levels.add(new Level(blocks, attention, lowest ? null : Downsample.declared(channels)));
    }
    return new Encoder(
        Conv2d.declared(config.patchChannels(), config.channels(), 3),
        levels,
        Middle.declared(channels, config),
        config.plain() ? null : VqVaeConfig.norm(channels),
        Conv2d.declared(channels, config.codeChannels(), 3),
        config.patch());
  }

  /** The map of an image; the observer sees {@code conv_in}, {@code down.0.block.0}, … */
  public Tensor forward(Tensor image, Observer observer) {
    Stages stages = new Stages();
    stages.add("conv_in", first);
    for (int i = 0; i < levels.size(); i++) {
      Level level = levels.get(i);
      for (int j = 0; j < level.blocks().size(); j++) {
        stages.add("down." + i + ".block." + j, level.blocks().get(j));
        if (!level.attention().isEmpty()) {
          stages.add("down." + i + ".attn." + j, level.attention().get(j));
        }
      }
      if (level.downsample() != null) {
        stages.add("down." + i + ".downsample", level.downsample());
      }
    }
    middle.addTo(stages);
    stages.add("conv_out", x -> last.forward(ResnetBlock.activate(norm, x)));
    return stages.run(Patches.of(image, patch), observer);
  }
}
