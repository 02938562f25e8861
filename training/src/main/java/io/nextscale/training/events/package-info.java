/**
 * Files that TensorBoard shows: numbers and pictures over iterations.
 *
 * <p>A file is a sequence of records, each framed with its length and two checksums ({@link
 * io.nextscale.training.events.EventFile}); a record is a protocol-buffers message {@code Event}
 * ({@link io.nextscale.training.events.Event}). Deliberately absent: everything else TensorFlow can
 * put there.
 */
@NullMarked
package io.nextscale.training.events;

import org.jspecify.annotations.NullMarked;
