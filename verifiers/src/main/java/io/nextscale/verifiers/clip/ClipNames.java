package io.nextscale.verifiers.clip;

import io.nextscale.nn.Checkpoint;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/**
 * A checkpoint of CLIP under the names of openai/CLIP, whichever names it has.
 *
 * <p>Hugging Face's transformers keep queries, keys and values apart and have the projections to
 * the common space the other way round.
 *
 * <p>Source: huggingface/transformers
 * src/transformers/models/clip/convert_clip_original_pytorch_to_hf.py @0ea0108.
 */
final class ClipNames implements Checkpoint {

  private static final String LANDMARK = "visual.conv1.weight";
  private static final String OTHER_LANDMARK = "vision_model.embeddings.patch_embedding.weight";

  /** Numbers that are no parameters, in the state dicts of TorchScript archives. */
  private static final Set<String> CONSTANTS =
      Set.of("input_resolution", "context_length", "vocab_size");

  /** Names as transformers have them, and what stands for them. */
  private static final List<Map.Entry<String, String>> PARTS =
      List.of(
          Map.entry("text_model.", ""),
          Map.entry("vision_model.", "visual."),
          Map.entry("embeddings.patch_embedding.", "conv1."),
          Map.entry("embeddings.position_embedding.weight", "positional_embedding"),
          Map.entry("embeddings.", ""),
          Map.entry("pre_layrnorm.", "ln_pre."), // as it is spelled there
          Map.entry("post_layernorm.", "ln_post."),
          Map.entry("final_layer_norm.", "ln_final."),
          Map.entry("encoder.layers.", "transformer.resblocks."),
          Map.entry(".self_attn.", ".attn."),
          Map.entry(".layer_norm", ".ln_"),
          Map.entry(".mlp.fc1.", ".mlp.c_fc."),
          Map.entry(".mlp.fc2.", ".mlp.c_proj."),
          Map.entry("visual_projection.weight", "visual.proj"),
          Map.entry("text_projection.weight", "text_projection"));

  private static final String QUERY = ".attn.q_proj.";
  private static final List<String> OTHERS = List.of(".attn.k_proj.", ".attn.v_proj.");

  private final Checkpoint from;
  private final SequencedMap<String, List<String>> sources = new LinkedHashMap<>();
  private final SequencedMap<String, Shape> shapes = new LinkedHashMap<>();

  /** Whether there are names of either family, perhaps with something before them. */
  static boolean among(Set<String> names) {
    return names.stream()
        .anyMatch(name -> name.endsWith(LANDMARK) || name.endsWith(OTHER_LANDMARK));
  }

  private ClipNames(Checkpoint from) {
    this.from = from;
    for (String theirs : from.names()) {
      String ours = translated(theirs);
      if (!CONSTANTS.contains(ours) && !ours.endsWith("position_ids")) {
        sources.computeIfAbsent(ours, _ -> new ArrayList<>()).add(theirs);
      }
    }
    sources.replaceAll((ours, theirs) -> theirs.size() == 3 ? inOrder(theirs) : theirs);
    sources.forEach((ours, theirs) -> shapes.put(ours, shape(theirs)));
  }

  /**
   * A checkpoint under the official names.
   *
   * @throws IOException when it has neither family of names
   */
  static Checkpoint official(Checkpoint from) throws IOException {
    if (from instanceof ClipNames) {
      return from;
    }
    boolean theirs =
        from.names().stream().anyMatch(name -> name.endsWith(OTHER_LANDMARK))
            && from.names().stream().noneMatch(name -> name.endsWith(LANDMARK));
    return new ClipNames(from.holding(theirs ? OTHER_LANDMARK : LANDMARK));
  }

  private static String translated(String theirs) {
    String name = theirs;
    if (theirs.contains("_model.") || theirs.endsWith("_projection.weight")) {
      for (Map.Entry<String, String> part : PARTS) {
        name = name.replace(part.getKey(), part.getValue());
      }
      for (String other : OTHERS) {
        name = name.replace(other, QUERY);
      }
      name = name.replace(QUERY, ".attn.in_proj_");
    }
    return name;
  }

  /** Queries, keys, values. */
  private static List<String> inOrder(List<String> theirs) {
    List<String> ordered = new ArrayList<>();
    for (String letter : List.of("q", "k", "v")) {
      theirs.stream().filter(name -> name.contains("." + letter + "_proj.")).forEach(ordered::add);
    }
    return ordered;
  }

  private static boolean turned(List<String> theirs) {
    return theirs.getFirst().endsWith("_projection.weight");
  }

  private Shape shape(List<String> theirs) {
    Shape shape = Shape.of();
    int rows = 0;
    for (String name : theirs) {
      shape = from.shapes().getOrDefault(name, shape);
      rows += shape.rank() == 0 ? 0 : shape.dim(0);
    }
    if (turned(theirs) && shape.rank() == 2) {
      return Shape.of(shape.dim(1), shape.dim(0));
    }
    return theirs.size() == 1 ? shape : shape.with(0, rows);
  }

  @Override
  public String source() {
    return from.source();
  }

  @Override
  public SequencedMap<String, Shape> shapes() {
    return Collections.unmodifiableSequencedMap(shapes);
  }

  @Override
  public Tensor tensor(String name) throws IOException {
    List<String> theirs = sources.getOrDefault(name, List.of(name));
    if (theirs.size() == 1) {
      Tensor tensor = from.tensor(theirs.getFirst());
      return turned(theirs) ? plain(tensor).transpose(0, 1) : tensor;
    }
    Tensor[] parts = new Tensor[theirs.size()];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = from.tensor(theirs.get(i));
    }
    DType type = parts[0].dtype();
    for (int i = 0; i < parts.length; i++) {
      parts[i] = plain(parts[i]);
    }
    return Tensor.concat(0, parts).to(type);
  }

  private static Tensor plain(Tensor tensor) {
    return tensor.dtype() == DType.F32 ? tensor : Tensor.of(tensor.shape(), tensor.toArray());
  }
}
