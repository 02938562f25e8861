package io.nextscale.cli;

import io.nextscale.baselines.diffusion.Diffusion;
import io.nextscale.baselines.diffusion.Dit;
import io.nextscale.baselines.diffusion.DitConfig;
import io.nextscale.baselines.diffusion.DitMetadata;
import io.nextscale.baselines.diffusion.Latents;
import io.nextscale.baselines.diffusion.PictureSpace;
import io.nextscale.baselines.raster.RasterGenerator;
import io.nextscale.baselines.raster.RasterOrder;
import io.nextscale.baselines.raster.RasterSampling;
import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.pretrained.ShapesModel;
import io.nextscale.tensor.io.Json;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.var.Generator;
import io.nextscale.var.Var;
import io.nextscale.var.VarConfig;
import io.nextscale.var.VarMetadata;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Which weights are used: those that were named, else downloaded ones; for captions those inside
 * the program.
 */
public final class ModelOptions {

  static final String DEFAULT_MODEL = "var_d16.pth";

  private static final WeightSource EMBEDDED_TOKENIZER =
      new WeightSource.Embedded(ShapesModel.Part.TOKENIZER);

  @Option(
      names = {"-m", "--model"},
      paramLabel = "FILE",
      description =
          "The model: .pth or .safetensors, also one of train dit or train raster, or shapes for"
              + " the one inside the program (default: shapes for captions, else "
              + DEFAULT_MODEL
              + ", downloaded).")
  private @Nullable Path model;

  @Option(
      names = "--weights",
      paramLabel = "TYPE",
      description =
          "Keep the transformer's weights in memory as ${COMPLETION-CANDIDATES}"
              + " (default: as in the file).")
  private ConvertCommand.@Nullable Weights weights;

  @Mixin private TokenizerOptions tokenizer = new TokenizerOptions();

  /**
   * The weights of files, without flags; the tokenizer is that of the program where none is named.
   */
  static ModelOptions of(Path model, @Nullable Path vae) {
    ModelOptions options = new ModelOptions();
    options.model = model;
    options.tokenizer = TokenizerOptions.of(vae == null ? WeightSource.EMBEDDED : vae);
    return options;
  }

  /** Where the transformer is read from. */
  WeightSource source() throws IOException {
    return TokenizerOptions.existing(model, ShapesModel.Part.TRANSFORMER, DEFAULT_MODEL, "-m");
  }

  /** Takes the model inside the program, if none was given. */
  void useEmbeddedIfUnset() {
    if (model == null) {
      model = WeightSource.EMBEDDED;
    }
  }

  /** Whether the transformer is the one inside the program. */
  boolean embedded() throws IOException {
    return model != null && source() instanceof WeightSource.Embedded;
  }

  /** What the header of a file tells, read once. */
  private record Told(WeightSource source, ModelKind kind, boolean tokenized, String tokenizer) {}

  private @Nullable Told told;

  private Told told() throws IOException {
    WeightSource source = source();
    Told known = told;
    if (known == null || !known.source().equals(source)) {
      known =
          TokenizerOptions.reading(
              "-m",
              source,
              file -> {
                ModelKind kind = ModelKind.of(file);
                boolean maps =
                    kind != ModelKind.DIFFUSION || !DitMetadata.of(file).means().isEmpty();
                return new Told(source, kind, maps, VarMetadata.tokenizer(file));
              });
      told = known;
    }
    return known;
  }

  /** What kind of model it is. */
  ModelKind kind() throws IOException {
    return told().kind();
  }

  /** Whether the model needs a tokenizer: all but those that diffuse pixels. */
  private boolean tokenized() throws IOException {
    return told().tokenized();
  }

  /**
   * Where the tokenizer is read from: where none was given that of the program, if the model is
   * inside it as well or learnt its tokens.
   */
  private WeightSource tokenizerSource() throws IOException {
    if (embedded() || (model != null && told().tokenizer().equals(EMBEDDED_TOKENIZER.sha256()))) {
      tokenizer.useEmbeddedIfUnset();
    }
    return tokenizer.source();
  }

