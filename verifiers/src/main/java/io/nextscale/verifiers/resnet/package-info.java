/**
 * Residual networks that tell classes apart, to ask how sure one is of a class.
 *
 * <p>{@link io.nextscale.verifiers.resnet.Classifier} finds out which one a file holds: {@link
 * io.nextscale.verifiers.resnet.CifarResNet} for pictures of 32 x 32 pixels, or {@link
 * io.nextscale.verifiers.resnet.ImageNetResNet} for those of 224 x 224. The components have the
 * names of the published weights.
 *
 * <p>Letters used in comments: B batch, h,w rows and columns of a map, C channels, K classes, n
 * blocks of a stage. Maps are channels last, (B,h,w,C). Deliberately absent: training, grouped
 * convolutions (ResNeXt) and wider ones.
 *
 * @see <a href="https://arxiv.org/abs/1512.03385">He et al. 2015</a>
 */
@NullMarked
package io.nextscale.verifiers.resnet;

import org.jspecify.annotations.NullMarked;
