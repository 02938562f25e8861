package io.nextscale.data;

import java.io.IOException;
import java.util.List;
import java.util.Objects;

/** Consecutive pictures of another source. */
record PictureRange(PictureSource whole, long from, long to) implements PictureSource {

  PictureRange {
    if (from < 0 || from >= to || to > whole.size()) {
      throw new IndexOutOfBoundsException(
          "pictures: a range of at least one within "
              + (whole.endless() ? "an endless source" : whole.size() + " pictures")
              + "; got "
              + from
              + " to "
              + to);
    }
  }

  @Override
  public long size() {
    return to - from;
  }

  @Override
  public List<String> classes() {
    return whole.classes();
  }

  @Override
  public String name(long index) {
    return whole.name(from + Objects.checkIndex(index, size()));
  }

  @Override
  public Picture get(long index) throws IOException {
    return whole.get(from + Objects.checkIndex(index, size()));
  }

  @Override
  public String describe() {
    return whole.describe() + ", of these " + from + " to " + (to - 1);
  }

  @Override
  public void close() throws IOException {
    whole.close();
  }
}
