/**
 * A backend that runs kernels on graphics processors, through TornadoVM.
 *
 * <p>Tensors live in the device's memory, two large arrays that stay there as long as the backend
 * is open; {@link io.nextscale.tornado.Device} holds them, one task graph for each kernel, and the
 * arrays that cross the bus. A tensor is a range of that memory, so every operation reads and
 * writes in place and nothing travels but its arguments. Each {@code …Dispatch} turns the
 * operations of one family into kernel calls.
 *
 * <p>Start with {@link io.nextscale.tornado.TornadoBackend}; what one work item does is in {@code
 * io.nextscale.tornado.kernels}. Not here: task graphs of whole blocks, library products.
 */
@NullMarked
package io.nextscale.tornado;

import org.jspecify.annotations.NullMarked;
