package io.nextscale.verifiers.reward;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Name;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.verifiers.layer.ScoreHead;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/**
 * A model of what people prefer: how well a picture answers a prompt, as one number.
 *
 * <p>Source: THUDM/ImageReward ImageReward/ImageReward.py @c1392c6.
 *
 * @param vision reads pictures
 * @param text reads prompts, looking at pictures
 * @param head on what the first token of a prompt says
 * @param config the sizes
 */
public record ImageReward(
    @Name("blip.visual_encoder") BlipVision vision,
    @Name("blip.text_encoder") BertEncoder text,
    @Name("mlp") ScoreHead head,
    RewardConfig config) {

  /** The mean of the published model's numbers, which its scores are without. */
  public static final double MEAN = 0.16717362830052426;

  /** Their deviation, by which its scores are divided. */
  public static final double DEVIATION = 1.0333394966054072;

  private static final String LANDMARK = "blip.visual_encoder.cls_token";
  private static final String BLIP = "blip.";

  /** A model whose parameters have no values yet. */
  public static ImageReward declared(RewardConfig config) {
    return new ImageReward(
        BlipVision.declared(config.vision()),
        BertEncoder.declared(config.text(), config.vision().width()),
        ScoreHead.declared(config.text().width(), config.head()),
        config);
  }

  /**
   * Whether a file holds the tensors of one.
   *
   * @throws IOException when its directory cannot be read
   */
  public static boolean in(TensorFile file) throws IOException {
    return file.stateDict().entries().sequencedKeySet().stream()
        .anyMatch(name -> name.endsWith(LANDMARK));
  }

  /**
   * The published model, {@code ImageReward.pt}, or one of another size.
   *
   * @throws IOException when the file cannot be read or holds another model
   */
  public static ImageReward load(Path file) throws IOException {
    try (TensorFile tensors = TensorFile.open(file)) {
      return load(tensors);
    }
  }

  /**
   * The model in a file that is open.
   *
   * @throws IOException when it cannot be read or holds another model
   */
  public static ImageReward load(TensorFile file) throws IOException {
    Checkpoint from = Checkpoint.of(file.stateDict()).holding(LANDMARK);
    return load(from, RewardConfig.of(file, from), Loading.forInference());
  }

  /**
   * A model from a checkpoint. What it holds of BLIP for other tasks, such as {@code
   * blip.vision_proj}, is passed over.
   *
   * @throws IOException when it cannot be read or holds a model of other sizes
   */
  public static ImageReward load(Checkpoint from, RewardConfig config, Loading how)
      throws IOException {
    ImageReward model = declared(config);
    Parameters parameters = model.parameters();
    Checkpoint part = from.holding(LANDMARK);
    Set<String> known = parameters.shapes().keySet();
    Loading own = how;
    for (String name : part.names()) {
      if (name.startsWith(BLIP) && !known.contains(name)) {
        own = own.keeping(name);
      }
    }
    parameters.load(part, own);
    return model;
  }

  /** All parameters, by the published names. */
  public Parameters parameters() {
    return Parameters.of(this);
  }

  /**
   * How well pictures answer prompts; of no particular mean and deviation.
   *
   * @param pixels (B,S,S,3) as {@link io.nextscale.verifiers.layer.Pixels} gives them
   * @param ids I32 (B,T), the prompt of each picture without fill
   * @return (B)
   */
  public Tensor forward(Tensor pixels, Tensor ids) {
    return Workspace.scope(() ->
        head.forward(text.forward(ids, vision.forward(pixels))).reshape(pixels.shape().dim(0)));
  }
}
