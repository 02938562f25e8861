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
 * A map (B,H,W,Cv) to an image (B,h,w,3), not clamped: the mirror of {@link Encoder}, with one more
 * block per level.
 *
 * <p>Level 0 has the highest resolution, as in checkpoints; the map passes the levels from the last
 * to the first.
 *
 * <p>Source: FoundationVision/VAR models/basic_vae.py, Decoder @78b9539.
 *
 * @param norm null in plain networks
 * @param patch the side of a patch, in pixels; 1: none
 */
public record Decoder(
    @Name("conv_in") Conv2d first,
    @Name("mid") Middle middle,
    @Name("up") List<Level> levels,
    @Name("norm_out") @Nullable GroupNorm norm,
    @Name("conv_out") Conv2d last,
    int patch) {

  /**
   * Blocks of one resolution.
   *
   * @param attention one per block on the last level, else none
   * @param upsample null on level 0
   */
  public record Level(
      @Name("block") List<ResnetBlock> blocks,
      @Name("attn") List<AttnBlock> attention,
      @Nullable Upsample upsample) {}

  /** A decoder whose parameters have no values yet. */
  public static Decoder declared(VqVaeConfig config) {
    List<Level> levels = new ArrayList<>(); // in the order of the pass
    int lowest = config.levels() - 1;
    int channels = config.channels(lowest);
    for (int i = lowest; i >= 0; i--) {
      int outputs = config.channels(i);
      List<ResnetBlock> blocks = new ArrayList<>();
      List<AttnBlock> attention = new ArrayList<>();
      for (int j = 0; j <= config.blocks(); j++) {
        blocks.add(ResnetBlock.declared(channels, outputs, config.plain()));
        channels = outputs;
        if (i == lowest && !config.plain()) {
          attention.add(AttnBlock.declared(channels));
        }
      }
      levels.add(new Level(blocks, attention, i == 0 ? null : Upsample.declared(channels)));
    }
    return new Decoder(
        Conv2d.declared(config.codeChannels(), config.channels(lowest), 3),
        Middle.declared(config.channels(lowest), config),
        levels.reversed(),
        config.plain() ? null : VqVaeConfig.norm(channels),
        Conv2d.declared(channels, config.patchChannels(), 3),
        config.patch());
  }

  /** The image of a map; the observer sees {@code conv_in}, {@code mid.block_1}, … */
  public Tensor forward(Tensor map, Observer observer) {
    Stages stages = new Stages();
    stages.add("conv_in", first);
    middle.addTo(stages);
    for (int i = levels.size() - 1; i >= 0; i--) {
      Level level = levels.get(i);
      for (int j = 0; j < level.blocks().size(); j++) {
        stages.add("up." + i + ".block." + j, level.blocks().get(j));
        if (!level.attention().isEmpty()) {
          stages.add("up." + i + ".attn." + j, level.attention().get(j));
        }
      }
      if (level.upsample() != null) {
        stages.add("up." + i + ".upsample", level.upsample());
      }
    }
    stages.add("conv_out", this::image);
    return stages.run(map, observer);
  }

  /** The image (B,h,w,3) of what the last level gives, (B,h/p,w/p,C). */
  public Tensor image(Tensor lastMap) {
    return Patches.toImage(last.forward(ResnetBlock.activate(norm, lastMap)), patch);
  }
}
