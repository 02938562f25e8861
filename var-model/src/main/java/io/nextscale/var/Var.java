package io.nextscale.var;

import io.nextscale.nn.Checkpoint;
import io.nextscale.nn.Constant;
import io.nextscale.nn.Conv2d;
import io.nextscale.nn.Embedding;
import io.nextscale.nn.Linear;
import io.nextscale.nn.Loading;
import io.nextscale.nn.Name;
import io.nextscale.nn.Observer;
import io.nextscale.nn.Parameters;
import io.nextscale.nn.Stages;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.Workspace;
import io.nextscale.tensor.io.TensorFile;
import io.nextscale.var.KvCache.Chunk;
import io.nextscale.vqvae.Scales;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The transformer. A token of scale s reads what the scales before s have made of the image at its
 * place, sees all tokens of the scales up to s, and predicts its own code.
 *
 * <pre>{@code
 * Var model = Var.load(Path.of("var_d16.pth"));
 * }</pre>
 *
 * <p>Source: Tian et al. 2024, section 3; FoundationVision/VAR models/var.py @78b9539.
 *
 * @param start added to what the condition says as a whole to make the tokens of the first scale,
 *     (1,p₀²,C)
 * @param places an embedding of each token's place, (1,L,C)
 * @param levels the scale of each token, I32 (1,L)
 * @param mask 0 where a token sees another, else −∞, (1,1,L,L)
 * @param words codes to tokens
 * @param neighbours what surrounds a place, (C,Cv,3,3), added to the words; or null
 * @param previous the code of the token before in a serial scale, added to the words; or null
 * @param serial 1 for tokens of serial scales, else 0, I32 (1,L); or null
 * @param rotation how queries and keys turn, see {@link Rotation}; or null
 * @param classes an embedding of each label, the last for none; null where captions are the
 *     condition
 * @param text the encoder of captions; null where labels are the condition
 * @param scaleEmbedding an embedding of each scale, (S,C)
 * @param sharedCondition (6C,C) for all blocks, or null
 * @param blocks in order
 * @param headCondition (2C,C): scale and shift of the last normalisation
 * @param head tokens to logits, (V,C)
 * @param config the sizes
 */
