package io.nextscale.cli;

import static io.nextscale.cli.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.cli.terminal.Verbosity;
import io.nextscale.image.Png;
import io.nextscale.image.PngText;
import io.nextscale.image.RgbImage;
import io.nextscale.tensor.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

class MainTest {

  /** Fails in the way that is set. */
  @Command(name = "fail")
  static final class Failing implements Runnable {
    private final Throwable failure;

    @Option(names = "--at-once")
    private int atOnce;

    @Mixin private final Verbosity verbosity = new Verbosity();

    Failing(Throwable failure) {
      this.failure = failure;
    }

    @Override
    public void run() {
      if (failure instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) failure;
    }
  }

  private static Tiny.Result failing(Throwable failure, Object... arguments) {
    CommandLine commands = Main.commandLine();
    commands.addSubcommand(new Failing(failure));
    commands.setExecutionExceptionHandler(new Failures());
    Object[] all = new Object[arguments.length + 1];
    all[0] = "fail";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return Tiny.run(commands, all);
  }

  @Test
  void withoutCommandAllAreListed() {
    Tiny.Result result = Tiny.run();
    assertThat(result.code()).isZero();
    assertThat(result.out())
        .contains(
            "generate",
            "edit",
            "reconstruct",
            "inspect",
            "convert",
            "init",
            "download",
            "parity",
            "devices",
            "metadata");
    assertThat(Tiny.run("--version").out()).startsWith("nextscale ");
  }

  @Test
  void commandThatIsCalledIsTheSameWithoutTheOthers() {
    Set<String> names = Main.commandLine().getSubcommands().keySet();
    assertThat(names).hasSize(17);
    for (String name : names) {
      CommandLine one = Main.commandLine(new String[] {name});
      assertThat(one.getSubcommands().keySet())
          .containsExactlyElementsOf(name.equals("help") ? names : List.of(name));
      assertThat(Tiny.run(one, name, "--help")).isEqualTo(Tiny.run(name, "--help"));
    }
    for (String[] none : List.of(new String[0], new String[] {"--help"}, new String[] {"paint"})) {
      assertThat(Main.commandLine(none).getSubcommands().keySet()).isEqualTo(names);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "generate",
        "edit",
        "reconstruct",
        "train",
        "tokenize",
        "plot",
        "experiment",
        "inspect",
        "convert",
        "init",
        "download",
        "parity",
        "devices",
        "metadata"
      })
  void helpFitsTheScreenAndNamesTheExitCodes(String command) {
    Tiny.Result result = Tiny.run("help", command);
    assertThat(result.code()).isZero();
    assertThat(result.out().lines()).allMatch(line -> line.length() <= 100);
    assertThat(result.out())
        .contains("Usage: nextscale " + command, "Exit codes:", "130")
        .doesNotContain("COMPLETION-CANDIDATES", "%n", "%%");
    assertThat(Tiny.run(command, "--help").out()).isEqualTo(result.out());
  }

  @Test
  void unknownCommandsAndOptionsAreRefused() {
    assertRefused(Tiny.run("generat"), "generat");
    assertRefused(Tiny.run("inspect", "x", "--jsom"), "--jsom", "--json");
    assertRefused(Tiny.run("devices", "extra"), "extra");
    assertRefused(Tiny.run("help", "frobnicate"), "frobnicate");
  }

  @Test
  void aFullHeapNamesTheOptionsThatHelp() {
    Tiny.Result result = failing(new OutOfMemoryError("Java heap space"));
    assertRefused(result, "nextscale fail: not enough memory", "--at-once", "-Xmx");
    assertThat(result.err()).doesNotContain("--weights"); // which this command does not have
    assertThat(failing(new OutOfMemoryError("x"), "-v").err()).contains("\tat io.nextscale");
  }

  @Test
  void faultsOfTheProgramAreCalledThat() {
    Tiny.Result result = failing(new NullPointerException("oops"));
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).hasLineCount(1).contains("oops", "fault of nextscale", "--verbose");
    assertThat(failing(new StackOverflowError()).code()).isEqualTo(2);
  }

  @Test
  void cancellingHasItsOwnCode() {
    Tiny.Result result = failing(new CancellationException());
    assertThat(result.code()).isEqualTo(130);
    assertThat(result.err()).isEqualTo("nextscale fail: cancelled; what was finished is kept\n");
  }

  @Test
  void devicesAreListed() {
    Tiny.Result result = Tiny.run("devices");
    assertThat(result.code()).isZero();
    assertThat(result.out()).contains("cpu ", "thread", "Java ", "heap");
    if (System.getenv("TORNADOVM_HOME") == null) {
      assertThat(result.out())
          .contains("tornado          not usable: TornadoVM is not", "TORNADOVM_HOME");
    }
  }

  @Test
  void metadataShowsTextsAndJson(@TempDir Path folder) throws IOException {
    Path png = folder.resolve("a.png");
    Png.write(
        png,
        RgbImage.of(new byte[3], 1, 1),
        List.of(new PngText("parameters", "Seed: 4"), new PngText("nextscale", "{\"seed\":4}")));
    assertThat(Tiny.run("metadata", png).lines())
        .containsExactly("parameters: Seed: 4", "nextscale: {\"seed\":4}");
    Json json = Json.parse("metadata", Tiny.run("metadata", png, "--json").out());
    assertThat(json.at("nextscale", "seed")).contains(new Json.Int(4));
    assertThat(json.at("parameters")).contains(new Json.Str("Seed: 4"));
    assertThat(Tiny.run("metadata", Tiny.picture(folder.resolve("b.png"), 2, 2)).out())
        .contains("b.png: no texts");
    assertRefused(Tiny.run("metadata", folder.resolve("no.png")), "no.png", "check the path");
    assertRefused(Tiny.run("metadata", folder), "folder");
    Files.writeString(folder.resolve("junk.png"), "junk");
    assertRefused(Tiny.run("metadata", folder.resolve("junk.png")), "junk.png");
  }
}
