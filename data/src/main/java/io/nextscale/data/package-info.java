/**
 * The pictures that models are trained on.
 *
 * <p>A {@link io.nextscale.data.PictureSource} gives pictures by number: a folder or a zip archive
 * with one folder per class, pictures with captions, the binary files of CIFAR-10 and MNIST, the
 * shapes world. {@link io.nextscale.data.Preprocess} brings a picture to the size of a model as the
 * reference does. {@link io.nextscale.data.Batches} decodes ahead of the training step on several
 * threads; which pictures a batch holds, and how each is cropped, is a function of the seed and the
 * number of the batch, so a run that is resumed sees what it would have seen.
 *
 * <p>Tokens that were computed once come from {@link io.nextscale.data.TokenShards} instead.
 *
 * <p>Files come from strangers. A picture that cannot be read, and a file that is not what it
 * claims, end in a {@link io.nextscale.tensor.io.FileFormatException} that names it; memory is
 * bounded by limits and by the sizes of files, not by the counts they claim.
 *
 * <p>Letters in shape comments: B pictures of a batch, h and w rows and columns, L tokens of a
 * picture, N items of a shard, V numbers of the vocabulary.
 */
@NullMarked
package io.nextscale.data;

import org.jspecify.annotations.NullMarked;
