/**
 * What commands show to a person while they work: a {@link io.nextscale.cli.terminal.ProgressBar}
 * on standard error.
 */
@org.jspecify.annotations.NullMarked
package io.nextscale.cli.terminal;
