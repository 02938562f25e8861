package io.nextscale.cli.download;

import java.io.IOException;

/**
 * A download that cannot succeed. The message reads {@code download <file>: <what was expected>;
 * got <what happened> — <what to do>}.
 */
public final class DownloadException extends IOException {

  private static final long serialVersionUID = 1L;

  DownloadException(String subject, String expected, String got, String remedy) {
    super("download " + subject + ": " + expected + "; got " + got + " — " + remedy);
  }

  DownloadException because(Throwable cause) {
    initCause(cause);
    return this;
  }
}
