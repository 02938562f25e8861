package uk.ac.manchester.tornado.api;

/** The drivers that were found. */
public interface TornadoRuntime {

  /** One of them. */
  TornadoBackend getBackend(int index);

  /** How many there are. */
  int getNumBackends();
}
