package io.nextscale.verifiers.shapes;

import io.nextscale.shapes.Colour;
import io.nextscale.shapes.Form;
import io.nextscale.shapes.Ground;
import io.nextscale.shapes.Scene;
import io.nextscale.shapes.ShapesWorld;
import io.nextscale.shapes.Size;
import io.nextscale.shapes.Split;
import io.nextscale.shapes.Thing;
import io.nextscale.shapes.Tone;
import io.nextscale.tensor.RandomStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What can be wrong with a scene. Each makes another proper scene of one: no two things touch, and
 * no pair of colour and form appears that is {@linkplain Split#heldOut held out} of training.
 *
 * <p>Whether a caption still holds of it is for the checker to say.
 */
public enum Flaw {
  /** A thing has another colour. */
  COLOUR {
    @Override
    @Nullable List<Thing> things(List<Thing> things, RandomStream random) {
      int i = random.nextInt(things.size());
      Colour colour = another(Colour.values(), things.get(i).colour(), random);
      return replaced(things, i, painted(things.get(i), colour));
    }
  },
  /** Two things have exchanged their colours. */
  COLOURS_EXCHANGED {
    @Override
    @Nullable List<Thing> things(List<Thing> things, RandomStream random) {
      int i = random.nextInt(things.size());
      int j = random.nextInt(things.size());
      Thing a = things.get(i);
      Thing b = things.get(j);
      return a.colour() == b.colour()
          ? null
          : replaced(replaced(things, i, painted(a, b.colour())), j, painted(b, a.colour()));
    }
  },
  /** A thing has another form. */
  FORM {
    @Override
    @Nullable List<Thing> things(List<Thing> things, RandomStream random) {
      int i = random.nextInt(things.size());
      Thing t = things.get(i);
      Form form = another(Form.values(), t.form(), random);
      return replaced(things, i, new Thing(form, t.colour(), t.x(), t.y(), t.halfWidth()));
    }
  },
  /** What was left is right, or what was above is below. */
  PLACE {
    @Override
    @Nullable List<Thing> things(List<Thing> things, RandomStream random) {
      boolean sideways = random.nextInt(2) == 0;
      List<Thing> mirrored = new ArrayList<>();
      for (Thing t : things) {
        float x = sideways ? Scene.SIDE - t.x() : t.x();
        float y = sideways ? t.y() : Scene.SIDE - t.y();
        mirrored.add(t.at(x, y));
      }
      return things.size() < 2 ? null : mirrored;
    }
  },
  /** Two things have exchanged their places. */
  PLACES_EXCHANGED {
    @Override
    @Nullable List<Thing> things(List<Thing> things, RandomStream random) {
      int i = random.nextInt(things.size());
      int j = random.nextInt(things.size());
      Thing a = things.get(i);
      Thing b = things.get(j);
      return a.form() == b.form() && a.colour() == b.colour()
          ? null
          : clear(replaced(replaced(things, i, a.at(b.x(), b.y())), j, b.at(a.x(), a.y())));
    }
  },
  /** A thing is elsewhere. */
  MOVED {
    @Override
    @Nullable List<Thing> things(List<Thing> things, RandomStream random) {
      int i = random.nextInt(things.size());
      Thing t = things.get(i);
      Thing there = t.at(ShapesWorld.place(random), ShapesWorld.place(random));
      return there.equals(t) ? null : clear(replaced(things, i, there));
    }
  },
  /** A small thing is large, or a large one small. */
  SIZE {
    @Override
    @Nullable List<Thing> things(List<Thing> things, RandomStream random) {
      int i = random.nextInt(things.size());
      Thing t = things.get(i);
      Size size = another(Size.values(), t.size(), random);
      return clear(
          replaced(things, i, new Thing(t.form(), t.colour(), t.x(), t.y(), size.halfWidth())));
    }
  },
  /** The ground is lighter or darker. */
  TONE {
    @Override
    List<Thing> things(List<Thing> things, RandomStream random) {
      return things;
    }

    @Override
    Ground ground(Ground ground, RandomStream random) {
      Tone tone = another(Tone.values(), ground.tone(), random);
      return new Ground(
          ground.texture(),
          (tone.least() + tone.most()) / 2,
          ground.amplitude(),
          ground.tintRed(),
          ground.tintBlue());
    }
  },
  /** A thing is missing. */
  MISSING {
    @Override
    @Nullable List<Thing> things(List<Thing> things, RandomStream random) {
      List<Thing> fewer = new ArrayList<>(things);
      fewer.remove(random.nextInt(fewer.size()));
      return fewer.isEmpty() ? null : fewer;
    }
  },
  /** There is one thing more. */
  EXTRA {
    @Override
    @Nullable List<Thing> things(List<Thing> things, RandomStream random) {
      Thing like = things.get(random.nextInt(things.size()));
      boolean same = random.nextInt(2) == 0;
      Form form = same ? like.form() : any(Form.values(), random);
      Colour colour = same ? like.colour() : any(Colour.values(), random);
      float x = ShapesWorld.place(random);
      float y = ShapesWorld.place(random);
      Thing more = new Thing(form, colour, x, y, like.halfWidth());
      List<Thing> all = new ArrayList<>(things);
      all.add(more);
      return things.size() < Scene.MOST && things.stream().allMatch(more::clearOf) ? all : null;
    }
  };

  /** Tries at a flaw that chance can miss, such as a place for one thing more. */
  private static final int ATTEMPTS = 20;

  /** The things of the scene with the flaw; null where it cannot be had, this time. */
  abstract @Nullable List<Thing> things(List<Thing> things, RandomStream random);

  /** The ground of the scene with the flaw. */
  Ground ground(Ground ground, RandomStream random) {
    return ground;
  }

  /** The name in figures. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** A scene with this flaw; null where it cannot have it. */
  public @Nullable Scene of(Scene scene, RandomStream random) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      List<Thing> things = things(scene.things(), random);
      if (things != null && things.stream().noneMatch(t -> Split.heldOut(t.colour(), t.form()))) {
        return new Scene(things, ground(scene.ground(), random));
      }
    }
    return null;
  }

  private static Thing painted(Thing t, Colour colour) {
    return new Thing(t.form(), colour, t.x(), t.y(), t.halfWidth());
  }

  /** The things, if none of them touches another; else null. */
  private static @Nullable List<Thing> clear(List<Thing> things) {
    for (int i = 0; i < things.size(); i++) {
      for (Thing other : things.subList(0, i)) {
        if (!things.get(i).clearOf(other)) {
          return null;
        }
      }
    }
    return things;
  }

  private static List<Thing> replaced(List<Thing> things, int at, Thing by) {
    List<Thing> all = new ArrayList<>(things);
    all.set(at, by);
    return all;
  }

  private static <T> T any(T[] values, RandomStream random) {
    return values[random.nextInt(values.length)];
  }

  private static <T extends Enum<T>> T another(T[] values, T than, RandomStream random) {
    return values[(than.ordinal() + 1 + random.nextInt(values.length - 1)) % values.length];
  }
}
