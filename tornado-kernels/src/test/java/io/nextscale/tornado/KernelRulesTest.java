package io.nextscale.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.tornado.kernels.Groups;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.attribute.LocalVariableTableAttribute;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.constant.ClassDesc;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * What TornadoVM 5.2 compiles wrongly, or not at all, does not occur in the class files of the
 * kernels. The stand-in runs such code as Java does, so that nothing else would find it without a
 * device.
 */
class KernelRulesTest {

  private static final String OURS = "io/nextscale/tornado/";
  private static final String KERNELS = "io/nextscale/tornado/kernels/";

  /** What kernels may call besides each other. */
  private static final Set<String> CALLS =
      Set.of(
          "uk/ac/manchester/tornado/api/types/arrays/FloatArray.get",
          "uk/ac/manchester/tornado/api/types/arrays/FloatArray.set",
          "uk/ac/manchester/tornado/api/types/arrays/IntArray.get",
          "uk/ac/manchester/tornado/api/types/arrays/IntArray.set",
          "uk/ac/manchester/tornado/api/KernelContext.localBarrier",
          "uk/ac/manchester/tornado/api/KernelContext.allocateFloatLocalArray",
          "java/lang/Integer.intValue",
          "java/lang/Float.floatToRawIntBits");

  private static final String MATH = "uk/ac/manchester/tornado/api/math/TornadoMath";

  /** Functions that OpenCL C and CUDA know, so that no method may be called like them. */
  private static final Set<String> WORDS =
      Set.of(
          "kernel",
          "global",
          "local",
          "constant",
          "private",
          "half",
          "sampler",
          "event",
          "barrier",
          "sqrt",
          "exp",
          "log",
          "tanh",
          "floor",
          "abs",
          "min",
          "dot2",
          "length2",
          "clamp",
          "select");

