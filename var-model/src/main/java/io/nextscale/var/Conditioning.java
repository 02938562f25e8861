package io.nextscale.var;

import io.nextscale.tensor.Tensor;
import java.util.List;

/**
 * What the labels of a batch say to every part of the transformer; computed once per image.
 *
 * @param labels the embeddings of the labels, (R,C)
 * @param blocks for each block
 * @param headScale of the last normalisation, (R,1,C)
 * @param headShift of the last normalisation, (R,1,C)
 */
public record Conditioning(
    Tensor labels, List<Modulation> blocks, Tensor headScale, Tensor headShift) {}
