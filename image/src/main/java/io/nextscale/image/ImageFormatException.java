package io.nextscale.image;

import java.io.IOException;

/**
 * An image file that cannot be read. The message reads {@code <file or format>: <what was
 * expected>; got <what was found> — <what to do>}.
 */
public final class ImageFormatException extends IOException {

  private static final long serialVersionUID = 1L;

  private final String complaint;

  ImageFormatException(String subject, String complaint) {
    super(subject + ": " + complaint);
    this.complaint = complaint;
  }

  ImageFormatException(String subject, String expected, String got, String remedy) {
    this(subject, expected + "; got " + got + " — " + remedy);
  }

  /** The same complaint about a file known by name. */
  ImageFormatException about(String subject) {
    ImageFormatException named = new ImageFormatException(subject, complaint);
    named.initCause(this);
    return named;
  }
}
