package io.nextscale.architecture;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code ./nextscale}, run in a copy of the project's outline with a Maven wrapper that only notes
 * its calls, and with JDKs that only print their arguments. PATH, HOME and the folders searched are
 * the test's own.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher there is nextscale.cmd")
class LauncherTest {

  private static final Path PROJECT = Project.root();

  /** The commands the launcher itself may need; PATH holds nothing else. */
  private static final List<String> TOOLS =
      List.of(
          "awk",
          "cat",
          "cp",
          "find",
          "grep",
          "head",
          "ln",
          "mkdir",
          "mv",
          "printf",
          "readlink",
          "rm",
          "rmdir",
          "sed",
          "sh",
          "sleep");

  /** A build that is called while another runs fails; one that runs takes a moment. */
  private static final String WRAPPER =
      """
      #!/bin/sh
      here=${0%/*}
      printf '%s|%s\\n' "$JAVA_HOME" "$*" >>"$here/builds"
      mkdir "$here/building" || exit 9
      echo '[INFO] Building nextscale tensor 1-SNAPSHOT                [2/7]'
      sleep 0.3
      rmdir "$here/building"
      if [ -e "$here/edited" ]; then
        cp "$here/edited" "$here/image/src/main/java/A.java"
        rm "$here/edited"
      fi
      if [ -e "$here/broken" ]; then
        echo '[ERROR] a class does not compile'
        exit 1
      fi
      mkdir -p "$here/cli/target/modules" "$here/bench/target/modules"
      case "$*" in *verify*)
        mkdir -p "$here/tensor/target/surefire-reports"
        echo '<testsuite name="a" time="1" tests="7" errors="1" skipped="2" failures="1">' \\
          >"$here/tensor/target/surefire-reports/TEST-a.xml"
        exit 3
      esac
      """;

  private static final String JAVA =
      """
      #!/bin/sh
      echo "java ${0%/bin/java}"
      for word; do echo "<$word>"; done
      exit 42
      """;

  @TempDir Path temporary;

  private Path home;
  private Path files;
  private Path path;
  private Path work;
  private final Map<String, String> environment = new HashMap<>();

  private record Outcome(int code, String out, String err) {}

  @BeforeEach
  void layOut() throws IOException {
    work = temporary.toRealPath();
    home =
        Files.createDirectories(work.resolve("a home")); // the project, and a folder with a space
    files = Files.createDirectories(work.resolve("root")); // stands for /
    path = Files.createDirectories(work.resolve("path"));
    for (String tool : TOOLS) {
      script(path.resolve(tool), "#!/bin/sh\nexec " + onPath(tool).orElseThrow() + " \"$@\"\n");
    }
    Files.copy(
        PROJECT.resolve("nextscale"),
        home.resolve("nextscale"),
        StandardCopyOption.COPY_ATTRIBUTES);
    script(home.resolve("mvnw"), WRAPPER);
    Files.createDirectories(home.resolve(".mvn"));
    Files.writeString(home.resolve("pom.xml"), "");
    for (String module : List.of("tensor", "image", "nn", "vqvae", "var-model", "cli", "bench")) {
      Files.createDirectories(home.resolve(module).resolve("src/main/java"));
      Files.createDirectories(home.resolve(module).resolve("src/test/java"));
      Files.writeString(home.resolve(module).resolve("pom.xml"), "");
      Files.writeString(home.resolve(module).resolve("src/main/java/A.java"), "");
    }
    try (Stream<Path> all = Files.walk(home)) {
      for (Path file : all.toList()) {
        age(file, 3600);
      }
    }
  }

  private Path tornado() throws IOException {
    Path folder = Files.createDirectories(work.resolve("tornado vm"));
    Files.writeString(folder.resolve("tornado-argfile"), "");
    environment.put("TORNADOVM_HOME", folder.toString());
    return folder;
  }

  @ParameterizedTest
  @ValueSource(strings = {"devices", "generate --device gpu", "generate --device=tornado:0:1 -v"})
  void devicesAreComputedOnWithTornado(String arguments) throws Exception {
    environment.put("JAVA_HOME", jdk(work.resolve("jdk"), "25.0.3").toString());
    Path tornado = tornado();
    Outcome outcome = nextscale(arguments.split(" ", -1));
    assertThat(outcome.out())
        .contains("<@" + tornado + "/tornado-argfile>\n<-XX:-UseParallelGC>\n")
        .contains("<--class-path>\n<" + home.resolve("cli/target/modules/*") + ">\n")
        .contains("<io.nextscale.cli.Main>\n<" + String.join(">\n<", arguments.split(" ", -1)))
        .doesNotContain("--module-path");
  }

