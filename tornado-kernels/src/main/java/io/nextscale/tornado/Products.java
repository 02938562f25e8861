package io.nextscale.tornado;

import java.util.Locale;
import java.util.Optional;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/** What computes the matrix products of a device. */
interface Products {

  /** The best without a loss of precision: the library where there is one. */
  String AUTO = "auto";

  /** Our kernels, whatever there is. */
  String OWN = "own";

  /** Asks for the kernels of a product. */
  void run(Call call, Product product);

  /** What it is, for people. */
  String describe();

  /**
   * What was asked for, on a device.
   *
   * @param option {@link #AUTO}, {@link #OWN} or a {@link Precision} in lower case
   * @throws IllegalArgumentException for anything else, and for a precision of the library where
   *     the device has none
   */
  static Products of(String option, TornadoDevice device) {
    if (option.equals(OWN)) {
      return new OwnProducts("");
    }
    if (option.equals(AUTO)) {
      return automatic(device);
    }
    Precision precision =
        Precision.named(option)
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "gpu-products, %s: one of auto, own, f32, tf32, bf16, f16; got %s"
                        .formatted(TornadoBackendProvider.PRODUCTS, option)));
    Optional<String> missing =
        isCuda(device)
            ? CuBlasProducts.missingOn(device)
            : Optional.of("it is no CUDA device of NVIDIA's");
    if (missing.isPresent()) {
      throw new IllegalArgumentException(
          "gpu-products, %s: auto or own on %s, which has no cuBLAS: %s; got %s"
              .formatted(
                  TornadoBackendProvider.PRODUCTS, device.getDescription(), missing.get(), option));
    }
    return new LibraryProducts(precision);
  }

  private static Products automatic(TornadoDevice device) {
    if (!isCuda(device)) {
      return new OwnProducts("");
    }
    return CuBlasProducts.missingOn(device)
        .<Products>map(OwnProducts::new)
        .orElseGet(() -> new LibraryProducts(Precision.F32));
  }

  private static boolean isCuda(TornadoDevice device) {
    return device.getTornadoVMBackend() == TornadoVMBackendType.CUDA;
  }

  /** For options and messages. */
  static String lower(Precision precision) {
    return precision.name().toLowerCase(Locale.ROOT);
  }
}
