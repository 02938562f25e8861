/**
 * Verifiers from files, whatever they hold: those that this project trains, and the published CLIP,
 * aesthetic predictor and ImageReward.
 */
@NullMarked
package io.nextscale.verifiers.files;

import org.jspecify.annotations.NullMarked;