  /** The names of both files, for people. */
  String labels() throws IOException {
    return tokenized() ? source().label() + " and " + tokenizerSource().label() : source().label();
  }

  /**
   * Takes what was not given from the recipe of a picture; files that are not there are looked for
   * as without recipe.
   */
  void useIfUnset(Json.Obj recipe) {
    if (model == null) {
      model = TokenizerOptions.file(recipe, "model");
    }
    tokenizer.useIfUnset(recipe);
    if (weights == null
        && recipe.members().get("weights") instanceof Json.Str(String type)
        && ConvertCommand.Weights.NAMES.contains(type)) {
      weights = ConvertCommand.Weights.valueOf(type);
    }
  }

  /** Which weights these are, for a recipe. */
  Map<String, Object> describe() throws IOException {
    Map<String, Object> values = new LinkedHashMap<>();
    boolean tokenized = tokenized();
    if (tokenized) {
      tokenizerSource();
    }
    values.put("model", model == null ? source().label() : model.toString());
    values.put("model_fingerprint", source().fingerprint());
    if (weights != null) {
      values.put("weights", weights.name());
    }
    if (tokenized) {
      values.putAll(tokenizer.describe());
    }
    return values;
  }

  /** What of a recipe's weights is not in use, as a warning; empty when all are. */
  String differences(Json.Obj recipe) throws IOException {
    List<String> others = new ArrayList<>();
    describe()
        .forEach((name, ours) -> {
          if (name.endsWith("_fingerprint")
              && recipe.members().get(name) instanceof Json.Str(String theirs)
              && !theirs.equals(ours)) {
            others.add(name.equals("vae_fingerprint") ? "--vae" : "-m");
          }
        });
    return others.isEmpty()
        ? ""
        : "--from: the picture was made with other weights — name them with "
            + String.join(" and ", others)
            + ", or expect another picture";
  }

  /**
   * The sizes of the transformer, from the directory of its file.
   *
   * @throws UsageException when it is no transformer, or the tokenizer does not fit it
   */
  VarConfig config() throws IOException {
    WeightSource source = source();
    WeightSource vae = tokenizerSource(); // both are looked for before minutes are spent on one
    VarConfig ours = TokenizerOptions.reading("-m", source, ModelOptions::config);
    VqVaeConfig theirs =
        TokenizerOptions.reading(
            "--vae", vae, file -> TokenizerOptions.config(file, ours.scales()));
    if (ours.vocabulary() != theirs.vocabulary() || ours.codeChannels() != theirs.codeChannels()) {
      throw new UsageException(
          "--vae: the tokenizer of the transformer, with %d codes of %d channels; got %d of %d in %s — name another file"
              .formatted(
                  ours.vocabulary(),
                  ours.codeChannels(),
                  theirs.vocabulary(),
                  theirs.codeChannels(),
                  vae));
    }
    return ours;
  }

  /** The sizes of the transformer in a file; its header may tell what its tensors do not. */
  private static VarConfig config(TensorFile file) throws IOException {
    Checkpoint part = Var.part(Checkpoint.of(file));
    return VarMetadata.in(file)
        ? VarConfig.of(part, null, VarMetadata.of(file).heads())
        : VarConfig.of(part);
  }

  /** What the transformer can be asked for. */
  Subjects subjects() throws IOException {
    WeightSource source = source();
    if (kind() == ModelKind.DIFFUSION) {
      return TokenizerOptions.reading(
          "-m",
          source,
          file -> {
            VarMetadata header = DitMetadata.of(file).common();
            DitConfig config = DitConfig.of(Dit.part(Checkpoint.of(file)), header.heads());
            return new Subjects(config.text(), config.classes(), header, false);
          });
    }
    VarConfig config = config();
    return TokenizerOptions.reading(
        "-m",
        source,
        file ->
            new Subjects(
                config,
                VarMetadata.in(file) ? VarMetadata.of(file) : null,
                source instanceof WeightSource.Embedded));
  }

