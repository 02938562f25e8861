/**
 * What a backend implements: storage, operations, programs.
 *
 * <p>Start with {@link io.nextscale.tensor.spi.Backend}. Providers are found by {@link
 * java.util.ServiceLoader}; the CPU is always there.
 */
@NullMarked
package io.nextscale.tensor.spi;

import org.jspecify.annotations.NullMarked;
