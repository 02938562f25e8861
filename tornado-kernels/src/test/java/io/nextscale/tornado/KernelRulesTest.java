package io.nextscale.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import io.nextscale.tornado.kernels.Groups;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.attribute.LocalVariableTableAttribute;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What TornadoVM 5.2 compiles wrongly, or not at all, does not occur in the class files of the
 * kernels. The stand-in runs such code as Java does, so that nothing else would find it without a
 * device.
 */
class KernelRulesTest {

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
          "java/lang/Integer.intValue");

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
    Set<String> found = new TreeSet<>();
    for (ClassModel type : classes()) {
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
              if (element instanceof java.lang.classfile.Instruction i
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
                      .flatMap(c ->
                          c
                              .findAttributes(java.lang.classfile.Attributes.localVariableTable())
                              .stream()))
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
