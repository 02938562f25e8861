package io.nextscale.verifiers.resnet;

import static io.nextscale.verifiers.resnet.Stages.convolution;
import static io.nextscale.verifiers.resnet.Stages.normalisation;

import io.nextscale.image.Resample;
import io.nextscale.nn.BatchNorm;
import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Conv2d;
import io.nextscale.nn.Layer;
import io.nextscale.nn.Linear;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.tensor.op.Resampling;
import io.nextscale.verifiers.layer.Pixels;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The residual networks of 6n + 2 layers for pictures of 32 x 32 pixels: a convolution, three
 * stages of n blocks with 16, 32 and 64 channels, the mean over the map, a linear layer. x
 * (B,32,32,3), y (B,K), before the softmax.
 *
 * @param conv1 3 channels to 16
 * @param bn1 after it
 * @param layer1 the blocks on maps of 32 x 32
 * @param layer2 the blocks on maps of 16 x 16
 * @param layer3 the blocks on maps of 8 x 8
 * @param linear from 64 channels to the classes
 * @see <a href="https://arxiv.org/abs/1512.03385">He et al. 2015, section 4.2</a>
 * @see <a href="https://github.com/akamaster/pytorch_resnet_cifar10">The weights: resnet.py</a>
 */
public record CifarResNet(
    Conv2d conv1,
    BatchNorm bn1,
    List<Block> layer1,
    List<Block> layer2,
    List<Block> layer3,
    Linear linear)
    implements Classifier {

  static final String LANDMARK = "linear.weight";

  private static final int CHANNELS = 16;

  private static final Pixels PIXELS =
      new Pixels(32, 32, Resample.Filter.BILINEAR, Pixels.Normalisation.IMAGENET);

  /**
   * Two convolutions around a shortcut: {@code y = relu(f(x) + shortcut(x))}. x (B,h,w,C), y
   * (B,h,w,C) or, in the first block of a stage, (B,h/2,w/2,2C).
   *
   * <p>The shortcut has no parameters: where the map gets smaller it takes every second row and
   * column and adds channels of zeros on both sides (the paper's option A).
   *
   * @param conv1 C to C or 2C channels, of stride 1 or 2
   * @param bn1 after it, before a ReLU
   * @param conv2 as many channels in as out
   * @param bn2 after it
   */
  public record Block(Conv2d conv1, BatchNorm bn1, Conv2d conv2, BatchNorm bn2) implements Layer {

    static Block declared(int inputs, int outputs) {
      int stride = inputs == outputs ? 1 : 2;
      return new Block(
          convolution(inputs, outputs, 3, stride),
          normalisation(outputs),
          convolution(outputs, outputs, 3, 1),
          normalisation(outputs));
    }

    @Override
    public Tensor forward(Tensor x) {
      Tensor y = bn1.forward(conv1.forward(x)).relu();
      y = bn2.forward(conv2.forward(y));
      return y.plus(shortcut(x, y.shape().dim(3) - x.shape().dim(3))).relu();
    }

    private static Tensor shortcut(Tensor x, int added) {
      return added == 0
          ? x
          : x.resize(Resampling.Mode.NEAREST, x.shape().dim(1) / 2, x.shape().dim(2) / 2)
              .pad(3, added / 2, added / 2); // (B,h,w,C) -> (B,h/2,w/2,C) -> (B,h/2,w/2,2C)
    }
  }

  /**
   * A network whose parameters have no values yet.
   *
   * @param blocks n, in each stage
   * @param channels of the first stage, even; 16 in the paper
   * @param classes how many to tell apart
   */
  public static CifarResNet declared(int blocks, int channels, int classes) {
    return new CifarResNet(
        convolution(3, channels, 3, 1),
        normalisation(channels),
        stage(blocks, channels, channels),
        stage(blocks, channels, 2 * channels),
        stage(blocks, 2 * channels, 4 * channels),
        Linear.declared(4 * channels, classes, true));
  }

  private static List<Block> stage(int blocks, int inputs, int outputs) {
    List<Block> stage = new ArrayList<>();
    for (int i = 0; i < blocks; i++) {
      stage.add(Block.declared(i == 0 ? inputs : outputs, outputs));
    }
    return List.copyOf(stage);
  }

  static CifarResNet load(TensorFile file) throws IOException {
    Checkpoint from = Checkpoint.of(file).holding(LANDMARK);
    int classes = Stages.classes(from, LANDMARK, 4 * CHANNELS);
    return Stages.filled(declared(Stages.blocks(from, 1), CHANNELS, classes), from);
  }

  @Override
  public int classes() {
    return linear.weight().shape().dim(0);
  }

  /** 6n + 2. */
  @Override
  public int depth() {
    return 2 * (layer1.size() + layer2.size() + layer3.size()) + 2;
  }

  /** 32 x 32 pixels with the mean and deviation of ImageNet, as these networks were trained. */
  @Override
  public Pixels pixels() {
    return PIXELS;
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor y = Workspace.scope(() -> bn1.forward(conv1.forward(x)).relu());
    for (List<Block> stage : List.of(layer1, layer2, layer3)) {
      y = Stages.through(stage, y);
    }
    return linear.forward(Stages.mean(y)); // (B,h,w,C) -> (B,C) -> (B,K)
  }
}
