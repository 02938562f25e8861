package io.nextscale.verifiers.resnet;

import static io.nextscale.verifiers.resnet.Stages.convolution;
import static io.nextscale.verifiers.resnet.Stages.normalisation;

import io.nextscale.image.Resample;
import io.nextscale.nn.BatchNorm;
import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Conv2d;
import io.nextscale.nn.Layer;
import io.nextscale.nn.Linear;
import io.nextscale.nn.Name;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.verifiers.layer.Pixels;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The residual networks of 18 to 152 layers for the classes of ImageNet: a convolution of stride 2,
 * the largest of 3×3 cells at every second one, four stages of blocks of which all but the first
 * halve the map, the mean over it, a linear layer. x (B,224,224,3), y (B,K), before the softmax.
 * Other sizes work as well.
 *
 * @param conv1 7×7, 3 channels to 64, of stride 2
 * @param bn1 after it
 * @param layer1 the blocks on maps of 56 x 56
 * @param layer2 the blocks on maps of 28 x 28
 * @param layer3 the blocks on maps of 14 x 14
 * @param layer4 the blocks on maps of 7 x 7
 * @param fc to the classes
 * @see <a href="https://arxiv.org/abs/1512.03385">He et al. 2015, table 1</a>
 * @see <a href="https://github.com/pytorch/vision/blob/v0.14.1/torchvision/models/resnet.py">The
 *     weights: torchvision/models/resnet.py</a>
 */
