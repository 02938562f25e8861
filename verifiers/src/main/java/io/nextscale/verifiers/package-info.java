/**
 * Verifiers for a search: what says how well a picture shows what was asked for.
 *
 * <p>All of them are {@link io.nextscale.search.Verifier}s. Those that read the prompt are {@link
 * io.nextscale.verifiers.PromptVerifier}s, which give a verifier for each prompt: {@link
 * io.nextscale.verifiers.ClipScore}, {@link io.nextscale.verifiers.ImageRewardScore}, {@link
 * io.nextscale.verifiers.ShapesTruth}. {@link io.nextscale.verifiers.AestheticScore} and {@link
 * io.nextscale.verifiers.ClassConfidence} look at pictures alone. Several at once are {@link
 * io.nextscale.verifiers.RankEnsemble} and {@link io.nextscale.verifiers.CalibratedEnsemble}.
 *
 * <p>The networks are in {@code clip}, {@code reward} and {@code resnet}. Any lambda is a verifier
 * too.
 */
@NullMarked
package io.nextscale.verifiers;

import org.jspecify.annotations.NullMarked;
