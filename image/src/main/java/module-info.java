/** Images as files: PNG and JPEG, and the resizing of the reference code. */
module io.nextscale.image {
  // JPEG only (JpegDecoder, JpegEncoder).
  requires java.desktop;
  requires static org.jspecify;

  exports io.nextscale.image;
  exports io.nextscale.image.draw;
}
