package io.nextscale.verifiers.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.Json;
import io.nextscale.verifiers.Golden;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class ClipTokenizerTest {

  private static final String FILE = "data/text/clip-bpe-simple-vocab-16e6.txt.gz";

  private static final String SMALL = "# a comment\nt h\nth e</w>\nr e\nre d</w>\nth e\n";

  private static ClipTokenizer read(String text) throws IOException {
    return ClipTokenizer.read(
        "small.txt", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static ClipTokenizer real() throws IOException {
    return ClipTokenizer.load(Golden.shared(FILE));
  }

  @Test
  void mergesTheEarliestFirst() throws IOException {
    ClipTokenizer tokenizer = read(SMALL);
    assertThat(tokenizer.size()).isEqualTo(512 + 5 + 2);
    assertThat(tokenizer.encode("the")).containsExactly(513); // th + e</w>
    assertThat(tokenizer.encode("red")).containsExactly(515);
    assertThat(tokenizer.encode("then")).containsExactly(516, 256 + 'n' - '!'); // the + n</w>
    assertThat(tokenizer.encode("x")).containsExactly(256 + 'x' - '!');
    assertThat(tokenizer.encode("The  RED", 5, false)).containsExactly(517, 513, 515, 518);
    assertThat(tokenizer.decode(517, 513, 515, 518))
        .isEqualTo("<|startoftext|>the red <|endoftext|>");
  }

  @Test
  void numbersAreThoseOfTheOfficialCode() throws IOException {
    ClipTokenizer tokenizer = real();
    assertThat(tokenizer.size()).isEqualTo(49_408);
    // Published in the README and the notebook of openai/CLIP:
    assertThat(tokenizer.encode("a diagram", 77, false)).containsExactly(49406, 320, 22697, 49407);
    assertThat(tokenizer.encode("hello world!", 77, false))
        .containsExactly(49406, 3306, 1002, 256, 49407);
    List<String> lines = Golden.lines("clip-tokens.jsonl");
    assertThat(lines).hasSizeGreaterThan(50);
    for (String line : lines) {
      Json.Obj expected = (Json.Obj) Json.parse("clip-tokens.jsonl", line);
      String text = ((Json.Str) expected.members().get("text")).value();
      int[] ids =
          ((Json.Arr) expected.members().get("ids"))
              .items().stream().mapToInt(item -> (int) ((Json.Int) item).value()).toArray();
      assertThat(tokenizer.encode(text)).as(text).containsExactly(ids);
      assertThat(tokenizer.decode(ids))
          .as(text)
          .isEqualTo(((Json.Str) expected.members().get("decoded")).value());
    }
  }

  /** FNV-1a over the numbers of all 553 prompts, each with its end, by the official code. */
  @Test
  void allPromptsOfGenEvalAgree() throws IOException {
    ClipTokenizer tokenizer = real();
    long hash = 0xcbf29ce484222325L;
    int count = 0;
    for (String line :
        Files.readAllLines(Golden.shared("data/text/geneval-evaluation-metadata.jsonl"))) {
      Json.Obj item = (Json.Obj) Json.parse("geneval", line);
      int[] ids = tokenizer.encode(((Json.Str) item.members().get("prompt")).value(), 77, false);
      for (int i = 1; i < ids.length; i++) {
        hash = (hash ^ ids[i]) * 0x100000001b3L;
        count++;
      }
    }
    assertThat(count).isEqualTo(4831);
    assertThat(hash).isEqualTo(0x9d2828d3396d5322L);
  }

  @Test
  void longTextsAreRefusedOrCut() throws IOException {
    ClipTokenizer tokenizer = read(SMALL);
    assertThatThrownBy(() -> tokenizer.encode("the red the red", 5, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "clip text: at most 3 tokens; got 4 in 'the red the red' — say it in fewer words");
    assertThat(tokenizer.encode("the red the red", 5, true))
        .containsExactly(517, 513, 515, 513, 518);
    assertThat(tokenizer.encode("the red the red", 6, false)).hasSize(6);
  }

  @Test
  void textIsCleaned() {
    assertThat(CleanText.of("  A\t\nb \u00a0 C ")).isEqualTo("a b c");
    assertThat(CleanText.of("Tom &amp;amp; &#74;erry &#x4a; &eacute;&yuml;&nbsp;&szlig;"))
        .isEqualTo("tom & jerry j éÿ ß");
    assertThat(CleanText.of("&#150; &#0; &#xD800; &#1114112; &unheard; &amp"))
        .isEqualTo("– \ufffd \ufffd \ufffd &unheard; &amp");
    assertThat(CleanText.of("\u201cit\u2019s\u201d \ufb01ne \uff21\u0007"))
        .isEqualTo("\"it's\" fine a");
    assertThat(CleanText.of("e\u0301")).isEqualTo("\u00e9");
    assertThat(CleanText.of("")).isEmpty();
  }

  @Test
  void decodingGivesBackWhatWasSaid() throws IOException {
    Random random = new Random(20210103);
    for (ClipTokenizer tokenizer : List.of(read(SMALL), real())) {
      for (int i = 0; i < 500; i++) {
        String text = text(random);
        String said = tokenizer.decode(tokenizer.encode(text));
        assertThat(bare(said)).as("text %d: %s", i, text).isEqualTo(bare(CleanText.of(text)));
        int[] ids = tokenizer.encode(text, 16, true);
        assertThat(ids[0]).isEqualTo(tokenizer.start());
        assertThat(ids[ids.length - 1]).isEqualTo(tokenizer.end());
        assertThat(ids.length).isLessThanOrEqualTo(16);
      }
    }
  }

  /** Letters of several scripts, digits, marks, emoji, halves of surrogate pairs not. */
  private static String text(Random random) {
    String[] kinds = {
      "abcdefghij klm",
      "THE RED the red",
      "äßéøñ",
      "привет",
      "你好世界",
      "0123½²",
      "!?&#;'\"-_",
      "😀🚀",
      " \t\n\u00a0"
    };
    return random
        .ints(random.nextInt(30), 0, kinds.length)
        .mapToObj(kind -> {
          int[] points = kinds[kind].codePoints().toArray();
          return Character.toString(points[random.nextInt(points.length)]);
        })
        .collect(Collectors.joining());
  }

  /** Without spaces, which decoding puts behind each word. */
  private static String bare(String text) {
    return text.replaceAll("\\s+", "").toLowerCase(Locale.ROOT);
  }

  @Test
  void anyTextHasNumbers() throws IOException {
    ClipTokenizer tokenizer = real();
    Random random = new Random(7);
    for (int i = 0; i < 2000; i++) {
      char[] any = new char[random.nextInt(40)];
      for (int c = 0; c < any.length; c++) {
        any[c] = (char) random.nextInt(Character.MAX_VALUE + 1); // also halves of pairs
      }
      int[] ids = tokenizer.encode(new String(any));
      assertThat(Arrays.stream(ids).allMatch(id -> id >= 0 && id < tokenizer.size())).isTrue();
      assertThat(tokenizer.decode(ids)).isNotNull();
    }
  }

  @Test
  void packedAndPlainFilesAreTheSame() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(SMALL.getBytes(StandardCharsets.UTF_8));
    }
    ClipTokenizer tokenizer =
        ClipTokenizer.read("small.gz", new ByteArrayInputStream(packed.toByteArray()));
    assertThat(tokenizer.encode("the red")).containsExactly(513, 515);
  }

  @Test
  void otherFilesAreRefusedWithTheLine() {
    assertThatThrownBy(() -> read("#\nt h\nth x y\n"))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining("small.txt")
        .hasMessageContaining("in line 3")
        .hasMessageContaining("'th x y'");
    assertThatThrownBy(() -> read("#\nab c\n")).hasMessageContaining("in line 2");
    assertThatThrownBy(() -> read("#\na</w> b\n")).hasMessageContaining("inside a word");
    assertThatThrownBy(() -> read("#\nt h\nt h\n")).hasMessageContaining("'th' again in line 3");
  }

  @Test
  void damagedFilesGiveOneKindOfError() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(SMALL.getBytes(StandardCharsets.UTF_8));
    }
    int refused = 0;
    Random random = new Random(11);
    for (byte[] good : List.of(packed.toByteArray(), SMALL.getBytes(StandardCharsets.UTF_8))) {
      for (int i = 0; i < 500; i++) {
        byte[] bad =
            Arrays.copyOf(good, random.nextInt(4) == 0 ? random.nextInt(good.length) : good.length);
        for (int n = random.nextInt(4); n >= 0 && bad.length > 0; n--) {
          bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
        }
        try {
          ClipTokenizer tokenizer = ClipTokenizer.read("damaged", new ByteArrayInputStream(bad));
          assertThat(tokenizer.encode("the red")).isNotEmpty();
        } catch (FileFormatException e) {
          assertThat(e.getMessage()).startsWith("read damaged").doesNotContain("\n");
          refused++;
        }
      }
    }
    assertThat(refused).isGreaterThan(300);
  }
}
