package uk.ac.manchester.tornado.cublas.provider;

import java.lang.foreign.MemorySegment;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/**
 * A matrix stored by columns, read as it is or transposed.
 *
 * @param leading elements from one stored column to the next
 */
record ColumnMajor(MemorySegment at, Numbers numbers, int leading, boolean transposed) {

  void requireRows(String function, int rows, int columns) {
    int stored = transposed ? columns : rows;
    if (leading < Math.max(1, stored)) {
      throw new TornadoRuntimeException(
          function + ": columns of " + stored + " elements; got one every " + leading);
    }
  }

  private long index(int row, int column) {
    return transposed ? column + (long) row * leading : row + (long) column * leading;
  }

  float get(int row, int column) {
    return numbers.get(at, index(row, column));
  }

  void set(int row, int column, float value) {
    numbers.set(at, index(row, column), value);
  }
}