  @ParameterizedTest
  @ValueSource(strings = {"generate", "generate --device cpu", "generate --device=cpu"})
  void theCpuNeedsNoTornado(String arguments) throws Exception {
    environment.put("JAVA_HOME", jdk(work.resolve("jdk"), "25.0.3").toString());
    tornado();
    assertThat(nextscale(arguments.split(" ", -1)).out())
        .contains("--module-path")
        .doesNotContain("argfile");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--devices cpu,gpu --rounds 1", "--devices=tornado:0:1", "--devices auto"})
  void devicesAreComparedWithTornado(String arguments) throws Exception {
    environment.put("JAVA_HOME", jdk(work.resolve("jdk"), "25.0.3").toString());
    Path tornado = tornado();
    assertThat(nextscale(("bench " + arguments).split(" ", -1)).out())
        .contains("<@" + tornado + "/tornado-argfile>\n<-XX:-UseParallelGC>\n")
        .contains("<--class-path>\n<" + home.resolve("bench/target/modules/*") + ">\n")
        .contains(
            "<io.nextscale.bench.Main>\n<" + String.join(">\n<", arguments.split(" ", -1)) + ">");
  }

  @ParameterizedTest
  @ValueSource(strings = {"LinearBench -f 1", "--devices cpu", "--devices=cpu --rounds 1"})
  void benchmarksOfTheCpuNeedNoTornado(String arguments) throws Exception {
    environment.put("JAVA_HOME", jdk(work.resolve("jdk"), "25.0.3").toString());
    tornado();
    assertThat(nextscale(("bench " + arguments).split(" ", -1)).out())
        .contains("<io.nextscale.bench.Main>")
        .doesNotContain("argfile");
  }

  @Test
  void devicesWithoutTornadoAreTheProgramsToExplain() throws Exception {
    environment.put("JAVA_HOME", jdk(work.resolve("jdk"), "25.0.3").toString());
    assertThat(nextscale("generate", "--device", "gpu").out()).contains("--module-path");
    assertThat(nextscale("bench", "--devices", "cpu,gpu").out()).doesNotContain("argfile");

    Outcome verified = nextscale("verify", "--device", "gpu");
    assertThat(verified.code()).isEqualTo(2);
    assertThat(verified.err()).contains("TORNADOVM_HOME", "tornado-argfile", "docs/gpu.md");
    environment.put("TORNADOVM_HOME", work.toString());
    assertThat(nextscale("generate", "--device", "gpu").err()).contains("got " + work);
  }

  @Test
  void kernelsAreVerifiedOnADevice() throws Exception {
    environment.put("JAVA_HOME", jdk(work.resolve("jdk"), "25.0.3").toString());
    tornado();
    nextscale("verify", "--device", "gpu");
    assertThat(builds())
        .singleElement()
        .asString()
        .contains("-pl tornado-standin,tornado-kernels -am", "Device*Test", "verify")
        .doesNotContain("--device");
  }

  @Test
  void jdkOnPathIsUsedWhenJavaHomeIsTooOld() throws Exception {
    Path old = jdk(work.resolve("jdk-17"), "17.0.15");
    Path current = jdk(work.resolve("jdk 25"), "25.0.3");
    Files.createSymbolicLink(work.resolve("alternative"), current.resolve("bin/java"));
    Files.createSymbolicLink(path.resolve("java"), work.resolve("alternative"));
    environment.put("JAVA_HOME", old.toString());

    Outcome run = nextscale();

    assertThat(run.code).isEqualTo(42);
    assertThat(run.out).startsWith("java " + current + "\n");
    assertThat(builds()).singleElement().asString().startsWith(current + "|");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "root/usr/lib/jvm/temurin-25-jdk-amd64",
        "root/Library/Java/JavaVirtualMachines/temurin-25.jdk/Contents/Home",
        "root/opt/jdk-26",
        "root/opt/homebrew/opt/openjdk@25/libexec/openjdk.jdk/Contents/Home",
        "user/.sdkman/candidates/java/25.0.3-tem",
        "user/.jdks/temurin-25"
      })
  void usualFoldersAreSearchedAndTheFindIsRemembered(String folder) throws Exception {
    Path old = jdk(files.resolve("usr/lib/jvm/java-17-openjdk"), "17.0.15");
    Files.createSymbolicLink(path.resolve("java"), old.resolve("bin/java"));
    Path current = jdk(work.resolve(folder), "25.0.3");

    assertThat(nextscale().out).startsWith("java " + current + "\n");
    assertThat(home.resolve(".nextscale/jdk")).hasContent(current + "\n");

    // The remembered JDK goes away and another comes: no one has to clean up.
    Path next = jdk(files.resolve("usr/lib/jvm/jdk-27"), "27-ea");
    Files.delete(current.resolve("release"));
    assertThat(nextscale().out).startsWith("java " + next + "\n");
  }

