/**
 * Task graphs and their execution, on a device that exists in memory only.
 *
 * <p>What a device would do is done here in the strictest way: every array has a copy of its own on
 * the device, poisoned until something is transferred or written; the items of a work group take
 * turns between barriers in an order that changes with each barrier, so that a missing one shows at
 * once and always; what a real device leaves undefined is an error.
 *
 * <p>Start with {@link uk.ac.manchester.tornado.api.TornadoExecutionPlan}. Not here:
 * {@code @Parallel} loops, tuples of arrays, batches, profiles, more than one device.
 */
package uk.ac.manchester.tornado.api;
