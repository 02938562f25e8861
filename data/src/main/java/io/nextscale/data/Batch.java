package io.nextscale.data;

import io.nextscale.tensor.Tensor;
import java.util.List;

/**
 * Pictures for one step.
 *
 * @param iteration its number
 * @param images (B,h,w,3) in [-1, 1]
 * @param items what is known about each, in the order of the images
 */
public record Batch(long iteration, Tensor images, List<Item> items) {

  /**
   * What is known about a picture of a batch.
   *
   * @param index its number in the source
   * @param name what it is called there
   * @param label the number of its class, or {@link Picture#UNLABELLED}
   * @param caption the one of its captions that was drawn for this step; "" when it has none
   * @param captions all of them
   */
  public record Item(long index, String name, int label, String caption, List<String> captions) {

    /** Copies the captions. */
    public Item {
      captions = List.copyOf(captions);
    }
  }

  /** Copies the items. */
  public Batch {
    items = List.copyOf(items);
  }

  /** How many pictures, B. */
  public int size() {
    return items.size();
  }

  /** The labels, B numbers. */
  public int[] labels() {
    return items.stream().mapToInt(Item::label).toArray();
  }

  /** The captions that were drawn, B texts. */
  public List<String> captions() {
    return items.stream().map(Item::caption).toList();
  }

  /** The names of the pictures. */
  public List<String> names() {
    return items.stream().map(Item::name).toList();
  }
}
