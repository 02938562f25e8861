package io.nextscale.examples;

import io.nextscale.nn.BatchNorm;
import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Conv2d;
import io.nextscale.nn.Layer;
import io.nextscale.nn.Linear;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.tensor.op.Convolution.Padding;
import io.nextscale.tensor.op.Resampling;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The residual networks of 6n + 2 layers for pictures of 32 x 32 pixels: a convolution, three
 * stages of n blocks with 16, 32 and 64 channels, the mean over the map, a linear layer. x
 * (B,32,32,3), y (B,classes), before the softmax.
 *
 * <p>The names of the components are those of the published weights, so that nothing else connects
 * the two.
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
record CifarResNet(
    Conv2d conv1,
    BatchNorm bn1,
    List<Block> layer1,
    List<Block> layer2,
    List<Block> layer3,
    Linear linear)
    implements Layer {

  /**
   * Pictures that go through the network together: few enough that a block's maps stay in the
   * cache, enough that the maps of 8 x 8 keep all cores busy.
   */
  static final int BATCH = 64;

  private static final String USAGE =
      """
      usage: CifarResNet WEIGHTS.th [ZIP [COUNT]]
        WEIGHTS.th  a file of pytorch_resnet_cifar10, such as resnet20-12fca82f.th
        ZIP         the pictures, test/<class>/<name>.jpg or .png; cifar10-jpeg.zip when not given
        COUNT       how many of them, evenly spaced; all when not given\
      """;

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
  record Block(Conv2d conv1, BatchNorm bn1, Conv2d conv2, BatchNorm bn2) implements Layer {

    static Block declared(int inputs, int outputs) {
      int stride = inputs == outputs ? 1 : 2;
      return new Block(
          convolution(inputs, outputs, stride),
          normalisation(outputs),
          convolution(outputs, outputs, 1),
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
  static CifarResNet declared(int blocks, int channels, int classes) {
    return new CifarResNet(
        convolution(3, channels, 1),
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

  private static Conv2d convolution(int inputs, int outputs, int stride) {
    Parameter weight = Parameter.declared(Shape.of(outputs, inputs, 3, 3));
    return new Conv2d(weight, null, stride, new Padding(1, 1, 1, 1));
  }

  private static BatchNorm normalisation(int channels) {
    return BatchNorm.declared(channels, 1e-5f);
  }

  /**
   * The network in a checkpoint, as deep as the file has it. The state dict may lie inside others:
   * the published files have {@code state_dict} with names that begin with {@code module.}.
   *
   * @throws IOException when the file cannot be read or holds another model
   */
  static CifarResNet load(Path file) throws IOException {
    try (TensorFile tensors = TensorFile.open(file)) {
      Checkpoint from = Checkpoint.of(tensors).holding("linear.weight");
      int blocks = 1;
      while (from.has("layer1." + blocks + ".conv1.weight")) {
        blocks++;
      }
      CifarResNet network = declared(blocks, 16, 10);
      Parameters parameters = Parameters.of(network);
      Loading how = Loading.forInference();
      for (String name : parameters.shapes().keySet()) {
        // Counts of batches, which nothing here reads, are in files of PyTorch since 0.4.1 only.
        if (name.endsWith(".num_batches_tracked") && !from.has(name)) {
          how = how.keeping(name);
        }
      }
      parameters.load(from, how);
      return network;
    }
  }

  /** The number of layers with weights, 6n + 2. */
  int depth() {
    return 2 * (layer1.size() + layer2.size() + layer3.size()) + 2;
  }

  @Override
  public Tensor forward(Tensor x) {
    Tensor y = Workspace.scope(() -> bn1.forward(conv1.forward(x)).relu());
    for (Block block : Stream.of(layer1, layer2, layer3).flatMap(List::stream).toList()) {
      Tensor map = y;
      y = Workspace.scope(() -> block.forward(map)); // what it made on the way is free again
    }
    Shape map = y.shape();
    Tensor mean = y.reshape(map.dim(0), -1, map.dim(3)).mean(1); // (B,h,w,C) -> (B,1,C)
    return linear.forward(mean).reshape(map.dim(0), -1); // (B,classes)
  }

  /** The most likely class of each picture x (B,32,32,3). */
  int[] classify(Tensor x) {
    return Workspace.scope(() -> forward(x).argMax()).toInts();
  }

  /** How many pictures were classified rightly, and what it took. */
  record Score(int right, int of, long decodingNanos, long networkNanos) {
    double accuracy() {
      return (double) right / of;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "accuracy %.2f %% (%d of %d)%n%.0f images/s: %.1f s in the network, and %.1f s for decoding",
          100 * accuracy(),
          right,
          of,
          of / (networkNanos / 1e9),
          networkNanos / 1e9,
          decodingNanos / 1e9);
    }
  }

  /** Classifies pictures batch by batch and counts. */
  Score score(LabelledPictures pictures, List<LabelledPictures.Item> items) throws IOException {
    int right = 0;
    long decoding = 0;
    long network = 0;
    for (int from = 0; from < items.size(); from += BATCH) {
      List<LabelledPictures.Item> batch = items.subList(from, Math.min(from + BATCH, items.size()));
      long start = System.nanoTime();
      Tensor x = pictures.load(batch);
      long decoded = System.nanoTime();
      int[] found = classify(x);
      network += System.nanoTime() - decoded;
      decoding += decoded - start;
      for (int i = 0; i < found.length; i++) {
        right += found[i] == batch.get(i).label() ? 1 : 0;
      }
    }
    return new Score(right, items.size(), decoding, network);
  }

  /** {@code CifarResNet WEIGHTS.th [ZIP [COUNT]]}: prints the accuracy on the test pictures. */
  public static void main(String[] args) {
    int status = run(args, System.out, System.err);
    if (status != 0) {
      System.exit(status);
    }
  }

  /** The program: 0, or 2 after a message. */
  static int run(String[] args, PrintStream out, PrintStream err) {
    if (args.length < 1 || args.length > 3) {
      err.println(USAGE);
      return 2;
    }
    try {
      CifarResNet network = load(Path.of(args[0]));
      out.printf(
          Locale.ROOT,
          "ResNet-%d with %,d parameters%n",
          network.depth(),
          Parameters.of(network).count());
      Path zip = Path.of(args.length > 1 ? args[1] : "cifar10-jpeg.zip");
      try (LabelledPictures pictures = LabelledPictures.open(zip)) {
        int classes = network.linear().weight().shape().dim(0);
        if (pictures.classes().size() != classes) {
          throw new FileFormatException(
              zip.toString(),
              "pictures of " + classes + " classes",
              pictures.classes().size() + "",
              "the network tells apart those of CIFAR-10");
        }
        int count = args.length > 2 ? count(args[2], pictures) : pictures.items().size();
        out.println(network.score(pictures, pictures.sample(count)));
      }
      return 0;
    } catch (FileSystemException e) {
      String reason = e.getReason();
      err.println("CifarResNet: " + (reason == null ? e.getMessage() : reason));
      return 2;
    } catch (IOException | IllegalArgumentException e) {
      err.println("CifarResNet: " + e.getMessage());
      return 2;
    }
  }

  private static int count(String text, LabelledPictures pictures) {
    int all = pictures.items().size();
    int count;
    try {
      count = Integer.parseInt(text);
    } catch (NumberFormatException e) {
      count = 0;
    }
    if (count < 1 || count > all) {
      throw new IllegalArgumentException("COUNT: a number from 1 to " + all + "; got " + text);
    }
    return count;
  }
}
