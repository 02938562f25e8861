/**
 * What is trained: {@link io.nextscale.training.learner.TokenizerLearner}, {@link
 * io.nextscale.training.learner.VarLearner} and {@link io.nextscale.training.learner.DitLearner},
 * with the pictures they learn from and are measured on.
 *
 * <p>Pictures come from {@link io.nextscale.training.learner.TrainingPictures}. Where they are
 * those of the shapes world, {@link io.nextscale.training.learner.ShapesJudge} says how many of the
 * made ones show what their captions ask for.
 */
@NullMarked
package io.nextscale.training.learner;

import org.jspecify.annotations.NullMarked;
