/**
 * Training of the tokenizer: the loss of pictures, perception and quantisation, the adversary, the
 * care of the codebook, and measures of how well images come back.
 *
 * <p>Start with {@link io.nextscale.vqvae.training.TokenizerTrainer}; {@link
 * io.nextscale.vqvae.training.TokenizerTraining} holds its settings. Not here: the loop around the
 * steps, files of checkpoints, pictures.
 *
 * @see <a href="https://arxiv.org/abs/2012.09841">Esser, Rombach and Ommer 2021, Taming
 *     transformers, section 3.1</a>
 */
@NullMarked
package io.nextscale.vqvae.training;

import org.jspecify.annotations.NullMarked;
