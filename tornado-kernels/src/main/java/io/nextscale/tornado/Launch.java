package io.nextscale.tornado;

/**
 * One run of a kernel that an operation asked for.
 *
 * @param call the operation, whose storage stays where it is until the kernel has run
 * @param groups work groups, at least 1
 * @param numbers the arguments that are not whole
 */
record Launch(Call call, Kernel kernel, int groups, float[] numbers, int[] args) {

  Launch {
    if (args.length > kernel.args || numbers.length > kernel.args) {
      throw new IllegalArgumentException(
          kernel.label() + ": at most " + kernel.args + " arguments; got " + args.length);
    }
  }

  long items() {
    return groups * (long) kernel.group;
  }

  /** The kernel did not run: whoever asks for the result is told why. */
  void loseResult(Throwable why) {
    ((DeviceBuffer) call.out().buffer()).lose(why);
  }

  /** For messages. */
  String describe() {
    return kernel.label() + " of " + call.op().name();
  }
}
