package io.nextscale.data;

import io.nextscale.image.RgbImage;
import java.util.List;

/**
 * A picture and what is known about it.
 *
 * @param name what it is called in its source: {@code cat/0001.png}
 * @param image the pixels
 * @param label the number of its class in {@link PictureSource#classes}, or {@link #UNLABELLED}
 * @param captions sentences that describe it, any of which may be used; none when there are none
 */
public record Picture(String name, RgbImage image, int label, List<String> captions) {

  /** The label of a picture whose class is not known. */
  public static final int UNLABELLED = -1;

  /** Copies the captions. */
  public Picture {
    captions = List.copyOf(captions);
  }
}
