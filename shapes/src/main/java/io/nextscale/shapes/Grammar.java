package io.nextscale.shapes;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The language of captions.
 *
 * <pre>
 * caption  := [opening] group [relation group] [ground]
 * group    := count [size] [colour] form          "two small red circles"
 * relation := and | above | below | left of | right of
 * ground   := on a tone background                "on a dark background"
 * </pre>
 *
 * with the synonyms of everyday English listed in this class.
 */
public final class Grammar {

  private static final List<String> OPENINGS =
      List.of(
          "a picture of",
          "an image of",
          "a photo of",
          "a drawing of",
          "a scene with",
          "a picture with",
          "there is",
          "there are",
          "draw",
          "show me");

  private static final Map<String, Integer> COUNTS =
      Map.of(
          "a", 1, "an", 1, "one", 1, "two", 2, "three", 3, "four", 4, "1", 1, "2", 2, "3", 3, "4",
          4);

  private static final Map<String, Size> SIZES =
      Map.of(
          "small",
          Size.SMALL,
          "little",
          Size.SMALL,
          "tiny",
          Size.SMALL,
          "large",
          Size.LARGE,
          "big",
          Size.LARGE,
          "huge",
          Size.LARGE);

  private static final Map<String, Tone> TONES =
      Map.of(
          "dark",
          Tone.DARK,
          "black",
          Tone.DARK,
          "grey",
          Tone.GREY,
          "gray",
          Tone.GREY,
          "light",
          Tone.LIGHT,
          "bright",
          Tone.LIGHT,
          "white",
          Tone.LIGHT);

  private static final List<String> GROUNDS = List.of("background", "ground", "backdrop");

  private static final Map<String, Colour> COLOURS = new LinkedHashMap<>();
  private static final Map<String, Form> FORMS = new LinkedHashMap<>();
  private static final Map<String, Relation> RELATIONS = new LinkedHashMap<>();

  static {
    for (Colour colour : Colour.values()) {
      COLOURS.put(colour.word(), colour);
    }
    for (Form form : Form.values()) {
      FORMS.put(form.word(), form);
      FORMS.put(form.plural(), form);
    }
    RELATIONS.put("and", Relation.AND); // longer phrases first where one begins with another
    RELATIONS.put("on top of", Relation.ABOVE);
    RELATIONS.put("above", Relation.ABOVE);
    RELATIONS.put("over", Relation.ABOVE);
    RELATIONS.put("below", Relation.BELOW);
    RELATIONS.put("beneath", Relation.BELOW);
    RELATIONS.put("under", Relation.BELOW);
    RELATIONS.put("to the left of", Relation.LEFT_OF);
    RELATIONS.put("left of", Relation.LEFT_OF);
    RELATIONS.put("to the right of", Relation.RIGHT_OF);
    RELATIONS.put("right of", Relation.RIGHT_OF);
  }

  private Grammar() {}

  // From prompts to words

  /**
   * A way to say things: which of the synonyms are used. All numbers count from 0, modulo the
   * choices.
   */
  record Wording(int opening, int size, int relation, int tone, int ground) {
    static final Wording PLAIN = new Wording(-1, 0, 0, 0, 0);
  }

  /** The plainest caption, for example {@code "two small red circles above a blue square"}. */
  public static String caption(Prompt prompt) {
    return caption(prompt, Wording.PLAIN);
  }