  @Test
  void withoutAnyJdkTheMessageSaysHowToGetOne() throws Exception {
    jdk(files.resolve("usr/lib/jvm/java-17-openjdk"), "17.0.15");
    jdk(files.resolve("usr/lib/jvm/java-8"), "1.8.0_402");
    Path runtime = jdk(files.resolve("usr/lib/jvm/jre-25"), "25.0.3"); // no compiler: a JRE
    Files.delete(runtime.resolve("bin/javac"));

    Outcome run = nextscale();

    assertThat(run.code).isEqualTo(2);
    assertThat(run.out).isEmpty();
    assertThat(run.err)
        .startsWith(
            "nextscale: a JDK 25 or newer; found none in JAVA_HOME (not set), on PATH or in the usual folders.")
        .contains("NEXTSCALE_JAVA_HOME=/path/to/jdk ./nextscale");
    assertThat(builds()).isEmpty();
  }

  @Test
  void namedJdkIsUsedOrRefusedButNeverReplaced() throws Exception {
    Path current = jdk(work.resolve("jdk-25"), "25");
    Path old = jdk(work.resolve("jdk-17"), "17.0.15");
    environment.put("JAVA_HOME", current.toString());

    environment.put("NEXTSCALE_JAVA_HOME", old.toString());
    Outcome run = nextscale();
    assertThat(run.code).isEqualTo(2);
    assertThat(run.err)
        .isEqualTo(
            "nextscale: NEXTSCALE_JAVA_HOME: a JDK 25 or newer; got " + old + " (Java 17)\n");

    environment.put("NEXTSCALE_JAVA_HOME", work + "/none");
    assertThat(nextscale().err).endsWith("/none (no such folder)\n");

    Path newer = jdk(work.resolve("jdk-26"), "26+35");
    environment.put("NEXTSCALE_JAVA_HOME", newer.toString());
    assertThat(nextscale().out).startsWith("java " + newer + "\n");
  }

  @Test
  void argumentsAndFlagsReachJavaUnchanged() throws Exception {
    environment.put("JAVA_HOME", jdk(work.resolve("jdk 25"), "25.0.3").toString());
    environment.put("NEXTSCALE_JAVA_OPTS", "-Xmx3g -Da=*");

    Outcome run = nextscale("generate", "a b", "", "it's", "*", "--x=$HOME");

    List<String> words = run.out.lines().skip(1).toList();
    assertThat(words)
        .containsSubsequence(
            "<-Xmx3g>", "<-Da=*>", "<--module-path>", "<" + home + "/cli/target/modules>")
        .endsWith(
            "<io.nextscale.cli/io.nextscale.cli.Main>",
            "<generate>",
            "<a b>",
            "<>",
            "<it's>",
            "<*>",
            "<--x=$HOME>");
    assertThat(run.code).isEqualTo(42);
  }

  @Test
  void shownCommandIsTheOneThatRuns() throws Exception {
    environment.put("JAVA_HOME", jdk(work.resolve("jdk 25"), "25.0.3").toString());
    String[] words = {"edit", "a b", "it's 'quoted'", "", "$HOME", "\\"};
    Outcome ran = nextscale(words);

    Outcome shown =
        nextscale(
            Stream.concat(Stream.of("--show-command"), Stream.of(words)).toArray(String[]::new));

    assertThat(shown.code).isZero();
    assertThat(shown.out).hasLineCount(1);
    assertThat(run(work, List.of("sh", "-c", shown.out)).out).isEqualTo(ran.out);
  }

  @Test
  void benchmarksAreBuiltAndRunByThemselves() throws Exception {
    environment.put("JAVA_HOME", jdk(work.resolve("jdk-25"), "25.0.3").toString());

    Outcome run = nextscale("bench", "-l");
    nextscale("bench");
    soon(home.resolve("bench/src/main/java/A.java"));
    nextscale("bench");

    assertThat(run.out.lines())
        .endsWith("<" + home + "/bench/target/modules/*>", "<io.nextscale.bench.Main>", "<-l>");
    assertThat(builds()).hasSize(2).allMatch(call -> call.endsWith("-pl bench -am package"));
  }

