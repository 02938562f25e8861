package io.nextscale.cli.parity;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.var.Var;
import io.nextscale.var.VarConfig;
import io.nextscale.vqvae.Scales;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeConfig;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The models of a folder, by the configurations of its manifest, with weights made from the tables
 * or, where there is no table, read from files.
 *
 * <p>One tokenizer and one transformer for inference are kept at a time: models of full size are
 * large.
 */
final class Models {

  /** The tokenizer that everything in a folder uses, unless a file says otherwise. */
  static final String TOKENIZER = "vae";

  private static final String TRANSFORMERS = "vars";
  private static final int[] PUBLISHED_SIZES = {256, 512, 1024};

  private final GoldenFolder golden;
  private @Nullable VqVae tokenizer;
  private @Nullable Var transformer;
  private String transformerName = "";

  Models(GoldenFolder golden) {
    this.golden = golden;
  }

  // By name

  /** The names of the transformers that the manifest describes. */
  List<String> transformers() throws FileFormatException {
    Section manifest = golden.manifest();
    return manifest.has(TRANSFORMERS) ? manifest.section(TRANSFORMERS).names() : List.of();
  }

  /** Whether the manifest has a model of this name. */
  boolean has(String name) throws FileFormatException {
    return golden.manifest().has(name) || transformers().contains(name);
  }

  /** The parameters of the model of this name, without values. */
  Parameters declared(String name) throws IOException {
    return transformers().contains(name)
        ? Var.declared(transformerConfig(name)).parameters()
        : VqVae.declared(tokenizerConfig(name)).parameters();
  }

  // The tokenizer

  /** The tokenizer of the folder for inference. */
  VqVae tokenizer() throws IOException {
    VqVae made = tokenizer;
    if (made == null) {
      made = tokenizer(TOKENIZER, Loading.forInference());
      tokenizer = made;
    }
    return made;
  }

  /** A tokenizer by the name of its section in the manifest. */
  VqVae tokenizer(String name, Loading how) throws IOException {
    VqVaeConfig config = tokenizerConfig(name);
    return withWeights(name, weights -> VqVae.load(weights, config, how));
  }

  /**
   * The configuration of a tokenizer by the name of its section. What is left out is as published.
   */
  VqVaeConfig tokenizerConfig(String name) throws FileFormatException {
    Section section = golden.manifest().section(name);
    VqVaeConfig published = VqVaeConfig.published();
    List<Integer> multipliers =
        section.has("ch_mult")
            ? Arrays.stream(section.integers("ch_mult")).boxed().toList()
            : published.multipliers();
    return new VqVaeConfig(
        section.integer("ch", published.channels()),
        multipliers,
        section.integer("num_res_blocks", published.blocks()),
        section.integer("V", published.vocabulary()),
        section.integer("Cvae", published.codeChannels()),
        section.has("patch_nums") ? Scales.of(section.integers("patch_nums")) : published.scales(),
        section.integer("share_quant_resi", published.phis()),
        (float) section.number("quant_resi", published.phiRatio()),
        (float) section.number("beta", published.beta()),
        section.flag("using_znorm", published.cosine()));
  }

  // Transformers

  /** A transformer for inference. */
  Var transformer(String name) throws IOException {
    Var made = transformer;
    if (made == null || !transformerName.equals(name)) {
      transformer = null; // before another is made
      made = transformer(name, Loading.forInference());
      transformer = made;
      transformerName = name;
    }
    return made;
  }

  /** A transformer by the name of its section in the manifest. */
  Var transformer(String name, Loading how) throws IOException {
    VarConfig config = transformerConfig(name);
    return withWeights(name, weights -> Var.load(weights, config, how));
  }

  /** Lets go of the transformer, before a model for training is made. */
  void forgetTransformer() {
    transformer = null;
  }

  /** The configuration of a transformer, which shares vocabulary and codes with the tokenizer. */
  VarConfig transformerConfig(String name) throws FileFormatException {
    Section section = golden.manifest().section(TRANSFORMERS).section(name);
    VqVaeConfig codes = tokenizerConfig(TOKENIZER);
    return new VarConfig(
        section.integer("depth"),
        section.integer("embed_dim"),
        section.integer("num_heads"),
        section.integer("num_classes"),
        codes.codeChannels(),
        codes.vocabulary(),
        section.has("patch_nums") ? Scales.of(section.integers("patch_nums")) : codes.scales(),
        section.flag("shared_aln", false),
        section.flag("attn_l2_norm", true));
  }

  // Published models

  /**
   * The parameters of the published model whose tensors a table lists, without values; null when
   * they are those of no model.
   */
  @Nullable Parameters published(WeightTable table) throws IOException {
    if (table.rows().containsKey("quantize.embedding.weight")) {
      Scales scales = Scales.forImage(PUBLISHED_SIZES[0]);
      return VqVae.declared(VqVaeConfig.of(table.names(), scales)).parameters();
    }
    Shape places = table.shapes().get("pos_1LC");
    for (int pixels : PUBLISHED_SIZES) {
      Scales scales = Scales.forImage(pixels);
      if (places != null && places.rank() == 3 && places.dim(1) == scales.length()) {
        return Var.declared(VarConfig.of(table.names(), scales, null)).parameters();
      }
    }
    return null;
  }

  // Weights and images

  private interface Load<M> {
    M from(Checkpoint weights) throws IOException;
  }

  private <M> M withWeights(String name, Load<M> load) throws IOException {
    String table = "weights/" + name + ".csv";
    if (golden.has(table)) {
      return load.from(WeightTable.read(golden, table).checkpoint(golden.procedural()));
    }
    for (String file : List.of("weights/" + name + ".safetensors", "weights/" + name + ".pth")) {
      if (golden.has(file)) {
        try (TensorFile open = golden.open(file)) {
          return load.from(Checkpoint.of(open));
        }
      }
    }
    throw new IOException("parity: " + table + ", or a file of weights; got none");
  }

  /**
   * The images of a file (B,C,h,w) as the tensor (B,h,w,C). They are procedural, which is checked;
   * when the file is not there, they are made, as many as a result of them has.
   *
   * @param results files whose first extent is the number of images
   */
  Tensor images(String path, String name, Findings findings, String... results) throws IOException {
    if (golden.has(path)) {
      GoldenArray array = golden.array(path);
      if (!findings.compared().contains(path)) {
        findings.map(path, image(name, array.shape()));
      }
      findings.input(path);
      return array.map();
    }
    for (String result : results) {
      if (golden.has(result)) {
        return image(name, imageShape(golden.array(result).shape().dim(0)));
      }
    }
    return image(name, imageShape(1));
  }

  /** The shape (B,3,h,w) of images whose map has the size of the last scale. */
  Shape imageShape(int batch) throws FileFormatException {
    VqVaeConfig config = tokenizerConfig(TOKENIZER);
    return Shape.of(batch, 3, config.imageHeight(), config.imageWidth());
  }

  /** Procedural images (B,C,h,w) in [−1, 1) as the tensor (B,h,w,C). */
  Tensor image(String name, Shape shape) {
    return GoldenArray.channelsLast(shape, golden.procedural().uniform(name, shape.size(), 1, 0));
  }
}
