package io.nextscale.cli;

import static io.nextscale.cli.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.tensor.io.TensorFile;
import io.nextscale.var.Var;
import io.nextscale.var.VarConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InitCommandTest {

  @TempDir Path folder;

  private Path file(String name) {
    return folder.resolve(name);
  }

  @Test
  void aTransformerHasTheOfficialNamesAndItsSeedDecides() throws IOException {
    Tiny.Result result =
        Tiny.run("init", "--depth", 1, "-s", 3, "--type", "bf16", "-o", file("a.safetensors"));
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.err()).contains("a.safetensors: 459,585 parameters", "seed 3");
    try (TensorFile open = TensorFile.open(file("a.safetensors"))) {
      assertThat(open.entries().keySet())
          .isEqualTo(Var.declared(VarConfig.depth(1)).parameters().shapes().keySet())
          .contains("pos_1LC", "lvl_1L", "blocks.0.attn.mat_qkv.weight", "head_nm.ada_lin.1.bias");
      assertThat(open.entries().get("head.weight")).hasToString("head.weight BF16 (4096, 64)");
    }
    Tiny.run("init", "--depth", 1, "-s", 3, "--type", "bf16", "-o", file("b.safetensors"));
    Tiny.run("init", "--depth", 1, "-s", 4, "--type", "bf16", "-o", file("c.safetensors"));
    assertThat(Files.readAllBytes(file("b.safetensors")))
        .isEqualTo(Files.readAllBytes(file("a.safetensors")))
        .isNotEqualTo(Files.readAllBytes(file("c.safetensors")));
  }

  @Test
  void whatCannotBeMadeIsRefusedAndNothingIsLeft() throws IOException {
    Files.writeString(file("a.safetensors"), "precious");
    assertRefused(Tiny.run("init"), "--depth", "--vae");
    assertRefused(Tiny.run("init", "--depth", 16, "--vae"), "--depth", "--vae");
    assertRefused(Tiny.run("init", "--depth", 0), "--depth", "1 to 64");
    assertRefused(Tiny.run("init", "--depth", 65), "--depth", "1 to 64");
    assertRefused(Tiny.run("init", "--depth", "deep"), "--depth", "See");
    assertRefused(Tiny.run("init", "--depth", 1, "-o", file("a.safetensors")), "-o", "--force");
    assertRefused(Tiny.run("init", "--depth", 1, "-o", file("a.pth")), "-o", "convert");
    assertRefused(
        Tiny.run("init", "--depth", 1, "-o", file("none/a.safetensors")), "none", "create it");
    assertThat(file("a.safetensors")).hasContent("precious");
    assertThat(Tiny.names(folder)).containsExactly("a.safetensors");
    Tiny.Result forced =
        Tiny.run("init", "--depth", 1, "-s", -1, "--force", "-o", file("a.safetensors"));
    assertThat(forced.code()).isZero();
    assertThat(forced.err()).containsPattern("seed \\d+");
  }
}
