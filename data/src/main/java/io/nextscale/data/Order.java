package io.nextscale.data;

import io.nextscale.tensor.RandomStream;
import java.util.List;

/**
 * Which picture is at a position of the sequence that batches are cut from, and the chances of one
 * epoch.
 *
 * @param size pictures of an epoch, N
 * @param seed decides on everything
 * @param shuffled whether the pictures of an epoch come in random order, epoch after epoch;
 *     otherwise position is number, and there is one epoch
 */
record Order(long size, long seed, boolean shuffled) {

  /** {@code ⌊position / N⌋}. */
  long epoch(long position) {
    return shuffled ? position / size : 0;
  }

  /** The picture {@code further} places after a position, in the same epoch. */
  long index(long position, int further) {
    if (!shuffled) {
      return position + further;
    }
    Permutation permutation = new Permutation(size, stream("order").split(epoch(position)));
    return permutation.at((position % size + further) % size);
  }

  /** Chances of a picture in an epoch, for one purpose. */
  RandomStream chances(String purpose, long epoch, long index) {
    return stream(purpose).split(epoch).split(index);
  }

  /** The one of several captions that is used of a picture in an epoch, "" when there is none. */
  String caption(long epoch, long index, List<String> captions) {
    return switch (captions.size()) {
      case 0 -> "";
      case 1 -> captions.getFirst();
      default -> captions.get(chances("caption", epoch, index).nextInt(captions.size()));
    };
  }

  private RandomStream stream(String purpose) {
    return RandomStream.of(seed).split(purpose);
  }
}
