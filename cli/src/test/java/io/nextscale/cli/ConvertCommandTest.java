package io.nextscale.cli;

import static io.nextscale.cli.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.Entry;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.tensor.io.TensorWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConvertCommandTest {

  private static final String WEIGHT = "blocks.0.attn.mat_qkv.weight";

  @TempDir static Path models;

  private static Tiny tiny;

  @TempDir Path folder;

  @BeforeAll
  static void makeModels() throws IOException {
    tiny = Tiny.in(models);
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  private static Map<String, float[]> values(Path file) throws IOException {
    Map<String, float[]> values = new LinkedHashMap<>();
    try (TensorFile open = TensorFile.open(file)) {
      for (String name : open.entries().keySet()) {
        values.put(name, open.load(name).toArray());
      }
    }
    return values;
  }

  private static void convert(Object... arguments) {
    Object[] all = new Object[arguments.length + 1];
    all[0] = "convert";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    Tiny.Result result = Tiny.run(all);
    assertThat(result.code()).as(result.err()).isZero();
  }

  private static void assertEqual(Path a, Path b) throws IOException {
    Map<String, float[]> expected = values(b);
    Map<String, float[]> found = values(a);
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    expected.forEach((name, array) -> assertThat(found.get(name)).as(name).isEqualTo(array));
  }

  @Test
  void toPytorchAndBackKeepsEveryBit() throws IOException {
    convert(tiny.model, file("a.pth"));
    assertThat(Tiny.run("inspect", file("a.pth")).out())
        .contains("format: PyTorch checkpoint", "VAR transformer, depth 2");
    assertEqual(file("a.pth"), tiny.model);
    convert(file("a.pth"), file("b.safetensors"));
    assertEqual(file("b.safetensors"), tiny.model);
    assertThat(Tiny.names(folder)).containsExactly("a.pth", "b.safetensors");
  }

  /** Half a unit in the last place at 2^-3 and the largest of 127 steps, twice. */
  @ParameterizedTest
  @CsvSource({"bf16, BF16, 4e-3", "f16, F16, 5e-4", "i8, I8, 8e-3"})
  void weightsAreRoundedAndAllElseStays(String type, DType stored, double relative)
      throws IOException {
    convert(tiny.model, file("a.safetensors"), "--type", type);
    try (TensorFile whole = TensorFile.open(tiny.model);
        TensorFile small = TensorFile.open(file("a.safetensors"))) {
      assertThat(small.entries().keySet()).isEqualTo(whole.entries().keySet());
      for (Entry entry : whole.entries().values()) {
        boolean multiplied =
            entry.name().endsWith("weight")
                && !entry.name().matches("class_emb.weight|lvl_embed.weight");
        Entry now = small.entries().get(entry.name());
        if (multiplied) {
          assertThat(now.dtype()).as(entry.name()).isEqualTo(stored);
          float[] before = whole.load(entry.name()).toArray();
          float[] after = small.load(entry.name()).toArray();
          float largest = 0;
          for (float value : before) {
            largest = Math.max(largest, Math.abs(value));
          }
          for (int i = 0; i < before.length; i++) {
            assertThat(after[i]).isCloseTo(before[i], within((float) (largest * relative)));
          }
        } else {
          assertThat(now).isEqualTo(entry);
          assertThat(small.load(entry.name()).toArray())
              .isEqualTo(whole.load(entry.name()).toArray());
        }
      }
    }
    Tiny.Result made =
        Tiny.run("generate", "-m", file("a.safetensors"), "--vae", tiny.vae, "-o", file("a.png"));
    assertThat(made.code()).as(made.err()).isZero();
  }

  @Test
  void smallWeightsGoToPytorchAndBackToFloats() throws IOException {
    for (String type : new String[] {"bf16", "f16", "i8"}) {
      convert(tiny.vae, file(type + ".safetensors"), "--type", type);
      convert(file(type + ".safetensors"), file(type + ".pth"));
      assertEqual(file(type + ".pth"), file(type + ".safetensors"));
      convert(file(type + ".pth"), file(type + "_f32.safetensors"), "--type", "f32");
      assertEqual(file(type + "_f32.safetensors"), file(type + ".safetensors"));
      assertThat(
              Tiny.run(
                      "generate",
                      "-m",
                      tiny.model,
                      "--vae",
                      file(type + ".pth"),
                      "-o",
                      file("a.png"))
                  .code())
          .isZero();
    }
  }

  @Test
  void partsOfATrainingCheckpointAreTakenOut() throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("trainer.var_wo_ddp.head.weight", Tensor.ones(Shape.of(2, 3)));
    tensors.put("trainer.vae_local.quant_conv.bias", Tensor.zeros(Shape.of(4)));
    tensors.put("trainer.var_opt.state.0.exp_avg", Tensor.ones(Shape.of(2, 3)));
    write(file("train.safetensors"), tensors);
    convert(file("train.safetensors"), file("var.pth"));
    assertThat(values(file("var.pth"))).containsOnlyKeys("head.weight");
    convert(file("train.safetensors"), file("vae.pth"), "--group", "trainer.vae_local");
    assertThat(values(file("vae.pth"))).containsOnlyKeys("quant_conv.bias");
    assertRefused(
        Tiny.run("convert", file("train.safetensors"), file("no.pth"), "--group", "ema"), "ema");
    assertThat(Tiny.names(folder)).containsExactly("train.safetensors", "vae.pth", "var.pth");
  }

  private static void write(Path file, Map<String, Tensor> tensors) throws IOException {
    try (TensorWriter out =
        TensorWriter.create(
            file,
            tensors.entrySet().stream()
                .map(e -> Entry.of(e.getKey(), e.getValue().shape(), e.getValue().dtype()))
                .toList(),
            Map.of())) {
      for (Map.Entry<String, Tensor> e : tensors.entrySet()) {
        out.write(e.getKey(), e.getValue());
      }
      out.finish();
    }
  }

  @Test
  void anExistingFileIsReplacedOnlyByForce() throws IOException {
    Files.writeString(file("a.pth"), "precious");
    assertRefused(Tiny.run("convert", tiny.model, file("a.pth")), "a.pth exists", "--force");
    assertThat(file("a.pth")).hasContent("precious");
    convert(tiny.model, file("a.pth"), "--force");
    assertEqual(file("a.pth"), tiny.model);
  }

  @Test
  void numbersThatDoNotFitAreRefusedAndNothingIsLeft() throws IOException {
    write(
        file("big.safetensors"),
        Map.of("layer.weight", Tensor.of(Shape.of(2, 1), new float[] {1, 70000})));
    assertRefused(
        Tiny.run("convert", file("big.safetensors"), file("a.pth"), "--type", "f16"),
        "--type",
        "layer.weight",
        "bf16");
    assertThat(Tiny.names(folder)).containsExactly("big.safetensors");
  }

  @Test
  void whatCannotBeDoneIsRefusedAndNothingIsLeft() throws IOException {
    Files.createDirectory(file("folder.pth"));
    assertRefused(Tiny.run("convert", tiny.model, file("a.gguf")), ".safetensors or .pth");
    assertRefused(Tiny.run("convert", tiny.model, file("folder.pth")), "folder");
    assertRefused(Tiny.run("convert", tiny.model, file("none/a.pth")), "none", "create it");
    assertRefused(Tiny.run("convert", file("no.pth"), file("a.pth")), "no.pth");
    assertRefused(Tiny.run("convert", tiny.model), "TO");
    assertRefused(Tiny.run("convert", tiny.model, file("a.pth"), "--type", "i4"), "--type", "bf16");
    Files.writeString(file("junk.pth"), "junk");
    assertRefused(Tiny.run("convert", file("junk.pth"), file("a.pth")), "junk.pth");
    assertThat(Tiny.names(folder)).containsExactly("folder.pth", "junk.pth");
  }

  @Test
  void aFileThatEndsInTheMiddleLeavesNothing() throws IOException {
    convert(tiny.model, file("whole.pth"));
    byte[] bytes = Files.readAllBytes(file("whole.pth"));
    try (TensorFile open = TensorFile.open(file("whole.pth"))) {
      assertThat(open.entries()).containsKey(WEIGHT);
    }
    bytes[bytes.length / 2] ^= 0x40; // the checksum of one tensor is wrong now
    Files.write(file("flipped.pth"), bytes);
    assertRefused(
        Tiny.run("convert", file("flipped.pth"), file("a.safetensors"), "--type", "bf16"),
        "flipped.pth");
    assertThat(Tiny.names(folder)).containsExactly("flipped.pth", "whole.pth");
  }
}