  /** Loads the tokenizer alone, with its own scales. */
  VqVae vae() throws IOException {
    tokenizerSource();
    return tokenizer.load(null);
  }

  /**
   * Loads the model, whatever kind it is.
   *
   * @throws UsageException when settings are not of this kind
   */
  Painter<?> painter(GenerationOptions generation, DiffusionOptions diffusion) throws IOException {
    ModelKind kind = kind();
    if (kind == ModelKind.DIFFUSION) {
      return diffusion(generation.diffusionGuidance(), diffusion);
    }
    diffusion.refuse(kind);
    Subjects subjects = subjects();
    if (kind == ModelKind.NEXT_SCALE) {
      return new VarPainter(generator(), subjects, generation);
    }
    RasterSampling sampling = generation.raster(subjects.nothing());
    Var transformer = transformer(config());
    try {
      RasterOrder order = new RasterOrder(grid(vae()));
      RasterGenerator generator = new RasterGenerator(transformer, order, sampling);
      return new RasterPainter(transformer, generator, subjects, sampling);
    } catch (IllegalArgumentException e) { // a grid of another size
      throw new UsageException("--vae", e);
    }
  }

  /** A tokenizer of one grid, as 'train raster' takes it. */
  private static VqVae grid(VqVae vae) {
    return vae.config().scales().count() == 1 ? vae : RasterOrder.lastGrid(vae);
  }

  private DitPainter diffusion(double guidance, DiffusionOptions options) throws IOException {
    Subjects subjects = subjects();
    DitMetadata header = TokenizerOptions.reading("-m", source(), DitMetadata::of);
    Loading how = typed();
    Dit model =
        TokenizerOptions.reading(
            "-m",
            source(),
            file -> {
              Checkpoint part = Dit.part(Checkpoint.of(file));
              return Dit.load(part, DitConfig.of(part, header.common().heads()), how);
            });
    Diffusion process = options.process(header.process());
    return new DitPainter(
        model, subjects, space(model.config(), header), process, options.sampler(), guidance);
  }

  private PictureSpace space(DitConfig config, DitMetadata header) throws IOException {
    if (!tokenized()) {
      return new PictureSpace.Pixels(config.side());
    }
    Latents latents;
    try {
      latents = header.latents(vae());
    } catch (IllegalArgumentException e) { // maps of other channels
      throw new UsageException("--vae", e);
    }
    if (latents.side() != config.side()) {
      throw new UsageException(
          "--vae: the tokenizer of the transformer, with maps of %d x %d; got %d x %d — name another file"
              .formatted(config.side(), config.side(), latents.side(), latents.side()));
    }
    return latents;
  }

  private Loading typed() {
    Loading how = Loading.forInference();
    return weights == null ? how : how.weights(weights.type);
  }

  private Var transformer(VarConfig config) throws IOException {
    Loading how = typed();
    return TokenizerOptions.reading(
        "-m", source(), file -> Var.load(Var.part(Checkpoint.of(file)), config, how));
  }

  /** Loads both, the tokenizer with the scales of the transformer. */
  Generator generator() throws IOException {
    ModelKind kind = kind();
    if (kind != ModelKind.NEXT_SCALE) {
      throw new UsageException(
          "-m: a next-scale transformer; got a %s — name another file".formatted(kind.words()));
    }
    VarConfig config = config();
    Loading how = Loading.forInference();
    return new Generator(
        transformer(config),
        TokenizerOptions.reading(
            "--vae",
            tokenizerSource(),
            file -> {
              VqVaeConfig own = TokenizerOptions.config(file, config.scales());
              return VqVae.load(TokenizerOptions.part(file), own.withScales(config.scales()), how);
            }));
  }
}
