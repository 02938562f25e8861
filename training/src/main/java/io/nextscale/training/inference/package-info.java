/**
 * Inference-time scaling in miniature: searches of several kinds, models, budgets and verifiers on
 * held-out captions of the shapes world, whose exact checker knows the truth.
 *
 * <p>Start with {@link io.nextscale.training.inference.InferenceScaling}, which runs searches and
 * keeps what they found in a {@link io.nextscale.training.inference.Journal}; {@link
 * io.nextscale.training.inference.Method} says what a strategy is within a budget; {@link
 * io.nextscale.training.inference.InferenceReport} says what follows.
 *
 * <p>Letters in comments: K steps of a picture, NFE steps of single pictures.
 *
 * @see <a href="https://arxiv.org/abs/2510.16751">Riise et al. 2025</a>
 */
@NullMarked
package io.nextscale.training.inference;

import org.jspecify.annotations.NullMarked;
