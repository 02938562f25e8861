package io.nextscale.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.tensor.Backends;
import io.nextscale.tensor.io.Json;
import io.nextscale.tensor.spi.BackendProvider;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevicesBenchTest {

  @TempDir Path folder;

  private record Outcome(int code, String out, String err) {}

  private static Outcome bench(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        DevicesBench.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(args);
    return new Outcome(code, out.toString(), err.toString());
  }

  @Test
  void oneTaskOnTheCpu() throws IOException {
    Outcome outcome =
        bench(
            "--devices",
            "cpu",
            "--only",
            "codebook.argmin",
            "--rounds",
            "1",
            "--warm-up",
            "0",
            "--out",
            folder.toString());
    assertThat(outcome.code).as(outcome.err).isZero();
    assertThat(outcome.err).isEqualTo("codebook.argmin\n");
    assertThat(outcome.out)
        .contains("* java: ", "* flags: ", "* date: ", "* cpu: " + Backends.cpu().describe())
        .contains("fma on registers", "median and quartiles of 1 rounds")
        .containsPattern("\\| codebook\\.argmin \\| cpu \\| [0-9].* \\| 1\\.00 \\| 0e\\+00 \\|");
    Json json = Json.parse("devices.json", Files.readAllBytes(folder.resolve("devices.json")));
    assertThat(((Json.Arr) json.at("rows").orElseThrow()).items())
        .singleElement()
        .satisfies(row -> {
          double seconds = ((Json.Real) row.at("median_s").orElseThrow()).value();
          double rate = ((Json.Real) row.at("flops_per_s").orElseThrow()).value();
          assertThat(seconds * rate).isBetween(67.1e6, 67.2e6); // 2 x 256 x 4096 x 32
        });
    assertThat(folder)
        .isDirectoryContaining("glob:**/devices.png")
        .isDirectoryContaining("glob:**/devices.csv")
        .isDirectoryContaining("glob:**/devices.md");
  }

  @Test
  void aDeviceThatIsNotUsableIsRefusedWithItsReason() {
    Assumptions.assumeTrue(Backends.names().equals(java.util.List.of("cpu")), "a device is here");
    Outcome outcome = bench("--devices", "cpu,gpu");
    assertThat(outcome.code).isEqualTo(2);
    assertThat(outcome.out).isEmpty();
    assertThat(outcome.err).startsWith("nextscale bench: --devices: one of ").contains("got gpu");
    for (BackendProvider provider : Backends.providers()) {
      assertThat(outcome.err).contains(provider.unavailableReason());
    }
  }

  @Test
  void argumentsThatSayNothingAreRefused() {
    assertThat(bench("--devices", "cpu,cpu"))
        .returns(2, Outcome::code)
        .returns(
            "nextscale bench: --devices: different devices; got cpu twice, once as cpu\n",
            Outcome::err);
    Outcome unknown = bench("--devices", "cpu", "--only", "d16 image");
    assertThat(unknown.code).isEqualTo(2);
    assertThat(unknown.err).contains("d16.qkv, d16.fc1", "got d16 image", "needs --full");
    assertThat(bench("--devices", "cpu", "--only", "codebook", "--rounds", "0"))
        .returns(2, Outcome::code)
        .returns("nextscale bench: rounds: at least 1; got 0\n", Outcome::err);
  }

  @Test
  void withoutTheFlagArgumentsAreThoseOfJmh() {
    assertThat(DevicesBench.isMeant("LinearBench", "-p", "layer=d16.qkv")).isFalse();
    assertThat(DevicesBench.isMeant("--rounds", "3", "--devices", "cpu")).isTrue();
    assertThat(DevicesBench.isMeant("--devices=cpu,gpu")).isTrue();
  }
}
