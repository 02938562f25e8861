package io.nextscale.baselines.diffusion;

import io.nextscale.nn.Buffer;
import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Conv2d;
import io.nextscale.nn.Embedding;
import io.nextscale.nn.Initializer;
import io.nextscale.nn.Linear;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Name;
import io.nextscale.nn.Parameters;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.tensor.op.Convolution.Padding;
import io.nextscale.var.Condition;
import io.nextscale.var.CrossAttention;
import io.nextscale.var.Generator;
import io.nextscale.var.KvCache.Chunk;
import io.nextscale.var.TextConfig;
import io.nextscale.var.TextEncoder;
import io.nextscale.vqvae.Patches;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The diffusion transformer: patches of a noisy map are tokens, and each says what in it is noise.
 *
 * <pre>{@code
 * Dit model = Dit.load(Path.of("DiT-XL-2-256x256.pt"));
 * Denoiser denoiser = model.denoiser(Condition.classes(207), 0.5);
 * }</pre>
 *
 * <p>Labels are embedded as published. Captions take their place as in {@link
 * io.nextscale.var.Var}: what a caption says as a whole is added to the step, what it says piece by
 * piece is the context of a cross-attention in each block.
 *
 * <p>Source: Peebles and Xie 2023, section 3; facebookresearch/DiT models.py @ed81ce2.
 *
 * @param places an embedding of each token's place, (1,L,W): sines and cosines, not trained
 * @param patches to tokens, (W,C,p,p)
 * @param step to what all blocks read
 * @param classes an embedding of each label, the last for none; null where captions are the
 *     condition
 * @param text the encoder of captions; null where labels are the condition
 * @param blocks in order
 * @param end tokens to patches of noise
 * @param config the sizes
 */
