package uk.ac.manchester.tornado.api.runtime;

import java.util.List;
import uk.ac.manchester.tornado.api.TornadoBackend;
import uk.ac.manchester.tornado.api.TornadoRuntime;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/**
 * The runtime: a device that only runs kernels, and where {@code tornado.standin.cuda} is true two
 * of CUDA, of which the first has cuBLAS.
 */
public class TornadoRuntimeProvider {

  private static final String CUDA = "tornado.standin.cuda";

  private static final List<TornadoBackend> ALL =
      List.of(
          backend(new Device("stand-in", TornadoDeviceType.CPU, TornadoVMBackendType.JAVA)),
          backend(
              new Device("stand-in with cuBLAS", TornadoDeviceType.GPU, TornadoVMBackendType.CUDA),
              new Device("stand-in", TornadoDeviceType.GPU, TornadoVMBackendType.CUDA)));

  private static final TornadoRuntime RUNTIME =
      new TornadoRuntime() {
        @Override
        public TornadoBackend getBackend(int index) {
          return ALL.subList(0, getNumBackends()).get(index);
        }

        @Override
        public int getNumBackends() {
          return Boolean.getBoolean(CUDA) ? ALL.size() : 1;
        }
      };

  /** The runtime. */
  public static TornadoRuntime getTornadoRuntime() {
    return RUNTIME;
  }

  private static TornadoBackend backend(TornadoDevice... devices) {
    return new TornadoBackend() {
      @Override
      public int getNumDevices() {
        return devices.length;
      }

      @Override
      public TornadoDevice getDevice(int index) {
        return devices[index];
      }
    };
  }

  private record Device(
      String getDescription,
      TornadoDeviceType getDeviceType,
      TornadoVMBackendType getTornadoVMBackend)
      implements TornadoXPUDevice {

    @Override
    public String getPlatformName() {
      return "plain JVM";
    }
  }
}
