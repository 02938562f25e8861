/**
 * Drawing with soft edges: lines, areas, letters and pictures on a sheet, for charts and for trees
 * of searches. {@link io.nextscale.image.draw.Canvas} is the sheet, {@link
 * io.nextscale.image.draw.Letters} writes on it.
 *
 * <p>Coordinates are pixels from the top left corner, colours {@code 0xRRGGBB}.
 */
@NullMarked
package io.nextscale.image.draw;

import org.jspecify.annotations.NullMarked;
