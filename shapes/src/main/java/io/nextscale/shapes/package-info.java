/**
 * The shapes world: an endless data set of pictures with captions, made by rules, and a checker
 * that knows the truth.
 *
 * <p>A {@link io.nextscale.shapes.Scene} holds one to four {@linkplain io.nextscale.shapes.Thing
 * things} (form, colour, size, place) on a {@link io.nextscale.shapes.Ground}. {@link
 * io.nextscale.shapes.Renderer} draws it with antialiasing. A {@link io.nextscale.shapes.Prompt} is
 * what a caption asks for; {@link io.nextscale.shapes.Grammar} turns words into prompts and back.
 * {@link io.nextscale.shapes.Checker} looks at pixels only and says whether a picture shows what a
 * prompt asks. {@link io.nextscale.shapes.ShapesWorld} draws examples, by {@link
 * io.nextscale.shapes.Task} and {@link io.nextscale.shapes.Split}, from a seed.
 *
 * <p>Lengths are in pixels of the canvas, {@value io.nextscale.shapes.Scene#SIDE} a side; x grows
 * to the right and y downwards; colours are red, green, blue in [0, 1].
 *
 * <p>The tasks mirror those of GenEval (Ghosh et al. 2023, arXiv:2310.11513), whose detector is
 * replaced by exact rules. Start with {@link io.nextscale.shapes.ShapesWorld}.
 */
@NullMarked
package io.nextscale.shapes;

import org.jspecify.annotations.NullMarked;
