package io.nextscale.tensor.cpu;

import java.util.Locale;
import jdk.incubator.vector.FloatVector;

/**
 * Which kernels this JVM runs, chosen once at start.
 *
 * <p>The property {@code io.nextscale.vector} is one of {@code auto} (the default), {@code 128},
 * {@code 256}, {@code 512} and {@code scalar}. {@code auto} takes the widest vectors of the
 * processor, provided that the module {@code jdk.incubator.vector} is present and that the JVM has
 * the C2 compiler: without C2 a vector operation is an object allocation, and plain loops are
 * faster. A width that the processor does not have becomes the widest it has. Whatever is not as
 * asked is logged in one line; results have the same bits in any case.
 *
 * <p>Start here to choose between two implementations of a kernel:
 *
 * {@snippet :
 * static final RowKernels ROWS = CpuInfo.VECTOR ? new VectorRowKernels() : new ScalarRowKernels();
 * }
 *
 * A class that mentions {@code jdk.incubator.vector} must not be initialised unless {@link
 * #VECTOR}.
 */
final class CpuInfo {

  private static final Choice CHOICE = choose();

  /** Whether kernels with vector instructions run; else scalar ones. */
  static final boolean VECTOR = CHOICE.bits > 0;

  /** Bits of a vector: 128, 256 or 512; 0 for scalar kernels. */
  static final int BITS = CHOICE.bits;

  /**
   * Whether the processor has 32 vector registers rather than 16: AVX-512 at any width, or ARM.
   * Register tiles are sized by it.
   */
  static final boolean MANY_REGISTERS = CHOICE.manyRegisters;

  private CpuInfo() {}

  /** The active kernels in words, such as {@code "vector 512-bit, 2 threads"}. */
  static String describe() {
    int threads = Parallel.threads();
    return (VECTOR ? "vector " + BITS + "-bit" : "scalar (" + CHOICE.reason + ")")
        + ", "
        + threads
        + (threads == 1 ? " thread" : " threads");
  }

  private record Choice(int bits, boolean manyRegisters, String reason) {

    static Choice scalar(String reason) {
      return new Choice(0, false, reason);
    }
  }

  private static Choice choose() {
    String wanted =
        System.getProperty("io.nextscale.vector", "auto").strip().toLowerCase(Locale.ROOT);
    Choice choice = choose(wanted);
    String notice = choice.reason;
    if (choice.bits == 0) {
      notice = wanted.equals("scalar") ? "" : "scalar kernels, ten times slower or more: " + notice;
    }
    if (!notice.isEmpty()) {
      System.getLogger("io.nextscale").log(System.Logger.Level.WARNING, "cpu: " + notice);
    }
    return choice;
  }

  private static Choice choose(String wanted) {
    if (wanted.equals("scalar")) {
      return Choice.scalar("io.nextscale.vector=scalar");
    }
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      return Choice.scalar("add --add-modules jdk.incubator.vector to the java command");
    }
    String compilers = System.getProperty("java.vm.info", "");
    if (compilers.contains("interpreted") || compilers.contains("emulated-client")) {
      return Choice.scalar("this JVM runs without the C2 compiler (" + compilers + ")");
    }
    int preferred = Preferred.BITS;
    if (preferred < 128) {
      return Choice.scalar(
          "this JVM has no vector instructions for " + System.getProperty("os.arch"));
    }
    int bits = Math.min(preferred, 512);
    String notice = "";
    switch (wanted) {
      case "auto" -> {}
      case "128", "256", "512" -> {
        int asked = Integer.parseInt(wanted);
        bits = Math.min(bits, asked);
        if (bits < asked) {
          notice = "this JVM has no vectors of " + asked + " bits; using " + bits;
        }
      }
      default ->
          notice =
              "io.nextscale.vector one of auto, 128, 256, 512, scalar; got "
                  + wanted
                  + " — using "
                  + bits;
    }
    boolean arm = System.getProperty("os.arch", "").equals("aarch64");
    return new Choice(bits, preferred >= 512 || arm, notice);
  }

  /**
   * A class of its own, so that it is loaded only where the vector module is known to be present.
   */
  private static final class Preferred {
    static final int BITS = FloatVector.SPECIES_PREFERRED.vectorBitSize();
  }
}
