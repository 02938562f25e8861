/**
 * Devices side by side: how several of them are measured on the same tasks, and the table, files
 * and chart of what was found.
 *
 * <p>Nothing here knows tensors. A {@link io.nextscale.bench.compare.Subject} is a task on one
 * device; {@link io.nextscale.bench.compare.Rounds} checks it against the CPU and times it, all
 * devices in turn; a {@link io.nextscale.bench.compare.Comparison} is what came of it. The tasks
 * stand one package above, beside the benchmarks whose shapes they share.
 *
 * <p>This lives in {@code bench} and not in the command line because the shapes, their operands and
 * their operations are those of the JMH benchmarks, and nobody who makes pictures needs them. JMH
 * itself cannot take turns: it finishes one benchmark in a JVM of its own before the next begins,
 * so that a machine whose speed drifts would favour a device by its place in the list.
 */
@org.jspecify.annotations.NullMarked
package io.nextscale.bench.compare;