public record Var(
    @Name("pos_start") Parameter start,
    @Name("pos_1LC") Parameter places,
    @Name("lvl_1L") Constant levels,
    @Name("attn_bias_for_masking") Constant mask,
    @Name("word_embed") Linear words,
    @Name("neighbour_embed") @Nullable Conv2d neighbours,
    @Name("previous_embed") @Nullable Linear previous,
    @Name("serial_1L") @Nullable Constant serial,
    @Name("rope_2LD") @Nullable Constant rotation,
    @Name("class_emb") @Nullable Embedding classes,
    @Name("text") @Nullable TextEncoder text,
    @Name("lvl_embed") Embedding scaleEmbedding,
    @Name("shared_ada_lin.1") @Nullable Linear sharedCondition,
    @Name("blocks") List<Block> blocks,
    @Name("head_nm.ada_lin.1") Linear headCondition,
    @Name("head") Linear head,
    VarConfig config) {

  /**
   * After the tokens of one scale.
   *
   * @param logits (R,l,V)
   * @param cache with the keys and values of these tokens
   */
  public record Step(Tensor logits, KvCache cache) {}

  /**
   * The same for rows that have caches of their own.
   *
   * @param logits (R,l,V)
   * @param caches of each row
   */
  public record Steps(Tensor logits, List<KvCache> caches) {}

  // Making

  /** A transformer whose parameters have no values yet. */
  public static Var declared(VarConfig config) {
    int width = config.width();
    Scales scales = config.scales();
    int length = scales.length();
    TextConfig text = config.text();
    return new Var(
        Parameter.declared(Shape.of(1, scales.tokens(0), width)),
        Parameter.declared(Shape.of(1, length, width)),
        new Constant(
            Shape.of(1, length),
            DType.I32,
            () -> Tensor.ofInts(Shape.of(1, length), scales.levels())),
        new Constant(Shape.of(1, 1, length, length), DType.F32, () -> mask(scales)),
        Linear.declared(config.codeChannels(), width, true),
        config.neighbours() ? Conv2d.declared(config.codeChannels(), width, 3) : null,
        config.serial() > 0 ? Linear.declared(config.codeChannels(), width, false) : null,
        config.serial() > 0 ? serial(config) : null,
        config.rotary() ? Rotation.constant(scales, config.headWidth()) : null,
        text == null ? Embedding.declared(config.classes() + 1, width) : null,
        text == null ? null : TextEncoder.declared(text, width),
        Embedding.declared(scales.count(), width),
        config.sharedCondition() ? Linear.declared(width, 6 * width, true) : null,
        IntStream.range(0, config.depth()).mapToObj(i -> Block.declared(config)).toList(),
        Linear.declared(width, 2 * width, true),
        Linear.declared(width, config.vocabulary(), true),
        config);
  }

  private static Constant serial(VarConfig config) {
    int length = config.scales().length();
    int[] marks = new int[length];
    Arrays.fill(marks, 0, config.scales().end(config.serial() - 1), 1);
    return new Constant(
        Shape.of(1, length), DType.I32, () -> Tensor.ofInts(Shape.of(1, length), marks));
  }

  private static Tensor mask(Scales scales) {
    int[] levels = scales.levels();
    float[] mask = new float[levels.length * levels.length];
    for (int i = 0; i < levels.length; i++) {
      int visible = scales.end(levels[i]);
      int row = i * levels.length;
      Arrays.fill(mask, row + visible, row + levels.length, Float.NEGATIVE_INFINITY);
    }
    return Tensor.of(Shape.of(1, 1, levels.length, levels.length), mask);
  }

  /**
   * A transformer from a file, ready for use: its sizes are those of the tensors in it.
   *
   * @throws IOException when the file cannot be read or is not a transformer
   */
  public static Var load(Path file) throws IOException {
    try (TensorFile open = TensorFile.open(file)) {
      Checkpoint part = part(Checkpoint.of(open));
      return load(part, VarConfig.of(part), Loading.forInference());
    }
  }

  /** The part of a file that holds a transformer, which may be nested in a training checkpoint. */
  public static Checkpoint part(Checkpoint file) throws IOException {
    return file.holding(VarConfig.LANDMARK);
  }

  /** A transformer from its part of a checkpoint. */
  public static Var load(Checkpoint from, VarConfig config, Loading how) throws IOException {
    Var model = declared(config);
    model.parameters().load(from, how);
    return model;
  }

  /** First values for training, as published. */
  public static Checkpoint initial(VarConfig config, RandomStream random) {
    return VarInitialization.published().checkpoint(config, random);
  }

  /** Its tensors by their names in checkpoints. */
  public Parameters parameters() {
    return Parameters.of(this);
  }

  // The condition

  /**
   * The conditioning of a batch.
   *
   * @throws IllegalArgumentException when this transformer takes conditions of another kind
   */
  public Conditioning conditioning(Condition of) {
    return switch (config.checked("var", of)) {
      case Condition.Classes labels ->
          conditioning(required(classes).forward(labels.tensor(config.noClass())), null);
      case Condition.Captions captions -> {
        TextEncoder encoder = required(text);
        Tensor context = encoder.forward(captions.tensor()); // (R,T,Ct)
        yield conditioning(encoder.pooled(context), context);
      }
    };
  }

  private static <T> T required(@Nullable T part) {
    if (part == null) {
      throw new IllegalStateException("var: the parts that its configuration names; got fewer");
    }
    return part;
  }

  private Conditioning conditioning(Tensor pooled, @Nullable Tensor context) {
    int rows = pooled.shape().dim(0);
    Tensor condition = pooled.silu();
    Tensor shared =
        sharedCondition == null ? null : sharedCondition.forward(condition).reshape(rows, 6, -1);
    List<Modulation> modulations = new ArrayList<>();
    List<Chunk> chunks = new ArrayList<>();
    for (Block block : blocks) {
      modulations.add(block.modulation(condition, shared));
      if (context != null) {
        chunks.add(required(block.cross()).keysAndValues(context));
      }
    }
    Tensor two = headCondition.forward(condition).reshape(rows, 2, -1); // (R,2,C)
    return new Conditioning(pooled, modulations, chunks, two.slice(1, 0, 1), two.slice(1, 1, 2));
  }

  // Tokens

  /** Where each token is: the embeddings of its place and of its scale, (1,L,C). */
  public Tensor positions() {
    int length = config.scales().length();
    Tensor scale = scaleEmbedding.forward(levels.value()); // (1,L,C)
    return scale.plus(places.value().reshape(1, length, -1));
  }

  /** The tokens of the first scale, made of the condition alone: (R,p₀²,C). */
  public Tensor firstTokens(Conditioning conditioning, Tensor positions) {
    Tensor pooled = conditioning.pooled();
    return pooled
        .reshape(pooled.shape().dim(0), 1, -1) // (R,1,C)
        .plus(start.value())
        .plus(positions.slice(1, 0, config.scales().tokens(0)));
  }

  /**
   * The tokens of a later scale.
   *
   * @param input what the scales before have made of the image, (R,p,p,Cv) or (R,l,Cv)
   */
  public Tensor tokens(int scale, Tensor input, Tensor positions) {
    Scales scales = config.scales();
    Tensor codes = input.reshape(input.shape().dim(0), scales.tokens(scale), -1); // (R,l,Cv)
    return embedded(scale, codes).plus(positions.slice(1, scales.begin(scale), scales.end(scale)));
  }

  /**
   * What a token of a serial scale learns from the one before it, to be added to its channels:
   * (R,1,Cv) to (R,1,C).
   *
   * @param code of the token before
   */
  public Tensor after(Tensor code) {
    return required(previous).forward(code);
  }

  /** What the tokens of a scale read, (R,l,Cv), as their channels, (R,l,C). */
  private Tensor embedded(int scale, Tensor codes) {
    Tensor own = words.forward(codes);
    if (neighbours == null) {
      return own;
    }
    Scales.Size grid = config.scales().size(scale);
    Tensor map = codes.reshape(codes.shape().dim(0), grid.height(), grid.width(), -1);
    return own.plus(neighbours.forward(map).reshape(own.shape())); // (R,p,p,C) to (R,l,C)
  }

  /** What training reads, as channels, (R,l,C); see {@link #forward(int[], Tensor)}. */
  private Tensor embedded(Tensor input) {
    if (previous == null) {
      return ofMaps(input);
    }
    int channels = config.codeChannels();
    return ofMaps(input.slice(2, 0, channels))
        .plus(previous.forward(input.slice(2, channels, 2 * channels)));
  }

  /** All scales after the first, as far as they are given: (R,l,Cv) to (R,l,C). */
  private Tensor ofMaps(Tensor codes) {
    if (neighbours == null) {
      return words.forward(codes);
    }
    Scales scales = config.scales();
    List<Tensor> parts = new ArrayList<>();
    int begin = 0;
    for (int s = 1; begin < codes.shape().dim(1); s++) {
      int end = begin + scales.tokens(s);
      parts.add(embedded(s, codes.slice(1, begin, end)));
      begin = end;
    }
    return Tensor.concat(1, parts.toArray(Tensor[]::new));
  }

  /** What tokens from one to another see, their queries and keys turned where they do turn. */
  private Sight turned(Sight sight, int from, int to) {
    return rotation == null ? sight : sight.turned(Rotation.of(rotation.value(), from, to));
  }

  // Generation

  /**
   * The logits of the tokens of one scale.
   *
   * @param x (R,l,C)
   * @param cache of the scales before
   * @param observer sees {@code blocks.0}, …, {@code head_nm}
   */
  public Step step(Tensor x, Conditioning conditioning, KvCache cache, Observer observer) {
    List<Chunk> chunks = new ArrayList<>();
    Stages stages = new Stages();
    int from = cache.tokens();
    int to = from + x.shape().dim(1);
    for (int i = 0; i < blocks.size(); i++) {
      Block block = blocks.get(i);
      Modulation modulation = conditioning.blocks().get(i);
      Chunk text = conditioning.text(i);
      Sight sight = turned(Sight.after(cache.block(i), chunk -> chunks.add(keep(chunk))), from, to);
      stages.add("blocks." + i, tokens -> block.forward(tokens, modulation, text, sight));
    }
    addHead(stages, conditioning);
    Tensor logits = stages.run(x, observer);
    return new Step(logits, cache.append(chunks));
  }

  /**
   * The same for rows that have pasts of their own: a row gives the same bits as in any other
   * company.
   *
   * @param x (R,l,C)
   * @param caches of each row, all of the same scales
   */
  public Steps step(Tensor x, Conditioning conditioning, List<KvCache> caches) {
    List<List<Chunk>> byRow = new ArrayList<>();
    caches.forEach(_ -> byRow.add(new ArrayList<>()));
    Stages stages = new Stages();
    int from = caches.getFirst().tokens();
    int to = from + x.shape().dim(1);
    for (int i = 0; i < blocks.size(); i++) {
      int index = i;
      Block block = blocks.get(i);
      Modulation modulation = conditioning.blocks().get(i);
      Chunk text = conditioning.text(i);
      List<List<Chunk>> pasts = caches.stream().map(cache -> cache.block(index)).toList();
      stages.add(
          "blocks." + i,
          tokens -> {
            Iterator<List<Chunk>> row = byRow.iterator();
            Sight sight =
                turned(Sight.afterEach(pasts, chunk -> row.next().add(keep(chunk))), from, to);
            return block.forward(tokens, modulation, text, sight);
          });
    }
    addHead(stages, conditioning);
    Tensor logits = stages.run(x, Observer.NONE);
    List<KvCache> longer = new ArrayList<>();
    for (int r = 0; r < caches.size(); r++) {
      longer.add(caches.get(r).append(byRow.get(r)));
    }
    return new Steps(logits, longer);
  }

  private static Chunk keep(Chunk chunk) {
    return new Chunk(Workspace.keep(chunk.keys()), Workspace.keep(chunk.values()));
  }

  private void addHead(Stages stages, Conditioning c) {
    stages.add("head_nm", x -> x.modulatedLayerNorm(c.headScale(), c.headShift(), Block.EPS));
    stages.add("head", head);
  }

  // Training

  /**
   * The logits of all tokens, each seeing the tokens of its own and earlier scales only.
   *
   * @param labels (B), 0 .. classes
   * @param teacherInput what the true scales before each token have made of the image, (B, L − p₀²,
   *     Cv); of the first scales only, when training is progressive. Where scales are serial,
   *     beside it the code of the token before in the same serial scale, else 0: (B, L − p₀², 2Cv),
   *     as {@link Reading#teacherInput} gives it
   * @return (B,L,V)
   */
  public Tensor forward(int[] labels, Tensor teacherInput) {
    return forward(Condition.classes(labels), teacherInput);
  }

  /** The same for any condition of B rows. */
  public Tensor forward(Condition condition, Tensor teacherInput) {
    return forward(condition, teacherInput, DropPath.NONE, false, Observer.NONE);
  }

  /** The same with what training needs. */
  public Tensor forward(
      int[] labels, Tensor teacherInput, DropPath dropPath, boolean recompute, Observer observer) {
    return forward(Condition.classes(labels), teacherInput, dropPath, recompute, observer);
  }

  /**
   * The same with what training needs.
   *
   * @param dropPath the branches to leave out
   * @param recompute whether blocks run again on the way back, instead of keeping what they
   *     computed
   * @param observer sees {@code x}, {@code blocks.0}, …, {@code head_nm}
   */
  public Tensor forward(
      Condition condition,
      Tensor teacherInput,
      DropPath dropPath,
      boolean recompute,
      Observer observer) {
    Scales scales = config.scales();
    int first = scales.tokens(0);
    int length = first + teacherInput.shape().dim(1);
    int channels = (previous == null ? 1 : 2) * config.codeChannels();
    if (condition.rows() != teacherInput.shape().dim(0)
        || length > scales.length()
        || teacherInput.shape().dim(2) != channels) {
      throw new ShapeException(
          "var: input ("
              + condition.rows()
              + ", up to "
              + (scales.length() - first)
              + ", "
              + channels
              + ") for "
              + condition.rows()
              + " "
              + condition.word()
              + "s; got "
              + teacherInput.shape());
    }
    Tensor positions = positions();
    Conditioning conditioning = conditioning(condition);
    Tensor rest = embedded(teacherInput).plus(positions.slice(1, first, length));
    Tensor x = Tensor.concat(1, firstTokens(conditioning, positions), rest); // (B,L,C)
    observer.observe("x", x);
    Sight sight = turned(Sight.masked(visible(length)), 0, length);
    Stages stages = new Stages();
    for (int i = 0; i < blocks.size(); i++) {
      Block block = blocks.get(i);
      Modulation m = dropPath.apply(i, conditioning.blocks().get(i));
      Chunk text = conditioning.text(i);
      stages.add(
          "blocks." + i,
          recompute
              ? in -> recomputed(block, in, m, text, sight)
              : in -> block.forward(in, m, text, sight));
    }
    addHead(stages, conditioning);
    return stages.run(x, observer);
  }

  private static Tensor recomputed(
      Block block, Tensor x, Modulation m, @Nullable Chunk text, Sight sight) {
    List<Tensor> inputs = new ArrayList<>();
    inputs.addAll(List.of(x, m.gate1(), m.gate2(), m.scale1(), m.scale2(), m.shift1(), m.shift2()));
    if (text != null) {
      inputs.addAll(List.of(text.keys(), text.values()));
    }
    return Gradients.checkpoint(
        () -> block.forward(x, m, text, sight), inputs.toArray(Tensor[]::new));
  }

  /**
   * How many tokens each of the first tokens sees, I32 (L): those up to the end of its scale, or up
   * to itself where its scale is serial.
   */
  private Tensor visible(int length) {
    int[] levels = config.scales().levels();
    int[] visible = new int[length];
    Arrays.setAll(
        visible,
        i ->
            levels[i] < config.serial() ? i + 1 : Math.min(length, config.scales().end(levels[i])));
    return Tensor.ofInts(Shape.of(length), visible);
  }
}
