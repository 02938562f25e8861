/**
 * Captions as numbers: a vocabulary of word pieces that is learned from captions and travels in the
 * metadata of a model's file.
 */
@NullMarked
package io.nextscale.var.text;

import org.jspecify.annotations.NullMarked;
