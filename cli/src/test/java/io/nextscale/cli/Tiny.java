package io.nextscale.cli;

import io.nextscale.image.Png;
import io.nextscale.image.RgbImage;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.RandomStream;
import io.nextscale.var.TextConfig;
import io.nextscale.var.Var;
import io.nextscale.var.VarConfig;
import io.nextscale.var.VarMetadata;
import io.nextscale.var.text.WordPieces;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine;

/** Models of a few thousand numbers in a folder, and commands that run on them. */
final class Tiny {

  /** Pictures are 8 pixels wide: a map of 4, halved once. */
  static final Scales SCALES = Scales.of(1, 2, 4);

  static final int SIDE = 8;

  static final VqVaeConfig TOKENIZER =
      new VqVaeConfig(32, List.of(1, 1), 1, 24, 8, SCALES, 2, 0.5f, 0.25f, false);

  static final VarConfig TRANSFORMER = new VarConfig(2, 32, 2, 1000, 8, 24, SCALES, false, true);

  /** A tokenizer of pictures of the shapes world: a map of 8, halved three times. */
  static final VqVaeConfig SHAPES =
      new VqVaeConfig(32, List.of(1, 1, 1, 1), 1, 24, 8, Scales.of(1, 2, 8), 2, 0.5f, 0.25f, false);

  /** The side of its last grid. */
  static final int SHAPES_SIDE = 8;

  /** What a command gave. */
  record Result(int code, String out, String err) {
    /** The lines of standard output. */
    List<String> lines() {
      return out.lines().toList();
    }
  }

  final Path folder;
  final Path model;
  final Path vae;

  private Tiny(Path folder) {
    this.folder = folder;
    model = folder.resolve("var.safetensors");
    vae = folder.resolve("vae.safetensors");
  }

  /** Writes the models. */
  static Tiny in(Path folder) throws IOException {
    Tiny tiny = new Tiny(folder);
    RandomStream random = RandomStream.of(7);
    Var.declared(TRANSFORMER)
        .parameters()
        .save(tiny.model, Var.initial(TRANSFORMER, random.split("var")), DType.F32, Map.of());
    VqVae.declared(TOKENIZER)
        .parameters()
        .save(tiny.vae, VqVae.initial(TOKENIZER, random.split("vae")), DType.F32, Map.of());
    return tiny;
  }

  /** Writes a transformer of captions beside the tokenizer and gives its file. */
  Path captioned(WordPieces pieces) throws IOException {
    VarConfig config = TRANSFORMER.withText(new TextConfig(pieces.size(), 8, 16, 1, 2));
    Path file = folder.resolve("captions.safetensors");
    Var.declared(config)
        .parameters()
        .save(
            file,
            Var.initial(config, RandomStream.of(8)),
            DType.F32,
            new VarMetadata(config.heads(), pieces, List.of(), "").text());
    return file;
  }

  /** Runs the command line. */
  static Result run(Object... arguments) {
    return run(Main.commandLine(), arguments);
  }

  static Result run(CommandLine commands, Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    commands.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    int code =
        Main.execute(commands, Stream.of(arguments).map(String::valueOf).toArray(String[]::new));
    return new Result(code, out.toString(), err.toString());
  }

  /** Runs a command with these models. */
  Result with(String command, Object... arguments) {
    List<Object> all = new ArrayList<>(List.of(command, "-m", model, "--vae", vae));
    all.addAll(List.of(arguments));
    return run(all.toArray());
  }

  /** A picture of colours that depend on the place. */
  static Path picture(Path file, int width, int height) throws IOException {
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (i * 37 + i / 7 * 11);
    }
    Png.write(file, RgbImage.of(rgb, height, width), List.of());
    return file;
  }

  /** The names of all files of a folder, hidden ones too. */
  static List<String> names(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