public record Dit(
    @Buffer @Name("pos_embed") Parameter places,
    @Name("x_embedder.proj") Conv2d patches,
    @Name("t_embedder") TimestepEmbedding step,
    @Name("y_embedder.embedding_table") @Nullable Embedding classes,
    @Name("text") @Nullable TextEncoder text,
    @Name("blocks") List<DitBlock> blocks,
    @Name("final_layer") End end,
    DitConfig config) {

  private static final float SMALL = 0.02f;

  /** Source: facebookresearch/DiT train.py, download.py @ed81ce2. */
  private static final String AVERAGES = "ema.";

  /**
   * The last layer.
   *
   * @param linear to patches, (p·p·outputs,W)
   * @param condition (2W,W): shift and scale of the last normalisation
   */
  public record End(@Name("linear") Linear linear, @Name("adaLN_modulation.1") Linear condition) {

    Tensor forward(Tensor x, Tensor c) {
      Tensor two = condition.forward(c).reshape(c.shape().dim(0), 2, -1); // (B,2,W)
      return linear.forward(
          x.modulatedLayerNorm(two.slice(1, 1, 2), two.slice(1, 0, 1), DitBlock.EPS));
    }
  }

  /**
   * What a condition says, the same at every step.
   *
   * @param pooled as a whole, (R,W)
   * @param text keys and values of the captions for each block; none where labels are the condition
   */
  public record Told(Tensor pooled, List<Chunk> text) {

    /** Copies the list. */
    public Told {
      text = List.copyOf(text);
    }

    /** Its only row again and again. */
    Told repeated(int rows) {
      return new Told(
          repeated(pooled, rows),
          text.stream()
              .map(c -> new Chunk(repeated(c.keys(), rows), repeated(c.values(), rows)))
              .toList());
    }

    /** These rows, then others. */
    Told followedBy(Told others) {
      List<Chunk> both = new ArrayList<>();
      for (int i = 0; i < text.size(); i++) {
        Chunk a = text.get(i);
        Chunk b = others.text.get(i);
        both.add(
            new Chunk(
                Tensor.concat(0, a.keys(), b.keys()), Tensor.concat(0, a.values(), b.values())));
      }
      return new Told(Tensor.concat(0, pooled, others.pooled), both);
    }

    private static Tensor repeated(Tensor row, int rows) {
      Tensor[] all = new Tensor[rows];
      Arrays.fill(all, row);
      return Tensor.concat(0, all);
    }
  }

  // Making

  /** A transformer whose parameters have no values yet. */
  public static Dit declared(DitConfig config) {
    int width = config.width();
    int p = config.patch();
    TextConfig text = config.text();
    return new Dit(
        Parameter.declared(Shape.of(1, config.length(), width)),
        Conv2d.declared(config.channels(), width, p, p, Padding.none()),
        TimestepEmbedding.declared(width),
        text == null ? Embedding.declared(config.classes() + 1, width) : null,
        text == null ? null : TextEncoder.declared(text, width),
        IntStream.range(0, config.depth()).mapToObj(i -> DitBlock.declared(config)).toList(),
        new End(
            Linear.declared(width, p * p * config.outputs(), true),
            Linear.declared(width, 2 * width, true)),
        config);
  }

  /**
   * A published transformer from a file, ready for use.
   *
   * @throws IOException when the file cannot be read or is no such transformer
   */
  public static Dit load(Path file) throws IOException {
    try (TensorFile open = TensorFile.open(file)) {
      Checkpoint part = part(Checkpoint.of(open));
      return load(part, DitConfig.of(part, null), Loading.forInference());
    }
  }

  /**
   * The part of a file that holds a diffusion transformer: where a training checkpoint holds the
   * weights and their averages, these.
   */
  public static Checkpoint part(Checkpoint file) throws IOException {
    return file.has(AVERAGES + DitConfig.LANDMARK)
        ? file.under(AVERAGES)
        : file.holding(DitConfig.LANDMARK);
  }

  /** A transformer from its part of a checkpoint. */
  public static Dit load(Checkpoint from, DitConfig config, Loading how) throws IOException {
    Dit model = declared(config);
    model.parameters().load(from, how);
    return model;
  }

  /** Its tensors by their names in checkpoints. */
  public Parameters parameters() {
    return Parameters.of(this);
  }

  /**
   * First values for training, as published: matrices uniform by fan-in and fan-out (Xavier),
   * biases zero, embeddings normal with deviation 0.02, modulations and the last layer zero, so
   * that every block begins as the identity. The cross-attention to captions begins with a
   * projection of zero for the same reason.
   *
   * <p>Source: facebookresearch/DiT models.py, initialize_weights @ed81ce2.
   */
  public static Checkpoint initial(DitConfig config, RandomStream random) {
    Initializer rule =
        (member, own) -> {
          String name = member.name();
          Shape shape = member.shape();
          if (name.equals("pos_embed")) {
            return sinesAndCosines(config.width(), config.side() / config.patch());
          }
          if (name.endsWith("scale_mul_1H11")) {
            return Tensor.full(shape, (float) StrictMath.log(4));
          }
          if (name.endsWith("bias")
              || name.contains("adaLN_modulation")
              || name.startsWith("final_layer")
              || name.endsWith("cross.proj.weight")) {
            return Tensor.zeros(shape);
          }
          if (shape.rank() == 1) { // of a norm
            return Tensor.ones(shape);
          }
          if (name.startsWith("t_embedder")
              || name.startsWith("y_embedder")
              || name.startsWith("text.tokens")
              || name.startsWith("text.pos_embed")) {
            return Tensor.normal(shape, 0, SMALL, own);
          }
          int inputs = shape.size(1, shape.rank());
          float bound = (float) Math.sqrt(6.0 / (inputs + shape.dim(0)));
          return Tensor.uniform(shape, -bound, bound, own);
        };
    return Checkpoint.initial(declared(config).parameters(), rule, random);
  }

  /**
   * Places of a grid as waves, (1,side²,width): the first half of the channels tells the column,
   * the second the row, each by sines, then cosines, of {@code n · 10000^(−i/(width/4))}.
   */
  static Tensor sinesAndCosines(int width, int side) {
    int quarter = width / 4;
    float[] values = new float[side * side * width];
    for (int place = 0; place < side * side; place++) {
      for (int i = 0; i < quarter; i++) {
        double frequency = 1 / StrictMath.pow(10_000, i / (double) quarter);
        double column = place % side * frequency;
        double row = place / side * frequency;
        int at = place * width + i;
        values[at] = (float) StrictMath.sin(column);
        values[at + quarter] = (float) StrictMath.cos(column);
        values[at + 2 * quarter] = (float) StrictMath.sin(row);
        values[at + 3 * quarter] = (float) StrictMath.cos(row);
      }
    }
    return Tensor.of(Shape.of(1, side * side, width), values);
  }

  // The condition

  /**
   * What a condition says.
   *
   * @throws IllegalArgumentException when this transformer takes conditions of another kind
   */
  public Told told(Condition condition) {
    Condition own = condition.checked("diffusion", config.classes(), config.text());
    if (own instanceof Condition.Classes labels && classes != null) {
      return new Told(classes.forward(labels.tensor(config.classes())), List.of());
    }
    if (own instanceof Condition.Captions captions && text != null) {
      Tensor context = text.forward(captions.tensor()); // (R,T,Ct)
      List<Chunk> chunks = new ArrayList<>();
      for (DitBlock block : blocks) {
        CrossAttention cross = block.cross();
        if (cross != null) {
          chunks.add(cross.keysAndValues(context));
        }
      }
      return new Told(text.pooled(context), chunks);
    }
    throw new IllegalStateException("diffusion: the parts that the configuration names; got fewer");
  }

  // Predicting

  /**
   * The noise in maps, and where variances are chosen these behind it.
   *
   * @param x (B,side,side,C)
   * @param times of each
   * @param told of B rows
   * @return (B,side,side,outputs)
   */
  public Tensor forward(Tensor x, Told told, int... times) {
    Shape expected = Shape.of(times.length, config.side(), config.side(), config.channels());
    if (!x.shape().equals(expected) || told.pooled().shape().dim(0) != times.length) {
      throw new ShapeException(
          "diffusion",
          "maps " + expected + " and as many conditions",
          x.shape(),
          told.pooled().shape());
    }
    int width = config.width();
    int grid = config.side() / config.patch();
    Tensor c = step.forward(times).plus(told.pooled()).silu(); // (B,W)
    Tensor tokens =
        patches.forward(x).reshape(times.length, config.length(), width).plus(places.value());
    for (int i = 0; i < blocks.size(); i++) {
      DitBlock block = blocks.get(i);
      Chunk text = told.text().isEmpty() ? null : told.text().get(i);
      Tensor before = tokens;
      tokens = Workspace.scope(() -> block.forward(before, c, text)); // (B,L,W)
    }
    Tensor made = end.forward(tokens, c); // (B,L,p·p·outputs)
    return Patches.toImage(made.reshape(times.length, grid, grid, -1), config.patch());
  }

  /** The noise in maps of some conditions, with guidance of all channels. */
  public Denoiser denoiser(Condition condition, double guidance) {
    return denoiser(condition, guidance, config.channels());
  }

  /**
   * The noise in maps of some conditions, with classifier-free guidance: {@code (1+g) ε(condition)
   * − g ε(none)}, where the reference calls 1+g the scale.
   *
   * @param condition of as many rows as maps will have, or of one row for all of them
   * @param guidance g; 0: none
   * @param guided the first channels, which guidance changes; the published samples are of 3
   */
  public Denoiser denoiser(Condition condition, double guidance, int guided) {
    boolean plain =
        guidance == 0 || IntStream.range(0, condition.rows()).allMatch(condition::isNone);
    Told own = told(condition);
    if (plain) {
      return (x, times) -> forward(x, of(own, times.length), times);
    }
    Told none = told(condition.none());
    return (x, times) -> {
      int count = times.length;
      int[] twice = Arrays.copyOf(times, 2 * count);
      System.arraycopy(times, 0, twice, count, count);
      Told both = of(own, count).followedBy(of(none, count));
      Tensor made = forward(Tensor.concat(0, x, x), both, twice); // (2B,h,w,outputs)
      Tensor with = made.slice(0, 0, count);
      Tensor without = made.slice(0, count, 2 * count).slice(3, 0, guided);
      Tensor pushed = Generator.pushed(with.slice(3, 0, guided), without, guidance);
      return guided == config.outputs()
          ? pushed
          : Tensor.concat(3, pushed, with.slice(3, guided, config.outputs()));
    };
  }

  private static Told of(Told told, int rows) {
    return told.pooled().shape().dim(0) == 1 && rows > 1 ? told.repeated(rows) : told;
  }
}
