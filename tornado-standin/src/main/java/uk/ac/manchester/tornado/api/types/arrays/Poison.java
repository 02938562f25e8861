package uk.ac.manchester.tornado.api.types.arrays;

/** What memory holds before anybody writes to it. */
final class Poison {

  /** A quiet NaN as float, beyond every array as index. */
  static final int BITS = 0x7fc0dead;

  private Poison() {}
}
