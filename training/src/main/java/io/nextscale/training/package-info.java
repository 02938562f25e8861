/**
 * What every training run needs, whatever is trained: a folder that can be resumed, checkpoints
 * that survive anything, metrics, and a forecast of memory.
 *
 * <p>Start with {@link io.nextscale.training.Learner}, which is what a run needs to know of the
 * thing that is trained, then {@link io.nextscale.training.TrainingRun}, the loop over it. {@link
 * io.nextscale.training.CheckpointStore} keeps states, {@link io.nextscale.training.MetricsLog}
 * numbers, {@link io.nextscale.training.Ema} averaged weights.
 *
 * <p>A run that is killed at any instant and resumed ends with the same bits as one that never was.
 * That rests on one rule: everything random in iteration i is drawn from streams named by the seed
 * and i, so that a state is weights, optimiser, averages and counters, and nothing else.
 *
 * <p>Deliberately absent: terminals. A {@link io.nextscale.training.ProgressListener} hears what
 * happens; drawing is the command line's.
 */
@NullMarked
package io.nextscale.training;

import org.jspecify.annotations.NullMarked;
