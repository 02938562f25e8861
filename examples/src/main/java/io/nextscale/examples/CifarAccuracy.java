package io.nextscale.examples;

import io.nextscale.nn.Parameters;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.verifiers.resnet.CifarResNet;
import io.nextscale.verifiers.resnet.Classifier;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** How many pictures of CIFAR-10 a published network classifies rightly. */
final class CifarAccuracy {

  /**
   * Pictures that go through the network together: few enough that a block's maps stay in the
   * cache, enough that the maps of 8 x 8 keep all cores busy.
   */
  static final int BATCH = 64;

  private static final String USAGE =
      """
      usage: CifarAccuracy WEIGHTS.th [ZIP [COUNT]]
        WEIGHTS.th  a file of pytorch_resnet_cifar10, such as resnet20-12fca82f.th
        ZIP         the pictures, test/<class>/<name>.jpg or .png; cifar10-jpeg.zip when not given
        COUNT       how many of them, evenly spaced; all when not given\
      """;

  private CifarAccuracy() {}

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
  static Score score(
      Classifier network, LabelledPictures pictures, List<LabelledPictures.Item> items)
      throws IOException {
    int right = 0;
    long decoding = 0;
    long classifying = 0;
    for (int from = 0; from < items.size(); from += BATCH) {
      List<LabelledPictures.Item> batch = items.subList(from, Math.min(from + BATCH, items.size()));
      long start = System.nanoTime();
      Tensor images = pictures.load(batch); // (B,32,32,3)
      long decoded = System.nanoTime();
      int[] found = Workspace.scope(() -> network.logits(images).argMax()).toInts();
      classifying += System.nanoTime() - decoded;
      decoding += decoded - start;
      for (int i = 0; i < found.length; i++) {
        right += found[i] == batch.get(i).label() ? 1 : 0;
      }
    }
    return new Score(right, items.size(), decoding, classifying);
  }

  /** {@code CifarAccuracy WEIGHTS.th [ZIP [COUNT]]}: prints the accuracy on the test pictures. */
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
      if (!(Classifier.load(Path.of(args[0])) instanceof CifarResNet network)) {
        throw new FileFormatException(args[0], "a network for CIFAR-10", "one for ImageNet");
      }
      out.printf(
          Locale.ROOT,
          "ResNet-%d with %,d parameters%n",
          network.depth(),
          Parameters.of(network).count());
      Path zip = Path.of(args.length > 1 ? args[1] : "cifar10-jpeg.zip");
      try (LabelledPictures pictures = LabelledPictures.open(zip)) {
        if (pictures.classes().size() != network.classes()) {
          throw new FileFormatException(
              zip.toString(),
              "pictures of " + network.classes() + " classes",
              pictures.classes().size() + "",
              "name pictures of the classes that the network learnt");
        }
        int count = args.length > 2 ? count(args[2], pictures) : pictures.items().size();
        out.println(score(network, pictures, pictures.sample(count)));
      }
      return 0;
    } catch (FileSystemException e) {
      String reason = e.getReason();
      err.println("CifarAccuracy: " + (reason == null ? e.getMessage() : reason));
      return 2;
    } catch (IOException | IllegalArgumentException e) {
      err.println("CifarAccuracy: " + e.getMessage());
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
