/**
 * A backend that runs kernels on graphics processors, through TornadoVM.
 *
 * <p>Tensors live in the device's memory, two large arrays that stay there as long as the backend
 * is open ({@link io.nextscale.tornado.Memory}). A tensor is a range of that memory, so every
 * operation reads and writes in place and nothing travels but its arguments. Each {@code …Dispatch}
 * turns the operations of one family into {@link io.nextscale.tornado.Launch launches} of kernels.
 * {@link io.nextscale.tornado.Device} keeps them until a result is read; {@link
 * io.nextscale.tornado.KernelGraphs} runs them as few task graphs, cut where the sequence repeats
 * itself ({@link io.nextscale.tornado.Division}), and {@link io.nextscale.tornado.Transfers}
 * carries what crosses the bus.
 *
 * <p>Start with {@link io.nextscale.tornado.TornadoBackend}; what one work item does is in {@code
 * io.nextscale.tornado.kernels}. Matrix products may be a library's: {@link
 * io.nextscale.tornado.LibraryProducts}.
 */
@NullMarked
package io.nextscale.tornado;

import org.jspecify.annotations.NullMarked;
