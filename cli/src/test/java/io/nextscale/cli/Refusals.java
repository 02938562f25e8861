package io.nextscale.cli;

import static org.assertj.core.api.Assertions.assertThat;

/** What every refusal has in common. */
final class Refusals {

  private Refusals() {}

  /** Exit code 2, one or two lines without a stack trace that hold these words, no result. */
  static void assertRefused(Tiny.Result result, String... words) {
    assertThat(result.code()).as(result.err()).isEqualTo(2);
    assertThat(result.err().lines().count()).as(result.err()).isBetween(1L, 2L);
    assertThat(result.err())
        .startsWith("nextscale")
        .contains(words)
        .doesNotContain("\tat ", "Exception", "fault of nextscale");
    assertThat(result.out()).isEmpty();
  }
}