  static String caption(Prompt prompt, Wording wording) {
    StringBuilder text = new StringBuilder();
    if (wording.opening >= 0) {
      String opening = OPENINGS.get(wording.opening % OPENINGS.size());
      if (opening.startsWith("there")) {
        opening = prompt.first().count() > 1 ? "there are" : "there is";
      }
      text.append(opening).append(' ');
    }
    text.append(words(prompt.first(), wording));
    Group second = prompt.second();
    if (second != null && prompt.relation() != null) {
      List<String> phrases = keys(RELATIONS, prompt.relation());
      text.append(' ')
          .append(
              prompt.relation() == Relation.AND
                  ? "and"
                  : pick(phrases, wording.relation, prompt.relation().words()))
          .append(' ')
          .append(words(second, wording));
    }
    if (prompt.tone() != null) {
      String tone = pick(keys(TONES, prompt.tone()), wording.tone, prompt.tone().word());
      text.append(" on a ")
          .append(tone)
          .append(' ')
          .append(GROUNDS.get(wording.ground % GROUNDS.size()));
    }
    return text.toString();
  }

  private static String words(Group group, Wording wording) {
    List<String> words = new ArrayList<>();
    Size size = group.size();
    if (size != null) {
      words.add(pick(keys(SIZES, size), wording.size, size.word()));
    }
    if (group.colour() != null) {
      words.add(group.colour().word());
    }
    words.add(group.count() > 1 ? group.form().plural() : group.form().word());
    String count =
        switch (group.count()) {
          case 1 -> "aeiou".indexOf(words.get(0).charAt(0)) >= 0 ? "an" : "a";
          case 2 -> "two";
          case 3 -> "three";
          default -> "four";
        };
    return count + " " + String.join(" ", words);
  }

  /** The plain word for number 0, else a synonym. */
  private static String pick(List<String> synonyms, int number, String plain) {
    return number == 0 ? plain : synonyms.get(number % synonyms.size());
  }

