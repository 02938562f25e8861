package io.nextscale.standin;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/** Where arrays of the device are while a library is called, which takes nothing but addresses. */
public final class Addresses implements AutoCloseable {

  /** So that one array is never the continuation of another. */
  private static final long GAP = 1L << 12;

  private static final AtomicLong NEXT = new AtomicLong(1L << 40);

  private static final ConcurrentSkipListMap<Long, MemorySegment> KNOWN =
      new ConcurrentSkipListMap<>();

  private final List<Long> given = new ArrayList<>();

  /** The address of an array. */
  public long give(MemorySegment array) {
    long at = NEXT.getAndAdd((array.byteSize() / GAP + 2) * GAP);
    KNOWN.put(at, array);
    given.add(at);
    return at;
  }

  /**
   * The rest of the array that an address points into.
   *
   * @throws IllegalArgumentException when it points into none
   */
  public static MemorySegment from(long address) {
    Map.Entry<Long, MemorySegment> array = KNOWN.floorEntry(address);
    if (array == null || address - array.getKey() > array.getValue().byteSize()) {
      throw new IllegalArgumentException(
          "device: an address of memory; got 0x" + Long.toHexString(address));
    }
    return array.getValue().asSlice(address - array.getKey());
  }

  @Override
  public void close() {
    given.forEach(KNOWN::remove);
  }
}
