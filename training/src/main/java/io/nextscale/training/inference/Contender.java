package io.nextscale.training.inference;

import io.nextscale.search.Stepwise;
import io.nextscale.tensor.io.Json;
import java.util.List;
import java.util.function.Function;

/**
 * A model that takes part.
 *
 * @param name what tables and files call it
 * @param about everything that decides what it draws: weights, guidance and the like
 * @param parameters of it, without the tokenizer
 * @param family which others it belongs to, such as next-scale or diffusion
 * @param methods how it is searched
 * @param beams whether beams fit it, also where it is not searched by them
 * @param of its pictures of a caption
 */
public record Contender(
    String name,
    Json.Obj about,
    long parameters,
    String family,
    List<Method> methods,
    boolean beams,
    Function<String, Stepwise<?>> of) {

  /** Copies the methods. */
  public Contender {
    methods = List.copyOf(methods);
  }
}
