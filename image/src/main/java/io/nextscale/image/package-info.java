/**
 * Images as files, and the resizing of the reference code.
 *
 * <p>An {@link io.nextscale.image.RgbImage} holds 8-bit rows (h,w,3). {@link
 * io.nextscale.image.ImageFile} reads PNG and JPEG into one, {@link io.nextscale.image.Png} writes
 * it with text metadata, {@link io.nextscale.image.Resample} and {@link io.nextscale.image.Crop}
 * give the bytes of Pillow and torchvision, {@link io.nextscale.image.Grid} lays images side by
 * side.
 *
 * <p>Letters in comments: w and h are width and height in pixels, x counts columns from the left, y
 * rows from the top. Arrays are channels last, red first. Outside this package pixel values are
 * floats in [-1, 1].
 *
 * <p>Start with {@link io.nextscale.image.RgbImage}. The PNG code is our own and complete (every
 * colour type, bit depth and interlacing of the standard); JPEG is decoded and encoded by {@code
 * javax.imageio} behind a class each. Absent on purpose: colour management (profiles and gamma are
 * ignored, as Pillow does), transparency, animation.
 */
@org.jspecify.annotations.NullMarked
package io.nextscale.image;
