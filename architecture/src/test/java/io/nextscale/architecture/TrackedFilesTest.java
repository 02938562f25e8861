package io.nextscale.architecture;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the files of the project may say, and which of them a fresh clone must be able to run. */
class TrackedFilesTest {

  private static final Path PROJECT = Project.root();

  /**
   * Folders of one machine. Homebrew's and SDKMAN's places in the launcher are those of every
   * machine.
   */
  private static final Pattern MACHINE_PATH =
      Pattern.compile(
          "(?<![\\w.$}~\\])/-])/(work|root|mnt|Users/\\w+|home/(?!linuxbrew)\\w+)/\\S*");

  /**
   * Hosts that packages are fetched from: a build names artifacts, and each machine knows where it
   * gets them.
   */
  private static final Pattern REGISTRY =
      Pattern.compile(
          String.join(
              "|",
              "repo1?\\.maven\\.(apache\\.)?org",
              "registry\\.npmjs\\.org",
              "registry\\.yarnpkg\\.com",
              "deb\\.debian\\.org",
              "archive\\.ubuntu\\.com",
              "pypi\\.org",
              "files\\.pythonhosted\\.org",
              "proxy\\.golang\\.org",
              "crates\\.io"));

  /** The Maven wrapper starts from an address and cannot do without. */
  private static final Set<String> ADDRESSED = Set.of(".mvn/wrapper/maven-wrapper.properties");

  /** Files larger than this are data. */
  private static final long TEXT_BYTES = 1 << 20;

  /** A clone stays a matter of seconds: golden files are a few megabytes. */
  private static final long ALL_BYTES = 32L << 20;

  private static List<Path> files = List.of();

  @BeforeAll
  static void list() throws IOException, InterruptedException {
    files = Project.files();
  }

  @Test
  void namesNoPathOfOneMachine() throws IOException {
    assertThat(found(MACHINE_PATH, Set.of())).isEmpty();
  }

  @Test
  void namesNoHostOfARegistry() throws IOException {
    assertThat(found(REGISTRY, ADDRESSED)).isEmpty();
  }

  @Test
  void theListIsTheProject() {
    assertThat(files)
        .contains(
            PROJECT.resolve("pom.xml"), PROJECT.resolve("nextscale"), PROJECT.resolve("LICENSE"))
        .hasSizeGreaterThan(20);
  }

  @Test
  void patternsFindWhatTheyAreFor() {
    for (String path :
        List.of(
            "in /wo" + "rk/main",
            "\"/ro" + "ot/.m2/x\"",
            "/ho" + "me/someone/x",
            "=/Us" + "ers/me/x")) {
      assertThat(MACHINE_PATH.matcher(path).find()).as(path).isTrue();
    }
    for (String path :
        List.of(
            "src/work/x",
            "~/root/x",
            "https://host/root/x",
            "/usr/lib/jvm/x",
            "/home/linuxbrew/x")) {
      assertThat(MACHINE_PATH.matcher(path).find()).as(path).isFalse();
    }
    assertThat(REGISTRY.matcher("https://repo.ma" + "ven.apache.org/x").find()).isTrue();
  }

  @Test
  void programsAreExecutableInAFreshClone() {
    assertThat(List.of("nextscale", "mvnw", ".ci/run"))
        .allMatch(name -> Files.isExecutable(PROJECT.resolve(name)));
  }

  @Test
  void aCloneIsSmall() throws IOException {
    long bytes = 0;
    for (Path file : files) {
      bytes += Files.size(file);
    }
    assertThat(bytes).isLessThan(ALL_BYTES);
  }

  /** Every place where a text file matches, as {@code file:line: match}. */
  private static List<String> found(Pattern pattern, Set<String> except) throws IOException {
    List<String> places = new ArrayList<>();
    for (Path file : files) {
      String name = PROJECT.relativize(file).toString().replace('\\', '/');
      if (except.contains(name) || Files.size(file) > TEXT_BYTES) {
        continue;
      }
      String text = Files.readString(file, ISO_8859_1);
      if (text.indexOf('\0') >= 0) {
        continue; // not text
      }
      Matcher match = pattern.matcher(text);
      while (match.find()) {
        long line = text.substring(0, match.start()).lines().count();
        places.add(name + ":" + Math.max(1, line) + ": " + match.group());
      }
    }
    return places;
  }
}
