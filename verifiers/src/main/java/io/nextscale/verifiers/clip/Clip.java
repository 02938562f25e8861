package io.nextscale.verifiers.clip;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Name;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import io.nextscale.tensor.io.TensorFile;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A model of two towers: pictures and texts as vectors of length 1 in one space, where a picture
 * lies near to what is said of it.
 *
 * <pre>{@code
 * Clip clip = Clip.load(Path.of("ViT-L-14.safetensors"));
 * Tensor pictures = clip.images(new Pixels(224).of(images));  // (B,E)
 * Tensor texts = clip.texts(ids);                           // (R,E)
 * Tensor cosines = pictures.matmulT(texts);                 // (B,R)
 * }</pre>
 *
 * @param visual reads pictures
 * @param text reads texts
 * @param logScale the logarithm of what cosines are multiplied with in training, a scalar
 * @param config the sizes
 */
public record Clip(
    @Name("visual") VisionTower visual,
    @Name("") TextTower text,
    @Name("logit_scale") Parameter logScale,
    ClipConfig config) {

  private static final float EPS = 1e-12f;

  /** A model whose parameters have no values yet. */
  public static Clip declared(ClipConfig config) {
    return new Clip(
        VisionTower.declared(config.vision(), config.embedding()),
        TextTower.declared(config.text(), config.embedding()),
        Parameter.declared(Shape.of()),
        config);
  }

  /**
   * Whether a file holds the tensors of one.
   *
   * @throws IOException when its directory cannot be read
   */
  public static boolean in(TensorFile file) throws IOException {
    return ClipNames.among(file.stateDict().entries().sequencedKeySet());
  }

  /**
   * The model in a file: safetensors or a PyTorch state dict, with the names of openai/CLIP or
   * those of Hugging Face's transformers. Of the TorchScript archives that openai/CLIP downloads,
   * save {@code torch.jit.load(file).state_dict()}.
   *
   * @throws IOException when the file cannot be read or holds another model
   */
  public static Clip load(Path file) throws IOException {
    try (TensorFile tensors = TensorFile.open(file)) {
      return load(tensors);
    }
  }

  /**
   * The model in a file that is open.
   *
   * @throws IOException when it cannot be read or holds another model
   */
  public static Clip load(TensorFile file) throws IOException {
    Checkpoint from = ClipNames.official(Checkpoint.of(file.stateDict()));
    return load(from, ClipConfig.of(file, from), Loading.forInference());
  }

  /**
   * A model from a checkpoint with either family of names.
   *
   * @throws IOException when it cannot be read or holds a model of other sizes
   */
  public static Clip load(Checkpoint from, ClipConfig config, Loading how) throws IOException {
    Clip clip = declared(config);
    clip.parameters().load(ClipNames.official(from), how);
    return clip;
  }

  /** All parameters, by the names of openai/CLIP. */
  public Parameters parameters() {
    return Parameters.of(this);
  }

  /**
   * Pictures in the common space.
   *
   * @param pixels (B,S,S,3) as {@link io.nextscale.verifiers.layer.Pixels} gives them
   * @return (B,E), of length 1
   */
  public Tensor images(Tensor pixels) {
    return Workspace.scope(() -> directions(visual.tokens(pixels)));
  }

  /** The same of pictures that were read already: {@link VisionTower#tokens} (B,L,C) to (B,E). */
  public Tensor directions(Tensor tokens) {
    return visual.summary(tokens).l2Normalize(EPS);
  }

  /**
   * Texts in the common space.
   *
   * @param ids I32 (B,T)
   * @return (B,E), of length 1
   */
  public Tensor texts(Tensor ids) {
    return Workspace.scope(() -> text.forward(ids).l2Normalize(EPS));
  }
}
