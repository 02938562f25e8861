/**
 * Charts as pictures: lines, bands and points over linear or logarithmic axes.
 *
 * <p>They are drawn with {@link io.nextscale.image.draw}, letters included, so that a chart looks
 * the same everywhere: the text of {@code java.awt} needs fonts that a bare JDK in a container does
 * not have.
 *
 * <p>Start with {@link io.nextscale.training.plot.Chart}.
 */
@NullMarked
package io.nextscale.training.plot;

import org.jspecify.annotations.NullMarked;
