package io.nextscale.cli.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class DescribedTest {

  private static Described described(String text) {
    return new Described("var/x.npy", text);
  }

  @Test
  void numbersAreReadFromWords() throws IOException {
    Described text =
        described("ids sampled with top_k=12, top_p=0.9, cfg=-1.5e-1, label_B=[3, 7], p=1.");
    assertThat(text.integer("top_k")).isEqualTo(12);
    assertThat(text.number("top_p")).isEqualTo(0.9);
    assertThat(text.number("cfg")).isEqualTo(-0.15);
    assertThat(text.integers("label_B")).containsExactly(3, 7);
    assertThat(text.has("top_k")).isTrue();
    assertThat(text.has("k")).isFalse();
  }

  @Test
  void aSingleNumberIsAListOfOne() throws IOException {
    assertThat(described("label_B=-1, cfg=1.5").integers("label_B")).containsExactly(-1);
  }

  @Test
  void aMissingNumberIsNamed() {
    assertThatThrownBy(() -> described("nothing here").number("cfg"))
        .isInstanceOf(IOException.class)
        .hasMessage("read manifest.json: a description of var/x.npy with cfg=; got 'nothing here'");
  }
}
