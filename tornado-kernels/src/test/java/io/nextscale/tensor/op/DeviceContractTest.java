package io.nextscale.tensor.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.nextscale.tensor.Backends;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.spi.Backend;
import io.nextscale.tensor.spi.Buffer;
import io.nextscale.tensor.spi.HostBuffer;
import io.nextscale.tensor.spi.Operand;
import io.nextscale.tornado.Libraries;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The calls of {@link OpContractTest}'s samples on the first device of TornadoVM: every operation,
 * every sample, against the reference.
 */
class DeviceContractTest {

  private static final double ULP = 0x1p-23;

  private static Backend device = Backends.cpu();

  @BeforeAll
  static void open() {
    device = Backends.open("tornado");
  }

  @AfterAll
  static void close() {
    device.close();
    device = Backends.cpu(); // lets go of its memory
  }

  static Stream<Class<?>> operations() {
    return recordsBelow(Op.class).stream();
  }

  private static List<Class<?>> recordsBelow(Class<?> type) {
    if (!type.isInterface()) {
      return List.of(type);
    }
    List<Class<?>> records = new ArrayList<>();
    for (Class<?> permitted : type.getPermittedSubclasses()) {
      records.addAll(recordsBelow(permitted));
    }
    return records;
  }

  @ParameterizedTest
  @MethodSource("operations")
  void deviceAgreesWithTheReference(Class<?> operation) {
    int checked = 0;
    for (Sample sample : OpSamples.samples()) {
      if (sample.op().getClass() == operation) {
        check(sample, device);
        checked++;
      }
    }
    assertThat(checked).isPositive();
  }

  /** Products once more, by the library where there is one. */
  @Test
  void libraryAgreesWithTheReference() {
    try (Backend library = Libraries.open("f32")) {
      int checked = 0;
      for (Sample sample : OpSamples.samples()) {
        if (sample.op() instanceof MatrixProduct) {
          check(sample, library);
          checked++;
        }
      }
      assertThat(checked).isGreaterThan(20);
    }
  }

  private static void check(Sample sample, Backend device) {
    Operand expected = sample.poisoned();
    sample.op().reference(sample.operands(), expected);
    List<Operand> in = new ArrayList<>();
    for (Tensor operand : sample.in()) {
      in.add(new Operand(operand.to(device).buffer(), operand.shape()));
    }
    Buffer out = device.upload(sample.poisoned().host());
    device.run(sample.op(), in.toArray(Operand[]::new), new Operand(out, sample.result()));
    compare(sample, device.download(out), expected.host());
    for (int i = 0; i < in.size(); i++) {
      HostBuffer after = device.download(in.get(i).buffer());
      HostBuffer before = (HostBuffer) sample.in().get(i).buffer();
      assertThat(Sample.bits(after))
          .as("operand %d of %s", i, sample)
          .isEqualTo(Sample.bits(before));
    }
  }

  private static void compare(Sample sample, HostBuffer actual, HostBuffer expected) {
    if (expected.type() != DType.F32) {
      assertThat(Sample.bits(actual)).as("%s", sample).isEqualTo(Sample.bits(expected));
      return;
    }
    int[] bits = Sample.bits(actual);
    float[] a = actual.toFloats();
    float[] e = expected.toFloats();
    double largest = 0;
    for (float value : e) {
      if (Float.isFinite(value)) {
        largest = Math.max(largest, Math.abs(value));
      }
    }
    Agreement agreement = onDevice(sample.agreement());
    for (int i = 0; i < e.length; i++) {
      if (bits[i] == Sample.POISON) {
        fail("%s: element %d is not written", sample, i);
      }
      if (!agreement.allows(a[i], e[i], largest)) {
        fail(
            "%s: element %d is %s, the reference has %s; %s, the largest is %s",
            sample, i, a[i], e[i], agreement, largest);
      }
    }
  }

  /**
   * Copies and single operations are exact there as well. Others add in another order, use the
   * platform's exponential and do not fuse: four times as far, and two roundings.
   */
  private static Agreement onDevice(Agreement agreement) {
    return agreement.equals(Agreement.EXACT)
        ? agreement
        : new Agreement(4 * agreement.relative() + 2 * ULP, 4 * agreement.ofLargest() + 2 * ULP);
  }
}