  private static List<ClassModel> classes() throws IOException {
    Path folder;
    try {
      folder =
          Path.of(Groups.class.getProtectionDomain().getCodeSource().getLocation().toURI())
              .resolve(KERNELS);
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
    List<ClassModel> classes = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> !f.endsWith("package-info.class")).toList()) {
        try (InputStream in = Files.newInputStream(file)) {
          classes.add(ClassFile.of().parse(in.readAllBytes()));
        }
      }
    }
    assertThat(classes).hasSizeGreaterThan(10);
    return classes;
  }

  private static String name(ClassModel type, MethodModel method) {
    return type.thisClass().asInternalName() + "." + method.methodName().stringValue();
  }

  /** Runs a check over all instructions and collects what it complains about. */
  private interface Check {
    void look(String where, CodeElement before, CodeElement element, Set<String> found);
  }

  private static Set<String> complaints(Check check) throws IOException {
    return complaints(classes(), check);
  }

  private static Set<String> complaints(List<ClassModel> types, Check check) {
    Set<String> found = new TreeSet<>();
    for (ClassModel type : types) {
      for (MethodModel method : type.methods()) {
        CodeElement before = null;
        if (method.code().isEmpty() || method.methodName().equalsString("<init>")) {
          continue;
        }
        for (CodeElement element : method.code().get()) {
          check.look(name(type, method), before, element, found);
          before = element;
        }
      }
    }
    return found;
  }

  @Test
  void noOperationThatIsCompiledWrongly() throws IOException {
    Set<Opcode> wrong = Set.of(Opcode.IUSHR, Opcode.LUSHR, Opcode.FREM, Opcode.DREM, Opcode.ATHROW);
    assertThat(
            complaints((where, _, element, found) -> {
              if (element instanceof Instruction i
                  && (wrong.contains(i.opcode()) || i.opcode() == Opcode.INVOKEDYNAMIC)) {
                found.add(where + ": " + i.opcode());
              }
            }))
        .isEmpty();
  }

  @Test
  void noDoublesAndNoLongs() throws IOException {
    assertThat(
            complaints((where, _, element, found) -> {
              if (element instanceof OperatorInstruction o
                  && (o.opcode().name().startsWith("D") || o.opcode().name().startsWith("L"))) {
                found.add(where + ": " + o.opcode());
              }
            }))
        .isEmpty();
  }

  @Test
  void callsOnlyWhatTheDeviceHas() throws IOException {
    assertThat(
            complaints((where, _, element, found) -> {
              if (element instanceof InvokeInstruction call) {
                String owner = call.owner().asInternalName();
                String target = owner + "." + call.name().stringValue();
                if (!owner.startsWith(KERNELS) && !owner.equals(MATH) && !CALLS.contains(target)) {
                  found.add(where + ": " + target);
                }
              }
            }))
        .isEmpty();
  }

  @Test
  void readsNoStaticsAndHasPrivateArraysOfConstantSize() throws IOException {
    assertThat(
            complaints((where, before, element, found) -> {
              if (element instanceof FieldInstruction field
                  && !field.owner().asInternalName().endsWith("/KernelContext")) {
                found.add(where + ": " + field.name().stringValue());
              }
              if (element instanceof NewPrimitiveArrayInstruction
                  && !(before instanceof ConstantInstruction)) {
                found.add(where + ": an array of variable size");
              }
            }))
        .isEmpty();
  }

  @Test
  void namesAreNotThoseOfOpenCl() throws IOException {
    Set<String> found = new TreeSet<>();
    for (ClassModel type : classes()) {
      for (MethodModel method : type.methods()) {
        if (WORDS.contains(method.methodName().stringValue())) {
          found.add(name(type, method));
        }
      }
    }
    assertThat(found).isEmpty();
  }

  @Test
  void compiledWithNamesOfVariables() throws IOException {
    for (ClassModel type : classes()) {
      for (MethodModel method : type.methods()) {
        CodeModel code = method.code().orElse(null);
        if (code != null && method.methodTypeSymbol().parameterCount() > 0) {
          assertThat(
                  method.code().stream()
                      .flatMap(c -> c.findAttributes(Attributes.localVariableTable()).stream()))
              .as("%s: javac -g", name(type, method))
              .hasAtLeastOneElementOfType(LocalVariableTableAttribute.class);
        }
      }
    }
  }

  @Test
  void nothingCallsItself() throws IOException {
    Map<String, Set<String>> calls = new HashMap<>();
    for (ClassModel type : classes()) {
      for (MethodModel method : type.methods()) {
        Set<String> callees =
            calls.computeIfAbsent(
                name(type, method) + method.methodType().stringValue(), _ -> new HashSet<>());
        method
            .code()
            .ifPresent(code -> {
              for (CodeElement element : code) {
                if (element instanceof InvokeInstruction call) {
                  callees.add(
                      call.owner().asInternalName()
                          + "."
                          + call.name().stringValue()
                          + call.type().stringValue());
                }
              }
            });
      }
    }
    for (String method : calls.keySet()) {
      Set<String> reached = new HashSet<>();
      reach(method, calls, reached);
      assertThat(reached).as("what %s calls", method).doesNotContain(method);
    }
  }

  private static void reach(String from, Map<String, Set<String>> calls, Set<String> reached) {
    for (String next : calls.getOrDefault(from, Set.of())) {
      if (reached.add(next)) {
        reach(next, calls, reached);
      }
    }
  }

  /** Anywhere else they are not compiled. */
  @Test
  void bitsOfFloatsGoIntoAnArrayAtOnce() throws IOException {
    assertThat(bitsElsewhere(classes())).isEmpty();
    assertThat(bitsElsewhere(wrong())).singleElement().asString().endsWith(".bits");
  }

  private static Set<String> bitsElsewhere(List<ClassModel> types) {
    Set<String> found = new TreeSet<>();
    for (ClassModel type : types) {
      for (MethodModel method : type.methods()) {
        List<Instruction> code = instructions(method);
        for (int i = 0; i + 1 < code.size(); i++) {
          if (calls(code.get(i), "floatToRawIntBits") && !calls(code.get(i + 1), "set")) {
            found.add(name(type, method));
          }
        }
      }
    }
    return found;
  }

  private static boolean calls(Instruction instruction, String method) {
    return instruction instanceof InvokeInstruction call && call.name().equalsString(method);
  }

  /** A kernel may be any task of a graph: its arguments are not the first. */
  @Test
  void argumentsAreReadFromTheTasksOwnRegion() throws IOException {
    List<ClassModel> kernels =
        classes().stream()
            .filter(type -> !type.thisClass().asInternalName().endsWith("/TransferKernels"))
            .toList();
    assertThat(foreign(kernels)).isEmpty();
    assertThat(foreign(wrong())).hasSize(2);
  }

  /** Reads at constant places of arrays that are called args or numbers. */
  private static Set<String> foreign(List<ClassModel> types) {
    Set<String> found = new TreeSet<>();
    for (ClassModel type : types) {
      for (MethodModel method : type.methods()) {
        Set<Integer> arguments = slots(method, Set.of("args", "numbers"));
        List<Instruction> code =
            method.code().map(CodeModel::elementList).orElse(List.of()).stream()
                .filter(Instruction.class::isInstance)
                .map(Instruction.class::cast)
                .toList();
        for (int i = 2; i < code.size(); i++) {
          if (code.get(i) instanceof InvokeInstruction call
              && call.name().equalsString("get")
              && code.get(i - 1) instanceof ConstantInstruction
              && code.get(i - 2) instanceof LoadInstruction array
              && arguments.contains(array.slot())) {
            found.add(name(type, method) + ": instruction " + i);
          }
        }
      }
    }
    return found;
  }

  /** Where local variables of these names are. */
  private static Set<Integer> slots(MethodModel method, Set<String> names) {
    return method.code().stream()
        .flatMap(code -> code.findAttributes(Attributes.localVariableTable()).stream())
        .flatMap(table -> table.localVariables().stream())
        .filter(variable -> names.contains(variable.name().stringValue()))
        .map(variable -> variable.slot())
        .collect(Collectors.toSet());
  }

  /** {@code !(x < y)} and {@code x >= y} are the same to TornadoVM, and differ for NaN. */
  @Test
  void noFloatIsComparedByAtLeastOrAtMost() throws IOException {
    assertThat(complaints(KernelRulesTest::comparison)).isEmpty();
    assertThat(complaints(wrong(), KernelRulesTest::comparison)).hasSize(4);
  }

  private static void comparison(
      String where, CodeElement before, CodeElement element, Set<String> found) {
    if (before instanceof OperatorInstruction compare
        && element instanceof BranchInstruction jump) {
      Set<Opcode> wrong =
          switch (compare.opcode()) {
            case FCMPL -> Set.of(Opcode.IFLT, Opcode.IFGE);
            case FCMPG -> Set.of(Opcode.IFGT, Opcode.IFLE);
            default -> Set.of();
          };
      if (wrong.contains(jump.opcode())) {
        found.add(where + ": " + compare.opcode() + " " + jump.opcode());
      }
    }
  }

  /** Its first condition would be taken for that of the loop. */
  @Test
  void loopConditionsCallNoHelpers() throws IOException {
    assertThat(loopsWithHelpers(classes())).isEmpty();
    assertThat(loopsWithHelpers(wrong())).singleElement().asString().endsWith(".loop");
  }

  private static Set<String> loopsWithHelpers(List<ClassModel> types) {
    Set<String> found = new TreeSet<>();
    for (ClassModel type : types) {
      for (MethodModel method : type.methods()) {
        List<CodeElement> code = method.code().map(CodeModel::elementList).orElse(List.of());
        for (CodeElement element : code) {
          if (element instanceof BranchInstruction jump && jump.opcode() == Opcode.GOTO) {
            int start = indexOf(code, jump.target());
            if (start < code.indexOf(element) && callsHelperBeforeBranch(code, start)) {
              found.add(name(type, method));
            }
          }
        }
      }
    }
    return found;
  }

  private static int indexOf(List<CodeElement> code, Label label) {
    for (int i = 0; i < code.size(); i++) {
      if (code.get(i) instanceof LabelTarget target && target.label().equals(label)) {
        return i;
      }
    }
    throw new IllegalArgumentException("label: one of the method; got " + label);
  }

  private static boolean callsHelperBeforeBranch(List<CodeElement> code, int from) {
    return code.subList(from, code.size()).stream()
        .takeWhile(element -> !(element instanceof BranchInstruction))
        .anyMatch(element ->
            element instanceof InvokeInstruction call
                && call.owner().asInternalName().startsWith(OURS));
  }

  /** They would be addressed as arrays of the heap; private arrays may be passed on. */
  @Test
  void localArraysAreNotPassedOn() throws IOException {
    assertThat(passedOn(classes())).isEmpty();
    assertThat(passedOn(wrong())).singleElement().asString().endsWith(".passes: first");
  }

  private static Set<String> passedOn(List<ClassModel> types) {
    Set<String> found = new TreeSet<>();
    for (ClassModel type : types) {
      for (MethodModel method : type.methods()) {
        List<Instruction> code = instructions(method);
        Set<Integer> local = new HashSet<>();
        for (int i = 0; i < code.size(); i++) {
          if (code.get(i) instanceof StoreInstruction store
              && i > 0
              && allocates(code.get(i - 1))) {
            local.add(store.slot());
          }
          if (code.get(i) instanceof InvokeInstruction call && takesArrays(call)) {
            for (Instruction argument : arguments(code, i, call)) {
              if (!(argument instanceof LoadInstruction load) || local.contains(load.slot())) {
                found.add(name(type, method) + ": " + call.name().stringValue());
              }
            }
          }
        }
      }
    }
    return found;
  }

  private static List<Instruction> instructions(MethodModel method) {
    return method.code().stream()
        .flatMap(CodeModel::elementStream)
        .filter(Instruction.class::isInstance)
        .map(Instruction.class::cast)
        .toList();
  }

  private static boolean allocates(Instruction instruction) {
    return instruction instanceof InvokeInstruction call
        && call.name().stringValue().startsWith("allocate");
  }

  private static boolean takesArrays(InvokeInstruction call) {
    return call.typeSymbol().parameterList().stream().anyMatch(ClassDesc::isArray);
  }

  /** What precedes a call: its arguments, if they are variables. */
  private static List<Instruction> arguments(
      List<Instruction> code, int at, InvokeInstruction call) {
    return code.subList(at - call.typeSymbol().parameterCount(), at);
  }

  /** A negated condition of several loses its negation when it is kept. */
  @Test
  void noConditionIsKeptInAVariable() throws IOException {
    assertThat(conditions(classes())).isEmpty();
    assertThat(conditions(wrong())).singleElement().asString().endsWith(".keeps: within");
  }

  private static Set<String> conditions(List<ClassModel> types) {
    Set<String> found = new TreeSet<>();
    for (ClassModel type : types) {
      for (MethodModel method : type.methods()) {
        method.code().stream()
            .flatMap(code -> code.findAttributes(Attributes.localVariableTable()).stream())
            .flatMap(table -> table.localVariables().stream())
            .filter(variable -> variable.type().equalsString("Z"))
            .forEach(variable -> found.add(name(type, method) + ": " + variable.name()));
      }
    }
    return found;
  }

  /** Kernels that break the rules. */
  static final class Wrong {

    static float atLeast(float x, float y) {
      float z = x >= y ? 1 : 0;
      z += x <= y ? 1 : 0;
      while (z <= y || z >= x || z == 0) {
        z++;
      }
      return z > y && z < x && z != x ? z : 0; // right
    }

    static int loop(int n) {
      int sum = 0;
      for (int i = 0; i < border(n); i++) {
        sum += border(i);
      }
      return sum;
    }

    private static int border(int n) {
      return n > 3 ? n : 3;
    }

    static float passes(KernelContext context) {
      float[] shared = context.allocateFloatLocalArray(8);
      float[] own = new float[8];
      own[0] = shared[0];
      return first(own) + first(shared);
    }

    private static float first(float[] values) {
      return values[0];
    }

    static float reads(IntArray slot, IntArray args, FloatArray numbers) {
      int base = slot.get(0);
      return args.get(3) + args.get(base + 3) + numbers.get(0) + numbers.get(base);
    }

    static int bits(float x, IntArray words) {
      words.set(0, Float.floatToRawIntBits(x));
      return Float.floatToRawIntBits(x) + 1;
    }

    static int keeps(int x, int y) {
      boolean within = x > 0 || y > 0 && x < y;
      return within ? x : y;
    }
  }

  private static List<ClassModel> wrong() throws IOException {
    try (InputStream in =
        KernelRulesTest.class.getResourceAsStream("KernelRulesTest$Wrong.class")) {
      return List.of(ClassFile.of().parse(Objects.requireNonNull(in).readAllBytes()));
    }
  }

  @Test
  void checksSeeWhatTheyLookFor() throws IOException {
    assertThat(
            complaints((where, _, element, found) -> {
              if (element instanceof InvokeInstruction call) {
                found.add(call.name().stringValue());
              }
            }))
        .contains("get", "set", "localBarrier", "sum", "exp");
  }
}
