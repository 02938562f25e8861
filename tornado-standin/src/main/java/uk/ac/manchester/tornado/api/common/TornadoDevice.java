package uk.ac.manchester.tornado.api.common;

import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/** A device that tasks run on. */
public interface TornadoDevice {

  /** What its driver calls it. */
  String getDescription();

  /** What its driver calls itself. */
  String getPlatformName();

  /** What it is. */
  TornadoDeviceType getDeviceType();

  /** What code it runs. */
  TornadoVMBackendType getTornadoVMBackend();
}
