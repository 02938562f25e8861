package uk.ac.manchester.tornado.api.exceptions;

/** A kernel that failed. */
public class TornadoBailoutRuntimeException extends RuntimeException {

  public TornadoBailoutRuntimeException(String message) {
    super(message);
  }

  public TornadoBailoutRuntimeException(String message, Exception cause) {
    super(message, cause);
  }
}
