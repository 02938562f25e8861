package io.nextscale.verifiers.reward;

import io.nextscale.nn.Constant;
import io.nextscale.nn.Embedding;
import io.nextscale.nn.LayerNorm;
import io.nextscale.nn.Name;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The network that reads prompts while it looks at pictures: BERT without types of tokens, with
 * attention to the picture in each layer.
 *
 * <p>Source: THUDM/ImageReward ImageReward/models/BLIP/med.py, BertModel @c1392c6.
 *
 * @param words an embedding of each token, (V,C)
 * @param places an embedding of each place
 * @param numbers 0, 1, 2, …, which files hold, (1,places)
 * @param norm of their sum
 * @param layers in order
 */
public record BertEncoder(
    @Name("embeddings.word_embeddings") Embedding words,
    @Name("embeddings.position_embeddings") Embedding places,
    @Name("embeddings.position_ids") Constant numbers,
    @Name("embeddings.LayerNorm") LayerNorm norm,
    @Name("encoder.layer") List<BertLayer> layers) {

  static BertEncoder declared(RewardConfig.Text config, int vision) {
    int width = config.width();
    Shape numbers = Shape.of(1, config.places());
    return new BertEncoder(
        Embedding.declared(config.vocabulary(), width),
        Embedding.declared(config.places(), width),
        new Constant(numbers, DType.I32, () -> counting(numbers)),
        LayerNorm.declared(width, BertLayer.EPS),
        IntStream.range(0, config.depth())
            .mapToObj(i -> BertLayer.declared(width, vision, config.heads()))
            .toList());
  }

  private static Tensor counting(Shape shape) {
    int[] numbers = new int[shape.size()];
    Arrays.setAll(numbers, i -> i);
    return Tensor.ofInts(shape, numbers);
  }

  /**
   * What the first token says in the end.
   *
   * <p>All tokens count: the reference hides the fill behind a prompt, here a prompt comes without.
   *
   * @param ids I32 (B,T)
   * @param pictures (B,L,Cv)
   * @return (B,C)
   * @throws ShapeException when prompts and pictures are not as many, or prompts are too long
   */
  public Tensor forward(Tensor ids, Tensor pictures) {
    return first(states(ids, pictures).getLast());
  }

  /** What the first token says, (B,C), in a state (B,T,C). */
  public static Tensor first(Tensor state) {
    return state.slice(1, 0, 1).reshape(state.shape().dim(0), -1);
  }

  /**
   * What all tokens say after each layer, (B,T,C) each.
   *
   * @param ids I32 (B,T)
   * @param pictures (B,L,Cv)
   * @throws ShapeException as {@link #forward}
   */
  public List<Tensor> states(Tensor ids, Tensor pictures) {
    Shape shape = ids.shape();
    int most = numbers.shape().dim(1);
    if (shape.rank() != 2
        || shape.dim(0) != pictures.shape().dim(0)
        || shape.dim(1) < 1
        || shape.dim(1) > most) {
      throw new ShapeException(
          "image reward: tokens (%d, T) with T from 1 to %d; got %s"
              .formatted(pictures.shape().dim(0), most, shape));
    }
    Tensor place = places.weight().value().slice(0, 0, shape.dim(1)); // (T,C)
    Tensor x = norm.forward(words.forward(ids).plus(place));
    List<Tensor> states = new ArrayList<>();
    for (BertLayer layer : layers) {
      Tensor before = x;
      x = Workspace.scope(() -> layer.forward(before, pictures));
      states.add(x);
    }
    return states;
  }
}
