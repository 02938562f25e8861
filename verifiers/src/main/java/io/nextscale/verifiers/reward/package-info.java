/**
 * ImageReward: a transformer reads a picture, another one reads the prompt while it looks at the
 * picture, and a head says how much people would like the one for the other.
 *
 * <p>The components have the names of the published weights of THUDM/ImageReward, which are those
 * of BLIP (Li et al. 2022) inside. {@link io.nextscale.verifiers.reward.ImageReward} is the model,
 * {@link io.nextscale.verifiers.reward.BertTokenizer} makes numbers of prompts.
 *
 * <p>Letters used in comments: B batch, L tokens of a picture, T tokens of a prompt, Cv and C
 * channels of the two networks.
 *
 * @see <a href="https://arxiv.org/abs/2304.05977">Xu et al. 2023</a>
 */
@NullMarked
package io.nextscale.verifiers.reward;

import org.jspecify.annotations.NullMarked;
