package io.nextscale.verifiers.resnet;

import io.nextscale.nn.BatchNorm;
import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Conv2d;
import io.nextscale.nn.Layer;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.op.Convolution.Padding;
import java.io.IOException;
import java.util.Collection;
import java.util.List;

/** What residual networks have in common. */
final class Stages {

  private static final String FIRST = "layer1.0.conv1.weight";

  private Stages() {}

  /** Whether a network with stages and with a tensor of a name is among the names of a file. */
  static boolean in(Collection<String> names, String landmark) {
    return names.stream()
        .filter(name -> name.equals(landmark) || name.endsWith("." + landmark))
        .map(name -> name.substring(0, name.length() - landmark.length()))
        .anyMatch(prefix -> names.contains(prefix + FIRST));
  }

  /** A k×k convolution without a bias that keeps the size of maps, or divides it by its stride. */
  static Conv2d convolution(int inputs, int outputs, int k, int stride) {
    Parameter weight = Parameter.declared(Shape.of(outputs, inputs, k, k));
    int ring = k / 2;
    return new Conv2d(weight, null, stride, new Padding(ring, ring, ring, ring));
  }

  /** The normalisation of all these networks. */
  static BatchNorm normalisation(int channels) {
    return BatchNorm.declared(channels, 1e-5f);
  }

  /** Through a stage; what a block makes on the way is free again after it. */
  static Tensor through(List<? extends Layer> blocks, Tensor x) {
    Tensor y = x;
    for (Layer block : blocks) {
      Tensor map = y;
      y = Workspace.scope(() -> block.forward(map));
    }
    return y;
  }

  /** The mean over a map, (B,h,w,C) to (B,C). */
  static Tensor mean(Tensor map) {
    Shape shape = map.shape();
    return map.reshape(shape.dim(0), -1, shape.dim(3)).mean(1).reshape(shape.dim(0), -1);
  }

  /** n of a stage, by the names of its blocks. */
  static int blocks(Checkpoint from, int stage) {
    int count = 0;
    while (from.has("layer%d.%d.conv1.weight".formatted(stage, count))) {
      count++;
    }
    return count;
  }

  /**
   * K, by the weights of the last layer.
   *
   * @param channels that it sees
   * @throws FileFormatException when it sees others
   */
  static int classes(Checkpoint from, String name, int channels) throws FileFormatException {
    Shape shape = from.shapes().get(name);
    if (shape == null || shape.rank() != 2 || shape.dim(1) != channels) {
      throw new FileFormatException(
          from.source(),
          "%s of %d columns".formatted(name, channels),
          shape == null ? "none" : shape.toString());
    }
    return shape.dim(0);
  }

  /** Gives a network the values of a file. */
  static <R extends Record> R filled(R network, Checkpoint from) throws IOException {
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
