/**
 * The model inside the program: it draws pictures of the shapes world from sentences, and was
 * trained by this project alone. {@code docs/shapes-model.md} is its card.
 */
@NullMarked
package io.nextscale.pretrained;

import org.jspecify.annotations.NullMarked;
