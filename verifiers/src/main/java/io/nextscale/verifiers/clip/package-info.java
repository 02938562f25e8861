/**
 * CLIP: a transformer that reads pictures and one that reads text, taught to give a picture and its
 * caption the same direction.
 *
 * <p>The components have the names of the published weights of openai/CLIP. {@link
 * io.nextscale.verifiers.clip.ClipConfig} names the published sizes; {@link
 * io.nextscale.verifiers.clip.Clip} is the model; {@link io.nextscale.verifiers.clip.ClipTokenizer}
 * makes numbers of text.
 *
 * <p>Letters used in comments: B batch, g rows of patches, L tokens of a picture, {@code g² + 1}, T
 * tokens of a text, C channels of a tower, E channels of the common space. Deliberately absent: the
 * towers with convolutions (RN50 and kin).
 *
 * @see <a href="https://arxiv.org/abs/2103.00020">Radford et al. 2021</a>
 */
@NullMarked
package io.nextscale.verifiers.clip;

import org.jspecify.annotations.NullMarked;
