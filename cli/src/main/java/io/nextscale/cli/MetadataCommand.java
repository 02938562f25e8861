package io.nextscale.cli;

import io.nextscale.cli.terminal.Plain;
import io.nextscale.cli.terminal.Verbosity;
import io.nextscale.image.Png;
import io.nextscale.image.PngText;
import io.nextscale.tensor.io.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows the texts inside a PNG. */
@Command(
    name = "metadata",
    mixinStandardHelpOptions = true,
    description = "Show how a picture was made: the texts inside a PNG.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class MetadataCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private Verbosity verbosity;

  @Parameters(paramLabel = "PNG", description = "The picture.")
  private Path file;

  @Option(names = "--json", description = "As JSON, one member per text.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (!Files.isRegularFile(file)) {
      throw new UsageException(
          "metadata: a PNG; got "
              + file
              + (Files.isDirectory(file) ? ", a folder" : ", which does not exist")
              + " — check the path");
    }
    List<PngText> texts = Png.texts(file);
    if (json) {
      Map<String, Object> members = new LinkedHashMap<>();
      for (PngText text : texts) {
        members.put(text.keyword(), Recipe.jsonOrText(text));
      }
      out.println(Json.of(members).writeIndented());
    } else if (texts.isEmpty()) {
      out.println(file.getFileName() + ": no texts");
    } else {
      texts.forEach(text -> out.println(Plain.text(text.keyword() + ": " + text.text())));
    }
    out.flush();
    return 0;
  }
}
