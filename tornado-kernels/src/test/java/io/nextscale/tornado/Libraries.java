package io.nextscale.tornado;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nextscale.tensor.Backends;
import io.nextscale.tensor.spi.Backend;
import java.util.Optional;
import java.util.function.Supplier;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Devices that have cuBLAS: one of the stand-in, or the first of TornadoVM. */
public final class Libraries {

  /** Whether it is the stand-in, which has a device with libraries when it is asked for. */
  static final boolean STAND_IN = !FloatArray.class.getModule().isNamed();

  static {
    new TornadoBackendProvider().devices(); // sets what TornadoVM reads once, for all tests
  }

  private Libraries() {}

  /**
   * Such a device, with products as named; tests that ask for it are skipped where there is none.
   */
  public static Backend open(String products) {
    return with(
        "tornado.standin.cuda",
        "true",
        () -> {
          Optional<String> missing =
              CuBlasProducts.missingOn(TornadoExecutionPlan.getDevice(STAND_IN ? 1 : 0, 0));
          assumeTrue(missing.isEmpty(), () -> "no cuBLAS here: " + missing.orElse(""));
          return with(
              TornadoBackendProvider.PRODUCTS,
              products,
              () ->
                  with(
                      TornadoBackendProvider.MEMORY,
                      "32m",
                      () -> Backends.open(STAND_IN ? "tornado:1:0" : "tornado")));
        });
  }

  /** What a call returns while a property has a value. */
  static <T> T with(String property, String value, Supplier<T> call) {
    String before = System.setProperty(property, value);
    try {
      return call.get();
    } finally {
      if (before == null) {
        System.clearProperty(property);
      } else {
        System.setProperty(property, before);
      }
    }
  }
}
