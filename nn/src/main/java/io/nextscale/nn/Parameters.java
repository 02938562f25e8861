package io.nextscale.nn;

import io.nextscale.tensor.Backends;
import io.nextscale.tensor.DType;
import io.nextscale.tensor.Gradients;
import io.nextscale.tensor.Parameter;
import io.nextscale.tensor.Shape;
import io.nextscale.tensor.Tensor;
import io.nextscale.tensor.io.ElementType;
import io.nextscale.tensor.io.Entry;
import io.nextscale.tensor.io.FileFormatException;
import io.nextscale.tensor.io.SafetensorsWriter;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a model by name: its record tree, walked.
 *
 * <p>A component that is a {@link Parameter} or a {@link Constant} is a member; records and lists
 * are walked, and everything else (numbers, strings, null for a part that this configuration does
 * not have) is passed over. The name joins component names and list indices with dots; {@link Name}
 * gives a component another one. Members come in the order of the components.
 *
 * <p>Records that are not public, or whose package is not exported, need {@code opens … to
 * io.nextscale.nn}.
 */
public final class Parameters {

  /** How many names of one kind a message lists. */
  private static final int LISTED = 4;

  private final List<Member> members;

  private Parameters(List<Member> members) {
    this.members = List.copyOf(members);
  }

  /**
   * The parameters of a model.
   *
   * @throws IllegalArgumentException when two parameters have one name, or a record cannot be read
   */
  public static Parameters of(Record model) {
    List<Member> members = new ArrayList<>();
    walk(model, "", null, members);
    Map<String, Member> byName = new LinkedHashMap<>();
    for (Member member : members) {
      if (byName.put(member.name(), member) != null) {
        throw new IllegalArgumentException(
            "parameters: each name once; got " + member.name() + " twice — use @Name");
      }
    }
    return new Parameters(members);
  }

  private static void walk(
      @Nullable Object value,
      String path,
      @Nullable RecordComponent component,
      List<Member> members) {
    switch (value) {
      case Parameter parameter ->
          members.add(new Member.Variable(path, parameter, role(component)));
      case Constant constant -> members.add(new Member.Fixed(path, constant));
      case List<?> list -> {
        for (int i = 0; i < list.size(); i++) {
          walk(list.get(i), join(path, Integer.toString(i)), component, members);
        }
      }
      case Record node -> {
        for (RecordComponent part : node.getClass().getRecordComponents()) {
          if (!part.getType().isPrimitive()) {
            Name name = part.getAnnotation(Name.class);
            String below = join(path, name == null ? part.getName() : name.value());
            walk(read(node, part), below, part, members);
          }
        }
      }
      case null, default -> {}
    }
  }

  private static Member.Role role(@Nullable RecordComponent component) {
    if (component == null) {
      return Member.Role.TRAINED;
    }
    return component.isAnnotationPresent(Weight.class)
        ? Member.Role.WEIGHT
        : component.isAnnotationPresent(Buffer.class) ? Member.Role.STATE : Member.Role.TRAINED;
  }

  private static String join(String path, String name) {
    return path.isEmpty() || name.isEmpty() ? path + name : path + "." + name;
  }

  private static @Nullable Object read(Record node, RecordComponent part) {
    Method accessor = part.getAccessor();
    if (!accessor.canAccess(node) && !accessor.trySetAccessible()) {
      throw new IllegalArgumentException(
          "parameters: records that can be read; got "
              + node.getClass().getName()
              + " — make it public in an exported package, or open "
              + node.getClass().getPackageName()
              + " to io.nextscale.nn");
    }
    try {
      return accessor.invoke(node);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalArgumentException("parameters: " + part + " to be readable", e);
    }
  }

  /** All members, in the order of the record components. */
  public List<Member> members() {
    return members;
  }

  /** Names and extents of all members: what a checkpoint of the model holds. */
  public SequencedMap<String, Shape> shapes() {
    SequencedMap<String, Shape> shapes = new LinkedHashMap<>();
    members.forEach(member -> shapes.put(member.name(), member.shape()));
    return shapes;
  }

  /** The parameters that are trained, by name. */
  public SequencedMap<String, Parameter> trained() {
    SequencedMap<String, Parameter> trained = new LinkedHashMap<>();
    for (Member member : members) {
      if (member instanceof Member.Variable(String name, Parameter parameter, Member.Role role)
          && role != Member.Role.STATE) {
        trained.put(name, parameter);
      }
    }
    return trained;
  }

  /** Those of the trained parameters whose name and shape a rule takes, in order. */
  public List<Parameter> trained(BiPredicate<String, Shape> rule) {
    return trained().entrySet().stream()
        .filter(entry -> rule.test(entry.getKey(), entry.getValue().shape()))
        .map(Map.Entry::getValue)
        .toList();
  }

  /** How many numbers are trained. */
  public long count() {
    return trained().values().stream().mapToLong(parameter -> parameter.shape().size()).sum();
  }

  /** The gradients of the trained parameters that the loss depends on. */
  public SequencedMap<Parameter, Tensor> gradients(Gradients gradients) {
    SequencedMap<Parameter, Tensor> found = new LinkedHashMap<>();
    for (Parameter parameter : trained().values()) {
      Tensor gradient = gradients.of(parameter);
      if (gradient != null) {
        found.put(parameter, gradient);
      }
    }
    return found;
  }

