/** Images as files: PNG and JPEG in, PNG out, and the resizing of the reference code. */
module io.nextscale.image {
  // JPEG decoding only (JpegDecoder).
  requires java.desktop;
  requires static org.jspecify;

  exports io.nextscale.image;
  exports io.nextscale.image.draw;
}
