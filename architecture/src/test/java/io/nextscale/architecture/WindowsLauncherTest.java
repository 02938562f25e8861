package io.nextscale.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What can be told of {@code nextscale.cmd} without Windows: that it jumps to labels it has, and
 * starts what {@code nextscale} starts.
 */
class WindowsLauncherTest {

  private static String launcher(String name) throws IOException {
    return Files.readString(Project.root().resolve(name));
  }

  private static Set<String> found(String in, String pattern) {
    return Pattern.compile(pattern)
        .matcher(in)
        .results()
        .map(result -> result.groupCount() == 0 ? result.group() : result.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void everyJumpHasItsLabelAndEveryLabelItsJump() throws IOException {
    String windows = launcher("nextscale.cmd");
    assertThat(found(windows, "\\b(?:goto |call :)(\\w+)"))
        .isNotEmpty()
        .isEqualTo(found(windows, "(?m)^:(\\w+)\\r?$"));
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(
      strings = {
        "io\\.nextscale\\.[\\w./]+Main", // programs
        "(?<!\\w)-X[\\w:+=-]+", // flags of the JVM
        "-Dtest=[\"']?([\\w*,]+)", // the tests of a device
        "-pl (tornado[\\w,-]+)",
        "tornado-argfile"
      })
  void bothLaunchersSayTheSame(String what) throws IOException {
    assertThat(found(launcher("nextscale.cmd"), what))
        .isNotEmpty()
        .isEqualTo(found(launcher("nextscale"), what));
  }
}
