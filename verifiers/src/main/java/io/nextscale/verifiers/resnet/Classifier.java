package io.nextscale.verifiers.resnet;

import io.nextscale.nn.Layer;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.verifiers.layer.Pixels;
import java.io.IOException;
import java.nio.file.Path;

/** A published network that tells classes apart. */
public sealed interface Classifier extends Layer permits CifarResNet, ImageNetResNet {

  /** K, how many classes it tells apart. */
  int classes();

  /** The number of layers with weights, by which such networks are called. */
  int depth();

  /** What it makes of pictures before it looks at them. */
  Pixels pixels();

  /**
   * What it says of pictures.
   *
   * @param images (B,h,w,3) in [0, 1]
   * @return (B,K), before the softmax
   */
  default Tensor logits(Tensor images) {
    return forward(pixels().of(images));
  }

  /**
   * Whether a file holds the tensors of one.
   *
   * @throws IOException when its directory cannot be read
   */
  static boolean in(TensorFile file) throws IOException {
    return has(file, CifarResNet.LANDMARK) || has(file, ImageNetResNet.LANDMARK);
  }

  private static boolean has(TensorFile file, String landmark) throws IOException {
    return Stages.in(file.stateDict().entries().sequencedKeySet(), landmark);
  }

  /**
   * The network in a file, as deep as the file has it: safetensors or a PyTorch state dict, which
   * may lie inside others.
   *
   * @throws IOException when the file cannot be read or holds another model
   */
  static Classifier load(Path path) throws IOException {
    try (TensorFile file = TensorFile.open(path)) {
      return load(file);
    }
  }

  /** As above, of a file that is open. */
  static Classifier load(TensorFile file) throws IOException {
    if (has(file, CifarResNet.LANDMARK)) {
      return CifarResNet.load(file);
    } else if (has(file, ImageNetResNet.LANDMARK)) {
      return ImageNetResNet.load(file);
    }
    throw new FileFormatException(
        file.name(), "a residual network of classes", "a file without its tensors");
  }
}
