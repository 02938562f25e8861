package io.nextscale.var.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.ElementType;
import io.nextscale.tensor.io.Entry;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.SafetensorsWriter;
import io.nextscale.tensor.io.TensorFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WordPiecesTest {

  private static final List<String> CAPTIONS =
      List.of(
          "a red circle",
          "Two small, blue squares!",
          "a green circle above 2 red squares",
          "three circles left of a square");

  @Test
  void withRoomEnoughPiecesAreTheWordsOfTheCaptions() {
    WordPieces pieces = WordPieces.learn(CAPTIONS, 1000);

    Set<String> words = new HashSet<>(List.of("[pad]", "[unknown]", "[begin]"));
    CAPTIONS.forEach(caption -> words.addAll(WordPieces.words(caption)));
    Set<String> known = new HashSet<>();
    for (int i = 0; i < pieces.size(); i++) {
      known.add(pieces.piece(i));
    }
    assertThat(known).isEqualTo(words);
    assertThat(pieces.encode("A RED circle.", 6))
        .containsExactly(
            2, number(pieces, "a"), number(pieces, "red"), number(pieces, "circle"), 0, 0);
    assertThat(pieces.encode("", 3)).containsExactly(2, 0, 0);
  }

  private static int number(WordPieces pieces, String piece) {
    for (int i = 0; i < pieces.size(); i++) {
      if (pieces.piece(i).equals(piece)) {
        return i;
      }
    }
    throw new AssertionError("no piece " + piece);
  }

  @Test
  void wordsThatNobodyHasSaidAreNamed() {
    WordPieces pieces = WordPieces.learn(CAPTIONS, 1000);

    assertThat(pieces.unknown("a purple circle near a Purple dog"))
        .containsExactly("purple", "near", "dog");
    assertThat(pieces.unknown("two red squares, above")).isEmpty();
    assertThat(pieces.encode("a purple circle", 4)[2]).isEqualTo(WordPieces.UNKNOWN);
    assertThat(pieces.decode(pieces.encode("a purple circle", 9))).isEqualTo("a [unknown] circle");
  }

  @Test
  void withLittleRoomWordsAreSpelledInSeveralPieces() {
    List<String> captions = List.of("low low low low lower lower newest newest newest widest");
    WordPieces pieces = WordPieces.learn(captions, 20);

    assertThat(pieces.size()).isLessThanOrEqualTo(20);
    assertThat(pieces.unknown(captions.getFirst())).isEmpty();
    assertThat(pieces.encode("low lowest", 8)[1]).isEqualTo(number(pieces, "low"));
    assertThat(pieces.decode(pieces.encode("lowest low", 8))).isEqualTo("lowest low");
  }

  @Test
  void captionsThatAreTooLongAreRefused() {
    WordPieces pieces = WordPieces.learn(CAPTIONS, 1000);

    assertThat(pieces.encode("a red circle", 4)).hasSize(4);
    assertThatThrownBy(() -> pieces.encode("a red circle", 3))
        .hasMessage(
            "caption: at most 2 word pieces; got 3 in 'a red circle' — say it in fewer words");
    assertThatThrownBy(() -> WordPieces.learn(CAPTIONS, 10))
        .hasMessageContaining("word pieces: a size of at least")
        .hasMessageContaining("got 10");
  }

  /** Random captions over several scripts and sizes of vocabulary. */
  @Test
  void everyCaptionThatWasLearntFromIsSpelledAndReadBack() {
    Random random = new Random(3);
    for (int round = 0; round < 60; round++) {
      List<String> captions = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        captions.add(randomCaption(random));
      }
      WordPieces pieces = WordPieces.learn(captions, 120 + random.nextInt(200));
      List<String> shuffled = new ArrayList<>(captions);
      Collections.shuffle(shuffled, random);

      assertThat(WordPieces.learn(shuffled, 1 << 16))
          .isEqualTo(WordPieces.learn(captions, 1 << 16));
      for (String caption : captions) {
        String words = String.join(" ", WordPieces.words(caption));
        assertThat(pieces.unknown(caption)).isEmpty();
        assertThat(pieces.encode(caption, 400)).doesNotContain(WordPieces.UNKNOWN);
        assertThat(pieces.decode(pieces.encode(caption, 400))).isEqualTo(words);
        assertThat(WordPieces.words(words)).isEqualTo(WordPieces.words(caption));
      }
    }
  }

  private static String randomCaption(Random random) {
    String[] alphabets = {"abcde", "ÄÖßéE\u0301", "дЖя", "का", "漢字𝒜𐐀", "x1٣", " ,.-\ud800\u0000"};
    StringBuilder caption = new StringBuilder();
    for (int i = random.nextInt(30); i >= 0; i--) {
      String alphabet = random.nextInt(4) == 0 ? " " : alphabets[random.nextInt(alphabets.length)];
      int[] points = alphabet.codePoints().toArray();
      caption.appendCodePoint(points[random.nextInt(points.length)]);
    }
    return caption.toString();
  }

  @Test
  void aVocabularyTravelsInTheMetadataOfAFile(@TempDir Path folder) throws IOException {
    WordPieces pieces = WordPieces.learn(CAPTIONS, 40);
    Path path = folder.resolve("model.safetensors");
    Entry entry = new Entry("x", ElementType.F32, List.of(2L), false);
    for (Map<String, String> metadata :
        List.of(Map.of(WordPieces.METADATA, pieces.write()), Map.<String, String>of())) {
      try (SafetensorsWriter out = SafetensorsWriter.create(path, List.of(entry), metadata)) {
        out.write("x", Tensor.uniform(Shape.of(2), 0, 1, RandomStream.of(1)));
        out.finish();
      }
      try (TensorFile file = TensorFile.open(path)) {
        if (metadata.isEmpty()) {
          assertThatThrownBy(() -> WordPieces.of(file))
              .isInstanceOf(FileFormatException.class)
              .hasMessageContaining("this is no model that reads text");
        } else {
          WordPieces read = WordPieces.of(file);
          assertThat(read).isEqualTo(pieces);
          assertThat(read.encode(CAPTIONS.get(1), 40))
              .isEqualTo(pieces.encode(CAPTIONS.get(1), 40));
        }
      }
    }
  }

  @Test
  void whatIsNoVocabularyIsRefused() {
    String good = "{\"pieces\":[\"[pad]\",\"[unknown]\",\"[begin]\",\"a\",\"##b\"]}";
    assertThat(parsed(good)).isNotNull();
    for (String bad :
        List.of(
            "",
            "[]",
            "{\"pieces\":7}",
            "{\"pieces\":[]}",
            good.replace("[begin]", "[end]"),
            good.replace("##b", "a"),
            good.replace("##b", "##"),
            good.replace("##b", "B"),
            good.replace("##b", "b c"),
            good.replace("\"##b\"", "1"))) {
      assertThat(parsed(bad)).as(bad).isNull();
    }
  }

  @Test
  void damagedVocabulariesAreRefusedOrSane() {
    String good = WordPieces.learn(CAPTIONS, 60).write();
    Random random = new Random(8);
    int refused = 0;
    for (int i = 0; i < 4000; i++) {
      StringBuilder bad = new StringBuilder(good);
      for (int change = random.nextInt(3); change >= 0 && !bad.isEmpty(); change--) {
        int at = random.nextInt(bad.length());
        switch (random.nextInt(4)) {
          case 0 -> bad.deleteCharAt(at);
          case 1 -> bad.insert(at, bad.charAt(random.nextInt(bad.length())));
          case 2 -> bad.setCharAt(at, (char) random.nextInt(1 << 16));
          default -> bad.setLength(at + 1);
        }
      }
      WordPieces pieces = parsed(bad.toString());
      refused += pieces == null ? 1 : 0;
      if (pieces != null) {
        assertThat(parsed(pieces.write())).isEqualTo(pieces);
        int[] ids = pieces.encode(CAPTIONS.get(2), 100);
        assertThat(Arrays.stream(ids).max().orElseThrow()).isLessThan(pieces.size());
      }
    }
    assertThat(refused).isBetween(400, 3999);
  }

  /** Null where it is refused, with the one exception that says so. */
  private static WordPieces parsed(String text) {
    try {
      return WordPieces.parse("a vocabulary", text);
    } catch (FileFormatException e) {
      assertThat(e).hasMessageStartingWith("read a vocabulary: ");
      return null;
    }
  }
}
