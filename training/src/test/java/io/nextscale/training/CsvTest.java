package io.nextscale.training;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CsvTest {

  @Test
  void textsAreQuotedWhereTheyNeedIt() {
    for (String plain : new String[] {"", "d16.qkv", "tornado:0:1", "1.5E-7", "a b"}) {
      assertThat(Csv.quoted(plain)).isEqualTo(plain);
    }
    assertThat(Csv.quoted("a,b")).isEqualTo("\"a,b\"");
    assertThat(Csv.quoted("say \"x\"")).isEqualTo("\"say \"\"x\"\"\"");
    assertThat(Csv.quoted("a\nb")).isEqualTo("\"a\nb\"");
  }
}
