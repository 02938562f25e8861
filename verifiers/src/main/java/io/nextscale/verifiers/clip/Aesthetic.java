package io.nextscale.verifiers.clip;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Name;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.verifiers.layer.Extents;
import io.nextscale.verifiers.layer.Heads;
import io.nextscale.verifiers.layer.ScoreHead;
import java.io.IOException;
import java.nio.file.Path;

/**
 * How much a picture pleases: a head on the direction in which CLIP sees it.
 *
 * <p>Source: christophschuhmann/improved-aesthetic-predictor simple_inference.py @6934dd8; its
 * numbers go from about 1 to 10.
 *
 * @param visual CLIP's tower, ViT-L/14 for the published head
 * @param head on its vectors of length 1
 */
public record Aesthetic(@Name("visual") VisionTower visual, @Name("") ScoreHead head) {

  private static final float EPS = 1e-12f;

  /** The name that only this head has, inside a file of one. */
  private static final String LANDMARK = "layers.7.weight";

  /**
   * Whether a file holds a published head, without a tower.
   *
   * @throws IOException when its directory cannot be read
   */
  public static boolean in(TensorFile file) throws IOException {
    return file.stateDict().entries().sequencedKeySet().stream()
        .anyMatch(name -> name.endsWith(LANDMARK));
  }

  /**
   * A model whose parameters have no values yet.
   *
   * @param embedding E
   */
  public static Aesthetic declared(
      ClipConfig.Vision config, int embedding, ScoreHead.Widths widths) {
    return new Aesthetic(
        VisionTower.declared(config, embedding), ScoreHead.declared(embedding, widths));
  }

  /**
   * The published head, such as {@code sac+logos+ava1-l14-linearMSE.pth}, on a CLIP.
   *
   * @throws IOException when the file cannot be read, or is a head for other vectors
   */
  public static Aesthetic load(Clip clip, Path head) throws IOException {
    return new Aesthetic(clip.visual(), head(head, clip.config().embedding()));
  }

  /**
   * A model whose tower and head are in one file, such as those that this project trains.
   *
   * @throws IOException when the file cannot be read or holds another model
   */
  public static Aesthetic load(TensorFile file) throws IOException {
    Checkpoint from = Checkpoint.of(file);
    Shape projection = Extents.of(from, "visual.proj", 2); // (C,E)
    int width = projection.dim(0);
    ClipConfig.Vision config = ClipConfig.vision(from, Heads.of(file, width, width).vision());
    Aesthetic model = declared(config, projection.dim(1), ScoreHead.Widths.of(from, ""));
    model.parameters().load(from, Loading.forInference());
    return model;
  }

  static ScoreHead head(Path file, int embedding) throws IOException {
    ScoreHead head = ScoreHead.declared(embedding, ScoreHead.Widths.PUBLISHED);
    try (TensorFile tensors = TensorFile.open(file)) {
      Checkpoint from = Checkpoint.of(tensors).holding(LANDMARK);
      Parameters.of(head).load(from, Loading.forInference());
    }
    return head;
  }

  /** The side of its pictures in pixels. */
  public int size() {
    int patches = Extents.row(visual.places().shape().dim(0));
    return patches * visual.patches().stride();
  }

  /** All parameters. */
  public Parameters parameters() {
    return Parameters.of(this);
  }

  /**
   * How much pictures please.
   *
   * @param pixels (B,S,S,3) as {@link io.nextscale.verifiers.layer.Pixels} gives them
   * @return (B)
   */
  public Tensor forward(Tensor pixels) {
    return Workspace.scope(() -> answer(visual.tokens(pixels)));
  }

  /** The same of pictures that were read already: {@link VisionTower#tokens} (B,L,C) to (B). */
  public Tensor answer(Tensor tokens) {
    Tensor seen = visual.summary(tokens).l2Normalize(EPS); // (B,E)
    return head.forward(seen).reshape(tokens.shape().dim(0));
  }
}
