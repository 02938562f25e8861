/** Benchmarks of kernels and of whole images. */
@org.jspecify.annotations.NullMarked
package io.nextscale.bench;
