package io.nextscale.tornado;

import java.util.Map;
import java.util.TreeMap;

/**
 * Ranges of an array, given out and taken back: the first free range that is large enough; what
 * comes back is joined with its free neighbours.
 */
final class Blocks {

  /** Starts and lengths are multiples of this: 128 bytes, what a device reads at once. */
  static final int GRAIN = 32;

  /** Returned when no range is large enough. */
  static final int NONE = -1;

  private final int capacity;
  private final TreeMap<Integer, Integer> free = new TreeMap<>();
  private int used;

  Blocks(int capacity) {
    this.capacity = capacity / GRAIN * GRAIN;
    free.put(0, this.capacity);
  }

  /** The length of the range that is given out for so many elements. */
  private static int rounded(int size) {
    long whole = (Math.max(size, 1) + (long) GRAIN - 1) / GRAIN * GRAIN;
    return (int) Math.min(whole, Integer.MAX_VALUE / GRAIN * GRAIN);
  }

  /** The start of a range, or {@link #NONE}. */
  synchronized int take(int size) {
    int length = rounded(size);
    for (Map.Entry<Integer, Integer> range : free.entrySet()) {
      if (range.getValue() >= length) {
        int start = range.getKey();
        int rest = range.getValue() - length;
        free.remove(start);
        if (rest > 0) {
          free.put(start + length, rest);
        }
        used += length;
        return start;
      }
    }
    return NONE;
  }

  /** Takes a range back, with the size it was asked for. */
  synchronized void giveBack(int start, int size) {
    int length = rounded(size);
    used -= length;
    Map.Entry<Integer, Integer> before = free.lowerEntry(start);
    int from = start;
    if (before != null && before.getKey() + before.getValue() == start) {
      from = before.getKey();
      length += before.getValue();
    }
    Integer after = free.remove(start + rounded(size));
    if (after != null) {
      length += after;
    }
    free.put(from, length);
  }

  int capacity() {
    return capacity;
  }

  synchronized int used() {
    return used;
  }
}
