package uk.ac.manchester.tornado.api.exceptions;

/** More memory asked for than the device was given. */
public class TornadoOutOfMemoryException extends RuntimeException {

  public TornadoOutOfMemoryException(String message) {
    super(message);
  }
}
