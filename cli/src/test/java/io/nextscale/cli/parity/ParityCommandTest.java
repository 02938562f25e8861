package io.nextscale.cli.parity;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.tensor.io.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * Over {@code src/test/resources/golden}, a part of a larger set: one transformer of one block, the
 * operations, the tokenizer without most of its inner results, pickles, images.
 */
class ParityCommandTest {

  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  /** What a run gives. */
  private record Result(int code, String out, String err) {}

  private static Result parity(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command = new CommandLine(new ParityCommand());
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return new Result(command.execute(arguments), out.toString(), err.toString());
  }

  /** A copy of the folder that a test may change. */
  private static Path copy(Path to) throws IOException {
    try (Stream<Path> all = Files.walk(GOLDEN)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        Path target = to.resolve(GOLDEN.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
    return to;
  }

  @Test
  void everythingInTheFolderIsCheckedAndWithinTolerance() {
    Result result = parity(GOLDEN.toString());
    assertThat(result.out()).doesNotContain("FAIL").doesNotContain("not checked:");
    assertThat(result.code()).isZero();
    assertThat(result.out()).contains("vae/f.npy", "var_nol2/ar/img.npy", " 0 failed;");
  }

  @Test
  void aChangedNumberFailsAndIsNamed(@TempDir Path folder) throws IOException {
    copy(folder);
    Path file = folder.resolve("ops/gumbel.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 0x01; // the exponent of the last number
    Files.write(file, bytes);
    Result result = parity(folder.toString(), "--filter", "ops/g*");
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).contains("FAIL").contains("ops/gumbel.safetensors");
  }

  @Test
  void aDamagedFileFailsAndIsNamedAndTheOthersAreChecked(@TempDir Path folder) throws IOException {
    copy(folder);
    Path file = folder.resolve("ops/cross_entropy.safetensors");
    Files.write(file, new byte[100]);
    Result result = parity(folder.toString(), "--filter", "ops/?????_*");
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out())
        .contains("FAIL")
        .contains("ops/cross_entropy.safetensors (cross-entropy)")
        .containsPattern("ok +\\S+ +1e-6 +ops/adamw_clip.safetensors");
  }

  @Test
  void aListedFileThatIsGoneFails(@TempDir Path folder) throws IOException {
    copy(folder);
    Files.delete(folder.resolve("ops/gumbel.safetensors"));
    Result result = parity(folder.toString(), "--filter", "ops/*");
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).contains("listed in manifest.json, not in the folder");
  }

  @Test
  void aFileThatNoCheckKnowsIsListed(@TempDir Path folder) throws IOException {
    copy(folder);
    Files.writeString(folder.resolve("ops/other.txt"), "?");
    Result result = parity(folder.toString(), "--filter", "ops/[go]*");
    assertThat(result.code()).isEqualTo(2);
    result = parity(folder.toString(), "--filter", "ops/*o*");
    assertThat(result.code()).isZero();
    assertThat(result.out()).contains("not checked:").contains("ops/other.txt: no check knows");
  }

  @Test
  void theReportIsJson(@TempDir Path folder) throws IOException {
    Path report = folder.resolve("report.json");
    Result result =
        parity(GOLDEN.toString(), "--filter", "ops/gumbel*", "--json", report.toString());
    assertThat(result.code()).isZero();
    Json json = Json.parse("report.json", Files.readString(report));
    assertThat(json.at("passed")).contains(new Json.Bool(true));
    assertThat(json.at("comparisons")).contains(new Json.Int(3));
    assertThat(json.write()).contains("\"file\":\"ops/gumbel.safetensors\"");
  }

  @Test
  void aFolderWithoutManifestIsRefused(@TempDir Path folder) {
    Result result = parity(folder.toString());
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("manifest.json").contains(folder.toString());
    assertThat(result.err().strip().lines()).hasSize(1);
  }

  @Test
  void whatIsNoFolderIsRefused(@TempDir Path folder) {
    assertThat(parity(folder.resolve("none").toString()).code()).isEqualTo(2);
  }

  @Test
  void aManifestWithoutSeedIsRefused(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("manifest.json"), "{\"files\": []}");
    Result result = parity(folder.toString());
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("manifest.json.seed").contains("a whole number");
  }

  @Test
  void aManifestThatIsNotJsonIsRefused(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("manifest.json"), "seed: 18");
    Result result = parity(folder.toString());
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err().strip().lines()).hasSize(1);
  }

  @Test
  void otherDevicesAreRefused() {
    Result result = parity(GOLDEN.toString(), "--device", "gpu");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("--device");
  }
}
