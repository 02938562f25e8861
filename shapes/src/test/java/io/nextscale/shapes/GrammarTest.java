package io.nextscale.shapes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GrammarTest {

  @Test
  void everyCaptionOfTheWorldIsUnderstoodAsItWasMeant() {
    ShapesWorld world = new ShapesWorld(11);
    for (Split split : Split.values()) {
      for (int i = 0; i < 500; i++) {
        Example example = world.example(split, i);
        assertThat(Grammar.parse(example.caption()))
            .as(example.caption())
            .isEqualTo(example.prompt());
        assertThat(Grammar.parse(Grammar.caption(example.prompt()))).isEqualTo(example.prompt());
      }
    }
  }

  @Test
  void everydayWordsAreUnderstood() {
    assertThat(Grammar.parse("Two GREEN squares, below a red circle!"))
        .isEqualTo(
            new Prompt(
                new Group(2, null, Colour.GREEN, Form.SQUARE),
                Relation.BELOW,
                new Group(1, null, Colour.RED, Form.CIRCLE),
                null));
    assertThat(Grammar.parse("red small circle on the white background"))
        .isEqualTo(
            new Prompt(new Group(1, Size.SMALL, Colour.RED, Form.CIRCLE), null, null, Tone.LIGHT));
    assertThat(Grammar.parse("a circle on top of a square on a black ground").tone())
        .isEqualTo(Tone.DARK);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|got nothing",
        "?!|got nothing",
        "a red cirle|did you mean \"circle\"?",
        "two dogs|got \"dogs\"",
        "a red circle above|got the end of the text after \"a red circle above\"",
        "circles|say \"two circles\"",
        "three squares and two circles|got 5 things",
        "a red circle on a pink background|backgrounds are dark, grey or light",
        "a red circle and a square above a ring|got \"above\"",
        "a circle in space|got \"in\" after \"a circle\"",
      })
  void whatIsNotUnderstoodIsNamed(String caption, String expected) {
    assertThatThrownBy(() -> Grammar.parse(caption))
        .isInstanceOf(PromptException.class)
        .hasMessageStartingWith("prompt: ")
        .hasMessageContaining(expected)
        .hasMessageContaining(" — ");
  }

  @Test
  void thePlainCaptionIsPlainEnglish() {
    Prompt prompt =
        new Prompt(
            new Group(1, null, Colour.ORANGE, Form.RING),
            Relation.LEFT_OF,
            new Group(3, Size.SMALL, null, Form.CROSS),
            Tone.GREY);
    assertThat(Grammar.caption(prompt))
        .isEqualTo("an orange ring left of three small crosses on a grey background");
  }
}
