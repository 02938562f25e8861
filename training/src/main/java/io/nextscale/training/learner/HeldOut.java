package io.nextscale.training.learner;

import io.nextscale.data.Picture;
import io.nextscale.data.PictureSource;
import java.io.IOException;
import java.util.List;
import java.util.Objects;

/**
 * Either the pictures of a source that are kept out of training, spread evenly over it, or the
 * others. The source is taken in stretches of equal length; the one in the middle of each is kept
 * out.
 *
 * @param whole the source
 * @param held how many stretches there are
 * @param stretch the length of each; what is left behind the last belongs to the others
 * @param kept whether these are the pictures that are kept out
 */
record HeldOut(PictureSource whole, long held, long stretch, boolean kept)
    implements PictureSource {

  /** Pictures {@code held} in number, or the others, of a source with more than twice as many. */
  static PictureSource of(PictureSource whole, long held, boolean kept) {
    return new HeldOut(whole, held, whole.size() / held, kept);
  }

  private long place(long index) {
    Objects.checkIndex(index, size());
    if (kept) {
      return index * stretch + stretch / 2;
    }
    long others = stretch - 1;
    long before = Math.min(index / others, held);
    long within = index - before * others;
    boolean behind = before < held && within >= stretch / 2;
    return before * stretch + within + (behind ? 1 : 0);
  }

  @Override
  public long size() {
    return kept ? held : whole.size() - held;
  }

  @Override
  public List<String> classes() {
    return whole.classes();
  }

  @Override
  public String name(long index) {
    return whole.name(place(index));
  }

  @Override
  public Picture get(long index) throws IOException {
    return whole.get(place(index));
  }

  @Override
  public String describe() {
    return whole.describe() + (kept ? ", of these " : ", without ") + held + " kept out";
  }

  @Override
  public void close() throws IOException {
    whole.close();
  }
}
