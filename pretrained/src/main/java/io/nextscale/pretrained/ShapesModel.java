package io.nextscale.pretrained;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Loading;
import io.nextscale.shapes.Grammar;
import io.nextscale.shapes.Prompt;
import io.nextscale.shapes.PromptException;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.var.Condition;
import io.nextscale.var.Generation;
import io.nextscale.var.Generator;
import io.nextscale.var.TextConfig;
import io.nextscale.var.Var;
import io.nextscale.var.VarConfig;
import io.nextscale.var.VarMetadata;
import io.nextscale.var.text.WordPieces;
import io.nextscale.vqvae.VqVae;
import io.nextscale.vqvae.VqVaeMetadata;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * Pictures of 64 x 64 pixels of what a sentence of {@link Grammar} says.
 *
 * <pre>{@code
 * ShapesModel model = ShapesModel.load();
 * Generation request = model.request(List.of("a red circle above a blue square"), 0);
 * float[] picture = model.generator().generate(request).image(0).toArray(); // (64,64,3) in [0, 1]
 * }</pre>
 *
 * @param generator the transformer and its tokenizer
 * @param pieces the words of its captions
 * @param length how many of them a caption may have
 */
public record ShapesModel(Generator generator, WordPieces pieces, int length) {

  /** What the program calls it, where the name of a file may stand. */
  public static final String NAME = "shapes";

  // Chosen on captions of the validation split; docs/shapes-model.md has the table.
  private static final double GUIDANCE = 2;
  private static final double TOP_P = 0.5;

  /** What it consists of. */
  public enum Part {
    /** Pictures to tokens and back. */
    TOKENIZER("shapes-tokenizer.safetensors"),
    /** Sentences to tokens. */
    TRANSFORMER("shapes-transformer.safetensors");

    private final String fileName;

    Part(String fileName) {
      this.fileName = fileName;
    }

    /** The name of its file, for people. */
    public String fileName() {
      return fileName;
    }

    /** The bytes of its file, a safetensors file. */
    public InputStream bytes() throws IOException {
      InputStream stream = ShapesModel.class.getResourceAsStream(fileName);
      if (stream == null) {
        throw new FileNotFoundException(fileName + ", a part of the program, is missing");
      }
      return stream;
    }

    /** Its tensors, on the heap. */
    public TensorFile open() throws IOException {
      try (InputStream stream = bytes()) {
        return TensorFile.read(fileName, stream);
      }
    }
  }

  /** The model, ready for use. */
  public static ShapesModel load() throws IOException {
    return load(Loading.forInference());
  }

  /** The model, with weights of a type of choice. */
  public static ShapesModel load(Loading how) throws IOException {
    VqVae tokenizer;
    try (TensorFile file = Part.TOKENIZER.open()) {
      tokenizer = VqVae.load(Checkpoint.of(file), VqVaeMetadata.config(file), how);
    }
    try (TensorFile file = Part.TRANSFORMER.open()) {
      VarMetadata header = VarMetadata.of(file);
      VarConfig config = VarConfig.of(Checkpoint.of(file), null, header.heads());
      TextConfig text = config.text();
      WordPieces pieces = header.pieces();
      if (text == null || pieces == null) {
        throw new IllegalStateException(Part.TRANSFORMER + " does not read captions");
      }
      Var transformer = Var.load(Checkpoint.of(file), config, how);
      return new ShapesModel(new Generator(transformer, tokenizer), pieces, text.length());
    }
  }

  /**
   * A request for pictures of sentences, with the settings of {@link #settings}.
   *
   * @param firstSeed of the first picture; the others count on
   * @throws PromptException when a sentence is none of {@link Grammar}
   */
  public Generation request(List<String> captions, long firstSeed) {
    List<String> said = captions.stream().map(caption -> said(caption, pieces)).toList();
    return settings(Condition.captions(pieces, length, said), firstSeed);
  }

  /**
   * A sentence as the model is told: as it is, or said plainly where it has words that training did
   * not show.
   *
   * @throws PromptException when it is none of {@link Grammar}
   */
  public static String said(String caption, WordPieces pieces) {
    Prompt prompt = Grammar.parse(caption);
    return pieces.unknown(caption).isEmpty() ? caption : Grammar.caption(prompt);
  }

  /**
   * The settings that were best on the validation split: guidance 2, and tokens drawn from the most
   * probable ones that together have a probability of 0.5.
   */
  public static Generation settings(Condition condition, long firstSeed) {
    return Generation.fid(condition, firstSeed).guidance(GUIDANCE).topK(0).topP(TOP_P);
  }
}
