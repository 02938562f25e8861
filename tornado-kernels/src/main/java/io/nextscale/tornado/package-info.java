/** A backend that runs kernels on graphics processors. */
@org.jspecify.annotations.NullMarked
package io.nextscale.tornado;
