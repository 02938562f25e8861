package io.nextscale.tornado;

import io.nextscale.tornado.kernels.Storage;
import java.util.Arrays;
import java.util.Optional;

/** To what a library rounds the operands of a product; it adds up in single precision, always. */
enum Precision {
  F32(Storage.F32),
  /** 10 bits of the fraction. */
  TF32(Storage.F32),
  /** 7 bits of the fraction; sums are rounded likewise, the library has no other function. */
  BF16(Storage.BF16),
  /** 10 bits of the fraction, numbers up to 65504. */
  F16(Storage.F16);

  /** How operands are stored. */
  final int format;

  Precision(int format) {
    this.format = format;
  }

  /** As it is asked for, in lower case. */
  static Optional<Precision> named(String option) {
    return Arrays.stream(values()).filter(p -> Products.lower(p).equals(option)).findFirst();
  }
}
