/**
 * Files of tensors: safetensors, PyTorch checkpoints of both formats, NumPy arrays, and JSON.
 *
 * <p>Start at {@link io.nextscale.tensor.io.TensorFile}: it looks at the first bytes of a file,
 * lists the tensors, and loads them one by one. Each format is a parser that reads the directory of
 * the file only (a JSON header, a zip directory, a pickle) and says for every tensor where its
 * elements lie: type, extents, strides and the offset of the first element. What follows, turning
 * those bytes into arrays, is the same for all formats. {@link io.nextscale.tensor.io.TensorWriter}
 * and {@link io.nextscale.tensor.io.Npy} write.
 *
 * <p>Files come from strangers. A pickle is a program; the machine that reads it here knows a fixed
 * list of names and makes dictionaries, lists, numbers, strings and tensors of them, so there is
 * nothing in it that a file could run. Whatever is wrong with a file ends in one exception, {@link
 * io.nextscale.tensor.io.FileFormatException}, which says what was expected, what was found and
 * what to do. Memory and time are bounded by the size of the file, not by the counts it claims.
 *
 * <p>Files are mapped, not read: a tensor is copied from the page cache to its array once, and
 * offsets beyond 4 GiB are ordinary. This is the only package that touches {@link
 * java.lang.foreign.MemorySegment}.
 */
@NullMarked
package io.nextscale.tensor.io;

import org.jspecify.annotations.NullMarked;
