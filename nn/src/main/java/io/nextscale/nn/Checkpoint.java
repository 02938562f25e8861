package io.nextscale.nn;

import io.nextscale.tensor.RandomStream;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.ShapeException;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.Entry;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.TensorFile;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.Set;

/**
 * Tensors by name that a model can be filled from: a file, a model, or the draws of an
 * initialisation. Tensors are made one at a time, when asked for.
 */
public interface Checkpoint {

  /** What it is, for messages: {@code var_d16.pth}. */
  String source();

  /** The names and extents of all tensors, in order. */
  SequencedMap<String, Shape> shapes();

  /**
   * One tensor.
   *
   * @throws IOException when it cannot be read
   * @throws IllegalArgumentException when there is none of that name
   */
  Tensor tensor(String name) throws IOException;

  /** Tensors that are there already. */
  static Checkpoint of(String source, Map<String, Tensor> tensors) {
    SequencedMap<String, Shape> shapes = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
    return new Lazy(source, shapes, tensors::get);
  }

  /** A file, which must stay open while tensors are read. */
  static Checkpoint of(TensorFile file) throws FileFormatException {
    SequencedMap<String, Shape> shapes = new LinkedHashMap<>();
    for (Entry entry : file.entries().values()) {
      try {
        shapes.put(entry.name(), entry.shape());
      } catch (ShapeException e) {
        throw new FileFormatException(
            file.name(),
            "tensors of fewer than 2^31 - 8 elements",
            FileFormatException.quote(entry.name()) + " " + entry.extents());
      }
    }
    return new Lazy(file.name(), shapes, file::load);
  }

  /**
   * The first values of a model: each parameter by a rule from a stream of its own, constants as
   * they are.
   */
  static Checkpoint initial(Parameters model, Initializer rule, RandomStream random) {
    SequencedMap<String, Member> members = new LinkedHashMap<>();
    model.members().forEach(member -> members.put(member.name(), member));
    return new Lazy(
        "initial values",
        model.shapes(),
        name ->
            switch (members.get(name)) {
              case Member.Fixed fixed -> fixed.value();
              case Member.Variable variable -> rule.initial(variable, random.split(name));
              case null -> null;
            });
  }

  /** The tensors whose names begin with a prefix, without it. */
  default Checkpoint under(String prefix) {
    if (prefix.isEmpty()) {
      return this;
    }
    SequencedMap<String, Shape> below = new LinkedHashMap<>();
    shapes()
        .forEach((name, shape) -> {
          if (name.startsWith(prefix)) {
            below.put(name.substring(prefix.length()), shape);
          }
        });
    return new Lazy(source(), below, name -> tensor(prefix + name));
  }

  /**
   * The part of a checkpoint that holds a model, found by a name only that model has: a state dict
   * may lie inside others, as {@code trainer.var_wo_ddp.word_embed.weight} in a training
   * checkpoint.
   *
   * @param landmark a full name inside the model, {@code word_embed.weight}
   * @throws FileFormatException when no tensor has that name, or several parts have it
   */
  default Checkpoint holding(String landmark) throws IOException {
    Set<String> prefixes = new LinkedHashSet<>();
    for (String name : shapes().keySet()) {
      if (name.equals(landmark) || name.endsWith("." + landmark)) {
        prefixes.add(name.substring(0, name.length() - landmark.length()));
      }
    }
    if (prefixes.contains("")) {
      return this;
    }
    if (prefixes.size() > 1) {
      throw new FileFormatException(
          source(), "one model with a tensor " + landmark, "several, under " + prefixes);
    }
    if (prefixes.isEmpty()) {
      throw new FileFormatException(
          source(),
          "a tensor " + landmark,
          shapes().size()
              + " tensors, none of that name"
              + Lazy.examples(shapes().sequencedKeySet()),
          "this is a file of another model");
    }
    return under(prefixes.iterator().next());
  }

  /** Whether a tensor has this name. */
  default boolean has(String name) {
    return shapes().containsKey(name);
  }

  /**
   * The extents of a tensor, from which a configuration is read.
   *
   * @param kind what the checkpoint should be, for messages: {@code a transformer}
   * @param name of the tensor
   * @param rank how many axes it has
   * @throws FileFormatException when there is none of that name with so many axes
   */
  default Shape shape(String kind, String name, int rank) throws FileFormatException {
    Shape shape = shapes().get(name);
    if (shape == null || shape.rank() != rank) {
      throw new FileFormatException(
          source(),
          kind + ", with a tensor " + name + " of " + rank + " axes",
          shape == null ? "none" : shape.toString());
    }
    return shape;
  }

  /**
   * How many parts of a list there are, which are numbered from 0 without a gap: {@code
   * blocks.0.attn.proj.weight}, {@code blocks.1.attn.proj.weight}, …
   *
   * @param before what stands before the number
   * @param after what stands behind it
   */
  default int count(String before, String after) {
    int count = 0;
    while (has(before + count + after)) {
      count++;
    }
    return count;
  }

  /** The names of all tensors, in order. */
  default SequencedSet<String> names() {
    return shapes().sequencedKeySet();
  }
}