  @Test
  void linksOtherFoldersAndOtherShellsLeadToTheSameHome() throws Exception {
    environment.put("JAVA_HOME", jdk(work.resolve("jdk-25"), "25.0.3").toString());
    Path bin = Files.createDirectories(work.resolve("my bin"));
    Files.createSymbolicLink(bin.resolve("first"), Path.of("../a home/nextscale")); // relative
    Files.createSymbolicLink(bin.resolve("second"), bin.resolve("first")); // absolute
    String expected = "<" + home + "/cli/target/modules>";

    assertThat(run(work, List.of(bin + "/second")).out).contains(expected);
    assertThat(run(work, List.of("my bin/first")).out).contains(expected);
    assertThat(run(home, List.of("sh", "nextscale")).out).contains(expected);
    environment.put("CDPATH", "/:" + work);
    assertThat(run(work, List.of("sh", "a home/nextscale")).out).contains(expected);
    environment.put("PATH", home + ":" + path);
    assertThat(run(bin, List.of("sh", "-c", "nextscale")).out).contains(expected);
    assertThat(builds()).hasSize(1);
  }

  /** The POSIX shells among these that this machine has; {@code sh} is always one. */
  static Stream<Path> shells() {
    return Stream.of("sh", "dash", "bash", "ksh", "mksh", "yash")
        .flatMap(name -> onPath(name).stream());
  }

  @ParameterizedTest
  @MethodSource("shells")
  void shellsAgree(Path shell) throws Exception {
    environment.put("JAVA_HOME", jdk(work.resolve("jdk-25"), "25.0.3").toString());

    Outcome first = run(work, List.of(shell.toString(), home + "/nextscale", "a b"));
    Outcome second = run(work, List.of(shell.toString(), home + "/nextscale", "a b"));

    assertThat(first.err).contains("building with", "[2/7] tensor");
    assertThat(first.out).contains("<a b>");
    assertThat(second).isEqualTo(new Outcome(42, first.out, ""));
  }

  @Test
  void onlyChangedSourcesBuildAgain() throws Exception {
    environment.put("JAVA_HOME", jdk(work.resolve("jdk-25"), "25.0.3").toString());
    assertThat(nextscale().err).contains("first use");
    assertThat(nextscale().err).isEmpty();
    assertThat(builds()).hasSize(1);

    soon(home.resolve("tensor/src/test/java/ATest.java"));
    soon(home.resolve("README.md"));
    nextscale();
    assertThat(builds()).hasSize(1);

    settle();
    soon(home.resolve("tensor/src/main/java/A.java"));
    assertThat(nextscale().err).contains("sources changed");
    assertThat(builds()).hasSize(2);

    settle();
    Files.delete(home.resolve("nn/src/main/java/A.java"));
    age(home.resolve("nn/src/main/java"), -1);
    nextscale();
    assertThat(builds()).hasSize(3);

    settle();
    soon(home.resolve("cli/pom.xml"));
    nextscale();
    assertThat(builds()).hasSize(4);

    settle();
    Files.delete(home.resolve("cli/target/built")); // what mvn clean does
    nextscale();
    assertThat(builds()).hasSize(5);
  }

