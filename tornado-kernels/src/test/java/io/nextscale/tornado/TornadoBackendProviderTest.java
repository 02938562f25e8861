package io.nextscale.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.nextscale.tensor.Backends;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.spi.Backend;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** The provider where TornadoVM is not installed: the usual case. */
class TornadoBackendProviderTest {

  /** Its own classes and the tensors, and nothing of the API. */
  @Test
  void withoutTornadoTheReasonSaysWhatToInstall() throws Exception {
    assumeFalse(FloatArray.class.getModule().isNamed(), "TornadoVM is here, for all class loaders");
    URL[] classes = {locationOf(TornadoBackendProvider.class), locationOf(Tensor.class)};
    try (URLClassLoader alone = new URLClassLoader(classes, ClassLoader.getPlatformClassLoader())) {
      Class<?> type = Class.forName(TornadoBackendProvider.class.getName(), true, alone);
      assertThat(type.getClassLoader()).isSameAs(alone);
      Object provider = type.getConstructor().newInstance();
      assertThat(type.getMethod("devices").invoke(provider)).isEqualTo(List.of());
      assertThat((String) type.getMethod("unavailableReason").invoke(provider))
          .startsWith("TornadoVM is not on the module path")
          .contains("TORNADOVM_HOME")
          .contains("tornado-argfile");
    }
  }

  @Test
  void relaxedArithmeticIsSwitchedOff() {
    assertThat(new TornadoBackendProvider().devices()).isNotEmpty();
    assertThat(System.getProperty("tornado.opencl.compiler.flags")).doesNotContain("relaxed");
    assertThat(System.getProperty("tornado.recover.bailout")).isEqualTo("False");
  }

  @Test
  void whatRunsOnTheCpuIsNotTakenInsteadOfItsOwnKernels() {
    assumeFalse(FloatArray.class.getModule().isNamed(), "TornadoVM may have found an accelerator");
    assertThat(new TornadoBackendProvider().devices()).containsExactly("tornado:0:0");
    assertThat(new TornadoBackendProvider().recommended()).isEmpty();
    assertThat(Backends.open("auto")).isSameAs(Backends.cpu());
    try (Backend asked = Backends.open("gpu")) {
      assertThat(asked).isInstanceOf(TornadoBackend.class);
    }
  }

  private static URL locationOf(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation();
  }
}
