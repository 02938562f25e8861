package io.nextscale.shapes;

import io.nextscale.tensor.RandomStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The data set: example {@code i} of a seed is always the same, whatever was drawn before.
 *
 * <p>The canvas is a board of fields of {@value #FIELD} x {@value #FIELD} pixels. Things have one
 * of two sizes and lie in the middle of a field; grounds are one of fifteen: five textures, three
 * tones. What a caption cannot say is kept small, so that models spend their learning on what it
 * does say.
 *
 * <pre>{@code
 * ShapesWorld world = new ShapesWorld(42);
 * Example example = world.example(Split.TRAIN, 7);
 * }</pre>
 */
public final class ShapesWorld {

  /** Side of a field of the board, in pixels. */
  private static final int FIELD = 16;

  /** Fields along a side of the board. */
  private static final int FIELDS = Scene.SIDE / FIELD;

  private static final float AMPLITUDE = 0.05f;

  /** Placements tried of one thing, and of all, before something else is drawn. */
  private static final int ATTEMPTS = 200;

  private final RandomStream random;

  /** The world of a seed. */
  public ShapesWorld(long seed) {
    this.random = RandomStream.of(seed).split("shapes world");
  }

  /**
   * Example number {@code index} of a split; tasks take turns at random, each as often as {@link
   * Task#share} says.
   */
  public Example example(Split split, long index) {
    RandomStream stream = random.split(split.name()).split(index);
    while (true) {
      Task task = Task.at(stream.nextInt(Task.SHARES));
      if (split != Split.COMPOSITION || task.namesColours()) {
        return example(task, split, stream);
      }
    }
  }

  /**
   * Example number {@code index} of a task in a split.
   *
   * @throws IllegalArgumentException for {@link Split#COMPOSITION} of a task that names no colours
   */
  public Example example(Task task, Split split, long index) {
    if (split == Split.COMPOSITION && !task.namesColours()) {
      throw new IllegalArgumentException(
          "shapes: a task that names colours for COMPOSITION; got " + task);
    }
    return example(task, split, random.split(split.name()).split(task.name()).split(index));
  }

  /**
   * A scene for tokenizers, which read no captions: every field holds a thing with a probability
   * that is drawn for the whole picture from 0 to 1, so that there are up to sixteen. What is held
   * out of a split is not in it.
   */
  public Scene crowd(Split split, long index) {
    RandomStream stream = random.split("crowd").split(split.name()).split(index);
    float share = stream.nextFloat();
    List<Thing> things = new ArrayList<>();
    for (int field = 0; field < FIELDS * FIELDS; field++) {
      if (stream.nextFloat() < share) {
        Group any = group(1, true, split, stream);
        things.add(thing(any, middle(field % FIELDS), middle(field / FIELDS), split, stream));
      }
    }
    return new Scene(things, ground(null, stream));
  }

  private static Example example(Task task, Split split, RandomStream stream) {
    while (true) {
      Prompt prompt = prompt(task, split, stream);
      String caption = Grammar.caption(prompt, wording(stream));
      Scene scene = Split.of(caption, prompt) == split ? tryScene(prompt, split, stream) : null;
      if (scene != null) {
        return new Example(caption, prompt, scene);
      }
    }
  }

  /**
   * A scene that shows what a prompt asks for; what the prompt leaves open is drawn at random.
   *
   * @throws PromptException when the canvas has no room for it, as for four large things in a row
   */
  public static Scene scene(Prompt prompt, Split split, RandomStream random) {
    Scene scene = tryScene(prompt, split, random);
    if (scene == null) {
      throw new PromptException(
          "things that fit on " + Scene.SIDE + " x " + Scene.SIDE + " pixels",
          "\"" + Grammar.caption(prompt) + "\"",
          "ask for fewer or smaller things");
    }
    return scene;
  }

  private static @Nullable Scene tryScene(Prompt prompt, Split split, RandomStream random) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      List<Thing> things = place(prompt, split, random);
      if (things != null) {
        return new Scene(things, ground(prompt.tone(), random));
      }
    }
    return null;
  }

  // Prompts

  private static Prompt prompt(Task task, Split split, RandomStream random) {
    Tone tone = random.nextInt(3) == 0 ? any(Tone.values(), random) : null;
    return switch (task) {
      case SINGLE_OBJECT -> new Prompt(group(1, false, split, random), null, null, tone);
      case COLOURS -> new Prompt(group(1, true, split, random), null, null, tone);
      case COUNTING -> {
        int count = 2 + random.nextInt(Scene.MOST - 1);
        yield new Prompt(group(count, random.nextInt(2) == 0, split, random), null, null, tone);
      }
      case TWO_OBJECTS -> pair(Relation.AND, false, false, split, tone, random);
      case COLOUR_ATTRIBUTION -> pair(Relation.AND, true, true, split, tone, random);
      case POSITION -> {
        Relation relation = Relation.values()[1 + random.nextInt(Relation.values().length - 1)];
        boolean coloured = random.nextInt(4) != 0;
        yield pair(relation, coloured, coloured, split, tone, random);
      }
    };
  }

  private static Prompt pair(
      Relation relation,
      boolean firstColoured,
      boolean secondColoured,
      Split split,
      @Nullable Tone tone,
      RandomStream random) {
    int counts = random.nextInt(4); // three of four pairs are of single things
    int more = 2 + random.nextInt(2);
    int firstCount = counts == 0 && relation != Relation.AND ? more : 1;
    boolean swap = random.nextInt(2) == 0;
    Group first = group(swap ? 1 : firstCount, firstColoured, split, random);
    while (true) {
      Group second = group(swap ? firstCount : 1, secondColoured, split, random);
      boolean told =
          second.form() != first.form()
              || (firstColoured && secondColoured && second.colour() != first.colour());
      if (told) { // "a circle and a circle" would be two circles
        return new Prompt(first, relation, second, tone);
      }
    }
  }

  private static Group group(int count, boolean coloured, Split split, RandomStream random) {
    Size size = random.nextInt(4) == 0 ? any(Size.values(), random) : null;
    while (true) {
      Form form = any(Form.values(), random);
      Colour colour = coloured ? any(Colour.values(), random) : null;
      if (colour == null || split == Split.COMPOSITION || !Split.heldOut(colour, form)) {
        return new Group(count, size, colour, form);
      }
    }
  }

  private static Grammar.Wording wording(RandomStream random) {
    Grammar.Wording choices = Grammar.wordingChoices();
    boolean opening = random.nextInt(2) == 0;
    return new Grammar.Wording(
        opening ? random.nextInt(choices.opening()) : -1,
        random.nextInt(choices.size()),
        random.nextInt(choices.relation()),
        random.nextInt(choices.tone()),
        random.nextInt(choices.ground()));
  }

  // Scenes

  private static @Nullable List<Thing> place(Prompt prompt, Split split, RandomStream random) {
    List<Thing> things = new ArrayList<>();
    if (!place(prompt.first(), things, split, random)) {
      return null;
    }
    Group second = prompt.second();
    Relation relation = prompt.relation();
    if (second == null || relation == null) {
      return things;
    }
    int border = things.size();
    if (!place(second, things, split, random)) {
      return null;
    }
    List<Thing> firsts = things.subList(0, border);
    List<Thing> seconds = things.subList(border, things.size());
    for (Thing b : seconds) {
      if (prompt.first().describes(b.form(), b.colour(), b.size())) {
        return null; // it would count for the first group too
      }
    }
    for (Thing a : firsts) {
      if (second.describes(a.form(), a.colour(), a.size())) {
        return null;
      }
    }
    return clearly(relation, firsts, seconds) ? things : null;
  }

  private static boolean place(Group group, List<Thing> things, Split split, RandomStream random) {
    for (int i = 0; i < group.count(); i++) {
      Thing thing = null;
      for (int attempt = 0; thing == null && attempt < ATTEMPTS; attempt++) {
        Thing candidate = thing(group, place(random), place(random), split, random);
        thing = things.stream().allMatch(candidate::clearOf) ? candidate : null;
      }
      if (thing == null) {
        return false;
      }
      things.add(thing);
    }
    return true;
  }

  private static Thing thing(Group group, float x, float y, Split split, RandomStream random) {
    Colour colour = group.colour();
    while (colour == null || (split != Split.COMPOSITION && Split.heldOut(colour, group.form()))) {
      colour = any(Colour.values(), random);
    }
    Size given = group.size();
    Size size = given == null ? any(Size.values(), random) : given;
    return new Thing(group.form(), colour, x, y, size.halfWidth());
  }

  /** A coordinate of the centre of a thing: the middle of a field. */
  public static float place(RandomStream random) {
    return middle(random.nextInt(FIELDS));
  }

  private static float middle(int field) {
    return FIELD * (field + 0.5f);
  }

  /** Whether the relation holds for every pair and for the groups, with room to spare. */
  private static boolean clearly(Relation relation, List<Thing> firsts, List<Thing> seconds) {
    if (relation == Relation.AND) {
      return true;
    }
    for (Thing a : firsts) {
      for (Thing b : seconds) {
        double dx = a.x() - b.x();
        double dy = a.y() - b.y();
        boolean upright = relation == Relation.ABOVE || relation == Relation.BELOW;
        double along = Math.abs(upright ? dy : dx);
        double across = Math.abs(upright ? dx : dy);
        if (!relation.holds(a.x(), a.y(), b.x(), b.y())
            || along < across
            || along < 2 * Relation.CLEARANCE) {
          return false;
        }
      }
    }
    return true;
  }

  private static Ground ground(@Nullable Tone wanted, RandomStream random) {
    Tone tone = wanted == null ? any(Tone.values(), random) : wanted;
    float middle = (tone.least() + tone.most()) / 2;
    return new Ground(any(Texture.values(), random), middle, AMPLITUDE, 0, 0);
  }

  private static <T> T any(T[] choices, RandomStream random) {
    return choices[random.nextInt(choices.length)];
  }
}
