package uk.ac.manchester.tornado.api.runtime;

import uk.ac.manchester.tornado.api.TornadoBackend;
import uk.ac.manchester.tornado.api.TornadoRuntime;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/** The runtime with the one device there is here. */
public class TornadoRuntimeProvider {

  private static final TornadoDevice DEVICE =
      new TornadoDevice() {
        @Override
        public String getDescription() {
          return "stand-in";
        }

        @Override
        public String getPlatformName() {
          return "plain JVM";
        }

        @Override
        public TornadoDeviceType getDeviceType() {
          return TornadoDeviceType.CPU;
        }

        @Override
        public TornadoVMBackendType getTornadoVMBackend() {
          return TornadoVMBackendType.JAVA;
        }
      };

  private static final TornadoBackend BACKEND =
      new TornadoBackend() {
        @Override
        public int getNumDevices() {
          return 1;
        }

        @Override
        public TornadoDevice getDevice(int index) {
          return TornadoRuntimeProvider.only(DEVICE, index);
        }
      };

  private static final TornadoRuntime RUNTIME =
      new TornadoRuntime() {
        @Override
        public TornadoBackend getBackend(int index) {
          return TornadoRuntimeProvider.only(BACKEND, index);
        }

        @Override
        public int getNumBackends() {
          return 1;
        }
      };

  /** The runtime. */
  public static TornadoRuntime getTornadoRuntime() {
    return RUNTIME;
  }

  private static <T> T only(T one, int index) {
    if (index != 0) {
      throw new IndexOutOfBoundsException("device: 0, the only one there is; got " + index);
    }
    return one;
  }
}
