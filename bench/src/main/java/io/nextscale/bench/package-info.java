/**
 * Benchmarks of kernels and of whole images, under JMH, and the comparison of devices.
 *
 * <p>A {@link io.nextscale.bench.KernelBench} is a kernel at a real shape with its operands, the
 * check of its result and the number of its operations. {@link io.nextscale.bench.Main} hands them
 * to JMH, or, for {@code --devices}, to {@link io.nextscale.bench.DevicesBench}, whose tasks are
 * the same objects ({@link io.nextscale.bench.DeviceTasks}); how devices take turns is {@link
 * io.nextscale.bench.compare}.
 */
@org.jspecify.annotations.NullMarked
package io.nextscale.bench;
