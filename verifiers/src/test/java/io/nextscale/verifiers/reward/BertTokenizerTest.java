package io.nextscale.verifiers.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nextscale.tensor.io.FileFormatException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Cases from google-research/bert tokenization_test.py, and more. */
class BertTokenizerTest {

  private static final String SMALL =
      String.join(
          "\n", "[UNK]", "[CLS]", "[SEP]", "want", "##want", "##ed", "wa", "un", "runn", "##ing",
          ",", "", "");

  private static BertTokenizer read(String text) throws IOException {
    return BertTokenizer.read(
        "vocab.txt", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static BertTokenizer small() throws IOException {
    return read(SMALL.stripTrailing());
  }

  @Test
  void piecesAreThoseOfTheReference() throws IOException {
    assertThat(small().encode("UNwant\u00e9d,running", 35))
        .containsExactly(1, 7, 4, 5, 10, 8, 9, 2);
    assertThat(small().encode("unwanted running", 35)).containsExactly(1, 7, 4, 5, 8, 9, 2);
    assertThat(small().encode("unwantedX running", 35)).containsExactly(1, 0, 8, 9, 2);
    assertThat(small().encode("", 35)).containsExactly(1, 2);
  }

  @Test
  void textIsCutAsTheReferenceDoes() {
    assertThat(BertTokenizer.words(" \tHeLLo!how  \n Are yoU?  "))
        .containsExactly("hello", "!", "how", "are", "you", "?");
    assertThat(BertTokenizer.words("H\u00e9llo")).containsExactly("hello");
    assertThat(BertTokenizer.words("ah\u535a\u63a8zz"))
        .containsExactly("ah", "\u535a", "\u63a8", "zz");
    assertThat(BertTokenizer.words("a\u0000b\ufffdc\u200dd $5.20 e-f \u2028g"))
        .containsExactly("abcd", "$", "5", ".", "20", "e", "-", "f", "g");
  }

  @Test
  void longTextsAreCutAndLongWordsUnknown() throws IOException {
    assertThat(small().encode("want want want want", 5)).containsExactly(1, 3, 3, 3, 2);
    assertThat(small().encode("want".repeat(25), 35)).containsExactly(ids(3, 4, 25));
    assertThat(small().encode("want".repeat(26), 35)).containsExactly(1, 0, 2);
  }

  private static int[] ids(int first, int next, int count) {
    int[] ids = new int[count + 2];
    Arrays.fill(ids, next);
    ids[0] = 1;
    ids[1] = first;
    ids[count + 1] = 2;
    return ids;
  }

  @Test
  void anyTextHasNumbers() throws IOException {
    BertTokenizer tokenizer = small();
    Random random = new Random(3);
    for (int i = 0; i < 3000; i++) {
      char[] any = new char[random.nextInt(30)];
      for (int c = 0; c < any.length; c++) {
        any[c] = (char) (random.nextBoolean() ? random.nextInt(128) : random.nextInt(1 << 16));
      }
      int[] ids = tokenizer.encode(new String(any), 12);
      assertThat(ids.length).isBetween(2, 12);
      assertThat(ids[0]).isEqualTo(1);
      assertThat(ids[ids.length - 1]).isEqualTo(2);
      assertThat(Arrays.stream(ids).allMatch(id -> id >= 0 && id < tokenizer.size())).isTrue();
    }
  }

  @Test
  void damagedFilesGiveOneKindOfError() {
    Random random = new Random(5);
    int refused = 0;
    for (int i = 0; i < 500; i++) {
      byte[] bad = SMALL.stripTrailing().getBytes(StandardCharsets.UTF_8);
      for (int n = random.nextInt(6); n >= 0; n--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
      }
      try {
        BertTokenizer tokenizer = BertTokenizer.read("damaged", new ByteArrayInputStream(bad));
        assertThat(tokenizer.encode("unwanted, running", 35)).isNotEmpty();
      } catch (FileFormatException e) {
        assertThat(e.getMessage()).startsWith("read damaged").doesNotContain("\n");
        refused++;
      } catch (IOException e) {
        throw new AssertionError("not the documented exception", e);
      }
    }
    assertThat(refused).isGreaterThan(200);
  }

  @Test
  void otherFilesAreRefused() {
    assertThatThrownBy(() -> read("[CLS]\n[SEP]\n"))
        .isInstanceOf(FileFormatException.class)
        .hasMessage(
            "read vocab.txt: a line [UNK]; got 2 lines without it — this is no vocabulary of BERT");
    assertThatThrownBy(() -> read("a\nb\na\n")).hasMessageContaining("'a' again in line 3");
  }
}
