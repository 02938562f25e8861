package uk.ac.manchester.tornado.api.exceptions;

/** A program that the runtime refuses. */
public class TornadoRuntimeException extends RuntimeException {

  public TornadoRuntimeException(String message) {
    super(message);
  }
}
