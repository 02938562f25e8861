/**
 * Charts as pictures: lines, bands, points and bars over linear or logarithmic axes.
 *
 * <p>They are drawn with {@link io.nextscale.image.draw}, letters included, so that a chart looks
 * the same everywhere: the text of {@code java.awt} needs fonts that a bare JDK in a container does
 * not have.
 *
 * <p>Start with {@link io.nextscale.training.plot.Chart}; {@link io.nextscale.training.plot.Bars}
 * compares a few numbers instead of following many.
 */
@NullMarked
package io.nextscale.training.plot;

import org.jspecify.annotations.NullMarked;
