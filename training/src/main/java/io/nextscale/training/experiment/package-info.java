/**
 * Experiments: many trainings of which one statement follows.
 *
 * <p>{@link io.nextscale.training.experiment.ScalingLaw} trains transformers of several depths and
 * asks whether their losses follow a power law of their size, as Tian et al. 2024 found (section
 * 4.2). {@link io.nextscale.training.experiment.PowerLaw} is the regression.
 */
@NullMarked
package io.nextscale.training.experiment;

import org.jspecify.annotations.NullMarked;