  private static <T> List<String> keys(Map<String, T> words, T meaning) {
    return words.entrySet().stream()
        .filter(e -> e.getValue() == meaning)
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  /** How many wordings differ in each place. */
  static Wording wordingChoices() {
    return new Wording(OPENINGS.size(), 3, 3, 3, GROUNDS.size());
  }

  // From words to prompts

  /**
   * What a caption asks for.
   *
   * @throws PromptException naming the word that is not understood, and what could stand there
   */
  public static Prompt parse(String caption) {
    List<String> words = words(caption);
    if (words.isEmpty()) {
      throw new PromptException(
          "a description of shapes", "nothing", "try \"a red circle above a blue square\"");
    }
    Words rest = new Words(words);
    for (String opening : OPENINGS) {
      if (rest.take(opening)) {
        break;
      }
    }
    Group first = group(rest);
    Relation relation = null;
    Group second = null;
    for (Map.Entry<String, Relation> entry : RELATIONS.entrySet()) {
      if (rest.take(entry.getKey())) {
        relation = entry.getValue();
        second = group(rest);
        break;
      }
    }
    Tone tone = ground(rest);
    if (!rest.atEnd()) {
      throw new PromptException(
          "one or two groups of shapes and a background",
          "\"" + rest.peek() + "\" after \"" + rest.before() + "\"",
          suggestion(
              rest.peek(),
              "say it as in \"two red circles left of a square on a dark background\""));
    }
    int things = first.count() + (second == null ? 0 : second.count());
    if (things > Scene.MOST) {
      throw new PromptException(
          "at most " + Scene.MOST + " things in a picture", things + " things", "ask for fewer");
    }
    return new Prompt(first, relation, second, tone);
  }

  private static Group group(Words rest) {
    Integer count = rest.takeOne(COUNTS);
    Size size = rest.takeOne(SIZES);
    Colour colour = rest.takeOne(COLOURS);
    if (size == null) {
      size = rest.takeOne(SIZES); // "a red small circle"
    }
    String word = rest.peek();
    Form form = rest.takeOne(FORMS);
    if (form == null) {
      throw new PromptException(
          "a shape (" + formWords() + ")",
          word.isEmpty()
              ? "the end of the text after \"" + rest.before() + "\""
              : "\"" + word + "\"",
          suggestion(word, "for example \"a red circle\""));
    }
    if (count == null) {
      if (!word.equals(form.word())) {
        throw new PromptException(
            "how many " + word, "\"" + word + "\" without a number", "say \"two " + word + "\"");
      }
      count = 1;
    }
    return new Group(count, size, colour, form);
  }

  private static @Nullable Tone ground(Words rest) {
    if (!rest.take("on") && !rest.take("against")) {
      return null;
    }
    boolean article = rest.take("a") || rest.take("the");
    String word = rest.peek();
    Tone tone = rest.takeOne(TONES);
    boolean ground = rest.takeOne(toMap(GROUNDS)) != null;
    if (tone == null || !ground) {
      throw new PromptException(
          "a background such as \"on a dark background\"",
          "\""
              + (article ? "on a " : "on ")
              + (tone == null ? word : word + " " + rest.peek()).strip()
              + "\"",
          "backgrounds are dark, grey or light");
    }
    return tone;
  }

  private static Map<String, String> toMap(List<String> words) {
    Map<String, String> map = new LinkedHashMap<>();
    words.forEach(w -> map.put(w, w));
    return map;
  }

  private static List<String> words(String caption) {
    String plain = caption.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", " ").strip();
    return plain.isEmpty() ? List.of() : Arrays.asList(plain.split(" "));
  }

  private static String formWords() {
    return String.join(", ", Arrays.stream(Form.values()).map(Form::word).toList());
  }

  /** The forms in the plural, "circles, …, crosses and rings". */
  public static String forms() {
    return listed(Arrays.stream(Form.values()).map(Form::plural).toList());
  }

  /** The colours, "red, …, purple and cyan". */
  public static String colours() {
    return listed(Arrays.stream(Colour.values()).map(Colour::word).toList());
  }

  private static String listed(List<String> words) {
    return String.join(", ", words.subList(0, words.size() - 1)) + " and " + words.getLast();
  }

  /** Every word of the language, sorted. */
  public static List<String> vocabulary() {
    TreeSet<String> all = new TreeSet<>();
    OPENINGS.forEach(o -> all.addAll(Arrays.asList(o.split(" "))));
    all.addAll(COUNTS.keySet());
    all.addAll(SIZES.keySet());
    all.addAll(COLOURS.keySet());
    all.addAll(FORMS.keySet());
    RELATIONS.keySet().forEach(r -> all.addAll(Arrays.asList(r.split(" "))));
    all.addAll(TONES.keySet());
    all.addAll(GROUNDS);
    all.addAll(List.of("on", "against", "the"));
    return List.copyOf(all);
  }

  /**
   * "did you mean …" when a word of the language is at most two letters away, else the fallback.
   */
  private static String suggestion(String word, String fallback) {
    String best = null;
    int least = 3;
    for (String known : vocabulary()) {
      int distance = editDistance(word, known);
      if (distance < least && distance < known.length() - 1) {
        least = distance;
        best = known;
      }
    }
    return best == null || least == 0 ? fallback : "did you mean \"" + best + "\"?";
  }

  /** Levenshtein's distance: insertions, deletions and replacements. */
  private static int editDistance(String a, String b) {
    int[] row = new int[b.length() + 1];
    Arrays.setAll(row, j -> j);
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }

  /** The words of a caption, taken from the front. */
  private static final class Words {
    private final List<String> words;
    private int next;

    Words(List<String> words) {
      this.words = words;
    }

    boolean atEnd() {
      return next == words.size();
    }

    String peek() {
      return atEnd() ? "" : words.get(next);
    }

    String before() {
      return String.join(" ", words.subList(0, next));
    }

    boolean take(String phrase) {
      String[] wanted = phrase.split(" ");
      for (int i = 0; i < wanted.length; i++) {
        if (next + i >= words.size() || !words.get(next + i).equals(wanted[i])) {
          return false;
        }
      }
      next += wanted.length;
      return true;
    }

    <T> @Nullable T takeOne(Map<String, T> meanings) {
      T meaning = meanings.get(peek());
      if (meaning != null) {
        next++;
      }
      return meaning;
    }
  }
}
