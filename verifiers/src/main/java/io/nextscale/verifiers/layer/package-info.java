/**
 * What the networks of all verifiers have in common: how pictures come to them, attention as it is
 * published, and the head that makes one number.
 *
 * <p>Letters used in comments: B batch, L tokens, C channels, H heads, D channels of a head.
 */
@NullMarked
package io.nextscale.verifiers.layer;

import org.jspecify.annotations.NullMarked;
