package io.nextscale.cli;

import io.nextscale.training.experiment.ScalingLawSettings;
import io.nextscale.training.settings.DitSettings;
import io.nextscale.training.settings.PictureSettings;
import io.nextscale.training.settings.Settings;
import io.nextscale.training.settings.TokenizerSettings;
import io.nextscale.training.settings.VarSettings;
import io.nextscale.training.settings.VerifierSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Gives a command a flag for every single setting of a kind of training. */
abstract class SettingsFlags implements CommandLine.IModelTransformer {

  private final Class<? extends Record> kind;
  private final Set<String> without;

  SettingsFlags(Class<? extends Record> kind) {
    this(kind, Set.of());
  }

  /** Flags for all settings of a kind but some. */
  SettingsFlags(Class<? extends Record> kind, Set<String> without) {
    this.kind = kind;
    this.without = without;
  }

  /** The flags of {@code train tokenizer}. */
  static final class OfTokenizer extends SettingsFlags {
    OfTokenizer() {
      super(TokenizerSettings.class);
    }
  }

  /** The flags of {@code train var} and {@code train raster}. */
  static final class OfVar extends SettingsFlags {
    OfVar() {
      super(VarSettings.class);
    }
  }

  /** The flags of {@code train dit}. */
  static final class OfDit extends SettingsFlags {
    OfDit() {
      super(DitSettings.class);
    }
  }

  /** The flags of {@code train verifier}, whose kind is no flag. */
  static final class OfVerifier extends SettingsFlags {
    OfVerifier() {
      super(VerifierSettings.class, Set.of("kind"));
    }
  }

  /** The flags of {@code tokenize}. */
  static final class OfPictures extends SettingsFlags {
    OfPictures() {
      super(PictureSettings.class);
    }
  }

  /** The flags of {@code experiment scaling-law}. */
  static final class OfScalingLaw extends SettingsFlags {
    OfScalingLaw() {
      super(ScalingLawSettings.class, ScalingLawSettings.DECIDED);
    }
  }

  @Override
  public CommandSpec transform(CommandSpec command) {
    ArgGroupSpec.Builder group =
        ArgGroupSpec.builder()
            .heading("%nSettings, of which the preset has a value for each:%n")
            .validate(false)
            .exclusive(false)
            .order(100);
    for (Settings.Entry entry : Settings.entries(kind)) {
      if (without.contains(entry.name())) {
        continue;
      }
      boolean truth = entry.type() == boolean.class;
      group.addArg(
          OptionSpec.builder(flag(entry))
              .type(String.class)
              .arity(truth ? "0..1" : "1")
              .fallbackValue(truth ? "true" : "")
              .paramLabel(label(entry.type()))
              .description(entry.description())
              .build());
    }
    return command.addArgGroup(group.build());
  }

  private static String flag(Settings.Entry entry) {
    return "--" + entry.name();
  }

  private static String label(Class<?> type) {
    return switch (type.getSimpleName()) {
      case "boolean" -> "true|false";
      case "int", "long" -> "N";
      case "double" -> "X";
      case "List" -> "N,N,…";
      default -> "NAME";
    };
  }

  /** What was given on the command line, by the names of the settings. */
  static Map<String, String> given(CommandSpec command, Class<? extends Record> kind) {
    CommandLine.ParseResult parsed = command.commandLine().getParseResult();
    Map<String, String> given = new LinkedHashMap<>();
    for (Settings.Entry entry : Settings.entries(kind)) {
      if (parsed.hasMatchedOption(flag(entry))) {
        List<String> values =
            parsed.matchedOption(flag(entry)).typedValues().stream().map(String::valueOf).toList();
        given.put(entry.name(), values.getLast());
      }
    }
    return given;
  }
}
