package io.nextscale.data;

import io.nextscale.image.RgbImage;
import io.nextscale.shapes.Example;
import io.nextscale.shapes.Renderer;
import io.nextscale.shapes.Scene;
import io.nextscale.shapes.ShapesWorld;
import io.nextscale.shapes.Split;
import java.util.List;
import java.util.Locale;

/** The shapes world as pictures of 8 bits: what a PNG file of an example holds. */
record ShapesPictures(ShapesWorld world, long seed, Split split, boolean crowds)
    implements PictureSource {

  ShapesPictures(long seed, Split split, boolean crowds) {
    this(new ShapesWorld(seed), seed, split, crowds);
  }

  @Override
  public long size() {
    return ENDLESS;
  }

  @Override
  public List<String> classes() {
    return List.of();
  }

  @Override
  public String name(long index) {
    if (index < 0) {
      throw new IndexOutOfBoundsException("shapes: a number of at least 0; got " + index);
    }
    return (crowds ? "crowds-" : "shapes-") + seed + "-" + word() + "-" + index;
  }

  @Override
  public Picture get(long index) {
    String name = name(index);
    if (crowds) {
      return new Picture(name, image(world.crowd(split, index)), Picture.UNLABELLED, List.of());
    }
    Example example = world.example(split, index).inReadingOrder();
    RgbImage image = image(example.scene());
    return new Picture(name, image, Picture.UNLABELLED, List.of(example.caption()));
  }

  private static RgbImage image(Scene scene) {
    float[] unit = Renderer.render(scene); // (64,64,3) in [0, 1]
    byte[] rgb = new byte[unit.length];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) Math.round(Math.clamp(unit[i], 0f, 1f) * 255f);
    }
    return RgbImage.of(rgb, Scene.SIDE, Scene.SIDE);
  }

  @Override
  public String describe() {
    String world = "shapes world, seed " + seed + ", split " + word() + ": ";
    return world + (crowds ? "crowds without end or captions" : "without end, with captions");
  }

  private String word() {
    return split.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public void close() {}
}