  @Test
  void brokenBuildShowsItsErrorsAndIsTriedAgain() throws Exception {
    environment.put("JAVA_HOME", jdk(work.resolve("jdk-25"), "25.0.3").toString());
    Path broken = Files.createFile(home.resolve("broken"));

    Outcome run = nextscale();
    assertThat(run.code).isEqualTo(2);
    assertThat(run.out).isEmpty();
    assertThat(run.err)
        .contains("[ERROR] a class does not compile")
        .endsWith(
            "nextscale: the build failed; everything it said is in "
                + home
                + "/.nextscale/build.log\n");

    Files.delete(broken);
    assertThat(nextscale().code).isEqualTo(42);
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void firstBuildsAtTheSameTimeWaitForEachOther() throws Exception {
    environment.put("JAVA_HOME", jdk(work.resolve("jdk-25"), "25.0.3").toString());
    List<Process> starts = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      starts.add(
          start(
              work,
              List.of(home + "/nextscale"),
              work.resolve("out" + i),
              work.resolve("err" + i)));
    }
    for (Process start : starts) {
      assertThat(start.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(start.exitValue()).isEqualTo(42);
    }
    assertThat(builds()).hasSize(1);
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void sourceEditedDuringABuildBuildsAgain() throws Exception {
    environment.put("JAVA_HOME", jdk(work.resolve("jdk-25"), "25.0.3").toString());
    Files.writeString(home.resolve("edited"), "by a hand faster than the compiler");

    nextscale();
    nextscale();
    nextscale();

    assertThat(builds()).hasSize(2);
  }

  @Test
  void lockOfADeadBuildIsTakenOver() throws Exception {
    environment.put("JAVA_HOME", jdk(work.resolve("jdk-25"), "25.0.3").toString());
    Process gone = new ProcessBuilder("true").start();
    gone.waitFor();
    Files.createDirectories(home.resolve(".nextscale"));
    Files.writeString(home.resolve(".nextscale/lock"), gone.pid() + "\n");

    assertThat(nextscale().code).isEqualTo(42);
    assertThat(leftovers()).isEmpty();
  }

  @Test
  void verifyHandsOverToMavenAndAddsUpWhatRan() throws Exception {
    Path current = jdk(work.resolve("jdk-25"), "25.0.3");
    environment.put("JAVA_HOME", current.toString());
    Path stale =
        Files.createDirectories(home.resolve("nn/target/surefire-reports")).resolve("TEST-old.xml");
    Files.writeString(stale, "<testsuite tests=\"100\">");
    age(stale, 3600);

    Outcome run = nextscale("verify", "-o", "-Dx=a b");

    assertThat(run.code).isEqualTo(3);
    assertThat(run.out)
        .endsWith("1 test classes in this run\ntests: 3 passed, 2 failed, 2 skipped\n");
    assertThat(builds())
        .singleElement()
        .asString()
        .startsWith(current + "|")
        .endsWith("-o -Dx=a b verify");
    assertThat(leftovers()).isEmpty();
  }

  // ---- the stage

  private Outcome nextscale(String... arguments) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of(home + "/nextscale"));
    words.addAll(List.of(arguments));
    return run(work, words);
  }

  private Outcome run(Path from, List<String> words) throws IOException, InterruptedException {
    Path out = work.resolve("out");
    Path err = work.resolve("err");
    Process process = start(from, words, out, err);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ends within a minute").isTrue();
    return new Outcome(
        process.exitValue(), Files.readString(out, UTF_8), Files.readString(err, UTF_8));
  }

  private Process start(Path from, List<String> words, Path out, Path err) throws IOException {
    List<String> absolute = new ArrayList<>(words);
    if (absolute.getFirst().equals("sh")) {
      absolute.set(0, onPath("sh").orElseThrow().toString());
    } else {
      absolute.set(0, from.resolve(absolute.getFirst()).toString());
    }
    ProcessBuilder builder =
        new ProcessBuilder(absolute)
            .directory(from.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", path.toString());
    builder.environment().put("HOME", Files.createDirectories(work.resolve("user")).toString());
    builder.environment().put("NEXTSCALE_SEARCH_ROOT", files.toString());
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static Path jdk(Path folder, String version) throws IOException {
    Files.createDirectories(folder.resolve("bin"));
    script(folder.resolve("bin/java"), JAVA);
    script(folder.resolve("bin/javac"), "#!/bin/sh\n");
    Files.writeString(
        folder.resolve("release"),
        "IMPLEMENTOR=\"A = B\"\nJAVA_RUNTIME=\"x\"\nJAVA_VERSION=\"" + version + "\"");
    return folder;
  }

  private static void script(Path file, String text) throws IOException {
    Files.writeString(file, text);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private static Optional<Path> onPath(String tool) {
    return Stream.of(System.getenv("PATH").split(":"))
        .map(folder -> Path.of(folder, tool))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** How Maven was called: the JDK, a bar, the arguments. */
  private List<String> builds() throws IOException {
    Path log = home.resolve("builds");
    return Files.exists(log) ? Files.readAllLines(log) : List.of();
  }

  /** What a finished launcher must not leave in its folder. */
  private List<String> leftovers() throws IOException {
    try (Stream<Path> all = Files.list(home.resolve(".nextscale"))) {
      return all.map(file -> file.getFileName().toString())
          .filter(name -> !name.equals("jdk") && !name.equals("build.log"))
          .toList();
    }
  }

  /**
   * Moves the date of the last build back, so that a change right after it counts as later on any
   * file system.
   */
  private void settle() throws IOException {
    try (Stream<Path> all = Files.walk(home)) {
      all.forEach(file -> {
        try {
          age(file, 3600);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
    }
    age(home.resolve("cli/target/built"), 1800);
  }

  private static void soon(Path file) throws IOException {
    Files.writeString(file, "changed");
    age(file, -1);
  }

  private static void age(Path file, int seconds) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(seconds)));
  }
}
