/**
 * The verifiers at the size of the shapes world, and what they learn from: scenes that are not what
 * the caption says, and pictures that are not clean.
 *
 * <p>{@link io.nextscale.verifiers.shapes.ShapesSizes} holds the sizes, {@link
 * io.nextscale.verifiers.shapes.Flaw} what can be wrong with a scene, {@link
 * io.nextscale.verifiers.shapes.Damage} what can be wrong with a picture, {@link
 * io.nextscale.verifiers.shapes.Lessons} the examples made of both. The truth is always known: from
 * the checker, or from what was done to a picture.
 */
@NullMarked
package io.nextscale.verifiers.shapes;

import org.jspecify.annotations.NullMarked;