  /** Gradients in the order of the model, whatever brought the first one of a parameter. */
  public SequencedMap<Parameter, Tensor> ordered(Map<Parameter, Tensor> gradients) {
    SequencedMap<Parameter, Tensor> ordered = new LinkedHashMap<>();
    for (Parameter parameter : trained().values()) {
      Tensor gradient = gradients.get(parameter);
      if (gradient != null) {
        ordered.put(parameter, gradient);
      }
    }
    return ordered;
  }

  /** The model as a checkpoint, for saving; constants are made when asked for. */
  public Checkpoint checkpoint(String source) {
    SequencedMap<String, Member> byName = new LinkedHashMap<>();
    members.forEach(member -> byName.put(member.name(), member));
    return new Lazy(
        source,
        shapes(),
        name -> {
          Member member = byName.get(name);
          return member == null ? null : member.value();
        });
  }

  /**
   * Fills the model: every name must be there with its extents, and no other. A {@link Constant}
   * may be missing; where it is there, it must have the value that the configuration gives it.
   *
   * @throws FileFormatException when names or extents differ, all of them in one message, or a
   *     constant does
   * @throws IOException when a tensor cannot be read; the model is then partly filled
   */
  public void load(Checkpoint from, Loading how) throws IOException {
    checkNames(from, how);
    for (Member member : members) {
      String name = member.name();
      if (how.kept().contains(name) || !from.has(name)) {
        continue;
      }
      Tensor read = from.tensor(name);
      switch (member) {
        case Member.Variable(_, Parameter parameter, Member.Role role) ->
            parameter.set(stored(read, role == Member.Role.WEIGHT, how));
        case Member.Fixed fixed -> checkConstant(from.source(), fixed, read);
      }
    }
  }

  /**
   * Writes values for this model as a safetensors file, one tensor at a time: weights in a type of
   * choice, everything else as F32, and integers as PyTorch's default, 64 bits.
   *
   * @param values a {@link #checkpoint} of the model, or the {@link Checkpoint#initial} draws for
   *     it
   * @param metadata text for the header
   */
  public void save(Path path, Checkpoint values, DType weights, Map<String, String> metadata)
      throws IOException {
    List<Entry> header = new ArrayList<>();
    for (Member member : members) {
      Entry entry = Entry.of(member.name(), member.shape(), type(member, weights));
      header.add(
          entry.type() == ElementType.I32
              ? new Entry(entry.name(), ElementType.I64, entry.extents(), false)
              : entry);
    }
    try (SafetensorsWriter out = SafetensorsWriter.create(path, header, metadata)) {
      for (Member member : members) {
        Tensor value = values.tensor(member.name()).to(Backends.cpu());
        out.write(member.name(), value.to(type(member, weights)));
      }
      out.finish();
    }
  }

  private static DType type(Member member, DType weights) {
    return switch (member) {
      case Member.Fixed(_, Constant constant) -> constant.type();
      case Member.Variable(_, _, Member.Role role) ->
          role == Member.Role.WEIGHT ? weights : DType.F32;
    };
  }

  private static Tensor stored(Tensor read, boolean weight, Loading how) {
    if (!weight) {
      return read.dtype() == DType.F32 ? read : Tensor.of(read.shape(), read.toArray());
    }
    DType type = how.weights();
    if (type == null) {
      type = read.dtype().isReal() ? read.dtype() : DType.F32;
    }
    Tensor converted = read.to(type);
    return how.prepared() ? converted.prepared() : converted;
  }

  private static void checkConstant(String source, Member.Fixed fixed, Tensor read)
      throws FileFormatException {
    if (!Arrays.equals(read.toArray(), fixed.value().toArray())) {
      throw new FileFormatException(
          "load "
              + source
              + ": "
              + fixed.name()
              + " "
              + fixed.shape()
              + " as the configuration gives it; got other values — check the patch numbers");
    }
  }

  private void checkNames(Checkpoint from, Loading how) throws FileFormatException {
    SequencedMap<String, Shape> given = new LinkedHashMap<>(from.shapes());
    how.kept().forEach(given::remove);
    List<String> missing = new ArrayList<>();
    List<String> misshaped = new ArrayList<>();
    for (Member member : members) {
      String name = member.name();
      Shape shape = given.remove(name);
      if (shape == null) {
        if (member instanceof Member.Variable && !how.kept().contains(name)) {
          missing.add(name + " " + member.shape());
        }
      } else if (!shape.equals(member.shape())) {
        misshaped.add(name + " " + member.shape() + ", file has " + shape);
      }
    }
    List<String> unexpected =
        given.sequencedKeySet().stream().map(FileFormatException::quote).toList();
    List<String> faults = new ArrayList<>();
    addFault(faults, "missing", missing);
    addFault(faults, "unexpected", unexpected);
    addFault(faults, "misshaped", misshaped);
    if (!faults.isEmpty()) {
      throw new FileFormatException("load " + from.source() + ": " + String.join(", ", faults));
    }
  }

  private static void addFault(List<String> faults, String kind, List<String> names) {
    if (!names.isEmpty()) {
      String more = names.size() > LISTED ? ", …" : "";
      faults.add(
          names.stream()
              .limit(LISTED)
              .collect(Collectors.joining(", ", names.size() + " " + kind + " (", more + ")")));
    }
  }
}
