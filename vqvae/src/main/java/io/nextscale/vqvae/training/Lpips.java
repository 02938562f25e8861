package io.nextscale.vqvae.training;

import io.nextscale.nn.Checkpoint;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.tensor.op.Convolution.Padding;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How different two images look, as a network that sees objects tells it. With φ_l(x) the maps
 * after the l-th stage of VGG-16, each position brought to unit length over its channels, w_l
 * weights that were fitted to what people say:
 *
 * <pre>{@code d(a, b) = Σ_l mean over positions Σ_c w_lc (φ_l(a)_c − φ_l(b)_c)²}</pre>
 *
 * <p>0 for equal images; below 1 in practice. Differentiable with respect to both; the network
 * itself stays as it is.
 *
 * <p>The weights are two files that users bring: the trunk with the names of torchvision ({@code
 * features.0.weight}, …; {@code vgg16-397923af.pth}), and the five linear layers of LPIPS v0.1
 * ({@code lin0.model.1.weight}, …; {@code lpips/weights/v0.1/vgg.pth}).
 *
 * @param stages what runs between two poolings, five in the published network
 * @see <a href="https://arxiv.org/abs/1801.03924">Zhang et al. 2018; the constants are those of
 *     richzhang/PerceptualSimilarity @082bb24</a>
 * @see <a href="https://arxiv.org/abs/1409.1556">Simonyan and Zisserman 2015, configuration D</a>
 */
public record Lpips(List<Stage> stages) {

  /**
   * Convolutions of 3×3, each with a ReLU.
   *
   * @param convolutions one after the other
   * @param linear w_l (1,C), none negative in the published files
   */
  public record Stage(List<Convolution> convolutions, Tensor linear) {
    /** Copies the list. */
    public Stage {
      convolutions = List.copyOf(convolutions);
    }
  }

  /**
   * A convolution that stays as it is.
   *
   * @param weight (O,C,3,3)
   * @param bias (O)
   */
  public record Convolution(Tensor weight, Tensor bias) {}

  /** Where the convolutions of a stage stand in the list of torchvision's layers. */
  private static final int[][] LAYERS = {{0, 2}, {5, 7}, {10, 12, 14}, {17, 19, 21}, {24, 26, 28}};

  private static final Tensor SHIFT = Tensor.of(Shape.of(3), -0.030f, -0.088f, -0.188f);
  private static final Tensor SCALE = Tensor.of(Shape.of(3), 0.458f, 0.448f, 0.450f);
  private static final float EPS = 1e-10f;

  /** Copies the stages. */
  public Lpips {
    stages = List.copyOf(stages);
  }

  /**
   * The metric from its two files.
   *
   * @param trunk VGG-16 of torchvision; its classifier is not read
   * @param linear the linear layers
   * @throws IOException when a file cannot be read, or is something else
   */
  public static Lpips load(Path trunk, Path linear) throws IOException {
    try (TensorFile convolutions = TensorFile.open(trunk);
        TensorFile layers = TensorFile.open(linear)) {
      return of(Checkpoint.of(convolutions), Checkpoint.of(layers));
    }
  }

  /**
   * The metric from two checkpoints, whose widths may be other than VGG-16's.
   *
   * @throws FileFormatException when a tensor is missing or does not fit the one before
   */
  public static Lpips of(Checkpoint trunk, Checkpoint linear) throws IOException {
    List<Stage> stages = new ArrayList<>();
    int channels = 3;
    for (int stage = 0; stage < LAYERS.length; stage++) {
      List<Convolution> convolutions = new ArrayList<>();
      for (int layer : LAYERS[stage]) {
        String name = "features." + layer;
        Shape weight = trunk.shapes().get(name + ".weight");
        int outputs = weight == null || weight.rank() == 0 ? 0 : weight.dim(0);
        convolutions.add(
            new Convolution(
                read(trunk, name + ".weight", Shape.of(outputs, channels, 3, 3)),
                read(trunk, name + ".bias", Shape.of(outputs))));
        channels = outputs;
      }
      String name = "lin" + stage + ".model.1.weight";
      Tensor layer = read(linear, name, Shape.of(1, channels, 1, 1));
      stages.add(new Stage(convolutions, layer.reshape(1, channels)));
    }
    return new Lpips(stages);
  }

  private static Tensor read(Checkpoint from, String name, Shape shape) throws IOException {
    Shape found = from.shapes().get(name);
    if (found == null || !found.equals(shape)) {
      throw new FileFormatException(
          from.source(),
          "a tensor " + name + " " + shape,
          found == null ? from.shapes().size() + " tensors, none of that name" : found.toString(),
          "LPIPS takes torchvision's vgg16 and the linear layers of LPIPS v0.1 for it");
    }
    return from.tensor(name);
  }

  /**
   * The distance of each pair of images.
   *
   * @param a (B,h,w,3) in [-1, 1], h and w at least 16
   * @param b of the same shape
   * @return (B)
   */
  public Tensor distance(Tensor a, Tensor b) {
    Shape shape = a.shape();
    int smallest = 1 << (stages.size() - 1);
    boolean fits = shape.rank() == 4 && shape.dim(3) == 3 && shape.equals(b.shape());
    if (!fits || shape.dim(1) < smallest || shape.dim(2) < smallest) {
      throw new ShapeException(
          "lpips", "two batches (B, h, w, 3) of " + smallest + " pixels or more", shape, b.shape());
    }
    int batch = shape.dim(0);
    List<Tensor> left = features(a);
    List<Tensor> right = features(b);
    Tensor distance = null;
    for (int i = 0; i < stages.size(); i++) {
      Tensor difference = left.get(i).l2Normalize(EPS).minus(right.get(i).l2Normalize(EPS));
      int channels = difference.shape().dim(3);
      Tensor squares = difference.square().reshape(batch, -1, channels).mean(1); // (B,1,C)
      Tensor part = squares.matmulT(stages.get(i).linear()).reshape(batch); // (B)
      distance = distance == null ? part : distance.plus(part);
    }
    return distance == null ? Tensor.zeros(Shape.of(batch)) : distance;
  }

  /** The maps after each stage: (B,h,w,64), (B,h/2,w/2,128), … */
  private List<Tensor> features(Tensor images) {
    Tensor x = images.minus(SHIFT.to(images.backend())).div(SCALE.to(images.backend()));
    List<Tensor> features = new ArrayList<>();
    for (Stage stage : stages) {
      x = features.isEmpty() ? x : pooled(x);
      for (Convolution c : stage.convolutions()) {
        x = x.conv2d(c.weight(), c.bias(), 1, Padding.same(3), null).relu();
      }
      features.add(x);
    }
    return features;
  }

  /**
   * The largest of each 2×2 cells, (B,h,w,C) to (B,⌊h/2⌋,⌊w/2⌋,C). Equal largest cells share the
   * gradient.
   */
  static Tensor pooled(Tensor x) {
    int batch = x.shape().dim(0);
    int rows = x.shape().dim(1) / 2;
    int columns = x.shape().dim(2) / 2;
    int channels = x.shape().dim(3);
    Tensor even = x.slice(1, 0, 2 * rows).slice(2, 0, 2 * columns);
    Tensor ofRows = even.reshape(batch * rows, 2, 2 * columns * channels).max(1);
    Tensor ofCells = ofRows.reshape(batch * rows * columns, 2, channels).max(1);
    return ofCells.reshape(batch, rows, columns, channels);
  }
}