public record ImageNetResNet(
    Conv2d conv1,
    BatchNorm bn1,
    List<Block> layer1,
    List<Block> layer2,
    List<Block> layer3,
    List<Block> layer4,
    Linear fc)
    implements Classifier {

  static final String LANDMARK = "fc.weight";

  private static final int CHANNELS = 64;

  private static final Pixels PIXELS =
      new Pixels(256, 224, Resample.Filter.BILINEAR, Pixels.Normalisation.IMAGENET);

  /** Convolutions around a shortcut: {@code y = relu(f(x) + shortcut(x))}. */
  public sealed interface Block extends Layer permits Basic, Bottleneck {
    /** How many convolutions f has. */
    int convolutions();
  }

  /**
   * A shortcut to another size or number of channels; its members are called 0 and 1.
   *
   * @param conv 1×1
   * @param norm after it
   */
  public record Projection(@Name("0") Conv2d conv, @Name("1") BatchNorm norm) implements Layer {

    static @Nullable Projection declared(int inputs, int outputs, int stride) {
      return inputs == outputs && stride == 1
          ? null
          : new Projection(convolution(inputs, outputs, 1, stride), normalisation(outputs));
    }

    @Override
    public Tensor forward(Tensor x) {
      return norm.forward(conv.forward(x));
    }
  }

  /**
   * The block of the networks of 18 and 34 layers. x (B,h,w,C), y (B,h/s,w/s,P).
   *
   * @param conv1 3×3, of the stride s
   * @param bn1 after it, before a ReLU
   * @param conv2 3×3
   * @param bn2 after it
   * @param downsample the shortcut; null for x itself
   */
  public record Basic(
      Conv2d conv1, BatchNorm bn1, Conv2d conv2, BatchNorm bn2, @Nullable Projection downsample)
      implements Block {

    static Basic declared(int inputs, int channels, int stride) {
      return new Basic(
          convolution(inputs, channels, 3, stride),
          normalisation(channels),
          convolution(channels, channels, 3, 1),
          normalisation(channels),
          Projection.declared(inputs, channels, stride));
    }

    @Override
    public int convolutions() {
      return 2;
    }

    @Override
    public Tensor forward(Tensor x) {
      Tensor y = bn1.forward(conv1.forward(x)).relu();
      y = bn2.forward(conv2.forward(y));
      return y.plus(downsample == null ? x : downsample.forward(x)).relu();
    }
  }

  /**
   * The block of the deeper networks: fewer channels inside, P, than outside, 4P. x (B,h,w,C), y
   * (B,h/s,w/s,4P). The stride is that of the 3×3 convolution, as in the weights, not of the first
   * one, as in the paper.
   *
   * @param conv1 1×1, to P channels
   * @param bn1 after it, before a ReLU
   * @param conv2 3×3, of the stride s
   * @param bn2 after it, before a ReLU
   * @param conv3 1×1, to 4P channels
   * @param bn3 after it
   * @param downsample the shortcut; null for x itself
   */
  public record Bottleneck(
      Conv2d conv1,
      BatchNorm bn1,
      Conv2d conv2,
      BatchNorm bn2,
      Conv2d conv3,
      BatchNorm bn3,
      @Nullable Projection downsample)
      implements Block {

    /** Channels outside to those inside. */
    private static final int EXPANSION = 4;

    static Bottleneck declared(int inputs, int channels, int stride) {
      int outputs = EXPANSION * channels;
      return new Bottleneck(
          convolution(inputs, channels, 1, 1),
          normalisation(channels),
          convolution(channels, channels, 3, stride),
          normalisation(channels),
          convolution(channels, outputs, 1, 1),
          normalisation(outputs),
          Projection.declared(inputs, outputs, stride));
    }

    @Override
    public int convolutions() {
      return 3;
    }

    @Override
    public Tensor forward(Tensor x) {
      Tensor y = bn1.forward(conv1.forward(x)).relu();
      y = bn2.forward(conv2.forward(y)).relu();
      y = bn3.forward(conv3.forward(y));
      return y.plus(downsample == null ? x : downsample.forward(x)).relu();
    }
  }

  /**
   * A network whose parameters have no values yet. Published are, without bottlenecks, 2,2,2,2
   * blocks (18 layers) and 3,4,6,3 (34); with them 3,4,6,3 (50), 3,4,23,3 (101) and 3,8,36,3 (152).
   *
   * @param bottlenecks which blocks
   * @param blocks of each of the four stages, at least 1
   * @param classes how many to tell apart
   */
  public static ImageNetResNet declared(boolean bottlenecks, List<Integer> blocks, int classes) {
    if (blocks.size() != 4 || blocks.stream().anyMatch(n -> n < 1)) {
      throw new IllegalArgumentException(
          "residual network: four stages of at least one block; got " + blocks);
    }
    int grows = bottlenecks ? Bottleneck.EXPANSION : 1;
    List<List<Block>> stages = new ArrayList<>();
    int inputs = CHANNELS;
    for (int i = 0; i < 4; i++) {
      int channels = CHANNELS << i;
      List<Block> stage = new ArrayList<>();
      for (int j = 0; j < blocks.get(i); j++) {
        int stride = i > 0 && j == 0 ? 2 : 1;
        stage.add(
            bottlenecks
                ? Bottleneck.declared(inputs, channels, stride)
                : Basic.declared(inputs, channels, stride));
        inputs = grows * channels;
      }
      stages.add(List.copyOf(stage));
    }
    return new ImageNetResNet(
        convolution(3, CHANNELS, 7, 2),
        normalisation(CHANNELS),
        stages.get(0),
        stages.get(1),
        stages.get(2),
        stages.get(3),
        Linear.declared(inputs, classes, true));
  }

  static ImageNetResNet load(TensorFile file) throws IOException {
    Checkpoint from = Checkpoint.of(file).holding(LANDMARK);
    List<Integer> blocks = new ArrayList<>();
    for (int stage = 1; stage <= 4; stage++) {
      blocks.add(Math.max(1, Stages.blocks(from, stage)));
    }
    boolean bottlenecks = from.has("layer1.0.conv3.weight");
    int channels = (CHANNELS << 3) * (bottlenecks ? Bottleneck.EXPANSION : 1);
    int classes = Stages.classes(from, LANDMARK, channels);
    return Stages.filled(declared(bottlenecks, blocks, classes), from);
  }

  private List<List<Block>> stages() {
    return List.of(layer1, layer2, layer3, layer4);
  }

  @Override
  public int classes() {
    return fc.weight().shape().dim(0);
  }

  @Override
  public int depth() {
    return 2 + stages().stream().flatMap(List::stream).mapToInt(Block::convolutions).sum();
  }

  /** The shorter edge at 256 pixels, of it the 224 x 224 in the middle, as they are evaluated. */
  @Override
  public Pixels pixels() {
    return PIXELS;
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor y = Workspace.scope(() -> largest(bn1.forward(conv1.forward(x)).relu()));
    for (List<Block> stage : stages()) {
      y = Stages.through(stage, y);
    }
    return fc.forward(Stages.mean(y)); // (B,h,w,C) -> (B,C) -> (B,K)
  }

  /** The largest of 3×3 cells around every second one, (B,h,w,C) ≥ 0 to (B,⌈h/2⌉,⌈w/2⌉,C). */
  private static Tensor largest(Tensor x) {
    return largest(largest(x, 1), 2);
  }

  /**
   * The same along one axis: cells are taken in pairs, after a zero that no cell is below, and each
   * pair with the first cell of the next.
   */
  private static Tensor largest(Tensor x, int axis) {
    Shape shape = x.shape();
    int cells = shape.dim(axis);
    int outputs = (cells + 1) / 2;
    Tensor padded = x.pad(axis, 1, 2 * outputs + 1 - cells); // 2 · (outputs + 1) cells
    int before = shape.size(0, axis);
    int after = shape.size(axis + 1, 4);
    Tensor pairs = padded.reshape(before, outputs + 1, 2, after);
    Tensor first = pairs.slice(2, 0, 1).reshape(before, outputs + 1, after);
    Tensor larger = pairs.max(2).reshape(before, outputs + 1, after);
    Tensor y = larger.slice(1, 0, outputs).maximum(first.slice(1, 1, outputs + 1));
    return axis == 1
        ? y.reshape(shape.dim(0), outputs, shape.dim(2), shape.dim(3))
        : y.reshape(shape.dim(0), shape.dim(1), outputs, shape.dim(3));
  }
}
