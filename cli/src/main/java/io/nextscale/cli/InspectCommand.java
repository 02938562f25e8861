package io.nextscale.cli;

import io.nextscale.cli.terminal.Plain;
import io.nextscale.cli.terminal.Verbosity;
import io.nextscale.image.ImageFile;
import io.nextscale.image.Png;
import io.nextscale.image.PngText;
import io.nextscale.image.RgbImage;
import io.nextscale.nn.Checkpoint;
import io.nextscale.tensor.io.Entry;
import io.nextscale.tensor.io.Json;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.var.TextConfig;
import io.nextscale.var.Var;
import io.nextscale.var.VarConfig;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.VqVaeConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Tells what is in a file. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    description =
        "Tell what is in a checkpoint (.pth, .safetensors, .npy, .npz) or a generated PNG.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class InspectCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private Verbosity verbosity;

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "The files.")
  private List<Path> files = new ArrayList<>();

  @Option(names = "--tensors", description = "List every tensor.")
  private boolean tensors;

  @Option(names = "--json", description = "As JSON, one object per file.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    for (Path file : files) {
      if (!Files.isRegularFile(file)) {
        throw new UsageException(
            "inspect: a file; got "
                + file
                + (Files.isDirectory(file)
                    ? ", a folder — name a file in it"
                    : ", which does not exist — check the path"));
      }
      Map<String, Object> facts = isPng(file) ? png(file) : checkpoint(file);
      if (json) {
        out.println(Json.of(facts).writeIndented());
      } else {
        facts.forEach((name, value) -> print(out, name, value));
        out.println();
      }
      out.flush();
    }
    return 0;
  }

  private static void print(PrintWriter out, String name, Object value) {
    switch (value) {
      case List<?> lines -> {
        out.println(name + ":");
        lines.forEach(line -> out.println("  " + Plain.text(line.toString())));
      }
      case Map<?, ?> map -> {
        out.println(name + ":");
        map.forEach((key, text) -> out.println("  " + Plain.text(key + ": " + text)));
      }
      default -> out.println(name + ": " + Plain.text(value.toString()));
    }
  }

  private static boolean isPng(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] head = in.readNBytes(8);
      return head.length == 8
          && (head[0] & 0xff) == 0x89
          && head[1] == 'P'
          && head[2] == 'N'
          && head[3] == 'G';
    }
  }

  private static Map<String, Object> png(Path file) throws IOException {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("file", file.toString());
    facts.put("format", "PNG");
    List<PngText> all = Png.texts(file); // refuses what is no PNG
    RgbImage image = ImageFile.read(file);
    facts.put("size", image.width() + " x " + image.height());
    Map<String, Object> texts = new LinkedHashMap<>();
    for (PngText text : all) {
      texts.put(
          text.keyword(),
          Recipe.jsonOrText(text) instanceof Json recipe ? recipe.write() : text.text());
    }
    facts.put("texts", texts);
    return facts;
  }

  private Map<String, Object> checkpoint(Path file) throws IOException {
    Map<String, Object> facts = new LinkedHashMap<>();
    try (TensorFile open = TensorFile.open(file)) {
      facts.put("file", file.toString());
      facts.put("bytes", Files.size(file));
      facts.put("format", open.format().label());
      facts.put("model", model(open));
      long elements = 0;
      Map<String, Object> types = new TreeMap<>();
      for (Entry entry : open.entries().values()) {
        elements += entry.elements();
        types.merge(entry.type().name(), 1L, (a, b) -> (Long) a + (Long) b);
      }
      facts.put("tensors", open.entries().size());
      facts.put("elements", elements);
      facts.put("types", types);
      if (!open.metadata().isEmpty()) {
        facts.put("metadata", new TreeMap<>(open.metadata()));
      }
      if (!open.groups().isEmpty()) {
        facts.put("groups", List.copyOf(open.groups()));
      }
      if (tensors) {
        facts.put("entries", open.entries().values().stream().map(Entry::toString).toList());
      }
    }
    return facts;
  }

  /** What is recognised by its names and extents. */
  private static String model(TensorFile open) {
    try {
      Checkpoint all = Checkpoint.of(open);
      boolean transformer = all.names().stream().anyMatch(n -> n.endsWith("pos_1LC"));
      if (transformer) {
        VarConfig c = VarConfig.of(Var.part(all));
        TextConfig text = c.text();
        String condition =
            text == null
                ? c.classes() + " classes"
                : "captions of up to %d of %d word pieces"
                    .formatted(text.length() - 1, text.vocabulary());
        return "VAR transformer, depth %d, width %d, %d heads, %s, scales %s%s"
            .formatted(
                c.depth(),
                c.width(),
                c.heads(),
                condition,
                c.scales(),
                c.sharedCondition() ? ", shared AdaLN" : "");
      }
      boolean tokenizer =
          all.names().stream().anyMatch(n -> n.endsWith("quantize.embedding.weight"));
      if (tokenizer) {
        VqVaeConfig c =
            VqVaeConfig.of(all.holding("quantize.embedding.weight"), Scales.forImage(256));
        return "VQVAE tokenizer, %d codes of %d channels, %d channels times %s, %d-fold smaller map"
            .formatted(
                c.vocabulary(), c.codeChannels(), c.channels(), c.multipliers(), c.downsampling());
      }
      return "none that nextscale knows";
    } catch (IOException | IllegalArgumentException e) {
      return "not recognised: " + e.getMessage();
    }
  }
}
