/**
 * Programs that use the library, from a file of somebody else's weights to a number that can be
 * checked.
 *
 * <p>{@link io.nextscale.examples.CifarAccuracy} fills a residual network from a PyTorch checkpoint
 * and measures its accuracy on the pictures that {@link io.nextscale.examples.LabelledPictures}
 * reads from a zip archive. Start there; the commands are in the module's README.md.
 *
 * <p>Letters in comments: B batch; pictures are channels last, (B,h,w,3).
 */
@org.jspecify.annotations.NullMarked
package io.nextscale.examples;
