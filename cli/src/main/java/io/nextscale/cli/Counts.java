package io.nextscale.cli;

/** How many pictures are made, and how many together. */
final class Counts {

  private static final int MOST = 100_000;

  private Counts() {}

  /**
   * Refuses numbers out of range.
   *
   * @throws UsageException naming the option
   */
  static void check(int count, int atOnce) {
    check("-b", count);
    check("--at-once", atOnce);
  }

  private static void check(String flag, int number) {
    if (number < 1 || number > MOST) {
      throw new UsageException(flag + ": a number from 1 to " + MOST + "; got " + number);
    }
  }
}
