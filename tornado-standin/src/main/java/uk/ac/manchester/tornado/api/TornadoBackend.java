package uk.ac.manchester.tornado.api;

import uk.ac.manchester.tornado.api.common.TornadoDevice;

/** A driver with its devices. */
public interface TornadoBackend {

  /** The number of devices. */
  int getNumDevices();

  /** One of them. */
  TornadoDevice getDevice(int index);
}
